"""What both stages check before the JVM works, and how its exceptions reach the user."""

from __future__ import annotations

from typing import Any, Self

from pyspark.ml.param import Param
from pyspark.sql import DataFrame

from vitscale.errors import UsageError
from vitscale.jvm.bridge import session_api
from vitscale.ml.errors import stage_errors
from vitscale.ml.random_weights import warn_of_random_weights


class CheckedStage:
    """Checks session and table, and translates Java's exceptions; to be named before Spark's own mixins."""

    def __copy__(self) -> Self:
        """Return a copy with a Java object of its own.

        Spark frees the Java object of a stage that Python collects. A copy that shares it, such as that of a
        `copy` which fails at a wrong value, would take it from this stage.
        """
        stage: Any = self
        own = {
            "_java_obj": stage._java_obj.copy(stage._empty_java_param_map()),
            "_paramMap": dict(stage._paramMap),
            "_defaultParamMap": dict(stage._defaultParamMap),
        }
        made = object.__new__(type(self))
        made.__dict__.update({**self.__dict__, **own})
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.copy()

    def copy(self, extra: dict[Param[Any], Any] | None = None) -> Self:
        """Return a copy of this stage with other values of some parameters.

        Parameters
        ----------
        extra : dict, optional
            Parameters and their values; None restores the default of one.

        Raises
        ------
        UsageError
            If a parameter has no such value, or no session runs.
        """
        session_api()
        chosen = {key: value for key, value in (extra or {}).items() if value is not None}
        with stage_errors():
            made: Self = super().copy(chosen)  # type: ignore[misc]
            stage: Any = made
            for key in set(extra or {}) - set(chosen):
                stage.clear(key)
        return made

    def _transform(self, dataset: Any) -> Any:
        session_api()
        if not isinstance(dataset, DataFrame):
            kind = f"{type(dataset).__module__}.{type(dataset).__qualname__}"
            raise UsageError(
                f"transform() got {kind}; expected a DataFrame of Spark, such as "
                'spark.read.format("binaryFile").load(folder).'
            )
        if dataset.sparkSession.sparkContext._jsc is None:
            raise UsageError(
                "The table belongs to a Spark session that was stopped. Make it again in the running one."
            )
        with stage_errors():
            transformed = super()._transform(dataset)  # type: ignore[misc]
            warn_of_random_weights(self)
            return transformed

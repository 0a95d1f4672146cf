"""How stages and pipelines of them are loaded: by the Java class, after a look at the session that runs."""

from __future__ import annotations

from os import PathLike
from typing import Any, Self

from pyspark.ml import PipelineModel

from vitscale.errors import JavaError
from vitscale.jvm.bridge import java_errors, session_api, thrown_by
from vitscale.system.arguments import path_text


class Loadable:
    """Checks the session before it looks for the Java class; to be named before Spark's own mixins."""

    @classmethod
    def read(cls) -> Any:
        """Return a reader for this class.

        Raises
        ------
        JavaError
            If the session that runs does not know ViTScale's jar.
        UsageError
            If no session runs.
        """
        session_api()
        return super().read()  # type: ignore[misc]

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Load a stage that was saved.

        Parameters
        ----------
        path : str or PathLike
            Its folder, or the URI of one.

        Raises
        ------
        VitscaleError
            If the folder holds no such stage, or the session does not fit.
        """
        folder = path_text("path", path)
        with java_errors():
            return cls.read().load(folder)


def load_pipeline(path: str | PathLike[str]) -> PipelineModel:
    """Load a fitted pipeline with stages of ViTScale, after a look at the session that runs.

    Spark's own ``PipelineModel.load`` does the same where the session has the jars. Where it lacks them, the
    JVM of that session raises ``ClassNotFoundException``, before any code of ViTScale runs.

    Parameters
    ----------
    path : str or PathLike
        Folder that the pipeline was saved to, or the URI of one.

    Raises
    ------
    JavaError
        If the session does not know ViTScale's jar, or the jar of another stage.
    UsageError
        If no session runs.
    VitscaleError
        If the folder holds no such pipeline.
    """
    folder = path_text("path", path)
    session_api()
    try:
        with java_errors():
            return PipelineModel.load(folder)
    except JavaError as error:
        thrown = thrown_by(error.__cause__)
        if thrown is None or thrown.getClass().getName() != "java.lang.ClassNotFoundException":
            raise
        raise JavaError(
            f"{path} has a stage {thrown.getMessage()}, which the Spark session that runs does not know. "
            "Add its jar to spark.jars before the session starts; vitscale.start() adds Spark NLP's and "
            "ViTScale's."
        ) from error.__cause__

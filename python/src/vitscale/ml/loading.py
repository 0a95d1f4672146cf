"""How both stages are loaded: by the Java class, after a look at the session that runs."""

from __future__ import annotations

from typing import Any, Self

from vitscale.jvm.bridge import java_errors, session_api


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
    def load(cls, path: str) -> Self:
        """Load a stage that was saved.

        Parameters
        ----------
        path : str
            Its folder, or the URI of one.

        Raises
        ------
        VitscaleError
            If the folder holds no such stage, or the session does not fit.
        """
        with java_errors():
            return cls.read().load(path)

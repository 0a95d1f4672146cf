"""How stages are saved: by the Java class, with this package's errors."""

from __future__ import annotations

from os import PathLike

from pyspark.ml.util import JavaMLWriter

from vitscale.jvm.bridge import session_api
from vitscale.ml.errors import stage_errors
from vitscale.system.arguments import path_text


class Savable:
    """Turns what the JVM throws while a stage is saved into errors; to be named before Spark's own mixins."""

    def write(self) -> StageWriter:
        """Return a writer for this stage; ``write().overwrite().save(folder)`` replaces a folder.

        Raises
        ------
        VitscaleError
            If a parameter is invalid, or the model is not found.
        """
        session_api()
        with stage_errors():
            return StageWriter(self)


class StageWriter(JavaMLWriter):
    """Writes one stage into a folder."""

    def save(self, path: str | PathLike[str]) -> None:
        """Write the stage and its model.

        Parameters
        ----------
        path : str or PathLike
            Its folder, or the URI of one.

        Raises
        ------
        OutputError
            If the folder exists and `overwrite` was not called, or it cannot be written.
        ModelError
            If the stage's model is not found.
        """
        folder = path_text("path", path)
        with stage_errors():
            super().save(folder)

"""Settings of a cluster in one protected file, for its daemons and its clients."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SECRET_BYTES = 32
_FILE = "spark-defaults.conf"
_SHARED = {
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",  # AES instead of DIGEST-MD5 of SASL
    "spark.network.crypto.saslFallback": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.killEnabled": "false",  # the master's page has no authentication
}


def write_settings(folder: Path) -> None:
    """Write the shared settings, with a new secret, readable by their owner only.

    Spark reads the secret from a file or from the environment; on a command line every user could read it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    settings = {**_SHARED, "spark.authenticate.secret": secrets.token_hex(SECRET_BYTES)}
    _write(folder / _FILE, settings)


def name_master(folder: Path, master: str) -> None:
    """Add the master's URL, so that clients with these settings find it."""
    with (folder / _FILE).open("a") as file:
        file.write(f"spark.master {master}\n")


def environment(folder: Path, java_home: Path) -> dict[str, str]:
    """Return the environment variables with which Spark reads these settings and stays on loopback."""
    return {
        "JAVA_HOME": str(java_home),
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_PUBLIC_DNS": "127.0.0.1",
    }


def _write(file: Path, settings: dict[str, str]) -> None:
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.writelines(f"{key} {value}\n" for key, value in settings.items())

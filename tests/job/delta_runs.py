"""Runs the job into Delta tables, on the local disk and on an S3-compatible server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from moto.s3.responses import S3Response
from moto.server import ThreadedMotoServer

from tests.job.delta import DeltaOutput, Files, LocalFiles

JARS = Path(__file__).parents[2] / "target/table-jars"
"""Jars of Delta, Iceberg and S3 that `./sbtw spark/collectTableJars` collects."""
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
BUCKET = "tables"


def jars() -> list[str]:
    """Return the jars of Delta and of S3."""
    found = sorted(str(jar) for jar in JARS.glob("*.jar") if "iceberg" not in jar.name)
    assert found, f"no jars in {JARS}; run `make test-python`, or ./sbtw spark/collectTableJars"
    return found


def options(*more: str) -> list[str]:
    """Return options of a job that writes Delta tables."""
    libraries = f"spark.jars={','.join(jars())}"
    return ["--format", "delta", "--conf", libraries, *more]


@dataclass(frozen=True)
class Place:
    """A place for outputs.

    Attributes
    ----------
    root : str
        Folder or URI.
    settings : list of str
        Options of the job that reach it.
    """

    root: str
    settings: list[str]

    def output(self, name: str) -> str:
        """Return the folder of an output."""
        return f"{self.root}/{name}"

    def rows(self, name: str) -> DeltaOutput:
        """Return what an output shows."""
        return DeltaOutput(self._files(name))

    def _files(self, name: str) -> Files:
        return LocalFiles(Path(self.root) / name)


class BucketFiles:
    """Objects of a bucket."""

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, in order; none if there is no such folder."""
        prefix = f"{self._prefix}/{folder}/"
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [found["Key"].removeprefix(prefix) for page in pages for found in page.get("Contents", [])]

    def read(self, name: str) -> bytes:
        """Return an object's content."""
        found = self._client.get_object(Bucket=BUCKET, Key=f"{self._prefix}/{name}")
        content: bytes = found["Body"].read()
        return content


@dataclass(frozen=True)
class BucketPlace(Place):
    """A bucket of a server with the S3 protocol."""

    client: Any

    def _files(self, name: str) -> Files:
        return BucketFiles(self.client, name)


@contextmanager
def bucket() -> Iterator[BucketPlace]:
    """Start a server on loopback with one bucket.

    S3 checks the condition of a write and writes in one step. The server of moto does so in two, so
    requests that write take turns here.
    """
    turn = threading.Lock()
    put = S3Response.put_object

    def one_at_a_time(response: S3Response) -> Any:
        with turn:
            return put(response)

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    S3Response.put_object = one_at_a_time
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=address,
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
            region_name=KEYS["AWS_DEFAULT_REGION"],
        )
        client.create_bucket(Bucket=BUCKET)
        s3a = {"endpoint": address, "path.style.access": "true", "connection.ssl.enabled": "false"}
        settings = [
            text for key, value in s3a.items() for text in ("--conf", f"spark.hadoop.fs.s3a.{key}={value}")
        ]
        yield BucketPlace(f"s3a://{BUCKET}", settings, client)
    finally:
        S3Response.put_object = put
        server.stop()

"""A gateway that does not come up leaves no process, and says so in one message."""

import os
from pathlib import Path
from typing import NoReturn

import psutil
import pytest
from vitscale.errors import JavaError
from vitscale.jvm import gateway
from vitscale.jvm.gateway import start_gateway
from vitscale.jvm.launch import Launch


def children() -> list[str]:
    return [one.name() for one in psutil.Process().children() if one.name() in {"sleep", "false"}]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The command that stands for Java; tests fill it."""
    command: list[str] = []
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    monkeypatch.setattr(
        gateway, "gateway_launch", lambda _: Launch(tuple(command), dict(os.environ), ("a note",), tmp_path)
    )
    return command


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["false"], "ended with exit status 1 before it was ready"),
        (["/nowhere/java"], "/nowhere/java did not"),
    ],
)
def test_a_jvm_that_does_not_start_is_said_in_a_line(
    command: list[str], message: str, program: list[str]
) -> None:
    program += command
    with pytest.warns(UserWarning, match="a note"), pytest.raises(JavaError, match=message) as caught:
        start_gateway({})
    assert "\n" not in str(caught.value)


@pytest.mark.filterwarnings("ignore:a note")
def test_an_interrupt_while_java_starts_ends_java(
    program: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> NoReturn:
        assert children() == ["sleep"]
        raise KeyboardInterrupt

    program += ["sleep", "60"]
    monkeypatch.setattr(gateway, "_wait_for", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start_gateway({})
    assert children() == []


def test_a_gateway_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYSPARK_GATEWAY_PORT", "1")
    monkeypatch.setenv("PYSPARK_GATEWAY_SECRET", "x")
    with pytest.raises(JavaError, match="PYSPARK_GATEWAY_PORT is 1, but no JVM of spark-submit responds"):
        start_gateway({})

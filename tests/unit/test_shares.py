"""Shares on the command line: one rule for all options, and no unit that is easy to mistake."""

from __future__ import annotations

import pytest
import typer
from vitscale.cli.app import app
from vitscale.cli.shares import share, share_lost
from vitscale.errors import UsageError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5%", 0.005),
        ("0.005", 0.005),
        ("0", 0.0),
        ("0%", 0.0),
        ("0.1", 0.1),
        ("10%", 0.1),
        ("50%", 0.5),
        ("100%", 1.0),
        (" 2 % ", 0.02),
        ("5e-3", 0.005),
    ],
)
def test_both_spellings_give_the_same_share(text: str, value: float) -> None:
    assert share(text, "--max-loss") == pytest.approx(value)
    assert share_lost(text, "--max-loss") == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["", "%", "half", "-1%", "-0.1", "101%", "1.5", "nan", "inf", "5%%", "5% off"]
)
def test_what_is_no_share_is_refused_with_both_spellings(text: str) -> None:
    for read in (share, share_lost):
        with pytest.raises(UsageError) as refused:
            read(text, "--max-loss")
        told = str(refused.value)
        assert told.startswith(f"--max-loss is {text!r}") and "0.5% or 0.005" in told


@pytest.mark.parametrize(
    ("text", "meant", "read"), [("0.5", "0.5% (or 0.005)", "50%"), ("1", "1% (or 0.01)", "100%")]
)
def test_a_large_loss_needs_its_sign(text: str, meant: str, read: str) -> None:
    assert share(text, "--min-top1") == float(text)
    with pytest.raises(UsageError) as refused:
        share_lost(text, "--max-loss")
    assert f"as a share is {read}. Write {meant}, or {read} if you mean that." in str(refused.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ("tune", "none", "--max-loss", "0.5"),
        ("compare", "old.json", "new.json", "--threshold", "5"),
        ("parity", "--min-top1", "99"),
    ],
    ids=" ".join,
)
def test_commands_refuse_it_before_they_read_anything(arguments: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as refused:
        typer.main.get_command(app).main(list(arguments), standalone_mode=False)
    assert str(refused.value).startswith(f"{arguments[-2]} is '{arguments[-1]}'")

"""Predictions that `vitscale evaluate` reads: CSV files, and Delta tables without their library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow
import pytest
import vitscale
from pyarrow import parquet
from vitscale.errors import UsageError
from vitscale.evaluation.delta_log import live_files
from vitscale.evaluation.prediction_file import read_prediction_file
from vitscale.evaluation.spark_files import read_files

LABELS = ["tench, Tinca tinca", "goldfish", "great white shark", "7"]


def csv_file(folder: Path, text: str, name: str = "earlier.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_csv_file_has_paths_and_labels(tmp_path: Path) -> None:
    text = '\ufefffile,label,made by\na.png,goldfish,x\nsub/b.png,"tench, Tinca tinca",x\n/c.png,2,x\ns3a://b/d.png,Tench,x\n'
    found = read_prediction_file(csv_file(tmp_path, text), LABELS)
    assert found.predicted == {
        str(tmp_path / "a.png"): [1],
        str(tmp_path / "sub/b.png"): [0],
        "/c.png": [2],
        str(Path("s3a://b/d.png")): [0],
    }
    assert found.root == tmp_path
    assert not found.quarantined


@pytest.mark.parametrize(
    ("text", "name", "ranked"),
    [
        ("file,label,score\na,0,0.1\na,1,0.7\na,2,0.2\n", "scores.csv", [1, 2, 0]),
        ("label,file\n2,a\n0,a\n", "in order.csv", [2, 0]),
        ("score\tfile\tlabel\n1e-3\ta\t1\n.5\ta\t0\n", "tabs.tsv", [0, 1]),
    ],
)
def test_the_score_orders_the_rows_of_an_image(
    text: str, name: str, ranked: list[int], tmp_path: Path
) -> None:
    assert read_prediction_file(csv_file(tmp_path, text, name), LABELS).predicted == {
        str(tmp_path / "a"): ranked
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("path,label\na,0\n", "has no column file; it has path, label. Its header is file,label or"),
        ("", "has no column file; it has none"),
        ("file,label\n", "has no row"),
        ("file,label\na,0\nb,dog\n", "row 3 has the label 'dog', which is no label or class number"),
        ("file,label\n,0\n", "row 2 has no file"),
        ("file,label,score\na,0,high\n", "row 2 has the score 'high'; expected a number"),
        ("file,label,score\na,0,nan\n", "row 2 has the score 'nan'; expected a number"),
        ("file,label,score\na,0\n", "row 2 has the score ''; expected a number"),
    ],
)
def test_what_is_wrong_in_a_csv_file_is_one_line(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        read_prediction_file(csv_file(tmp_path, text), LABELS)
    assert words in str(refused.value) and "\n" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes(b"file,label\n\xe9,0\n")
    for name in ("latin.csv", "none.csv"):
        with pytest.raises(UsageError, match=f"{name} cannot be read"):
            read_prediction_file(tmp_path / name, LABELS)


def write_log(table: Path, *commits: list[dict[str, Any]], first: int = 0) -> None:
    """Write commits as Delta's PROTOCOL.md has them."""
    (table / "_delta_log").mkdir(parents=True)
    for version, actions in enumerate(commits, start=first):
        file = table / "_delta_log" / f"{version:020}.json"
        file.write_text("\n".join(map(json.dumps, actions)))


def test_the_log_of_a_delta_table_names_its_live_rows(tmp_path: Path) -> None:
    table = tmp_path / "my [table]"
    for name, row in {"a.parquet": "old", "b.parquet": "live", "day=1 2/c.parquet": "odd"}.items():
        (table / name).parent.mkdir(parents=True, exist_ok=True)
        parquet.write_table(pyarrow.table({"path": [row]}), table / name)
    protocol = {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}
    write_log(
        table,
        [{"commitInfo": {}}, protocol, {"metaData": {"id": "1"}}, {"add": {"path": "a.parquet"}}],
        [{"add": {"path": "b.parquet"}}, {"add": {"path": "day=1%202/c.parquet"}}],
        [{"remove": {"path": "a.parquet"}}],
    )
    session = vitscale.start("local[1]")
    files = live_files(session, str(table))
    assert files == [f"{table}/b.parquet", f"{table}/day=1 2/c.parquet"]
    assert [read_files(session, "parquet", file).first()[0] for file in files] == ["live", "odd"]


@pytest.mark.parametrize(
    ("version", "first", "words"),
    [(3, 0, "needs version 3 of Delta's reader"), (1, 12, "its log begins at version 12")],
)
def test_a_table_that_needs_deltas_library_is_refused(
    version: int, first: int, words: str, tmp_path: Path
) -> None:
    write_log(tmp_path, [{"protocol": {"minReaderVersion": version}}], first=first)
    with pytest.raises(UsageError, match=f"{words}.*file,label,score"):
        live_files(vitscale.start("local[1]"), str(tmp_path))

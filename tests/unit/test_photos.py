"""The photo maker: distinct, repeatable, resumable, and careful with what it did not make."""

import json
from pathlib import Path

import pytest
from PIL import Image
from vitscale.errors import OutputError, UsageError
from vitscale.images.photos import Recipe, make_photos
from vitscale.images.photos.sources import SOURCES


def jpegs(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.jpg"))}


def test_each_original_has_the_size_and_the_licence_that_are_claimed() -> None:
    originals = Path(make_photos.__code__.co_filename).parent / "originals"
    licences = (originals / "LICENCES.md").read_text(encoding="utf-8")
    assert {path.stem for path in originals.glob("*.jpg")} == {source.name for source in SOURCES}
    for source in SOURCES:
        assert source.open().size == (source.width, source.height)
        assert f"`{source.name}.jpg`" in licences


def test_no_two_recipes_of_a_full_run_are_alike() -> None:
    assert len({Recipe.of(0, index) for index in range(34_745)}) == 34_745


def test_every_crop_lies_within_its_original() -> None:
    for index in range(2000):
        recipe = Recipe.of(1, index)
        left, upper, right, lower = recipe.box
        assert 0 <= left < right <= recipe.source.width
        assert 0 <= upper < lower <= recipe.source.height
        assert (right - left) / (lower - upper) == pytest.approx(recipe.size[0] / recipe.size[1], rel=0.01)


def test_the_files_are_what_their_recipes_say(tmp_path: Path) -> None:
    make_photos(tmp_path / "set", 60, seed=3)
    modes = set()
    for index in range(60):
        recipe = Recipe.of(3, index)
        with Image.open(tmp_path / "set" / recipe.source.name / f"{index:06d}.jpg") as image:
            assert image.size == recipe.size
            assert image.mode == ("L" if recipe.grey else "RGB")
            assert ("progressive" in image.info) == recipe.progressive
            modes.add(image.mode)
    assert modes == {"L", "RGB"}
    assert len(set(jpegs(tmp_path / "set").values())) == 60


def test_the_same_seed_gives_the_same_bytes_and_a_larger_set_begins_with_the_smaller(tmp_path: Path) -> None:
    make_photos(tmp_path / "small", 9)
    make_photos(tmp_path / "large", 16)
    make_photos(tmp_path / "other", 9, seed=1)
    small, large, other = (jpegs(tmp_path / name) for name in ("small", "large", "other"))
    assert small.items() <= large.items()
    assert not set(small.values()) & set(other.values())


def test_a_finished_set_is_left_alone_and_a_damaged_one_completed(tmp_path: Path) -> None:
    make_photos(tmp_path / "set", 8)
    before = jpegs(tmp_path / "set")
    kept, lost = (tmp_path / "set" / name for name in list(before)[:2])
    written = kept.stat().st_mtime_ns
    lost.unlink()
    make_photos(tmp_path / "set", 8)
    assert jpegs(tmp_path / "set") == before
    assert kept.stat().st_mtime_ns == written


def test_an_interrupted_call_leaves_no_set_and_the_next_one_finishes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_photos(tmp_path / "whole", 12)
    real, written = Path.replace, []

    def interrupted(path: Path, target: Path) -> Path:
        if len(written) == 5:
            raise KeyboardInterrupt
        written.append(target)
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            make_photos(tmp_path / "set", 12)
    assert not (tmp_path / "set").exists()
    make_photos(tmp_path / "set", 12)
    assert jpegs(tmp_path / "set") == jpegs(tmp_path / "whole")


def test_the_credits_travel_with_the_photos(tmp_path: Path) -> None:
    make_photos(tmp_path / "set", 1)
    record = json.loads((tmp_path / "set" / ".photos.json").read_text(encoding="utf-8"))
    assert record["credits"]["flower"] == "vultilion, CC BY 2.0"


@pytest.mark.parametrize("stranger", ["mine.jpg", ".photos.json"])
def test_a_folder_it_did_not_make_is_refused_and_untouched(tmp_path: Path, stranger: str) -> None:
    (tmp_path / stranger).write_bytes(b"{}")
    with pytest.raises(OutputError, match="Nothing was changed"):
        make_photos(tmp_path, 4)
    assert [path.name for path in tmp_path.iterdir()] == [stranger]


def test_a_set_of_another_seed_is_refused(tmp_path: Path) -> None:
    make_photos(tmp_path / "set", 4)
    before = jpegs(tmp_path / "set")
    with pytest.raises(OutputError, match="seed 9"):
        make_photos(tmp_path / "set", 4, seed=9)
    assert jpegs(tmp_path / "set") == before


def test_a_file_in_the_way_and_a_count_of_zero_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for output in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError):
            make_photos(output, 4)
    with pytest.raises(UsageError, match="--count is 0; expected at least 1"):
        make_photos(tmp_path / "set", 0)

"""Answers with thumbnails as HTML, and when a progress bar is shown."""

from __future__ import annotations

import base64
import io
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image
from vitscale.errors import ImageError, UsageError
from vitscale.images.listing_rules import Ignored
from vitscale.inference.answers import FolderAnswers
from vitscale.notebook import gallery, progress_bar

CAT = [{"label_id": 1, "label": "cat <b>", "score": 0.75}, {"label_id": 0, "label": "dog", "score": 0.25}]


def thumbnails(html: str) -> list[Image.Image]:
    encoded = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', html)
    return [Image.open(io.BytesIO(base64.b64decode(one))) for one in encoded]


def test_a_folder_shows_whole_images_first_and_then_the_failed_ones(tmp_path: Path) -> None:
    Image.new("RGBA", (400, 200), "red").save(tmp_path / "a.png")
    Image.new("L", (20, 40)).save(tmp_path / "b & c.png")
    (tmp_path / "0.jpg").write_bytes(b"no image")
    answers = FolderAnswers(
        tmp_path, [("0.jpg", ImageError("0.jpg: <broken>")), ("a.png", CAT), ("b & c.png", [])], Ignored()
    )
    html = answers._repr_html_()
    assert "2 images classified, 1 failed" in html
    assert [image.size for image in thumbnails(html)] == [(96, 48), (20, 40)]
    assert re.findall(r"[\w &;]+\.(?:png|jpg)(?=</td>)", html) == ["a.png", "b &amp; c.png", "0.jpg"]
    assert "75.0% cat &lt;b&gt;<br>25.0% dog" in html and "no label" in html and "&lt;broken&gt;" in html
    assert (
        "2 are not shown"
        in FolderAnswers(tmp_path, {f"{number}.png": CAT for number in range(5)}.items(), Ignored())
        .gallery(shown=3)
        ._repr_html_()
    )


def test_a_rotated_photo_is_upright(tmp_path: Path) -> None:
    photo = Image.new("RGB", (40, 20))
    exif = photo.getexif()
    exif[0x0112] = 6  # turned by 90 degrees
    photo.save(tmp_path / "turned.jpg", exif=exif)
    (small,) = thumbnails(gallery([tmp_path / "turned.jpg"], [CAT])._repr_html_())
    assert small.size == (20, 40)


def test_images_in_memory_have_thumbnails_where_pillow_reads_them() -> None:
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "PNG")
    own = Image.new("RGB", (10, 10))
    html = gallery([content.getvalue(), own, object()], [CAT, CAT, CAT])._repr_html_()
    assert [image.size for image in thumbnails(html)] == [(8, 8), (10, 10)]
    assert "image 2" in html
    assert own.getpixel((0, 0)) == (0, 0, 0)  # still open


def test_a_missing_answer_is_refused() -> None:
    with pytest.raises(UsageError, match="2 images and 1 answers"):
        gallery([b"", b""], [CAT])


@pytest.mark.parametrize(
    ("is_notebook", "total", "wanted", "is_shown"),
    [
        (True, 5, None, True),
        (True, None, None, True),
        (True, 1, None, False),
        (True, 5, False, False),
        (False, 5, None, False),
        (False, 5, True, True),
    ],
)
def test_a_bar_is_shown_in_notebooks_or_on_request(
    is_notebook: bool, total: int | None, wanted: bool | None, is_shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = SimpleNamespace(kernel=object()) if is_notebook else None
    with progress_bar(3) as _:
        pass  # tqdm is loaded before, because it asks IPython itself
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    with progress_bar(total, wanted) as bar:
        assert bar.disable is not is_shown

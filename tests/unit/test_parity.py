import numpy as np
import pytest
from vitscale.backends.base import Outputs
from vitscale.backends.parsing import parse
from vitscale.bench.parity_and_stages import refuse_incomplete
from vitscale.errors import ParityError
from vitscale.parity.compare import compare, compare_pairs, distinct


def outputs(files: str, classes: str, logits: list[list[float]], pixels: list[int]) -> Outputs:
    images = np.array(pixels, np.uint8).reshape(-1, 1, 1, 1).repeat(3, axis=3)
    return Outputs(tuple(files), tuple(map(ord, classes)), np.array(logits, np.float32), images)


def test_images_are_joined_by_file_not_by_position() -> None:
    one = outputs("ab", "xy", [[1, 0], [0, 1]], [10, 20])
    other = outputs("bca", "yxx", [[0, 1], [9, 9], [1, 0.5]], [20, 99, 13])
    row = compare("one", one, "other", other)
    assert row["images"] == 2
    assert row["top1_agreement"] == 1.0
    assert row["max_logit_difference"] == pytest.approx(0.5)
    assert row["max_pixel_difference"] == 3
    assert row["differing_pixels"] == pytest.approx(0.5)


def test_pixel_differences_do_not_wrap_around() -> None:
    black, white = outputs("a", "x", [[0]], [0]), outputs("a", "y", [[0]], [255])
    assert compare("black", black, "white", white)["max_pixel_difference"] == 255
    assert compare("black", black, "white", white)["top1_agreement"] == 0.0


def test_nothing_in_common_and_other_shapes_are_errors() -> None:
    with pytest.raises(ParityError, match="no predicted image in common"):
        compare("one", outputs("a", "x", [[0]], [0]), "other", outputs("b", "x", [[0]], [0]))
    with pytest.raises(ParityError, match="logits of the two backends have different shapes"):
        compare("one", outputs("a", "x", [[0]], [0]), "other", outputs("a", "x", [[0, 1]], [0]))


def test_every_pair_is_compared_once() -> None:
    same = {name: outputs("a", "x", [[0]], [0]) for name in ["one", "two", "three"]}
    assert [(row["reference"], row["backend"]) for row in compare_pairs(same)] == [
        ("one", "two"),
        ("one", "three"),
        ("two", "three"),
    ]
    assert compare_pairs({}) == []


def test_the_five_likeliest_agree_in_any_order() -> None:
    one = outputs("ab", "xy", [[6, 5, 4, 3, 2, 1, 0], [6, 5, 4, 3, 2, 1, 0]], [0, 0])
    other = outputs("ab", "xy", [[2, 3, 4, 5, 6, 1, 0], [6, 5, 4, 3, 1, 2, 0]], [0, 0])
    assert compare("one", one, "other", other)["top5_agreement"] == 0.5


def test_options_that_only_change_speed_are_compared_once() -> None:
    chosen = ["spark-nlp", "spark-nlp:bridge=py4j", "spark-nlp:threads=2", "huggingface:dtype=bfloat16"]
    assert [str(one) for one in distinct([parse(text) for text in chosen])] == [
        "spark-nlp",
        "huggingface:dtype=bfloat16",
    ]


@pytest.mark.parametrize(
    ("asked", "backends", "message"),
    [
        (2, 3, None),
        (None, 3, None),
        (3, 3, "two and one were compared on 2 of 3 images"),
        (2, 4, "3 of 6 pairs of backends were compared"),
    ],
)
def test_a_comparison_of_fewer_images_or_backends_is_refused(
    asked: int | None, backends: int, message: str | None
) -> None:
    two = outputs("ab", "xy", [[1, 0], [0, 1]], [1, 2])
    rows = compare_pairs({"one": two, "two": two, "three": two})
    for row in rows:
        if asked is not None:
            row["asked_images"] = asked
    if message is None:
        refuse_incomplete(rows, backends)
        return
    with pytest.raises(ParityError, match=message) as caught:
        refuse_incomplete(rows, backends)
    assert caught.value.exit_code == 3

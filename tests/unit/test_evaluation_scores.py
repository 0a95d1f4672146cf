"""Accuracy, precision, recall and confusions, against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from vitscale.evaluation.scores import Share, scores_of
from vitscale.tuning.loss import measure_loss

CLASSES = 7


@given(st.integers(1, 60), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_scores_are_those_of_scikit_learn(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    truth = random.integers(CLASSES, size=count)
    ranked = np.array([random.permutation(CLASSES) for _ in range(count)])
    found = scores_of(truth, ranked)
    assert found.top1.value == np.mean(ranked[:, 0] == truth)
    assert found.top5.value == np.mean([true in row[:5] for true, row in zip(truth, ranked, strict=True)])
    numbers = [one.class_id for one in found.classes]
    assert numbers == sorted(set(truth) | set(ranked[:, 0]))
    precision, recall, _, support = precision_recall_fscore_support(
        truth, ranked[:, 0], labels=numbers, zero_division=np.nan
    )
    for one, *expected in zip(found.classes, precision, recall, support, strict=True):
        ours = [np.nan if value is None else value for value in (one.precision, one.recall)]
        assert ours == pytest.approx(expected[:2], nan_ok=True)
        assert one.images == expected[2]
    assert found.mean_recall() == pytest.approx(np.nanmean(recall))
    assert found.mean_precision() == pytest.approx(np.nanmean(precision))
    matrix = confusion_matrix(truth, ranked[:, 0], labels=range(CLASSES))
    np.fill_diagonal(matrix, 0)
    ours = np.zeros_like(matrix)
    for right, wrong, images in found.confusions:
        ours[right, wrong] = images
    assert (ours == matrix).all()
    counts = [images for _, _, images in found.confusions]
    assert counts == sorted(counts, reverse=True)


def test_an_image_without_a_prediction_is_no_hit() -> None:
    found = scores_of(np.array([0, 1]), np.array([[0, 1, -1, -1, -1], [0, -1, -1, -1, -1]]))
    assert (found.top1.value, found.top5.value) == (0.5, 0.5)


def test_the_interval_is_wilsons() -> None:
    """Brown, Cai and DasGupta 2001, table 1, has no digits; these are of their formula (4) by hand."""
    share = Share.of(8, 10)
    z, n, p = 1.959963984540054, 10, 0.8
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert (share.low, share.high) == pytest.approx((middle - half, middle + half))


def test_the_loss_is_the_difference_of_the_accuracies() -> None:
    truth = np.arange(100) % 5
    worse = np.where(np.arange(100) < 10, (truth + 1) % 5, truth)
    loss = measure_loss(truth.tolist(), worse.tolist(), truth.tolist())
    assert loss.value == pytest.approx(0.1)
    assert 0.03 < loss.low < 0.1 < loss.high < 0.2
    assert measure_loss(worse.tolist(), truth.tolist(), truth.tolist()).value == pytest.approx(-0.1)

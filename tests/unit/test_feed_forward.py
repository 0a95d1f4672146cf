"""Feed-forward blocks keep their result, and their rows do not share a line of the first cache."""

import pytest
import torch
from transformers import ViTConfig
from transformers.models.vit.modeling_vit import ViTMLP
from vitscale.models.graph.feed_forward import FeedForward


@pytest.mark.parametrize(("inner", "expected"), [(1024, 1040), (3072, 3088), (768, 768), (1536, 1536)])
def test_only_rows_that_begin_whole_pages_apart_become_longer(inner: int, expected: int) -> None:
    torch.manual_seed(inner)
    block = ViTMLP(ViTConfig(hidden_size=24, intermediate_size=inner, hidden_act="gelu"))
    found = FeedForward(block)
    assert found.widen.weight.shape == (expected, 24)
    assert found.narrow.weight.shape == (24, expected)
    tokens = torch.randn(2, 5, 24)
    with torch.no_grad():
        torch.testing.assert_close(found(tokens), block(tokens), rtol=1e-5, atol=1e-6)


def test_an_activation_that_is_not_zero_at_zero_changes_nothing() -> None:
    block = ViTMLP(ViTConfig(hidden_size=8, intermediate_size=1024, hidden_act="sigmoid"))
    tokens = torch.randn(1, 3, 8)
    with torch.no_grad():
        torch.testing.assert_close(FeedForward(block)(tokens), block(tokens), rtol=1e-5, atol=1e-6)


def test_for_a_gpu_no_row_becomes_longer() -> None:
    block = ViTMLP(ViTConfig(hidden_size=24, intermediate_size=1024, hidden_act="gelu"))
    assert FeedForward(block, for_gpu=True).widen.weight.shape == (1024, 24)

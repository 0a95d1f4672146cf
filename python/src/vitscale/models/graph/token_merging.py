"""Token merging: after attention, the most similar tokens of an image become one (Bolya et al. 2023, ICLR).

It uses matrices of zeros and ones instead of gather and scatter: they are exact and small, and every runtime
multiplies matrices fast.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def merge(hidden: Tensor, sizes: Tensor | None, keys: Tensor, pairs: int) -> tuple[Tensor, Tensor]:
    """Merge `pairs` pairs of tokens ("bipartite soft matching", section 3).

    Every second token, starting with the class token, is matched with the most similar of the other tokens.
    The `pairs` most similar ones are merged into their match, as a mean weighted by the number of patches.
    The class token is never merged and stays first.

    Parameters
    ----------
    hidden : Tensor, float32 [batch, tokens, width]
        The tokens; the first is the class token.
    sizes : Tensor, float32 [batch, tokens, 1], or None
        Number of patches of each token; None for one each.
    keys : Tensor, float32 [batch, heads, tokens, head width]
        Keys of the attention before; similarity uses their mean over the heads.
    pairs : int
        Number of pairs, less than half the tokens.

    Returns
    -------
    hidden : Tensor, float32 [batch, tokens - pairs, width]
        Unmerged tokens of the first set, then the tokens of the second set.
    sizes : Tensor, float32 [batch, tokens - pairs, 1]
        Number of patches of each.
    """
    order, partner = _match(keys)
    if sizes is None:
        sizes = torch.ones_like(hidden[:, :, :1])
    weighted = torch.cat([hidden * sizes, sizes], dim=2)
    seekers, hosts = weighted[:, ::2], weighted[:, 1::2]
    staying = seekers.shape[1] - pairs
    seekers = _one_hot(order, seekers.shape[1]) @ seekers
    joining = _one_hot(partner[:, staying:], hosts.shape[1])
    hosts = hosts + joining.transpose(1, 2) @ seekers[:, staying:]
    merged = torch.cat([seekers[:, :staying], hosts], dim=1)
    sizes = merged[:, :, -1:]
    return merged[:, :, :-1] / sizes, sizes


def _match(keys: Tensor) -> tuple[Tensor, Tensor]:
    """Rank the tokens of the first set, least similar first, and return the best match of each.

    Returns
    -------
    order : Tensor, int64 [batch, seekers]
        Indices in the first set, the class token's (0) first.
    partner : Tensor, int64 [batch, seekers]
        Index of the best match in the second set, in this order.
    """
    metric = nn.functional.normalize(keys.mean(dim=1), dim=2)
    similarity, host = (metric[:, ::2] @ metric[:, 1::2].transpose(1, 2)).max(dim=2)
    distance = 1 - similarity
    # A distance is at most 2, so with 3 more the class token is the last that would join another.
    order = torch.topk(distance + _first(distance) * 3, distance.shape[1], dim=1).indices
    return order, host.gather(1, order)


def _first(values: Tensor) -> Tensor:
    """Return 1 for the first column and 0 for all others: [columns]."""
    mark = torch.zeros(values.shape[1])
    mark[0] = 1
    return mark


def _one_hot(numbers: Tensor, count: int) -> Tensor:
    """Return a matrix whose row i picks element `numbers`[i] of `count`: float32 [batch, n, count]."""
    return (numbers[:, :, None] == torch.arange(count)).to(torch.float32)

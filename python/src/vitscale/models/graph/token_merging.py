"""Token merging: after attention, the most similar tokens of an image become one (Bolya et al. 2023, ICLR).

Written with matrices of zeros and ones in the place of gathering and scattering: they are exact, small, and
every runtime multiplies matrices well.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def merge(hidden: Tensor, sizes: Tensor | None, keys: Tensor, pairs: int) -> tuple[Tensor, Tensor]:
    """Merge `pairs` pairs of tokens ("bipartite soft matching", section 3).

    Every second token, the class token first among them, looks for the most similar of the others; the
    `pairs` most similar join theirs as a mean weighted by how many patches each stands for. The class token
    never joins another and stays first.

    Parameters
    ----------
    hidden : Tensor, float32 [batch, tokens, width]
        The tokens; the first is the class token.
    sizes : Tensor, float32 [batch, tokens, 1], or None
        How many patches each token stands for; None if each stands for one.
    keys : Tensor, float32 [batch, heads, tokens, head width]
        By which similarity is judged: the keys of the attention before, averaged over the heads.
    pairs : int
        How many, less than half the tokens.

    Returns
    -------
    hidden : Tensor, float32 [batch, tokens - pairs, width]
        Those that joined none, then those that could be joined.
    sizes : Tensor, float32 [batch, tokens - pairs, 1]
        Theirs.
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
    """Rank the tokens that seek a partner, least similar first, and name each one's best.

    Returns
    -------
    order : Tensor, int64 [batch, seekers]
        Their numbers, the class token's (0) first.
    partner : Tensor, int64 [batch, seekers]
        The most similar host of each, in this order.
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

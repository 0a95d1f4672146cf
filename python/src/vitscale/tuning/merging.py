"""Token merging: the fastest precision on oneDNN with more and more pairs of tokens merged."""

from __future__ import annotations

from vitscale.tuning.candidates import Candidate
from vitscale.tuning.trials import Trials

PAIRS = (2, 4, 8, 12, 16)
"""Pairs of tokens that each block merges. With 16, ViT-base keeps 21 of its 197 tokens."""


def merge_more(trials: Trials, max_loss: float) -> None:
    """Try more and more pairs, until they lose too much or the model cannot be merged.

    Only oneDNN merges tokens without another graph, so its fastest precision is taken.

    Parameters
    ----------
    trials : Trials
        Candidates without merging; those with it are added.
    max_loss : float
        Largest loss, from 0 to 1.
    """
    plain = next((one for one in trials.fastest_first(max_loss) if one.runtime == "onednn"), None)
    if plain is None:
        return
    for pairs in PAIRS:
        loss = trials.attempt(Candidate(plain.runtime, f"{plain.precision}-tome{pairs}"))
        if loss is None or loss.value > max_loss:
            return

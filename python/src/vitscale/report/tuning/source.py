"""A profile for a report."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vitscale.report.charts.chart import Chart
from vitscale.report.tuning.chart import cells, front_chart
from vitscale.results import units
from vitscale.results.profile import Profile
from vitscale.results.tuned import Tuned, front, left_out_of, tuned_of


@dataclass(frozen=True)
class TuningSource:
    """One profile of ``vitscale tune``.

    Attributes
    ----------
    profile : Profile
        The content of the file.
    candidates : list of Tuned
        What was measured, the fastest first.
    left_out : dict of str to str
        Candidate that does not run on the machine -> reason.
    sha256, name : str
        SHA-256 and name of the file.
    """

    profile: Profile
    candidates: list[Tuned]
    left_out: dict[str, str]
    sha256: str
    name: str

    @classmethod
    def of(cls, path: Path, sha256: str) -> TuningSource:
        """Read a profile.

        Raises
        ------
        UsageError
            If the file is no profile, or does not hold what was measured.
        """
        profile = Profile.read(path)
        return cls(profile, tuned_of(profile, path), left_out_of(profile, path), sha256, path.name)

    @property
    def model(self) -> str:
        """Name of the model folder."""
        return Path(self.profile.model).name

    @property
    def chosen(self) -> Tuned:
        """The candidate whose settings the profile holds; the fastest, should it not be among them."""
        wanted = (self.profile.runtime, self.profile.precision)
        same = [one for one in self.candidates if (one.runtime, one.precision) == wanted]
        return (same or self.candidates)[0]

    @property
    def headline(self) -> str:
        """The choice in words."""
        one = self.chosen
        loss, limit = units.fine_percent(one.loss.middle), units.fine_percent(self.profile.max_loss)
        return (
            f"{one} classifies {units.number(one.speed.middle)} images/s and loses {loss} of "
            f"{_WHAT[one.loss_kind]}; the limit is {limit}"
        )

    @property
    def lines(self) -> list[str]:
        """How it was measured, a sentence each."""
        images = units.plural(self.chosen.images, "image")
        threads = f", {units.plural(self.profile.threads, 'thread')}" if self.profile.threads else ""
        return [
            f"Settings of the profile: {self.profile.runtime} {self.profile.precision}, batch size "
            f"{self.profile.batch_size}{threads}.",
            f"The loss is the share of {images} {_SHARE[self.chosen.loss_kind]}, with its 95 % interval.",
            "Candidates with an interval of speed were measured in turns, the others once.",
        ]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Cells of the table of all candidates, under ``COLUMNS``."""
        return [cells(one, self.front, self.chosen, self.profile.max_loss) for one in self.candidates]

    @cached_property
    def front(self) -> list[Tuned]:
        """The candidates that no other beats in both."""
        return front(self.candidates)

    @cached_property
    def chart(self) -> Chart:
        """Speed against loss."""
        return front_chart(self.candidates, self.front, self.chosen, self.profile.max_loss)


_WHAT = {"labels": "the labels", "accuracy": "the accuracy"}
_SHARE = {
    "labels": "whose first label differs from that in fp32",
    "accuracy": "by which the accuracy is lower than that of fp32",
}

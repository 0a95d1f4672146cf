"""The parts of a section of the page, for its table of contents."""

from __future__ import annotations

from dataclasses import dataclass

from vitscale.report.sections import Section


@dataclass(frozen=True)
class Part:
    """A part of a section.

    Attributes
    ----------
    name : str
        End of its id.
    title : str
        Heading.
    """

    name: str
    title: str


def parts_of(section: Section) -> dict[str, Part]:
    """Return name -> part, for the parts that a section has, in their order on the page."""
    is_single_stream = section.summary.is_single_stream
    parts = (
        (bool(section.charts), "speed", "Speed"),
        (
            True,
            "summary",
            "One image at a time" if is_single_stream else "Each backend at its best batch size",
        ),
        (bool(section.caveats or section.noise), "notes", "Notes on the figures"),
        (True, "parity", "Agreement of the labels"),
        (bool(section.bottlenecks), "bottlenecks", "Bottlenecks"),
        (bool(section.charts), "charts", "More charts"),
        (bool(section.gpus), "gpu", "GPU"),
        (bool(section.ledger), "ledger", "Account of all images"),
        (bool(section.summary.failed_cells or section.failures), "failures", "Failures"),
        (bool(section.origin.results.get("left_out")), "left-out", "Left out"),
        (True, "setup", "Machine, versions, command"),
    )
    return {name: Part(name, title) for is_there, name, title in parts if is_there}

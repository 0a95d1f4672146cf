"""Matplotlib's SVG made small and themable: colours as attributes, tooltips, ids unique in a page."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from matplotlib import rc_context
from matplotlib.figure import Figure

_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_DROPPED = frozenset({"font-family", "stroke-dashoffset"})
"""Style properties that the page's stylesheet decides, or that hold their initial value."""
_TIP = "tip-"
_MARKER = re.compile(r"m[0-9a-f]{10}")
"""Matplotlib's ids of markers, the only ones that something refers to once clip paths are gone."""
_UNUSED = frozenset(f"{{{_SVG}}}{name}" for name in ("style", "clipPath", "metadata"))
_GROUPS = frozenset({f"{{{_SVG}}}g", f"{{{_SVG}}}defs"})
_COLOURS = frozenset({"fill", "stroke", "stroke-width"})
_GEOMETRY = frozenset({"d", "transform", "x", "y"})
_LONG_DECIMALS = re.compile(r"(\.\d\d)\d+")


def raw_svg(figure: Figure) -> str:
    """Return a figure as Matplotlib writes it, with text as text and the same bytes every time."""
    file = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "vitscale"}):
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nothing)
    return file.getvalue()


def clean_svg(text: str, tips: Sequence[str], prefix: str, attributes: dict[str, str]) -> str:
    """Return Matplotlib's SVG as an element for a page.

    Parameters
    ----------
    text : str
        Output of :func:`raw_svg`.
    tips : sequence of str
        Tooltips of the groups ``tip-0``, ``tip-1``, ...
    prefix : str
        Start of all ids.
    attributes : dict
        More attributes of the ``<svg>`` element.
    """
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(text)
    del root.attrib["width"], root.attrib["height"]
    root.attrib.pop("version", None)
    root.attrib.update(attributes)
    ids = {found for one in root.iter() if _MARKER.fullmatch(found := one.get("id", ""))}
    new_ids = {old: f"{prefix}-{number}" for number, old in enumerate(sorted(ids))}
    for element in root.iter():
        _clean(element, tips, new_ids)
    for marker in (one for group in root.iter(f"{{{_SVG}}}defs") for one in group.iter()):
        # A marker takes its colours from where it is used: the stylesheet does not reach into copies of it.
        for key in _COLOURS & marker.attrib.keys():
            del marker.attrib[key]
    _drop(root)
    return re.sub(r">\s+<", "><", ElementTree.tostring(root, encoding="unicode"))


def _clean(element: ElementTree.Element, tips: Sequence[str], new_ids: dict[str, str]) -> None:
    name = element.attrib.pop("id", "")
    if name in new_ids:
        element.set("id", new_ids[name])
    elif name.startswith(_TIP):
        title = ElementTree.Element(f"{{{_SVG}}}title")
        title.text = tips[int(name.removeprefix(_TIP))]
        element.insert(0, title)
    link = element.attrib.pop(_LINK, "")
    if link:
        element.set("href", f"#{new_ids[link.removeprefix('#')]}")
    element.attrib.pop("clip-path", None)
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    for key in _GEOMETRY & element.attrib.keys():
        element.set(key, " ".join(_LONG_DECIMALS.sub(r"\1", element.attrib[key]).split()))
    # Attributes, other than inline styles, give way to a stylesheet: that is how colours follow the theme.
    for entry in filter(None, element.attrib.pop("style", "").split(";")):
        key, _, value = entry.partition(":")
        if key.strip() not in _DROPPED:
            element.set(key.strip(), value.strip())


def _drop(element: ElementTree.Element) -> None:
    """Remove the stylesheet and the clip paths, which nothing uses any more, and empty groups."""
    for child in list(element):
        _drop(child)
        if child.tag in _UNUSED or (child.tag in _GROUPS and not len(child)):
            element.remove(child)

"""How nodes and edges look: Graphviz's attributes and colour names as plain numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

__all__ = ["box_size", "colour", "font_size", "lines_of"]

# X11's colour names that SVG and matplotlib do not know; all others pass as they are
COLOURS = {
    "darkolivegreen1": "#caff70",
    "darkolivegreen2": "#bcee68",
    "darkolivegreen3": "#a2cd5a",
    "darkolivegreen4": "#6e8b3d",
}
CHARACTER = 0.61  # width of a character of a monospaced font, in font sizes
LINE = 1.2  # height of a line of text, in font sizes
PADDING = (7.0, 3.5)  # between the text and its box: points across, down


def colour(attributes: Mapping[str, str]) -> str:
    """The colour a node is filled with: Graphviz's default for filled nodes is light grey."""
    if "filled" not in attributes.get("style", ""):
        return "white"
    name = attributes.get("fillcolor", "lightgrey")
    return COLOURS.get(name, name)


def font_size(attributes: Mapping[str, str]) -> float:
    """In points."""
    return float(attributes.get("fontsize", 14))


def lines_of(label: str) -> list[str]:
    """The lines of a label."""
    return label.replace("\\n", "\n").replace("\\l", "\n").strip("\n").split("\n")


def box_size(label: str, attributes: Mapping[str, str]) -> tuple[float, float]:
    """(width, height) of a box around its label."""
    size = font_size(attributes)
    lines = lines_of(label)
    width = max(_columns(line) for line in lines) * CHARACTER * size
    across, down = PADDING
    return max(width + 2 * across, 3 * size), len(lines) * LINE * size + 2 * down


def _columns(line: str) -> int:
    """Characters, those of East Asian scripts counted twice."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)

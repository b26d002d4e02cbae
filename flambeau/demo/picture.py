"""The demo's picture as SVG text: curves of loss and accuracy, and some mistakes.

SVG needs no drawing library, and every browser shows it at any size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Curve", "Mistake", "draw_report"]

WIDTH, MARGIN = 960, 24
PANEL_WIDTH, PANEL_HEIGHT = 440, 260  # of a chart with its titles
LEFT, TOP, BOTTOM = 56, 40, 40  # room inside a panel for its texts
CELL, PIXEL = 114, 11  # a mistake's width, and one of its pixels
INK, GREY, LINES, PAPER = "#222222", "#666666", "#dddddd", "#ffffff"


@dataclass(frozen=True)
class Curve:
    """A line in a chart through (x, y) points."""

    name: str
    colour: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Mistake:
    """An image (rows of numbers from 0 to 1) with what it is and what it was read as."""

    image: Sequence[Sequence[float]]
    label: int
    prediction: int
    probability: float


def draw_report(
    title: str, loss: Sequence[Curve], accuracy: Sequence[Curve], mistakes: Sequence[Mistake],
    footer: str,
) -> str:  # fmt: skip
    """The whole picture."""
    columns = (WIDTH - 2 * MARGIN) // CELL
    rows = math.ceil(len(mistakes) / columns)
    top = 64 + PANEL_HEIGHT + 40
    height = top + rows * (8 * PIXEL + 44) + 44
    body = [
        _text(MARGIN, 40, title, size=20, weight="bold"),
        _chart(MARGIN, 64, "Loss", loss, _ticks_of_loss(loss), "{:g}"),
        _chart(WIDTH - MARGIN - PANEL_WIDTH, 64, "Accuracy", accuracy,
               _ticks_of_accuracy(accuracy), "{:.0%}"),
        _text(MARGIN, top, _heading(mistakes), size=15, weight="bold"),
    ]  # fmt: skip
    for i, mistake in enumerate(mistakes):
        row, column = divmod(i, columns)
        body.append(_mistake(MARGIN + column * CELL, top + 14 + row * (8 * PIXEL + 44), mistake))
    body.append(_text(MARGIN, height - 18, footer, size=11, fill=GREY))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="system-ui, sans-serif">\n'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _heading(mistakes: Sequence[Mistake]) -> str:
    if not mistakes:
        return "No image of the test set was misread"
    return "Misread images of the test set: what was written, and what was read"


# -- charts -------------------------------------------------------------------------------------
def _ticks_of_loss(curves: Sequence[Curve]) -> list[float]:
    """Four to six round values from 0 to above the greatest y."""
    top = max(y for curve in curves for _, y in curve.points)
    step = 10.0 ** math.floor(math.log10(max(top, 1e-6)))
    while top / step > 5:
        step *= 2
    while top / step < 2.5:
        step /= 2
    return [i * step for i in range(math.ceil(top / step) + 1)]


def _ticks_of_accuracy(curves: Sequence[Curve]) -> list[float]:
    """Tenths from below the smallest y to 1."""
    lowest = min(y for curve in curves for _, y in curve.points)
    first = min(9, math.floor(lowest * 10))
    step = 2 if first < 4 else 1
    return [i / 10 for i in range(10, first - step, -step) if i >= 0][::-1]


def _chart(
    x: float, y: float, title: str, curves: Sequence[Curve], ticks: list[float], form: str
) -> str:
    width, height = PANEL_WIDTH - LEFT, PANEL_HEIGHT - TOP - BOTTOM
    last = max(px for curve in curves for px, _ in curve.points)
    low, high = ticks[0], ticks[-1]

    def across(value: float) -> float:
        return LEFT + width * value / last

    def down(value: float) -> float:
        return TOP + height * (high - value) / (high - low)

    parts = [_text(0, 16, title, size=15, weight="bold")]
    for tick in ticks:
        at = down(tick)
        parts.append(_line(LEFT, at, LEFT + width, at, LINES))
        parts.append(_text(LEFT - 8, at + 4, form.format(tick), fill=GREY, anchor="end"))
    for epoch in range(0, round(last) + 1, max(1, round(last / 6))):
        parts.append(
            _text(across(epoch), TOP + height + 18, str(epoch), fill=GREY, anchor="middle")
        )
    parts.append(_text(LEFT + width / 2, TOP + height + 36, "epoch", fill=GREY, anchor="middle"))
    for i, curve in enumerate(curves):
        points = " ".join(f"{across(px):.1f},{down(py):.1f}" for px, py in curve.points)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{curve.colour}" stroke-width="2" '
            'stroke-linejoin="round"/>'
        )
        end_x, end_y = curve.points[-1]
        parts.append(_dot(across(end_x), down(end_y), curve.colour))
        parts.append(_legend(LEFT + width - 90 * (len(curves) - i), 12, curve))
    return f'<g transform="translate({x:g} {y:g})">\n' + "\n".join(parts) + "\n</g>"


def _legend(x: float, y: float, curve: Curve) -> str:
    return _line(x, y, x + 20, y, curve.colour, 3) + _text(x + 26, y + 4, curve.name, fill=INK)


# -- mistakes -----------------------------------------------------------------------------------
def _mistake(x: float, y: float, mistake: Mistake) -> str:
    parts = []
    for row, values in enumerate(mistake.image):
        for column, value in enumerate(values):
            level = round(255 * (1 - value))
            parts.append(
                f'<rect x="{column * PIXEL}" y="{row * PIXEL}" width="{PIXEL + 0.5}" '
                f'height="{PIXEL + 0.5}" fill="#{level:02x}{level:02x}{level:02x}"/>'
            )
    side = 8 * PIXEL
    parts.append(
        f'<rect width="{side}" height="{side}" fill="none" stroke="{LINES}" stroke-width="1"/>'
    )
    text = f"{mistake.label}, read as {mistake.prediction}"
    parts.append(_text(side / 2, side + 15, text, fill=INK, anchor="middle"))
    parts.append(
        _text(side / 2, side + 29, f"sure to {mistake.probability:.0%}", size=11, fill=GREY,
              anchor="middle")
    )  # fmt: skip
    return f'<g transform="translate({x:g} {y:g})">' + "".join(parts) + "</g>"


# -- elements -----------------------------------------------------------------------------------
def _text(
    x: float, y: float, text: str, size: int = 12, fill: str = INK, anchor: str = "start",
    weight: str = "normal",
) -> str:  # fmt: skip
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escaped}</text>'
    )


def _dot(x: float, y: float, fill: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{fill}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: Any = 1) -> str:
    return (
        f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{stroke}" '
        f'stroke-width="{width}"/>'
    )

"""A laid-out graph as SVG text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from flambeau.debug.graph.style import LINE, box_size, colour, font_size, lines_of

if TYPE_CHECKING:
    from flambeau.debug.graph.dot import Digraph

__all__ = ["ARROW", "MARGIN", "svg_text"]

MARGIN = 10.0
ARROW = (3.2, 6.5)  # half the width and the length of an arrow's head
FONTS = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"
EDGE = "#555"


def svg_text(graph: Digraph) -> str:
    """The picture; it scales down to the width of the page it is put into."""
    layout = graph.layout()
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{-MARGIN:g} {-MARGIN:g} {width:.1f} {height:.1f}" '
        f'style="max-width:100%;height:auto" font-family="{FONTS}" text-anchor="middle">',
        f'<rect x="{-MARGIN:g}" y="{-MARGIN:g}" width="{width:.1f}" height="{height:.1f}" '
        'fill="white"/>',
    ]
    for route, (tail, head, own) in zip(layout.routes, graph.edges, strict=True):
        parts += _edge(route, tail, head, {**graph.edge_attr, **own})
    for (x, y), (name, own) in zip(layout.centres, graph.nodes.items(), strict=True):
        parts += _node(x, y, name, {**graph.node_attr, **own})
    return "\n".join([*parts, "</svg>"])


def _edge(route: list, tail: str, head: str, attributes: dict[str, str]) -> list[str]:
    if not route:
        return []
    has_head = attributes.get("dir", "forward") in ("forward", "both")
    x, y = route[-1]
    half, length = ARROW
    points = [*route[:-1], (x, y - length)] if has_head else route
    dashes = {"dotted": "1.5 3", "dashed": "5 3"}.get(attributes.get("style", ""))
    line = f'<path d="{_path(points)}" fill="none" stroke="{EDGE}"'
    line += f' stroke-dasharray="{dashes}"' if dashes else ""
    parts = [line + "/>"]
    if has_head:
        corners = ((x, y), (x - half, y - length), (x + half, y - length))
        listed = " ".join(f"{a:.1f},{b:.1f}" for a, b in corners)
        parts.append(f'<polygon points="{listed}" fill="{EDGE}"/>')
    if "label" in attributes:
        (ax, ay), (bx, by) = route[len(route) // 2 - 1 : len(route) // 2 + 1]
        text = escape(attributes["label"])
        parts.append(
            f'<text x="{(ax + bx) / 2 + 4:.1f}" y="{(ay + by) / 2 + 3:.1f}" font-size="9" '
            f'text-anchor="start">{text}</text>'
        )
    return parts


def _path(points: list[tuple[float, float]]) -> str:
    """Straight inside rows, and from row to row a curve that leaves and arrives upright."""
    x, y = points[0]
    words = [f"M{x:.1f} {y:.1f}"]
    for i, (a, b) in enumerate(points[1:]):
        if i % 2 == 0 or abs(a - x) < 0.5:
            if (a, b) != (x, y):
                words.append(f"L{a:.1f} {b:.1f}")
        else:
            half = (y + b) / 2
            words.append(f"C{x:.1f} {half:.1f} {a:.1f} {half:.1f} {a:.1f} {b:.1f}")
        x, y = a, b
    return " ".join(words)


def _node(x: float, y: float, name: str, attributes: dict[str, str]) -> list[str]:
    from_label = attributes.get("label", name)
    lines = lines_of(from_label)
    width, height = box_size(from_label, attributes)
    size = font_size(attributes)
    parts = [
        f"<g><title>{escape(' '.join(from_label.split()))}</title>"
        f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="2" fill={quoteattr(colour(attributes))} stroke="#444"/>'
    ]
    top = y - len(lines) * LINE * size / 2
    for i, line in enumerate(lines):
        middle = top + (i + 0.5) * LINE * size + 0.34 * size
        parts.append(
            f'<text x="{x:.1f}" y="{middle:.1f}" font-size="{size:g}" xml:space="preserve">'
            f"{escape(line.strip() if len(lines) <= 2 else line)}</text>"
        )
    parts[-1] += "</g>"
    return parts

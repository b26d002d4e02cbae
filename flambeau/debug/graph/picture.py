"""A laid-out graph as PNG or PDF, drawn by matplotlib (an extra)."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flambeau.core.errors import message
from flambeau.debug.graph.style import LINE, box_size, colour, font_size, lines_of
from flambeau.debug.graph.svg import ARROW, EDGE, MARGIN

if TYPE_CHECKING:
    from flambeau.debug.graph.dot import Digraph

__all__ = ["save_picture"]

POINTS = 72.0  # in an inch
SCALE = 1.8  # pixels for a point, while the picture stays smaller than LARGEST
LARGEST = 30_000  # pixels


def save_picture(graph: Digraph, format: str) -> bytes:
    """The picture's file contents; ImportError without matplotlib."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # optional
        from matplotlib.figure import Figure  # optional
    except ImportError as error:
        raise ImportError(
            message(
                "render", f"format {format!r} without matplotlib", "matplotlib, or another format",
                "pip install flambeau[plot], or format='svg', which needs nothing",
            )
        ) from error  # fmt: skip
    layout = graph.layout()
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    figure = Figure(figsize=(width / POINTS, height / POINTS), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-MARGIN, layout.width + MARGIN)
    axes.set_ylim(layout.height + MARGIN, -MARGIN)
    axes.axis("off")
    for route, (_, _, own) in zip(layout.routes, graph.edges, strict=True):
        _edge(axes, route, {**graph.edge_attr, **own})
    for (x, y), (name, own) in zip(layout.centres, graph.nodes.items(), strict=True):
        _node(axes, x, y, name, {**graph.node_attr, **own})
    file = io.BytesIO()
    scale = min(SCALE, LARGEST / max(width, height))
    figure.savefig(file, format=format, dpi=POINTS * scale)
    return file.getvalue()


def _edge(axes: Any, route: list, attributes: dict[str, str]) -> None:
    from matplotlib.patches import PathPatch, Polygon  # optional
    from matplotlib.path import Path  # optional

    if not route:
        return
    has_head = attributes.get("dir", "forward") in ("forward", "both")
    x, y = route[-1]
    half, length = ARROW
    points = [*route[:-1], (x, y - length)] if has_head else route
    vertices, codes = [points[0]], [Path.MOVETO]
    for i, (at, to) in enumerate(pairwise(points)):
        if i % 2 == 0:
            vertices.append(to)
            codes.append(Path.LINETO)
        else:
            middle = (at[1] + to[1]) / 2
            vertices += [(at[0], middle), (to[0], middle), to]
            codes += [Path.CURVE4] * 3
    style = attributes.get("style", "solid")
    style = style if style in ("dotted", "dashed") else "solid"
    path = Path(vertices, codes)
    axes.add_patch(PathPatch(path, fill=False, edgecolor=EDGE, linewidth=1.0, linestyle=style))
    if has_head:
        corners = [(x, y), (x - half, y - length), (x + half, y - length)]
        axes.add_patch(Polygon(corners, facecolor=EDGE, edgecolor="none"))
    if "label" in attributes:
        a, b = route[len(route) // 2 - 1 : len(route) // 2 + 1]
        axes.text((a[0] + b[0]) / 2 + 4, (a[1] + b[1]) / 2, attributes["label"], fontsize=9,
                  family="monospace", va="center")  # fmt: skip


def _node(axes: Any, x: float, y: float, name: str, attributes: dict[str, str]) -> None:
    from matplotlib.patches import Rectangle  # optional

    label = attributes.get("label", name)
    width, height = box_size(label, attributes)
    corner = (x - width / 2, y - height / 2)
    axes.add_patch(
        Rectangle(corner, width, height, facecolor=colour(attributes), edgecolor="#444", lw=1.0)
    )
    size = font_size(attributes)
    lines = lines_of(label)
    for i, line in enumerate(lines):
        middle = y + (i - (len(lines) - 1) / 2) * LINE * size
        axes.text(x, middle, line.strip() if len(lines) <= 2 else line, fontsize=size,
                  family="monospace", ha="center", va="center_baseline",
                  parse_math=False)  # fmt: skip

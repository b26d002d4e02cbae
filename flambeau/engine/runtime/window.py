"""Slices of evaluated memory as memory of their own, so that programs do not depend on where.

`x[i : i + 32]` with another i at every step would be another program each time: the start stands
in the slice's node. Where x is evaluated, the slice is instead read from an address further on,
with a start of 0: the program is the same for every i.
"""

from __future__ import annotations

from typing import NamedTuple

from flambeau.core.shape import Shape, contiguous_strides
from flambeau.core.types import TensorType
from flambeau.engine.backend.allocator import Buffer
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.graph.simplify import simplify
from flambeau.engine.runtime.value import Template, Value, leaf

__all__ = ["through_window"]

MAX_CHAIN = 4  # views of views, above evaluated memory
MAX_WINDOWS = 65536


class Window(NamedTuple):
    """A view as another view of memory that begins `offset` elements later."""

    template: Template
    type: TensorType  # of that memory
    offset: int


_windows: dict[tuple[Template, ...], Window | None] = {}
_templates: dict[tuple[Node, str], Template] = {}  # equal views have one template


def through_window(template: Template, inputs: tuple) -> tuple[Template, tuple]:
    """The view `template` of `inputs`, as a template and an input that give the same elements."""
    if len(inputs) != 1:  # of which the view reads one
        return template, inputs
    chain = [template]
    (source,) = inputs
    while source.buffer is None:
        above = source.template
        if (
            above is None or not above.is_view or len(chain) == MAX_CHAIN
            or len(source.inputs) != 1
        ):  # fmt: skip
            return template, inputs
        chain.append(above)
        (source,) = source.inputs
    window = _window(tuple(chain))
    if window is None:
        return template, inputs
    return window.template, (_from(source, window),)


def _from(source: Value, window: Window) -> Value:
    """The evaluated value `source` from the window's offset on."""
    if not window.offset and window.type is source.type:
        return source
    base = source.buffer
    assert base is not None
    start = window.offset * window.type.dtype.itemsize
    return leaf(window.type, Buffer.at(base.address + start, window.type.nbytes, base))


def _window(chain: tuple[Template, ...]) -> Window | None:
    try:
        return _windows[chain]
    except KeyError:
        if len(_windows) >= MAX_WINDOWS:
            _windows.clear()
            _templates.clear()
        root = chain[-1].root
        for template in reversed(chain[:-1]):
            (parameter,) = [n for n in topological([template.root]) if n.primitive == "parameter"]
            root = build.substitute(template.root, {parameter: root})
        window = _windows[chain] = _find(chain[0].name, root)
        return window


def _find(name: str, root: Node) -> Window | None:
    """The window of a view that slices its memory, or that is another view in fact (a part of
    something expanded); None for other views."""
    (plain,) = simplify([root])
    offset = -1 if plain is root else 0  # -1: nothing is gained yet
    root = plain
    while True:
        root, cut = _with_slice_first(root)
        if cut is None:
            break
        (memory,) = cut.sources
        starts, sizes, steps = cut.attributes
        if memory.type.numel == 0 or 0 in sizes or any(k < 0 for k in steps):
            return None
        strides = contiguous_strides(memory.shape)
        offset = max(offset, 0) + sum(s * k for s, k in zip(starts, strides, strict=True))
        if _is_block(memory.shape, sizes, steps):
            root = build.substitute(root, {cut: build.parameter(0, cut.type)})
        else:  # that memory seems to end later than it does; nothing reads there
            new = build.slice_(memory, (0,) * len(starts), sizes, steps)
            root = build.substitute(root, {cut: new})
            break
    if offset < 0:
        return None
    parameters = [n for n in topological([root]) if n.primitive == "parameter"]
    if len(parameters) != 1:
        return None
    (parameter,) = parameters
    again = _templates.get((root, name))
    if again is None:
        again = _templates[root, name] = Template(name, root)
    return Window(again, parameter.type, offset)


def _with_slice_first(root: Node) -> tuple[Node, Node | None]:
    """The view with its slice, if it has one, as what reads the memory: below permutations."""
    while True:
        nodes = list(topological([root]))
        twice = [n for n in nodes if n.primitive == "slice" and n.sources[0].primitive == "slice"]
        if twice:
            root = build.substitute(root, {twice[0]: _one_slice(twice[0], twice[0].sources[0])})
            continue
        readers = [n for n in nodes if any(s.primitive == "parameter" for s in n.sources)]
        if len(readers) != 1:
            return root, None
        (reader,) = readers
        above = [n for n in nodes if reader in n.sources]
        cut = above[0] if len(above) == 1 and above[0].primitive == "slice" else None
        if reader.primitive == "reshape":  # the same memory under another shape
            root = build.substitute(root, {reader: build.parameter(0, reader.type)})
        elif reader.primitive == "permute" and cut is not None:
            root = build.substitute(root, {cut: _sliced_first(cut, reader)})
        else:
            return root, reader if reader.primitive == "slice" else None


def _sliced_first(cut: Node, permute: Node) -> Node:
    """slice(permute(x)) as permute(slice(x))."""
    (x,) = permute.sources
    (dims,) = permute.attributes
    attributes = []
    for numbers in cut.attributes:
        below = [0] * len(dims)
        for d, n in zip(dims, numbers, strict=True):
            below[d] = n
        attributes.append(tuple(below))
    return build.permute(build.slice_(x, *attributes), dims)


def _one_slice(cut: Node, first: Node) -> Node:
    """slice(slice(x)) as one slice."""
    starts, sizes, steps = cut.attributes
    before, _, pace = first.attributes
    starts = tuple(a + s * k for a, s, k in zip(before, starts, pace, strict=True))
    steps = tuple(s * k for s, k in zip(steps, pace, strict=True))
    return build.slice_(first.sources[0], starts, sizes, steps)


def _is_block(shape: Shape, sizes: Shape, steps: Shape) -> bool:
    """Whether the slice lies in memory without gaps: single elements, one stretch, whole dims."""
    is_inner = False
    for whole, size, step in zip(shape, sizes, steps, strict=True):
        if is_inner and size != whole:
            return False
        if size > 1:
            is_inner = True
            if step != 1:
                return False
    return True

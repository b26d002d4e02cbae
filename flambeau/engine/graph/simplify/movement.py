"""Rules on movements: chains become one movement, and identities vanish."""

from __future__ import annotations

from flambeau.core.layout import Layout
from flambeau.core.shape import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.graph.rewrite import Rule
from flambeau.engine.graph.simplify.strided import is_injective, permuted_whole, recognize

__all__ = ["MOVEMENT", "match_dims", "without_ones"]


def without_ones(shape: Shape) -> Shape:
    """`shape` without its dims of size 1."""
    return tuple(n for n in shape if n != 1)


def match_dims(old: Shape, new: Shape) -> dict[int, int] | None:
    """old dim -> new dim where the shapes differ by dims of size 1 only, else None."""
    if without_ones(old) != without_ones(new):
        return None
    a = [d for d, n in enumerate(old) if n != 1]
    b = [d for d, n in enumerate(new) if n != 1]
    return dict(zip(a, b, strict=True))


# -- reshape ------------------------------------------------------------------------------------
def _reshape_reshape(node: Node) -> Node | None:
    (x,) = node.sources
    if x.primitive == "reshape":
        return build.reshape(x.sources[0], node.shape)
    return x if x.shape == node.shape else None


def _reshape_expand(node: Node) -> Node | None:
    """Adding or removing dims of size 1 goes below an expand."""
    (x,) = node.sources
    if x.primitive != "expand":
        return None
    place = match_dims(x.shape, node.shape)
    if place is None:
        return None
    inner = x.sources[0]
    shape = [1] * len(node.shape)
    for old, new in place.items():
        shape[new] = inner.shape[old]
    return build.expand(build.reshape(inner, tuple(shape)), node.shape)


# -- permute ------------------------------------------------------------------------------------
def _permute_permute(node: Node) -> Node | None:
    (x,) = node.sources
    dims = node.attributes[0]
    if x.primitive == "permute":
        return build.permute(x.sources[0], tuple(x.attributes[0][d] for d in dims))
    return x if dims == tuple(range(len(dims))) else None


def _permute_ones(node: Node) -> Node | None:
    """A permutation that moves only dims of size 1 is a reshape."""
    x = node.sources[0]
    moved = [d for d in node.attributes[0] if x.shape[d] != 1]
    return build.reshape(x, node.shape) if moved == sorted(moved) else None


def _permute_expand(node: Node) -> Node | None:
    (x,) = node.sources
    if x.primitive != "expand":
        return None
    return build.expand(build.permute(x.sources[0], node.attributes[0]), node.shape)


# -- expand -------------------------------------------------------------------------------------
def _expand_expand(node: Node) -> Node | None:
    (x,) = node.sources
    if x.primitive == "expand":
        return build.expand(x.sources[0], node.shape)
    return x if x.shape == node.shape else None


# -- slice --------------------------------------------------------------------------------------
def _slice_slice(node: Node) -> Node | None:
    (x,) = node.sources
    starts, sizes, steps = node.attributes
    if x.primitive == "slice":
        first, _, pace = x.attributes
        starts = tuple(a + s * k for a, s, k in zip(first, starts, pace, strict=True))
        steps = tuple(s * k for s, k in zip(steps, pace, strict=True))
        return build.slice_(x.sources[0], starts, sizes, steps)
    plain = tuple(1 if n <= 1 else k for n, k in zip(sizes, steps, strict=True))
    result = build.slice_(x, starts, sizes, plain)
    return None if result is node else result


def _slice_expand(node: Node) -> Node | None:
    """Slice before expanding: repeated dims have one element to choose from."""
    (x,) = node.sources
    if x.primitive != "expand":
        return None
    inner = x.sources[0]
    rows = zip(inner.shape, x.shape, *node.attributes, strict=True)
    # a dim of one element that is not repeated is treated the same way
    parts = [(0, 1, 1) if n == 1 else (a, size, k) for n, _, a, size, k in rows]
    starts, sizes, steps = (tuple(p[i] for p in parts) for i in range(3))
    return build.expand(build.slice_(inner, starts, sizes, steps), node.shape)


def _slice_cat(node: Node) -> Node | None:
    """A slice that stays within one piece."""
    (x,) = node.sources
    if x.primitive != "cat":
        return None
    (dim,) = x.attributes
    starts, sizes, steps = node.attributes
    end = starts[dim] + (sizes[dim] - 1) * steps[dim]
    low, high = min(starts[dim], end), max(starts[dim], end)
    for piece in x.sources:
        n = piece.shape[dim]
        if low < n:
            if low < 0 or high >= n:
                return None
            shifted = (*starts[:dim], starts[dim] + min(low - starts[dim], 0), *starts[dim + 1 :])
            start = low if steps[dim] > 0 else high
            shifted = (*starts[:dim], start, *starts[dim + 1 :])
            return build.slice_(piece, shifted, sizes, steps)
        low, high = low - n, high - n
    return None


def _slice_pad(node: Node) -> Node | None:
    """A slice that keeps only what was padded around."""
    (x,) = node.sources
    if x.primitive != "pad" or any(x.attributes[2]):
        return None
    starts, sizes, steps = node.attributes
    inner = x.sources[0]
    moved = tuple(a - lo for a, lo in zip(starts, x.attributes[0], strict=True))
    for a, n, k, size in zip(moved, sizes, steps, inner.shape, strict=True):
        if not (0 <= a < size and 0 <= a + (n - 1) * k < size):
            return None
    return build.slice_(inner, moved, sizes, steps)


# -- as_strided and update ----------------------------------------------------------------------
def _strided_source(node: Node) -> Node | None:
    """as_strided reads flat elements, so its source's shape does not matter."""
    (x,) = node.sources
    if x.primitive != "reshape":
        return None
    return build.make("as_strided", (x.sources[0],), node.attributes)


def _strided_update(node: Node) -> Node | None:
    """Reading what was just written."""
    (x,) = node.sources
    if x.primitive != "update" or x.attributes != node.attributes:
        return None
    return x.sources[1] if is_injective(Layout(*node.attributes)) else None


def _strided(node: Node) -> Node | None:
    return recognize(node.sources[0], Layout(*node.attributes))


def _update_whole(node: Node) -> Node | None:
    """Every element is replaced."""
    return permuted_whole(node.sources[1], Layout(*node.attributes), node.shape)


def _update_update(node: Node) -> Node | None:
    """What is written over at once need not be written."""
    base, value = node.sources
    if base.primitive != "update" or base.attributes != node.attributes:
        return None
    return build.update(base.sources[0], value, *node.attributes)


# -- pad, cat and copy --------------------------------------------------------------------------
def _pad_pad(node: Node) -> Node | None:
    (x,) = node.sources
    low, high, interior, value = node.attributes
    if not any(low) and not any(high) and not any(interior):
        return x
    if x.primitive != "pad" or any(interior) or repr(x.attributes[3]) != repr(value):
        return None
    if min(*low, *high, *x.attributes[0], *x.attributes[1], 0) < 0:
        return None
    low = tuple(a + b for a, b in zip(low, x.attributes[0], strict=True))
    high = tuple(a + b for a, b in zip(high, x.attributes[1], strict=True))
    return build.pad(x.sources[0], low, high, value, x.attributes[2])


def _pad_cut(node: Node) -> Node | None:
    """Padding that only cuts is a slice."""
    low, high, interior, _ = node.attributes
    if any(interior) or max(*low, *high, 0) > 0:
        return None
    return build.slice_(
        node.sources[0], tuple(-lo for lo in low), node.shape, (1,) * len(node.shape)
    )


def _cat_cat(node: Node) -> Node | None:
    """Pieces without elements vanish; pieces that are joined along the same dim are spliced."""
    (dim,) = node.attributes
    pieces: list[Node] = []
    for s in node.sources:
        if s.primitive == "cat" and s.attributes == node.attributes:
            pieces += s.sources
        elif s.shape[dim]:
            pieces.append(s)
    return None if len(pieces) == len(node.sources) else build.cat(tuple(pieces), dim)


def _copy_copy(node: Node) -> Node | None:
    (x,) = node.sources
    return x if x.primitive == "copy" else None


MOVEMENT = (
    Rule("reshape-reshape", ("reshape",), _reshape_reshape),
    Rule("reshape-expand", ("reshape",), _reshape_expand),
    Rule("permute-permute", ("permute",), _permute_permute),
    Rule("permute-ones", ("permute",), _permute_ones),
    Rule("permute-expand", ("permute",), _permute_expand),
    Rule("expand-expand", ("expand",), _expand_expand),
    Rule("slice-slice", ("slice",), _slice_slice),
    Rule("slice-expand", ("slice",), _slice_expand),
    Rule("slice-cat", ("slice",), _slice_cat),
    Rule("slice-pad", ("slice",), _slice_pad),
    Rule("strided-update", ("as_strided",), _strided_update),
    Rule("strided-source", ("as_strided",), _strided_source),
    Rule("strided-recognize", ("as_strided",), _strided),
    Rule("update-whole", ("update",), _update_whole),
    Rule("update-update", ("update",), _update_update),
    Rule("pad-pad", ("pad",), _pad_pad),
    Rule("pad-cut", ("pad",), _pad_cut),
    Rule("cat-cat", ("cat",), _cat_cat),
)

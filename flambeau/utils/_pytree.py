"""Nested containers of tensors as flat lists, under PyTorch's names.

A *pytree* is a tensor (or any other leaf), or a list, tuple, named tuple, dict, OrderedDict,
defaultdict or deque of pytrees, or an instance of a class that was registered.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

__all__ = [
    "TreeSpec", "register_pytree_node", "tree_any", "tree_flatten", "tree_leaves", "tree_map",
    "tree_map_only", "tree_structure", "tree_unflatten",
]  # fmt: skip

Flatten = Callable[[Any], tuple[list[Any], Any]]
Unflatten = Callable[[list[Any], Any], Any]


@dataclass(frozen=True)
class _Container:
    flatten: Flatten  # -> (children, context)
    unflatten: Unflatten


@dataclass(frozen=True)
class TreeSpec:
    """The structure of a pytree: its container's class and context; None for a leaf."""

    type: type | None
    context: Any
    children: tuple[TreeSpec, ...]

    @property
    def num_leaves(self) -> int:
        """The number of leaves."""
        return 1 if self.type is None else sum(c.num_leaves for c in self.children)

    def is_leaf(self) -> bool:
        """Whether it stands for a leaf."""
        return self.type is None


LEAF = TreeSpec(None, None, ())


def _dict(x: Any) -> tuple[list[Any], Any]:
    return list(x.values()), list(x.keys())


def _as_defaultdict(children: list[Any], context: Any) -> Any:
    factory, keys = context
    return defaultdict(factory, zip(keys, children, strict=True))


_CONTAINERS: dict[type, _Container] = {
    list: _Container(lambda x: (list(x), None), lambda c, _: c),
    tuple: _Container(lambda x: (list(x), None), lambda c, _: tuple(c)),
    dict: _Container(_dict, lambda c, keys: dict(zip(keys, c, strict=True))),
    OrderedDict: _Container(_dict, lambda c, keys: OrderedDict(zip(keys, c, strict=True))),
    defaultdict: _Container(lambda x: (list(x.values()), (x.default_factory, list(x))),
                            _as_defaultdict),
    deque: _Container(lambda x: (list(x), x.maxlen), lambda c, size: deque(c, size)),
}  # fmt: skip
_NAMED = _Container(lambda x: (list(x), type(x)), lambda c, cls: cls(*c))


def register_pytree_node(cls: type, flatten_fn: Flatten, unflatten_fn: Any, **names: Any) -> None:
    """Make instances of `cls` containers: flatten_fn(x) gives (children, context), and
    unflatten_fn(children, context) the instance again."""
    if cls in _CONTAINERS:
        raise ValueError(f"register_pytree_node: {cls.__name__} is already registered")
    _CONTAINERS[cls] = _Container(flatten_fn, unflatten_fn)


def _container(x: Any) -> _Container | None:
    found = _CONTAINERS.get(type(x))
    if found is None and isinstance(x, tuple) and hasattr(x, "_fields"):
        return _NAMED
    return found


def tree_flatten(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> tuple[list, TreeSpec]:
    """The leaves in order, and the structure to put them back.

    >>> leaves, spec = tree_flatten({"a": 1, "b": (2, [3])})
    >>> leaves, tree_unflatten([10, 20, 30], spec)
    ([1, 2, 3], {'a': 10, 'b': (20, [30])})
    """
    leaves: list[Any] = []
    return leaves, _flatten(tree, leaves, is_leaf)


def _flatten(tree: Any, leaves: list[Any], is_leaf: Callable[[Any], bool] | None) -> TreeSpec:
    container = None if is_leaf is not None and is_leaf(tree) else _container(tree)
    if container is None:
        leaves.append(tree)
        return LEAF
    children, context = container.flatten(tree)
    specs = tuple(_flatten(child, leaves, is_leaf) for child in children)
    return TreeSpec(type(tree), context, specs)


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> Any:
    """The pytree of this structure with these leaves."""
    leaves = list(leaves)
    if len(leaves) != treespec.num_leaves:
        raise ValueError(
            f"tree_unflatten: given {len(leaves)} leaves; required: {treespec.num_leaves}, as the "
            "structure has"
        )
    return _unflatten(iter(leaves), treespec)


def _unflatten(leaves: Any, spec: TreeSpec) -> Any:
    if spec.type is None:
        return next(leaves)
    children = [_unflatten(leaves, child) for child in spec.children]
    container = _CONTAINERS.get(spec.type, _NAMED)
    return container.unflatten(children, spec.context)


def tree_leaves(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> list[Any]:
    """The leaves in order."""
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> TreeSpec:
    """The structure alone."""
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Any = None) -> Any:
    """func of each leaf (and the leaves at its place in `rests`), in the same structure."""
    leaves, spec = tree_flatten(tree, is_leaf)
    others = [tree_flatten(rest, is_leaf)[0] for rest in rests]
    if any(len(o) != len(leaves) for o in others):
        raise ValueError("tree_map: given trees of different structures; required: one structure")
    return tree_unflatten([func(*xs) for xs in zip(leaves, *others, strict=True)], spec)


def tree_map_only(kind: Any, func: Callable[[Any], Any], tree: Any, is_leaf: Any = None) -> Any:
    """func of each leaf that is an instance of `kind`; other leaves stay."""
    return tree_map(lambda x: func(x) if isinstance(x, kind) else x, tree, is_leaf=is_leaf)


def tree_any(predicate: Callable[[Any], bool], tree: Any, is_leaf: Any = None) -> bool:
    """Whether the predicate holds for some leaf."""
    return any(map(predicate, tree_leaves(tree, is_leaf)))

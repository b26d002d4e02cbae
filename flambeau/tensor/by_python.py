"""Elements computed by Python functions, one by one: slow, for what no operation computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.tensor.creation import tensor
from flambeau.tensor.grids import broadcast_to
from flambeau.tensor.tensor import Tensor

__all__ = ["METHODS"]

Function = Callable[..., Any]


def _written(name: str, self: Any, function: Function, others: tuple[Any, ...]) -> Tensor:
    if self.requires_grad:
        raise RuntimeError(
            message(name, "a tensor that requires grad",
                    f"{name} can't be called on a Variable that requires grad", "detach() first")
        )  # fmt: skip
    rows = [x.reshape(-1).tolist() for x in (self, *others)]
    found = [function(*items) for items in zip(*rows, strict=True)]
    self.copy_(tensor(found, dtype=self.dtype).reshape(self._shape))
    return self  # type: ignore[no-any-return]


def apply_(self: Tensor, callable: Function) -> Tensor:
    """Replace each element by callable(element).

    >>> import flambeau
    >>> flambeau.tensor([1.0, 2.0]).apply_(lambda x: x + 0.5)
    tensor([1.5000, 2.5000])
    """
    return _written("apply_", self, callable, ())


def map_(self: Tensor, tensor: Tensor, callable: Function) -> Tensor:
    """Replace each element a by callable(a, b), with b of another tensor, broadcast."""
    return _written("map_", self, callable, (broadcast_to(tensor, self._shape),))


def map2_(self: Tensor, x: Tensor, y: Tensor, callable: Function) -> Tensor:
    """Replace each element a by callable(a, b, c), with b and c of other tensors, broadcast."""
    others = tuple(broadcast_to(t, self._shape) for t in (x, y))
    return _written("map2_", self, callable, others)


METHODS: dict[str, Function] = {"apply_": apply_, "map_": map_, "map2_": map2_}

"""What programs do with the tape: hooks on what it saves, and its nodes and edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from flambeau.tensor.apply import edge_of
from flambeau.tensor.hooks import RemovableHandle
from flambeau.tensor.tape import Node, mode
from flambeau.tensor.tensor import Tensor

__all__ = [
    "GradientEdge", "Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks",
    "get_gradient_edge", "increment_version", "register_multi_grad_hook", "save_on_cpu",
    "saved_tensors_hooks",
]  # fmt: skip


# -- hooks on saved tensors ---------------------------------------------------------------------
class saved_tensors_hooks:  # noqa: N801 - PyTorch's name
    """Inside `with`, `pack_hook(tensor)` replaces each tensor that is saved for backward, and
    backward calls `unpack_hook` on what that gave, which must give the tensor's values back.

    The tensor that is packed has the values of the moment of the call, whatever is written later.

    >>> import flambeau
    >>> x = flambeau.tensor([2.0], requires_grad=True)
    >>> with flambeau.autograd.graph.saved_tensors_hooks(lambda t: t.numpy(), flambeau.tensor):
    ...     y = x * x
    >>> y.backward()
    >>> x.grad
    tensor([4.])
    """

    def __init__(
        self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]
    ) -> None:
        self.hooks = (pack_hook, unpack_hook)
        self._before: list[tuple | None] = []

    def __enter__(self) -> None:
        if _disabled:
            raise RuntimeError(_disabled[-1])
        self._before.append(mode.packing)
        mode.packing = self.hooks

    def __exit__(self, *exception: object) -> None:
        mode.packing = self._before.pop()


class save_on_cpu(saved_tensors_hooks):  # noqa: N801 - PyTorch's name
    """Keep saved tensors in the host's memory: on a machine without a GPU, where they are."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda x: (x.device, x.to("cpu")), lambda kept: kept[1].to(kept[0]))


_disabled: list[str] = []


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Inside `with`, entering `saved_tensors_hooks` is an error with this text."""
    _disabled.append(error_message)
    try:
        yield
    finally:
        _disabled.pop()


@contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[None]:
    """Inside `with`, tensors that backward needs may be written: it sees the old values."""
    with saved_tensors_hooks(lambda x: x, lambda x: x):
        yield


# -- nodes and edges ----------------------------------------------------------------------------
class GradientEdge(NamedTuple):
    """The place where the gradient of a tensor arrives: a node, and the number of its output."""

    node: Node
    output_nr: int
    ownership_token: Any = None


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The edge of a tensor that requires grad."""
    edge = edge_of(tensor)
    if edge is None:
        raise RuntimeError(
            "get_gradient_edge: It is not possible to get the gradient edge for a Tensor that does "
            "not require gradients; try requires_grad_()"
        )
    return GradientEdge(*edge)


def increment_version(tensor: Tensor | Sequence[Tensor]) -> None:
    """Tell the tape that the tensor's memory was written behind its back."""
    for x in (tensor,) if isinstance(tensor, Tensor) else tensor:
        x._storage.version += 1


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[..., Any], *, mode: str = "all"
) -> RemovableHandle:
    """Call `fn` on the gradients of all `tensors`, once they are there (None for those without);
    with mode="any" on the first one that comes."""
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    waiting = [i for i, x in enumerate(tensors) if x.requires_grad]
    grads: dict[int, Tensor] = {}
    is_done = [False]

    def arrived(i: int) -> Callable[[Tensor], None]:
        def hook(grad: Tensor) -> None:
            if mode == "any":
                if not is_done[0]:
                    is_done[0] = True
                    fn(grad)
                return
            grads[i] = grad
            if len(grads) == len(waiting):
                found = [grads.get(k) for k in range(len(tensors))]
                grads.clear()
                fn(found)

        return hook

    handles = [tensors[i].register_hook(arrived(i)) for i in waiting]  # type: ignore[attr-defined]
    return _Handles(handles)


class _Handles(RemovableHandle):
    """Several handles, removed together."""

    def __init__(self, handles: list[RemovableHandle]) -> None:
        super().__init__({})
        self.handles = handles

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()

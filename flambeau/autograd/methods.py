"""Tensor's methods and properties that concern the tape; attached when autograd is imported."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from flambeau.autograd.backward import backward, retain_grad
from flambeau.tensor.apply import note_gradient
from flambeau.tensor.hooks import RemovableHandle
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import grad_fn_of, value_of

__all__ = ["METHODS", "PROPERTIES", "attach"]


def _backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Add the gradient of this tensor to the .grad of the leaves it was computed from.

    gradient: the cotangent to start from; not needed for a tensor of one element.
    See `flambeau.autograd.backward`.
    """
    backward(self, gradient, retain_graph, create_graph, inputs=inputs)


def _requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Say that operations on this tensor are to be recorded; in place."""
    _set_requires_grad(self, requires_grad)
    return self


def _get_requires_grad(self: Tensor) -> bool:
    """True if gradients with respect to this tensor can be asked for."""
    if self._base is not None:
        grad_fn_of(self)
    return self._requires_grad


def _set_requires_grad(self: Tensor, value: bool) -> None:
    value = bool(value)
    if _get_requires_grad(self) and self._grad_fn is not None:
        if not value:
            raise RuntimeError(
                "requires_grad_: you can only change requires_grad flags of leaf variables. If "
                "you want to use a computed variable in a subgraph that doesn't require "
                "differentiation use var_no_grad = var.detach()."
            )
        return
    dtype = self.dtype
    if value and not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError(
            f"requires_grad_: given a tensor of dtype {dtype.name}; only Tensors of floating "
            "point and complex dtype can require gradients; try .float() first"
        )
    if value and self._inference and not mode.inference:
        raise RuntimeError(
            "requires_grad_: Setting requires_grad=True on inference tensor outside InferenceMode "
            "is not allowed; try clone() of it"
        )
    self._requires_grad = value


def _get_grad(self: Tensor) -> Tensor | None:
    """The accumulated gradient, or None."""
    note_gradient(self)
    found: Tensor | None = self._grad
    if found is None and self._grad_fn is not None and not self._retains_grad:
        warnings.warn(
            "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its "
            ".grad attribute won't be populated during autograd.backward(). If you indeed want "
            "the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the "
            "non-leaf Tensor.",
            UserWarning,
            stacklevel=2,
        )
    return found


def _set_grad(self: Tensor, value: Tensor | None) -> None:
    note_gradient(self, looked_at=False)
    if value is not None:
        if not isinstance(value, Tensor):
            raise TypeError(
                f"assigned grad expected to be a Tensor or None but got grad of type "
                f"{type(value).__name__}"
            )
        if value is self:
            raise RuntimeError("assigned grad: can't assign Variable as its own grad")
        own, given = value_of(self).type, value_of(value).type
        if own.shape != given.shape:
            raise RuntimeError(
                f"assigned grad has data of a different size: given {list(given.shape)}; "
                f"required: {list(own.shape)}, the tensor's shape"
            )
        if own.dtype is not given.dtype:
            raise RuntimeError(
                f"assigned grad has data of a different type: given {given.dtype.name}; "
                f"required: {own.dtype.name}, the tensor's dtype"
            )
    self._grad = value


def _del_grad(self: Tensor) -> None:
    note_gradient(self, looked_at=False)
    self._grad = None


def _grad_fn(self: Tensor) -> Any:
    """The node of the tape that made this tensor; None for leaves."""
    return grad_fn_of(self)


def _is_leaf(self: Tensor) -> bool:
    """True for tensors that no recorded operation made."""
    return grad_fn_of(self) is None


def _retain_grad(self: Tensor) -> None:
    """Keep the gradient of this tensor in .grad although it is no leaf."""
    retain_grad(self)


def _retains_grad(self: Tensor) -> bool:
    """True if `retain_grad` was called on this tensor and it is no leaf."""
    return self._retains_grad


def _output_nr(self: Tensor) -> int:
    """Which output of `grad_fn` this tensor is."""
    return self._output_nr


def _register_hook(self: Tensor, hook: Callable) -> RemovableHandle:
    """Call `hook(grad)` whenever a gradient of this tensor is computed.

    What it returns, if not None, is used in the gradient's place.
    """
    if not _get_requires_grad(self):
        raise RuntimeError(
            "register_hook: cannot register a hook on a tensor that doesn't require gradient; "
            "try requires_grad_() first"
        )
    node = grad_fn_of(self)
    if node is None:
        if self._hooks is None:
            self._hooks = {}
        hooks = self._hooks
    else:
        hooks = node._ensure_hooks().tensor.setdefault(self._output_nr, {})
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


def _register_post_accumulate_grad_hook(self: Tensor, hook: Callable) -> RemovableHandle:
    """Call `hook(tensor)` after a gradient was added to this leaf's .grad."""
    if not _get_requires_grad(self):
        raise RuntimeError(
            "register_post_accumulate_grad_hook: cannot register a hook on a tensor that doesn't "
            "require gradient"
        )
    if grad_fn_of(self) is not None:
        raise RuntimeError(
            "register_post_accumulate_grad_hook: post accumulate grad hooks cannot be registered "
            "on non-leaf tensors; try register_hook"
        )
    if self._post_accumulate_hooks is None:
        self._post_accumulate_hooks = {}
    handle = RemovableHandle(self._post_accumulate_hooks)
    self._post_accumulate_hooks[handle.id] = hook
    return handle


def _detach(self: Tensor) -> Tensor:
    """A tensor that shares this one's memory and has no history."""
    result = Tensor._of(self._storage)
    if self._layout is not None:
        result._layout = self._layout
        result._view_value = value_of(self)
        result._view_version = self._storage.version
    result._inference = self._inference
    return result


def _detach_(self: Tensor) -> Tensor:
    """Forget this tensor's history; in place."""
    if self._base is not None:
        raise RuntimeError(
            "detach_: Can't detach views in-place. Use detach() instead; a view's history is that "
            "of its base"
        )
    self._grad_fn = None
    self._output_nr = 0
    self._requires_grad = False
    self._retains_grad = False
    return self


def _is_inference(self: Tensor) -> bool:
    """True for tensors made under `inference_mode`."""
    return self._inference


def _is_view(self: Tensor) -> bool:
    """True if this tensor was made as a view of another, its `_base`."""
    return self._base is not None


METHODS: dict[str, Callable] = {
    "_is_view": _is_view,
    "backward": _backward,
    "detach": _detach,
    "detach_": _detach_,
    "is_inference": _is_inference,
    "register_hook": _register_hook,
    "register_post_accumulate_grad_hook": _register_post_accumulate_grad_hook,
    "requires_grad_": _requires_grad_,
    "retain_grad": _retain_grad,
}

PROPERTIES: dict[str, property] = {
    "grad": property(_get_grad, _set_grad, _del_grad),
    "grad_fn": property(_grad_fn),
    "is_leaf": property(_is_leaf),
    "output_nr": property(_output_nr),
    "requires_grad": property(_get_requires_grad, _set_requires_grad),
    "retains_grad": property(_retains_grad),
}


def attach() -> None:
    """Give Tensor these methods and properties."""
    for name, method in METHODS.items():
        method.__name__ = name
        method.__qualname__ = f"Tensor.{name}"
        setattr(Tensor, name, method)
    for name, made in PROPERTIES.items():
        setattr(Tensor, name, made)

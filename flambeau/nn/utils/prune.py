"""Pruning: parameters with some elements held at zero.

A pruned parameter NAME is kept as the parameter NAME_orig and the buffer NAME_mask; before each
call the module's NAME is their product. Pruning again works on what is left.
"""

from __future__ import annotations

import numbers
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.nn.utils.convert_parameters import parameters_to_vector
from flambeau.nn.utils.matrices import array_of, tensor_of
from flambeau.tensor.creation import ones_like
from flambeau.tensor.random import rand

__all__ = [
    "BasePruningMethod", "CustomFromMask", "Identity", "L1Unstructured", "LnStructured",
    "PruningContainer", "RandomStructured", "RandomUnstructured", "custom_from_mask",
    "global_unstructured", "identity", "is_pruned", "l1_unstructured", "ln_structured",
    "random_structured", "random_unstructured", "remove",
]  # fmt: skip


class BasePruningMethod(ABC):
    """Which elements to prune: subclasses override `compute_mask` and say their PRUNING_TYPE."""

    _tensor_name: str
    PRUNING_TYPE = "unstructured"  # or "structured", "global"

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask of 0 and 1 for importances t, where default_mask has been applied before."""

    def apply_mask(self, module: Any) -> Any:
        """The pruned tensor."""
        mask = getattr(module, f"{self._tensor_name}_mask")
        original = getattr(module, f"{self._tensor_name}_orig")
        return mask.to(original.dtype) * original

    @classmethod
    def apply(
        cls, module: Any, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any
    ) -> BasePruningMethod:
        """Prune module.NAME from now on, on top of what has been pruned; returns the method."""
        new = cls(*args, **kwargs)
        new._tensor_name = name
        found = [
            (key, hook) for key, hook in module._forward_pre_hooks.items()
            if isinstance(hook, BasePruningMethod) and hook._tensor_name == name
        ]  # fmt: skip
        tensor = getattr(module, name)
        scores = tensor if importance_scores is None else importance_scores
        if scores._shape != tensor._shape:
            raise AssertionError(
                message("prune", f"importance_scores of shape {list(scores._shape)}",
                        f"the shape of {name}, {list(tensor._shape)}")
            )  # fmt: skip
        method: Any = new
        if found:
            method = found[0][1]
            if not isinstance(method, PruningContainer):
                method = PruningContainer(method)
            method.add_pruning_method(new)
            default = getattr(module, f"{name}_mask").detach().clone()
        else:
            default = ones_like(tensor.detach())
        try:
            mask = method.compute_mask(scores.detach(), default)
        except Exception:
            if found and isinstance(found[0][1], PruningContainer):
                method._pruning_methods = method._pruning_methods[:-1]
            raise
        if not found:
            module.register_parameter(f"{name}_orig", tensor)
            del module._parameters[name]
        for key, _ in found:
            del module._forward_pre_hooks[key]
        module.register_buffer(f"{name}_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method  # type: ignore[no-any-return]

    def prune(self, t: Any, default_mask: Any = None, importance_scores: Any = None) -> Any:
        """t with zeros where it is pruned."""
        scores = t if importance_scores is None else importance_scores
        default = ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(scores, default)

    def remove(self, module: Any) -> None:
        """Make the pruned tensor an ordinary parameter, zeros and all."""
        name = self._tensor_name
        weight = self.apply_mask(module).detach()
        original = module._parameters.pop(f"{name}_orig")
        original.data = weight
        del module._buffers[f"{name}_mask"]
        if name in module.__dict__:
            delattr(module, name)
        setattr(module, name, original)


class PruningContainer(BasePruningMethod):
    """Several methods, each of which prunes what the ones before have left."""

    def __init__(self, *args: Any) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        given = args[0] if len(args) == 1 and isinstance(args[0], Iterable) else args
        methods = list(given)
        if methods:
            self._tensor_name = methods[0]._tensor_name
        for method in methods:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: Any) -> None:
        """Put one more method at the end."""
        if not isinstance(method, BasePruningMethod) and method is not None:
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(
                "Can only add pruning methods acting on the parameter named "
                f"'{self._tensor_name}' to PruningContainer {self}. Found "
                f"'{method._tensor_name}'"
            )
        if method is not None:
            self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Any:
        return iter(self._pruning_methods)

    def __getitem__(self, index: int) -> BasePruningMethod:
        return self._pruning_methods[index]

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """What the last method leaves of what is still there."""
        method: Any = self._pruning_methods[-1]
        mask = array_of(default_mask)
        if method.PRUNING_TYPE == "global":
            return tensor_of(mask * array_of(method.compute_mask(t, default_mask)), default_mask)
        if method.PRUNING_TYPE == "unstructured":
            left = mask == 1
        elif method.PRUNING_TYPE == "structured":  # channels with anything left
            dim = method.dim % mask.ndim
            others = tuple(d for d in range(mask.ndim) if d != dim)
            left = np.broadcast_to((mask != 0).any(axis=others, keepdims=True), mask.shape)
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
        scores = array_of(t)
        if method.PRUNING_TYPE == "structured":
            dim = method.dim % mask.ndim
            kept = np.flatnonzero(left.any(axis=tuple(d for d in range(mask.ndim) if d != dim)))
            part = np.take(scores, kept, dim), np.take(mask, kept, dim)
            found = array_of(method.compute_mask(*[tensor_of(p, t) for p in part]))
            at: list[Any] = [slice(None)] * mask.ndim
            at[dim] = kept
            mask[tuple(at)] = found
        else:
            found = method.compute_mask(tensor_of(scores[left], t), tensor_of(mask[left], t))
            mask[left] = array_of(found)
        return tensor_of(mask, default_mask)


# -- amounts --------------------------------------------------------------------------------------
def _check_amount(amount: Any) -> None:
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    is_count = isinstance(amount, numbers.Integral)
    if (is_count and amount < 0) or (not is_count and not 0.0 <= float(amount) <= 1.0):
        raise ValueError(
            f"amount={amount} should either be a float in the range [0, 1] or a non-negative "
            "integer"
        )


def _count(amount: Any, size: int) -> int:
    """How many of `size` are pruned."""
    if not isinstance(amount, numbers.Integral):
        return round(amount * size)
    if int(amount) > size:
        raise ValueError(
            f"amount={amount} should be smaller than the number of parameters to prune={size}"
        )
    return int(amount)


class _Amount(BasePruningMethod):
    """A method that prunes a number, or a fraction, of the elements."""

    def __init__(self, amount: Any) -> None:
        _check_amount(amount)
        self.amount = amount


class _Structured(_Amount):
    """A method that prunes whole channels along a dim."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: Any, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def _check(self, t: Any) -> None:
        ndim = len(t._shape)
        if ndim <= 1:
            raise ValueError(
                "Structured pruning can only be applied to multidimensional tensors. Found tensor "
                f"of shape {t.shape} with {ndim} dims"
            )
        if not -ndim <= self.dim < ndim:
            raise IndexError(f"Invalid index {self.dim} for tensor of size {t.shape}")

    def _masked(self, t: Any, default_mask: Any, importance: np.ndarray, count: int) -> Any:
        """The mask without the `count` channels of least importance."""
        if count == 0:
            return default_mask
        mask = array_of(default_mask)
        at: list[Any] = [slice(None)] * mask.ndim
        at[self.dim] = np.argsort(importance, kind="stable")[:count]
        mask[tuple(at)] = 0
        return tensor_of(mask, default_mask)


class Identity(BasePruningMethod):
    """Prunes nothing, but makes NAME_orig and NAME_mask."""

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask as it is."""
        return default_mask


class RandomUnstructured(_Amount):
    """Prunes elements at random."""

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask without some elements chosen at random."""
        count = _count(self.amount, t.numel())
        mask = array_of(default_mask).copy()
        chosen = np.argsort(array_of(rand(t.numel())), kind="stable")[:count]
        mask.reshape(-1)[chosen] = 0
        return tensor_of(mask, default_mask)


class L1Unstructured(_Amount):
    """Prunes the elements of least magnitude."""

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask without the elements of least magnitude."""
        count = _count(self.amount, t.numel())
        mask = array_of(default_mask).copy()
        chosen = np.argsort(np.abs(array_of(t)).reshape(-1), kind="stable")[:count]
        mask.reshape(-1)[chosen] = 0
        return tensor_of(mask, default_mask)


class RandomStructured(_Structured):
    """Prunes channels along a dim at random."""

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask without some channels chosen at random."""
        self._check(t)
        size = t._shape[self.dim]
        importance = array_of(rand(size))
        return self._masked(t, default_mask, importance, _count(self.amount, size))


class LnStructured(_Structured):
    """Prunes the channels along a dim of least n-norm."""

    def __init__(self, amount: Any, n: Any, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask without the channels of least norm."""
        self._check(t)
        size = t._shape[self.dim]
        channels = np.moveaxis(array_of(t), self.dim, 0).reshape(size, -1)
        order = {"fro": 2, "inf": np.inf}.get(self.n, self.n)
        importance = np.linalg.norm(channels, order, axis=1)
        return self._masked(t, default_mask, importance, _count(self.amount, size))


class CustomFromMask(BasePruningMethod):
    """Prunes where a given mask is zero."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Any) -> None:
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask times the given one."""
        if default_mask._shape != self.mask._shape:
            raise AssertionError(
                message("custom_from_mask", f"a mask of shape {list(self.mask._shape)}",
                        f"shape {list(default_mask._shape)}")
            )  # fmt: skip
        return default_mask * self.mask.to(default_mask.dtype)


# -- functions ------------------------------------------------------------------------------------
def identity(module: Any, name: str) -> Any:
    """Make NAME_orig and NAME_mask without pruning anything; returns the module."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Any, name: str, amount: Any) -> Any:
    """Prune elements at random: a number of them, or a fraction; returns the module."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Any, name: str, amount: Any, importance_scores: Any = None) -> Any:
    """Prune the elements of least magnitude; returns the module.

    >>> import flambeau
    >>> layer = flambeau.nn.Linear(4, 1, bias=False)
    >>> layer.weight.data = flambeau.tensor([[1.0, -3.0, 0.5, 2.0]])
    >>> flambeau.nn.utils.prune.l1_unstructured(layer, "weight", 0.5).weight.tolist()
    [[0.0, -3.0, 0.0, 2.0]]
    """
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Any, name: str, amount: Any, dim: int) -> Any:
    """Prune channels along dim at random; returns the module."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: Any, name: str, amount: Any, n: Any, dim: int, importance_scores: Any = None
) -> Any:
    """Prune the channels along dim of least n-norm; returns the module."""
    LnStructured.apply(
        module, name, amount=amount, n=n, dim=dim, importance_scores=importance_scores
    )
    return module


def custom_from_mask(module: Any, name: str, mask: Any) -> Any:
    """Prune where the mask is zero; returns the module."""
    CustomFromMask.apply(module, name, mask=mask)
    return module


def global_unstructured(
    parameters: Any, pruning_method: Any, importance_scores: Any = None, **kwargs: Any
) -> None:
    """Prune all of the parameters, (module, name) pairs, as if they were one."""
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    pairs = list(parameters)
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
            f"{pruning_method} of type {method.PRUNING_TYPE}"
        )
    tensors = [getattr(module, name).detach() for module, name in pairs]
    importance = parameters_to_vector(
        [scores.get(pair, x) for pair, x in zip(pairs, tensors, strict=True)]
    )
    masks = parameters_to_vector(
        [
            getattr(module, f"{name}_mask", ones_like(x))
            for (module, name), x in zip(pairs, tensors, strict=True)
        ]
    )
    container = PruningContainer()
    container._tensor_name = method._tensor_name = "all"
    container.add_pruning_method(method)
    mask = container.compute_mask(importance.detach(), masks)  # type: ignore[attr-defined]
    start = 0
    for (module, name), x in zip(pairs, tensors, strict=True):
        count = x.numel()
        custom_from_mask(module, name, mask.narrow(0, start, count).view(x._shape).clone())
        start += count


def remove(module: Any, name: str) -> Any:
    """Make pruning of module.NAME final: an ordinary parameter with zeros; returns the module."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(
        f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed"
    )


def is_pruned(module: Any) -> bool:
    """Whether the module, or one below it, has pruned parameters.

    >>> import flambeau
    >>> flambeau.nn.utils.prune.is_pruned(flambeau.nn.Linear(2, 3))
    False
    """
    return any(
        isinstance(hook, BasePruningMethod)
        for _, owner in module.named_modules()
        for hook in owner._forward_pre_hooks.values()
    )

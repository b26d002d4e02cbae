"""Weight and spectral normalization by hooks, as PyTorch had them before parametrizations."""

from __future__ import annotations

import warnings
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.nn.module import Module
from flambeau.nn.parameter import Parameter, is_lazy
from flambeau.nn.utils.norms import (
    as_matrix,
    default_dim,
    norm_except,
    power_iteration,
    random_unit,
)

__all__ = ["remove_spectral_norm", "remove_weight_norm", "spectral_norm", "weight_norm"]


def _find(module: Any, kind: Any, name: str) -> tuple[int, Any] | None:
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, kind) and hook.name == name:
            return key, hook
    return None


def _check(module: Module, kind: type, name: str, what: str, weight: Any) -> None:
    if _find(module, kind, name) is not None:
        raise RuntimeError(f"Cannot register two {what} hooks on the same parameter {name}")
    if weight is None:
        raise ValueError(f"`{what}` cannot be applied as parameter `{name}` is None")
    if is_lazy(weight):
        raise ValueError(
            f"The module passed to `{what}` can't have uninitialized parameters. Make sure to run "
            "the dummy forward before applying it"
        )


def _remove(module: Any, kind: type, name: str, what: str) -> Any:
    found = _find(module, kind, name)
    if found is None:
        raise ValueError(f"{what} of '{name}' not found in {module}")
    key, hook = found
    hook.remove(module)
    del module._forward_pre_hooks[key]
    return module


class _WeightNormHook:
    """Computes module.NAME before each call."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute(self, module: Any) -> Any:
        g, v = (getattr(module, f"{self.name}_{x}") for x in "gv")
        return v * (g / norm_except(v, self.dim))

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self.name, self.compute(module))

    def remove(self, module: Any) -> None:
        weight = self.compute(module).detach()
        delattr(module, self.name)
        del module._parameters[f"{self.name}_g"], module._parameters[f"{self.name}_v"]
        setattr(module, self.name, Parameter(weight))


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Make module.NAME v * g / norm(v), of parameters NAME_g and NAME_v; returns the module."""
    warnings.warn(
        "`nn.utils.weight_norm` is deprecated in favor of `nn.utils.parametrizations.weight_norm`.",
        FutureWarning,
        stacklevel=2,
    )
    weight = getattr(module, name)
    _check(module, _WeightNormHook, name, "weight_norm", weight)
    hook = _WeightNormHook(name, dim)
    del module._parameters[name]
    norms = norm_except(weight.detach(), hook.dim)
    module.register_parameter(f"{name}_g", Parameter(norms))
    module.register_parameter(f"{name}_v", Parameter(weight.detach()))
    setattr(module, name, hook.compute(module))
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Any, name: str = "weight") -> Any:
    """Make module.NAME an ordinary parameter again; returns the module."""
    return _remove(module, _WeightNormHook, name, "weight_norm")


# -- spectral normalization -----------------------------------------------------------------------
class _SpectralNormHook:
    """Computes module.NAME before each call, one power iteration further in training."""

    def __init__(self, name: str, iterations: int, dim: int, eps: float) -> None:
        if iterations <= 0:
            raise ValueError(
                "Expected n_power_iterations to be positive, but got "
                f"n_power_iterations={iterations}"
            )
        self.name = name
        self.iterations = iterations
        self.dim = dim
        self.eps = eps

    def compute(self, module: Any, improve: bool) -> Any:
        weight, u, v = (getattr(module, f"{self.name}_{x}") for x in ("orig", "u", "v"))
        matrix = as_matrix(weight, self.dim)
        if improve:
            with no_grad():
                power_iteration(matrix.detach(), u, v, self.iterations, self.eps)
        u, v = u.clone(), v.clone()  # a later call must not change what backward needs
        return weight / (u * (matrix @ v)).sum()

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self.name, self.compute(module, module.training))

    def remove(self, module: Any) -> None:
        with no_grad():
            weight = self.compute(module, False).detach()
        for suffix in ("", "_u", "_v", "_orig"):
            delattr(module, self.name + suffix)
        module.register_parameter(self.name, Parameter(weight))


class _SpectralNormVersion:
    """Writes the version of the form into the state dict's metadata."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, module: Any, state_dict: Any, prefix: str, metadata: dict) -> None:
        metadata.setdefault("spectral_norm", {})[f"{self.name}.version"] = 1


def spectral_norm(
    module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
    dim: int | None = None,
) -> Any:  # fmt: skip
    """Make module.NAME the parameter NAME_orig divided by its greatest singular value.

    `parametrizations.spectral_norm` is the newer form. Returns the module.
    """
    weight = module._parameters[name]
    _check(module, _SpectralNormHook, name, "spectral_norm", weight)
    hook = _SpectralNormHook(
        name, n_power_iterations, default_dim(module) if dim is None else dim, eps
    )
    matrix = as_matrix(weight.detach(), hook.dim)
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    setattr(module, name, weight.detach())
    module.register_buffer(f"{name}_u", random_unit(matrix, 0, eps))
    module.register_buffer(f"{name}_v", random_unit(matrix, 1, eps))
    module.register_forward_pre_hook(hook)
    module.register_state_dict_post_hook(_SpectralNormVersion(name))
    return module


def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    """Make module.NAME an ordinary parameter again; returns the module."""
    _remove(module, _SpectralNormHook, name, "spectral_norm")
    for key, hook in list(module._state_dict_hooks.items()):
        if isinstance(hook, _SpectralNormVersion) and hook.name == name:
            del module._state_dict_hooks[key]
    return module

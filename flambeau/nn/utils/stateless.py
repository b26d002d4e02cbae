"""Modules as functions of their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flambeau.core.errors import message
from flambeau.nn.module import Module
from flambeau.tensor.tensor import Tensor

__all__ = ["functional_call"]


def _merged(given: Any) -> dict[str, Any]:
    """The tensors by path, of one mapping or several."""
    if isinstance(given, Mapping):
        return dict(given)
    if not isinstance(given, Sequence):
        raise ValueError(
            "functional_call: Expected parameter_and_buffer_dicts to be a dict, or a list/tuple "
            f"of dicts, but got {type(given).__name__}"
        )
    merged: dict[str, Any] = {}
    for part in given:
        if not isinstance(part, Mapping):
            raise ValueError(
                "functional_call: Expected all elements of parameter_and_buffer_dicts to be "
                f"dictionaries, but got {type(part).__name__}"
            )
        repeated = [key for key in part if key in merged]
        if repeated:
            raise ValueError(
                f"functional_call: keys {repeated} appear in several dictionaries; behavior is "
                "ambiguous; try one value for each"
            )
        merged.update(part)
    return merged


def _places(module: Module) -> dict[str, tuple[dict, str]]:
    """path -> (registry, name) of every parameter and buffer."""
    return {
        (f"{path}.{name}" if path else name): (registry, name)
        for path, owner in module.named_modules(remove_duplicate=False)
        for registry in (owner._parameters, owner._buffers)
        for name, x in registry.items()
        if x is not None
    }


@contextmanager
def _replaced(
    module: Module, tensors: dict[str, Any], tie_weights: bool, strict: bool
) -> Iterator[None]:
    """The module with other tensors in the places of its parameters and buffers."""
    places = _places(module)
    unknown = [key for key in tensors if key not in places]
    missing = [key for key in places if key not in tensors]
    if unknown or (strict and missing):
        raise RuntimeError(
            message("functional_call", f"unexpected keys {unknown}" + (
                        f" and missing keys {missing}" if strict else ""),
                    f"paths of parameters and buffers of {type(module).__name__}",
                    "dict(module.named_parameters()) as a pattern")
        )  # fmt: skip
    targets = {key: tensors[key] for key in tensors}
    if tie_weights:
        targets = _tied(places, tensors)
    before = []
    try:
        for key, x in targets.items():
            if not isinstance(x, Tensor):
                raise TypeError(
                    f"functional_call: {x!r} for '{key}' is not an instance of flambeau.Tensor"
                )
            registry, name = places[key]
            before.append((registry, name, dict.__getitem__(registry, name)))
            dict.__setitem__(registry, name, x)  # for this call only: no change of structure
        yield
    finally:
        for registry, name, x in reversed(before):
            dict.__setitem__(registry, name, x)


def _tied(places: dict[str, tuple[dict, str]], tensors: dict[str, Any]) -> dict[str, Any]:
    """The tensors, also under the other names of what they replace."""
    groups: dict[int, list[str]] = {}
    for key, (registry, name) in places.items():
        groups.setdefault(id(registry[name]), []).append(key)
    targets: dict[str, Any] = {}
    for names in groups.values():
        given = {key: tensors[key] for key in names if key in tensors}
        if len({id(x) for x in given.values()}) > 1:
            raise ValueError(
                f"functional_call: got different values for tied weights {sorted(given)}; try one "
                "value for all, or tie_weights=False"
            )
        if given:
            value = next(iter(given.values()))
            targets.update(dict.fromkeys(names, value))
    return targets


def functional_call(
    module: Module, parameters_and_buffers: Any, args: Any = None, kwargs: Any = None, *,
    tie_weights: bool = True, strict: bool = False,
) -> Any:  # fmt: skip
    """module(*args, **kwargs) with other tensors for its parameters and buffers, by path.

    parameters_and_buffers: a dict or several. tie_weights: what is shared under several names is
    replaced under all. strict: all of them must be given.

    >>> import flambeau
    >>> layer = flambeau.nn.Linear(2, 1)
    >>> new = {"weight": flambeau.ones(1, 2), "bias": flambeau.zeros(1)}
    >>> flambeau.nn.utils.stateless.functional_call(layer, new, flambeau.ones(2))
    tensor([2.])
    """
    arguments = () if args is None else args if isinstance(args, tuple) else (args,)
    with _replaced(module, _merged(parameters_and_buffers), tie_weights, strict):
        return module(*arguments, **(kwargs or {}))

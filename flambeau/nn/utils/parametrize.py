"""Parameters as functions of others: `module.weight` is computed when it is looked at.

A parametrization is a module whose forward gives the weight; `right_inverse(weight)`, if it has
one, gives what it is to be computed from. The state dict then has `parametrizations.NAME.original`
(`original0`, `original1` ... where there are several) in place of NAME.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

from flambeau.autograd.modes import no_grad
from flambeau.core.errors import message
from flambeau.nn.container import ModuleDict, ModuleList
from flambeau.nn.module import Module
from flambeau.nn.parameter import Parameter
from flambeau.tensor.tensor import Tensor

__all__ = [
    "ParametrizationList", "cached", "is_parametrized", "register_parametrization",
    "remove_parametrizations", "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]  # fmt: skip


class _Cache:
    """What `cached` keeps: (module, name) -> the computed tensor."""

    depth = 0
    values: ClassVar[dict[tuple[int, str], Tensor]] = {}


@contextmanager
def cached() -> Iterator[None]:
    """Within this block, each parametrized tensor is computed once."""
    _Cache.depth += 1
    try:
        yield
    finally:
        _Cache.depth -= 1
        if not _Cache.depth:
            _Cache.values = {}


def _register(module: Module, name: str, x: Any) -> None:
    if isinstance(x, Parameter):
        module.register_parameter(name, x)
    else:
        module.register_buffer(name, x)


def _is_sequence(x: Any) -> bool:
    return isinstance(x, Sequence) and all(isinstance(t, Tensor) for t in x)


def _put(x: Any, value: Any) -> None:
    """Make x hold `value`, whatever shape it has had."""
    if x._storage is not value._storage or x._layout is not value._layout:
        x.data = value


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, and what it is computed from."""

    original: Any

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if not modules:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        with no_grad():
            new: Any = original
            for module in reversed(list(self)):
                if hasattr(module, "right_inverse"):
                    with suppress(NotImplementedError):  # computed, but not assigned to
                        new = module.right_inverse(new)
        if not isinstance(new, Tensor) and not _is_sequence(new):
            raise ValueError(
                "register_parametrization: 'right_inverse' must return a Tensor or a Sequence of "
                f"tensors (list, tuple...). Got {type(new).__name__}"
            )
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            _check_dtype("right_inverse", original, new)
            _put(original, new.detach())
            _register(self, "original", original)
        else:
            for i, one in enumerate(new):
                x = one.detach()
                if isinstance(original, Parameter):
                    x = Parameter(x, original.requires_grad)
                _register(self, f"original{i}", x)
        if not unsafe:
            _check_same("forward", original, self())

    def _originals(self) -> list[Any]:
        if self.is_tensor:
            return [self.original]
        return [getattr(self, f"original{i}") for i in range(self.ntensors)]

    def right_inverse(self, value: Tensor) -> None:
        """Set the originals so that the tensor becomes `value`, as far as it can."""
        with no_grad():
            new: Any = value
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(
                        f"parametrization {type(module).__name__} does not implement "
                        "right_inverse, so nothing can be assigned to the tensor"
                    )
                new = module.right_inverse(new)
            found = [new] if self.is_tensor else list(new)
            if len(found) != self.ntensors:
                raise ValueError(
                    f"'right_inverse' must return a sequence of tensors of length {self.ntensors}."
                    f" Got a sequence of length {len(found)}."
                )
            for x, one in zip(self._originals(), found, strict=True):
                _check_dtype("right_inverse", x, one)
                _put(x, one.detach())

    def forward(self) -> Tensor:
        """The tensor."""
        first, *rest = list(self)
        x = first(*self._originals())
        for module in rest:
            x = module(x)
        return x  # type: ignore[no-any-return]


def _check_dtype(what: str, wanted: Any, given: Any) -> None:
    if not isinstance(given, Tensor) or given.dtype is not wanted.dtype:
        got = given.dtype if isinstance(given, Tensor) else type(given).__name__
        raise ValueError(
            message("register_parametrization", f"a {what} that gives {got}",
                    f"a tensor of dtype {wanted.dtype}",
                    "unsafe=True, if the dtype is to change in forward")
        )  # fmt: skip


def _check_same(what: str, wanted: Any, given: Any) -> None:
    _check_dtype(what, wanted, given)
    if given._shape != wanted._shape:
        raise ValueError(
            message("register_parametrization", f"a {what} that gives shape "
                    f"{list(given._shape)}", f"shape {list(wanted._shape)}",
                    "unsafe=True, if the shape is to change")
        )  # fmt: skip


# -- the class of a parametrized module -----------------------------------------------------------
def _no_pickling(self: Any) -> Any:
    raise RuntimeError(
        "Serialization of parametrized modules is only supported through state_dict(); try "
        "remove_parametrizations, or saving module.state_dict()"
    )


def _copied(self: Any, memo: dict) -> Any:
    made = memo.get(id(self))
    if made is None:
        made = memo[id(self)] = object.__new__(type(self))
        made.__dict__.update(copy.deepcopy(self.__dict__, memo))
    return made


def _make_class(module: Module) -> None:
    """Give the module a class of its own, which can have properties."""
    cls = type(module)
    fields: dict[str, Any] = {"__getstate__": _no_pickling}
    if not hasattr(cls, "__deepcopy__"):
        fields["__deepcopy__"] = _copied
    module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), fields)


def _add_property(module: Module, name: str) -> None:
    def get(self: Any) -> Any:
        if not _Cache.depth:
            return self.parametrizations[name]()
        key = (id(self), name)
        if key not in _Cache.values:
            _Cache.values[key] = self.parametrizations[name]()
        return _Cache.values[key]

    def put(self: Any, value: Tensor) -> None:
        _Cache.values.pop((id(self), name), None)
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(get, put))


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether the module, or one tensor of it, has parametrizations."""
    found = module.__dict__.get("_modules", {}).get("parametrizations")
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Make module.NAME the result of `parametrization`, of what it was; returns the module.

    Several are applied one after the other. unsafe: dtype and shape may change.

    >>> import flambeau
    >>> from flambeau import nn
    >>> class Symmetric(nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).T
    >>> layer = nn.Linear(3, 3)
    >>> _ = nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric())
    >>> flambeau.equal(layer.weight, layer.weight.T)
    True
    """
    parametrization.train(module.training)
    me: Any = module
    if is_parametrized(module, tensor_name):
        if not unsafe:
            _check_addition(getattr(module, tensor_name), parametrization)
        me.parametrizations[tensor_name].append(parametrization)
        me.parametrizations[tensor_name].unsafe |= unsafe
        return module
    original: Any = module._parameters.get(tensor_name, module._buffers.get(tensor_name))
    if original is None:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element "
            f"with name '{tensor_name}'"
        )
    made = ParametrizationList([parametrization], original, unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        _make_class(module)
        me.parametrizations = ModuleDict()
    _add_property(module, tensor_name)
    me.parametrizations[tensor_name] = made
    return module


def _check_addition(present: Tensor, parametrization: Any) -> None:
    """One more parametrization keeps shape and dtype, forwards and backwards."""
    result = parametrization(present)
    _check_same("forward", present, result)
    if hasattr(parametrization, "right_inverse"):
        try:
            back = parametrization.right_inverse(result)
        except NotImplementedError:
            return
        _check_same("right_inverse", present, back)


def remove_parametrizations(
    module: Module, tensor_name: str, leave_parametrized: bool = True
) -> Module:
    """Make module.NAME an ordinary parameter again; returns the module.

    leave_parametrized: with its present value; else with that of the original.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    me: Any = module
    found = me.parametrizations[tensor_name]
    if found.is_tensor:
        original = found.original
        if leave_parametrized:
            with no_grad():
                _put(original, getattr(module, tensor_name).detach())
    else:
        if not leave_parametrized:
            raise ValueError(
                "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is "
                "parametrized in terms of a sequence of tensors."
            )
        value = getattr(module, tensor_name)
        original = value.detach()
        if value.requires_grad:
            original = Parameter(original)
    delattr(type(module), tensor_name)
    del me.parametrizations[tensor_name]
    _register(module, tensor_name, original)
    if not is_parametrized(module):
        del me.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class that the module had before it was parametrized."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Give to_module the parametrizations of from_module, and what their tensors are made of."""
    if not is_parametrized(from_module):
        return to_module
    source: Any = from_module
    target: Any = to_module
    for name in list(source.parametrizations) if tensor_name is None else [tensor_name]:
        if not hasattr(target, name):
            setattr(target, name, Parameter(getattr(source, name).detach().clone()))
        for parametrization in source.parametrizations[name]:
            register_parametrization(target, name, parametrization)
        given, made = source.parametrizations[name], target.parametrizations[name]
        for key in (*given._parameters, *given._buffers):
            setattr(made, key, getattr(given, key))
    return to_module

"""class Module: attributes that register themselves, modes, conversion, printing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.nn.module.calls import Calls
from flambeau.nn.module.state import State
from flambeau.nn.module.structure import Registry, structure
from flambeau.nn.module.tree import Tree
from flambeau.nn.parameter import Buffer, Parameter
from flambeau.tensor.tensor import Tensor

__all__ = ["Module"]

_REGISTRIES = (
    "_parameters", "_buffers", "_modules",
    "_backward_pre_hooks", "_backward_hooks",
    "_forward_hooks", "_forward_hooks_with_kwargs", "_forward_hooks_always_called",
    "_forward_pre_hooks", "_forward_pre_hooks_with_kwargs",
    "_state_dict_hooks", "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks",
)  # fmt: skip


class Module(Tree, Calls, State):
    """Base of all neural network modules: a function with parameters.

    Parameters and modules that are assigned as attributes are found by `parameters`,
    `state_dict`, `to` and the like.

    >>> from flambeau import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.layer = nn.Linear(2, 3)
    ...
    ...     def forward(self, x):
    ...         return self.layer(x).relu()
    >>> Net()
    Net(
      (layer): Linear(in_features=2, out_features=3, bias=True)
    )
    """

    training: bool
    __constants__: Any = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or kwargs:
            given = f"keyword argument '{next(iter(kwargs))}'" if kwargs else f"{len(args)} more"
            raise TypeError(f"{type(self).__name__}.__init__() got an unexpected {given}")
        fields = self.__dict__
        fields["training"] = True
        for name in _REGISTRIES:
            fields[name] = Registry()
        fields["_non_persistent_buffers_set"] = set()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; to be overridden."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    # -- attributes ---------------------------------------------------------------------------
    def __getattr__(self, name: str) -> Any:
        fields = self.__dict__
        for registry in ("_parameters", "_modules", "_buffers"):
            found = fields.get(registry)
            if found is not None and name in found:
                return found[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        fields = self.__dict__
        parameters = fields.get("_parameters")
        if isinstance(value, Parameter):
            if parameters is None:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            self._forget(name, "_parameters")
            self.register_parameter(name, value)
        elif parameters is None:
            if isinstance(value, (Module, Buffer)):
                what = "module" if isinstance(value, Module) else "buffer"
                raise AttributeError(f"cannot assign {what} before Module.__init__() call")
            object.__setattr__(self, name, value)
        elif name in parameters:
            _need(value is None, value, "parameter", name, "flambeau.nn.Parameter")
            parameters[name] = None
        elif isinstance(value, Module):
            self._forget(name, "_modules")
            fields["_modules"][name] = value
        elif name in fields["_modules"]:
            _need(value is None, value, "child module", name, "flambeau.nn.Module")
            fields["_modules"][name] = None
        elif isinstance(value, Buffer):
            self._forget(name, "_buffers")
            self.register_buffer(name, value, value.persistent)  # type: ignore[attr-defined]
        elif name in fields["_buffers"]:
            is_buffer = value is None or isinstance(value, Tensor)
            _need(is_buffer, value, "buffer", name, "flambeau.nn.Buffer, flambeau.Tensor")
            fields["_buffers"][name] = value
        else:
            if name == "training" or name in self.__constants__:
                structure.version += 1
            elif name in _REGISTRIES and type(value) is not Registry:
                value = Registry(value)
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        for registry in (self._parameters, self._buffers, self._modules):
            if name in registry:
                del registry[name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def _forget(self, name: str, keep: str) -> None:
        """Take `name` out of wherever it is but `keep`, where it holds its place in the order."""
        fields = self.__dict__
        fields.pop(name, None)
        for registry in ("_parameters", "_buffers", "_modules"):
            if registry != keep and name in fields[registry]:
                del fields[registry][name]
        fields["_non_persistent_buffers_set"].discard(name)

    def __dir__(self) -> list[str]:
        names = [*dir(type(self)), *self.__dict__]
        names += [*self._parameters, *self._modules, *self._buffers]
        return sorted({n for n in names if not n[0].isdigit()})

    def __setstate__(self, state: dict[str, Any]) -> None:
        fields = self.__dict__
        fields.update(state)
        for name in _REGISTRIES:
            if type(fields.get(name)) is not Registry:
                fields[name] = Registry(fields.get(name) or {})
        fields.setdefault("_non_persistent_buffers_set", set())
        fields.setdefault("training", True)

    # -- registration -------------------------------------------------------------------------
    def _check_name(self, kind: str, name: str, registry: dict) -> None:
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {type(name).__name__}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if hasattr(self, name) and name not in registry:
            raise KeyError(f"attribute '{name}' already exists")

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter under `name`; None keeps the name without a value."""
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        self._check_name("parameter", name, self._parameters)
        if param is not None:
            if not isinstance(param, Parameter):
                raise TypeError(
                    f"cannot assign '{_type_name(param)}' object to parameter '{name}' "
                    "(flambeau.nn.Parameter or None required)"
                )
            if param.grad_fn is not None:
                raise ValueError(
                    f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must "
                    f"be created explicitly. To express '{name}' as a function of another Tensor, "
                    "compute the value in the forward() method."
                )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that belongs to the module and is no parameter.

        persistent: it is part of the state dict.
        """
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self._check_name("buffer", name, self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{_type_name(tensor)}' object to buffer '{name}' "
                "(flambeau Tensor or None required)"
            )
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a submodule under `name`."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{_type_name(module)} is not a Module subclass")
        self._check_name("module", name, self._modules)
        self._modules[name] = module

    def register_module(self, name: str, module: Module | None) -> None:
        """The same as `add_module`."""
        self.add_module(name, module)

    # -- modes --------------------------------------------------------------------------------
    def train(self, mode: bool = True) -> Any:
        """Set training mode here and below: dropout drops, batch norm uses the batch."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        if self.training is not mode:
            self.training = mode
        for module in self._modules.values():
            if module is not None:
                module.train(mode)
        return self

    def eval(self) -> Any:
        """Set evaluation mode here and below; the same as train(False)."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Say for all parameters whether they require grad."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget (or set to zero) the gradients of all parameters."""
        for p in self.parameters():
            grad = p.grad
            if grad is None:
                continue
            if set_to_none:
                p.grad = None
            else:
                p.grad = grad.detach().zero_()

    def share_memory(self) -> Any:
        """Returns the module: its memory is shared with every process that is forked from here."""
        return self

    def apply(self, fn: Callable[[Module], None]) -> Any:
        """Call `fn` on every module below, then on this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    # -- conversion ---------------------------------------------------------------------------
    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        """Replace the contents of every parameter, gradient and buffer x by fn(x)."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for p in self._parameters.values():
            if p is None:
                continue
            grad = p._grad
            changed = fn(p.detach())
            if not _is_same(changed, p):
                p.data = changed
                structure.bump()
            if grad is not None:
                p.grad = None
                p.grad = fn(grad.detach()).requires_grad_(grad.requires_grad)
        for name, b in self._buffers.items():
            if b is not None:
                changed = fn(b)
                if changed is not b:
                    self._buffers[name] = changed
        return self

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Convert in place: `to(dtype)`, `to(device)`, `to(device, dtype)`, `to(tensor)`.

        A dtype concerns floating-point parameters and buffers only.
        """
        device, dtype, non_blocking = _parse_to(*args, **kwargs)

        def convert(x: Any) -> Any:
            own = dtype if x.dtype.is_floating_point or x.dtype.is_complex else None
            if device is not None:
                x = x.to(device, non_blocking=non_blocking)
            return x if own is None or x.dtype is own else x.to(own)

        return self._apply(convert)

    def to_empty(self, *, device: Any, recurse: bool = True) -> Any:
        """Move to a device without copying what is stored."""
        return self._apply(lambda x: x.to(device), recurse)

    def type(self, dst_type: Any) -> Any:
        """Convert all parameters and buffers to a dtype."""
        return self._apply(lambda x: x.type(dst_type))

    def _to_float(self, dtype: Any) -> Any:
        return self._apply(lambda x: x.to(dtype) if x.dtype.is_floating_point else x)

    def float(self) -> Any:
        """Convert floating-point parameters and buffers to float32."""
        return self._to_float(dt.float32)

    def double(self) -> Any:
        """Convert floating-point parameters and buffers to float64."""
        return self._to_float(dt.float64)

    def half(self) -> Any:
        """Convert floating-point parameters and buffers to float16."""
        return self._to_float(dt.float16)

    def bfloat16(self) -> Any:
        """Convert floating-point parameters and buffers to bfloat16."""
        return self._to_float(dt.bfloat16)

    def cpu(self) -> Any:
        """Move parameters and buffers to the CPU."""
        return self._apply(lambda x: x.cpu())

    def cuda(self, device: Any = None) -> Any:
        """Move parameters and buffers to a GPU."""
        return self._apply(lambda x: x.cuda(device))

    # -- printing -----------------------------------------------------------------------------
    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What stands between the parentheses when the module is printed; to be overridden."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        below = [f"({name}): {_indent(repr(module), 2)}" for name, module in self._modules.items()]
        text = self._get_name() + "("
        if lines or below:
            if len(lines) == 1 and not below:
                text += lines[0]
            else:
                text += "\n  " + "\n  ".join(lines + below) + "\n"
        return text + ")"


def _indent(text: str, count: int) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, *[" " * count + line for line in rest]])


def _type_name(x: Any) -> str:
    if isinstance(x, Parameter):
        return "flambeau.nn.Parameter"
    cls = type(x)
    if cls is Tensor:
        return "flambeau.Tensor"
    return cls.__name__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__name__}"


def _need(condition: bool, value: Any, kind: str, name: str, required: str) -> None:
    if not condition:
        raise TypeError(
            f"cannot assign '{_type_name(value)}' as {kind} '{name}' ({required} or None expected)"
        )


def _is_same(a: Tensor, b: Tensor) -> bool:
    return a._storage is b._storage and a._layout is b._layout


def _parse_to(*args: Any, **kwargs: Any) -> tuple[Any, Any, bool]:
    """(device, dtype, non_blocking) of the arguments of `to`."""
    device, dtype = kwargs.pop("device", None), kwargs.pop("dtype", None)
    non_blocking = bool(kwargs.pop("non_blocking", False))
    kwargs.pop("memory_format", None)
    if "tensor" in kwargs:
        args = (kwargs.pop("tensor"), *args)
    if kwargs:
        raise TypeError(f"to() got an unexpected keyword argument '{next(iter(kwargs))}'")
    for x in args:
        if isinstance(x, dt.DType):
            dtype = x
        elif isinstance(x, Tensor):
            device, dtype = x.device, x.dtype
        elif isinstance(x, bool):
            non_blocking = x
        elif x is not None:
            device = x
    if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
        raise TypeError(
            "nn.Module.to only accepts floating point or complex dtypes, but got desired dtype="
            f"{dtype}"
        )
    return device, dtype, non_blocking

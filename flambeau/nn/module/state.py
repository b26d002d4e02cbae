"""`State`: a module's parameters and buffers as a dict, and back.

Loading checks everything first and copies last, so that an error leaves the module as it was.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flambeau.autograd.modes import no_grad
from flambeau.nn.parameter import Parameter
from flambeau.tensor.hooks import RemovableHandle
from flambeau.tensor.tensor import Tensor

if TYPE_CHECKING:
    pass

__all__ = ["State"]

EXTRA = "_extra_state"


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class _Pending(threading.local):
    """What a load in progress will do when everything has been checked."""

    actions: list[Callable[[], Any]] | None = None


_pending = _Pending()


@contextmanager
def _collecting() -> Iterator[list[Callable[[], Any]]]:
    before = _pending.actions
    actions: list[Callable[[], Any]] = []
    _pending.actions = actions
    try:
        yield actions
    finally:
        _pending.actions = before


def _do(action: Callable[[], Any]) -> None:
    """Do it now, or when the load in progress has been checked."""
    if _pending.actions is None:
        action()
    else:
        _pending.actions.append(action)


class State:
    """state_dict and load_state_dict; part of `Module`."""

    _version = 1
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]
    _state_dict_hooks: dict[int, Callable]
    _state_dict_pre_hooks: dict[int, Callable]
    _load_state_dict_pre_hooks: dict[int, Callable]
    _load_state_dict_post_hooks: dict[int, Callable]

    # -- hooks --------------------------------------------------------------------------------
    def register_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata)` after state_dict."""
        handle = RemovableHandle(self._state_dict_hooks)
        self._state_dict_hooks[handle.id] = hook
        return handle

    def _register_state_dict_hook(self, hook: Callable) -> RemovableHandle:
        return self.register_state_dict_post_hook(hook)

    def register_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, prefix, keep_vars)` before state_dict."""
        handle = RemovableHandle(self._state_dict_pre_hooks)
        self._state_dict_pre_hooks[handle.id] = hook
        return handle

    def register_load_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata, strict, missing_keys,
        unexpected_keys, error_msgs)` before a module is loaded."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(
        self, hook: Callable, with_module: bool = False
    ) -> RemovableHandle:
        handle = RemovableHandle(self._load_state_dict_pre_hooks)
        self._load_state_dict_pre_hooks[handle.id] = _WithModule(hook) if with_module else hook
        return handle

    def register_load_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, incompatible_keys)` after load_state_dict; it may change the lists."""
        handle = RemovableHandle(self._load_state_dict_post_hooks)
        self._load_state_dict_post_hooks[handle.id] = hook
        return handle

    # -- saving -------------------------------------------------------------------------------
    def get_extra_state(self) -> Any:
        """What besides parameters and buffers belongs to the state dict; to be overridden."""
        raise RuntimeError(
            "Reached a code path in Module.get_extra_state() that should never be called. "
            "Override it together with set_extra_state()."
        )

    def set_extra_state(self, state: Any) -> None:
        """Take back what `get_extra_state` gave; to be overridden."""
        raise RuntimeError(
            "Reached a code path in Module.set_extra_state() that should never be called. "
            "Override it together with get_extra_state()."
        )

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """Parameters and persistent buffers by path; the tensors share the module's memory.

        keep_vars: give the parameters themselves, on which gradients can be recorded.

        >>> from flambeau import nn
        >>> list(nn.Sequential(nn.Linear(2, 3), nn.ReLU()).state_dict())
        ['0.weight', '0.bias']
        """
        if args:  # the old positional form
            destination = args[0] if destination is None else destination
            prefix = args[1] if len(args) > 1 and prefix == "" else prefix
            keep_vars = args[2] if len(args) > 2 and not keep_vars else keep_vars
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(
                    destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars
                )
        for hook in self._state_dict_hooks.values():
            result = hook(self, destination, prefix, metadata)
            if result is not None:
                destination = result
        return destination

    def _save_to_state_dict(self, destination: dict, prefix: str, keep_vars: bool) -> None:
        """Put this module's own tensors into `destination`."""
        for name, x in self._own_state():
            destination[prefix + name] = x if keep_vars else x.detach()
        if type(self).get_extra_state is not State.get_extra_state:
            destination[prefix + EXTRA] = self.get_extra_state()

    def _own_state(self) -> list[tuple[str, Any]]:
        temporary = self._non_persistent_buffers_set
        items = [*self._parameters.items()]
        items += [(n, b) for n, b in self._buffers.items() if n not in temporary]  # type: ignore[misc]
        return [(n, x) for n, x in items if x is not None]

    # -- loading ------------------------------------------------------------------------------
    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> Any:
        """Copy the tensors of `state_dict` into the parameters and buffers of the same paths.

        strict: keys that are missing or unexpected are an error. assign: use the given tensors
        themselves. Errors leave the module unchanged. Returns (missing_keys, unexpected_keys).
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(
                f"Expected state_dict to be dict-like, got {type(state_dict)}; "
                "try module.state_dict() of a module of this kind"
            )
        load = _Load(state_dict, strict, assign)
        with _collecting() as actions:
            load.walk(self, "")
        if load.errors or not load.may_be_forgiven:
            load.check(self)
        before = self._contents() if load.may_be_forgiven else []
        with no_grad():
            for action in actions:
                action()
            load.call_post_hooks()
            try:
                load.check(self)
            except RuntimeError:
                for module, name, x, value in before:
                    setattr(module, name, x)
                    x.copy_(value)
                raise
        return _IncompatibleKeys(load.missing, load.unexpected)

    def _contents(self) -> list[tuple[Any, str, Any, Tensor]]:
        """(module, name, tensor, its value) of everything that loading may change."""
        owners = self.modules()  # type: ignore[attr-defined]
        return [(m, name, x, x.detach().clone()) for m in owners for name, x in m._own_state()]

    def _load_from_state_dict(
        self, state_dict: Any, prefix: str, local_metadata: dict, strict: bool,
        missing_keys: list[str], unexpected_keys: list[str], error_msgs: list[str],
    ) -> None:  # fmt: skip
        """Take this module's own tensors from `state_dict`; problems go into the lists."""
        for hook in self._load_state_dict_pre_hooks.values():
            first = (self,) if isinstance(hook, _WithModule) else ()
            hook(*first, state_dict, prefix, local_metadata, strict, missing_keys,
                 unexpected_keys, error_msgs)  # fmt: skip
        own = dict(self._own_state())
        for name, x in own.items():
            key = prefix + name
            if key not in state_dict:
                if strict:
                    missing_keys.append(key)
                continue
            error = self._take(name, x, key, state_dict[key], local_metadata)
            if error is not None:
                error_msgs.append(error)
        self._load_extra(state_dict, prefix, strict, missing_keys, unexpected_keys)
        if strict:
            self._find_unexpected(state_dict, prefix, own, unexpected_keys)

    def _take(self, name: str, x: Tensor, key: str, given: Any, metadata: dict) -> str | None:
        """Copy `given` into x, or make it the module's; says what is wrong with it."""
        if not isinstance(given, Tensor):
            return (
                f'While copying the parameter named "{key}", expected flambeau.Tensor or '
                f"Tensor-like object from checkpoint but received {type(given)}"
            )
        if given._shape != x._shape:
            if x._shape == () and given._shape == (1,):  # as old checkpoints have it
                given = given[0]
            else:
                return (
                    f"size mismatch for {key}: copying a param with shape {given.shape} from "
                    f"checkpoint, the shape in current model is {x.shape}."
                )
        if not metadata.get("assign_to_params_buffers", False):
            _do(lambda: x.copy_(given))
        else:
            _do(lambda: self._assign(name, x, given))
        return None

    def _assign(self, name: str, x: Tensor, given: Tensor) -> None:
        if isinstance(x, Parameter) and not isinstance(given, Parameter):
            given = Parameter(given, requires_grad=x._requires_grad)
        elif isinstance(x, Parameter):
            given.requires_grad_(x._requires_grad)
        setattr(self, name, given)

    def _load_extra(
        self, state_dict: Any, prefix: str, strict: bool, missing: list, unexpected: list
    ) -> None:
        key = prefix + EXTRA
        if type(self).set_extra_state is not State.set_extra_state:
            if key in state_dict:
                _do(lambda: self.set_extra_state(state_dict[key]))
            elif strict:
                missing.append(key)
        elif strict and key in state_dict:
            unexpected.append(key)

    def _find_unexpected(self, state_dict: Any, prefix: str, own: dict, unexpected: list) -> None:
        for key in state_dict:
            if key.startswith(prefix) and key != prefix + EXTRA:
                name, dot, _ = key[len(prefix) :].partition(".")
                if dot:
                    if name not in self._modules:
                        unexpected.append(key)
                elif name not in own:
                    unexpected.append(key)


class _WithModule:
    """A load hook that wants the module as its first argument."""

    def __init__(self, hook: Callable) -> None:
        self.hook = hook

    def __call__(self, *args: Any) -> Any:
        return self.hook(*args)


class _Load:
    """One load_state_dict in progress."""

    def __init__(self, state_dict: Mapping[str, Any], strict: bool, assign: bool) -> None:
        self.strict = strict
        self.assign = assign
        self.metadata = getattr(state_dict, "_metadata", None)
        self.state_dict = OrderedDict(state_dict)  # hooks may change it
        if self.metadata is not None:
            self.state_dict._metadata = self.metadata  # type: ignore[attr-defined]
        self.missing: list[str] = []
        self.unexpected: list[str] = []
        self.errors: list[str] = []
        self.visited: list[Any] = []  # modules, each after those below it

    def walk(self, module: Any, prefix: str) -> None:
        """Collect what loading `module` and those below it takes."""
        local = dict((self.metadata or {}).get(prefix[:-1], {}))
        if self.assign:
            local["assign_to_params_buffers"] = True
        # a module's own loader sees only the keys that may concern it
        part = {k: v for k, v in self.state_dict.items() if k.startswith(prefix)}
        mine: Any = self.state_dict if len(part) == len(self.state_dict) else OrderedDict(part)
        before = set(mine)
        module._load_from_state_dict(
            mine, prefix, local, True, self.missing, self.unexpected, self.errors
        )
        if mine is not self.state_dict:  # hand on what hooks have changed
            for key in before - set(mine):
                self.state_dict.pop(key, None)
            self.state_dict.update(mine)
        for name, child in module._modules.items():
            if child is not None:
                self.walk(child, f"{prefix}{name}.")
        self.visited.append(module)

    @property
    def may_be_forgiven(self) -> bool:
        """Whether hooks that run after the copying may still change what counts as an error."""
        return any(m._load_state_dict_post_hooks for m in self.visited)

    def check(self, module: Any) -> None:
        """RuntimeError that lists everything that does not fit."""
        errors = list(self.errors)
        if self.strict:
            for what, keys in (("Unexpected", self.unexpected), ("Missing", self.missing)):
                if keys:
                    listed = ", ".join(f'"{k}"' for k in keys)
                    errors.insert(0, f"{what} key(s) in state_dict: {listed}. ")
        if errors:
            listed = "\n\t".join(errors)
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(module).__name__}:\n\t{listed}"
            )

    def call_post_hooks(self) -> None:
        """Run the hooks of every module that was loaded."""
        keys = _IncompatibleKeys(self.missing, self.unexpected)
        for module in self.visited:
            for hook in module._load_state_dict_post_hooks.values():
                result = hook(module, keys)
                if result is not None:
                    raise AssertionError(
                        "Hooks registered with ``register_load_state_dict_post_hook`` are not "
                        "expected to return new values, if incompatible_keys need to be modified, "
                        "it should be done inplace."
                    )

"""`Optimizer`: parameter groups, state, hooks and state dicts; and `Algorithm`, the one loop.

An algorithm of this package is a row: the names of its state, its hyperparameters and one
Formula that says what a parameter, its gradient and its state become (optim/algorithms).
"""

from __future__ import annotations

import functools
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from flambeau.autograd.modes import enable_grad
from flambeau.core.dtype import float32
from flambeau.core.errors import message
from flambeau.optim.groups import ParameterGroup, ParameterState, State, structure
from flambeau.tensor.boundary import copy_of, fresh, is_capturing, synchronize
from flambeau.tensor.creation import full_like
from flambeau.tensor.formula import Formula
from flambeau.tensor.hooks import RemovableHandle
from flambeau.tensor.layouts import NotStrided
from flambeau.tensor.tensor import Tensor

__all__ = [
    "Algorithm",
    "Optimizer",
    "register_optimizer_step_post_hook",
    "register_optimizer_step_pre_hook",
    "required",
    "structure",
]


class _Required:
    """The default of a hyperparameter that has none."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()

_global_pre_hooks: dict[int, Callable] = OrderedDict()
_global_post_hooks: dict[int, Callable] = OrderedDict()

# what the hooks of one optimizer are kept in, by the name in the register_ method
_HOOKS = (
    "step_pre", "step_post", "state_dict_pre", "state_dict_post",
    "load_state_dict_pre", "load_state_dict_post",
)  # fmt: skip


class Optimizer:
    """What all optimizers share: `param_groups`, `state`, `defaults`, hooks and state dicts.

    A subclass gives its hyperparameters' `defaults` to this constructor and defines `step`.
    `params` are tensors, (name, tensor) pairs, or dicts with "params" and hyperparameters of
    their own.
    """

    state: State
    param_groups: list[ParameterGroup]

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self._reset_hooks()
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or "
                f"dicts, but got {type(params).__name__}; try [parameter]"
            )
        self.state = State()
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError(
                "optimizer got an empty parameter list; a generator such as model.parameters() "
                "is empty after one pass: try list(model.parameters()) if it was used before"
            )
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            cls.step = _with_hooks(cls.__dict__["step"])  # type: ignore[method-assign]

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "state" and not isinstance(value, State):
            value = State(
                {k: ParameterState(v) if type(v) is dict else v for k, v in value.items()}
            )
        elif name == "param_groups":
            value = [g if isinstance(g, ParameterGroup) else ParameterGroup(g) for g in value]
            structure.bump()
        object.__setattr__(self, name, value)

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("defaults", "state", "param_groups")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        if "_hooks" not in self.__dict__:
            self._reset_hooks()

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join(lines) + "\n)"

    # -- parameters ---------------------------------------------------------------------------
    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Optimize further parameters: a dict of "params" and, where wanted, hyperparameters."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        group = ParameterGroup(param_group)
        tensors, names = _tensors_and_names(param_group["params"])
        dict.__setitem__(group, "params", tensors)
        if names:
            dict.__setitem__(group, "param_names", names)
        for tensor in tensors:
            self._check_parameter(tensor)
        for name, default in self.defaults.items():
            if default is required and name not in group:
                raise ValueError(
                    "parameter group didn't specify a value of required optimization parameter "
                    f"{name}"
                )
            group.setdefault(name, default)
        self._check_group(group)
        self.param_groups.append(group)
        structure.bump()

    def _check_parameter(self, x: Any) -> None:
        if not isinstance(x, Tensor):
            raise TypeError(
                "optimizer can only optimize Tensors, but one of the params is "
                f"{type(x).__module__}.{type(x).__name__}"
            )
        if not (x.is_leaf or x._retains_grad):
            raise ValueError(
                "can't optimize a non-leaf Tensor: it is computed from other tensors, so a change "
                "would be lost; try the tensors it is computed from, or x.detach().requires_grad_()"
            )

    def _check_group(self, group: ParameterGroup) -> None:
        tensors = group["params"]
        if len(set(tensors)) != len(tensors):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; each is updated "
                "once for every time it is named; in future, this will cause an error",
                stacklevel=4,
            )
        for other in self.param_groups:
            if ("param_names" in group) != ("param_names" in other):
                kind = "with" if "param_names" in group else "without"
                raise ValueError(
                    "all optimizer param groups should be with/without names. cannot add param "
                    f"group {kind} names to the optimizer"
                )
        known = {p for other in self.param_groups for p in other["params"]}
        if not known.isdisjoint(tensors):
            raise ValueError("some parameters appear in more than one parameter group")

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zero in place."""
        for group in self.param_groups:
            for p in dict.__getitem__(group, "params"):
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    grad = p.grad.detach_() if p.grad.grad_fn is not None else p.grad
                    grad.requires_grad_(False).zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient; returns the closure's result if given."""
        raise NotImplementedError(f"{type(self).__name__} does not define step()")

    # -- state dicts --------------------------------------------------------------------------
    def state_dict(self) -> dict[str, Any]:
        """State and hyperparameters, with parameters replaced by their numbers, as PyTorch's."""
        for hook in self._hooks["state_dict_pre"].values():
            hook(self)
        numbers: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            packed = {k: v for k, v in group.items() if k != "params"}
            for p in group["params"]:
                numbers.setdefault(id(p), len(numbers))
            packed["params"] = [numbers[id(p)] for p in group["params"]]
            groups.append(packed)
        state = {
            (numbers[id(k)] if isinstance(k, Tensor) else k): _plain(v)
            for k, v in self.state.items()
        }
        result: dict[str, Any] = {"state": state, "param_groups": groups}
        for hook in self._hooks["state_dict_post"].values():
            changed = hook(self, result)
            result = result if changed is None else changed
        return result

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` gave, here or in PyTorch; nothing changes on an error."""
        state_dict = dict(state_dict)
        for hook in self._hooks["load_state_dict_pre"].values():
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        saved = deepcopy(state_dict["param_groups"])
        parameters = self._match_groups(saved)
        state = State()
        for key, value in state_dict["state"].items():
            if key in parameters:
                state[parameters[key]] = self._adapt(parameters[key], value)
            else:
                state[key] = value
        for group, new in zip(self.param_groups, saved, strict=True):
            new["params"] = group["params"]
            if "param_names" in group:
                new.setdefault("param_names", group["param_names"])
        self.__setstate__({"state": state, "param_groups": saved})
        for hook in self._hooks["load_state_dict_post"].values():
            hook(self)

    def _match_groups(self, saved: list[dict]) -> dict[Any, Tensor]:
        """The parameter for each saved number."""
        if len(saved) != len(self.param_groups):
            raise ValueError(
                "loaded state dict has a different number of parameter groups: given "
                f"{len(saved)}, required: {len(self.param_groups)}"
            )
        result: dict[Any, Tensor] = {}
        for i, (group, new) in enumerate(zip(self.param_groups, saved, strict=True)):
            if len(group["params"]) != len(new["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match the size of "
                    f"optimizer's group: group {i} has {len(new['params'])} parameters, required: "
                    f"{len(group['params'])}"
                )
            result.update(zip(new["params"], group["params"], strict=True))
        return result

    def _adapt(self, parameter: Tensor, value: Any, key: Any = None) -> Any:
        """A copy of a state entry with the parameter's dtype; step counts keep theirs."""
        if isinstance(value, Tensor):
            if key == "step" or not parameter.dtype.is_floating_point:
                return value.detach().clone()
            return value.detach().to(parameter.dtype).clone()
        if isinstance(value, dict):
            adapted = {k: self._adapt(parameter, v, k) for k, v in value.items()}
            return ParameterState(adapted) if key is None else adapted
        if isinstance(value, (list, tuple)):
            return type(value)(self._adapt(parameter, v, key) for v in value)
        return value

    # -- hooks --------------------------------------------------------------------------------
    def _reset_hooks(self) -> None:
        self._hooks: dict[str, OrderedDict[int, Callable]] = {n: OrderedDict() for n in _HOOKS}

    def _register(self, name: str, hook: Callable, prepend: bool = False) -> RemovableHandle:
        hooks = self._hooks[name]
        handle = RemovableHandle(hooks)
        hooks[handle.id] = hook
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before step; it may return new (args, kwargs)."""
        return self._register("step_pre", hook)

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after step."""
        return self._register("step_post", hook)

    def register_state_dict_pre_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` before state_dict."""
        return self._register("state_dict_pre", hook, prepend)

    def register_state_dict_post_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` after state_dict; it may return another one."""
        return self._register("state_dict_post", hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` before loading; it may return another one."""
        return self._register("load_state_dict_pre", hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` after load_state_dict."""
        return self._register("load_state_dict_post", hook, prepend)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, ParameterState) else value


def _tensors_and_names(params: Any) -> tuple[list, list]:
    """The tensors of a group, and their names where given as (name, tensor)."""
    if isinstance(params, Tensor):
        return [params], []
    if isinstance(params, (set, frozenset)):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering "
            "of tensors in sets will change between runs. Please use a list instead."
        )
    items = list(params)
    names = [x[0] for x in items if isinstance(x, tuple)]
    if names and len(names) != len(items):
        raise ValueError(
            "all optimizer params should be with/without names. Some param names are missing"
        )
    return [x[1] if isinstance(x, tuple) else x for x in items], names


def register_optimizer_step_pre_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` before each step of every optimizer."""
    handle = RemovableHandle(_global_pre_hooks)
    _global_pre_hooks[handle.id] = hook
    return handle


def register_optimizer_step_post_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` after each step of every optimizer."""
    handle = RemovableHandle(_global_post_hooks)
    _global_post_hooks[handle.id] = hook
    return handle


def _with_hooks(step: Callable) -> Callable:
    """`step` as it is called: hooks around it, and everything evaluated at its end."""

    @functools.wraps(step)
    def wrapper(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        for hooks in (_global_pre_hooks, self._hooks["step_pre"]):
            for hook in list(hooks.values()) if hooks else ():
                changed = hook(self, (self, *args), kwargs)
                if changed is not None:
                    given, kwargs = _checked(changed, step)
                    args = tuple(given[1:])
        result = step(self, *args, **kwargs)
        self.__dict__["_opt_called"] = True  # lr_scheduler warns when it is stepped before
        for hooks in (self._hooks["step_post"], _global_post_hooks):
            for hook in list(hooks.values()) if hooks else ():
                hook(self, (self, *args), kwargs)
        synchronize()  # forward, backward and update are one program
        return result

    return wrapper


def _checked(changed: Any, step: Callable) -> tuple[tuple, dict]:
    if not (isinstance(changed, tuple) and len(changed) == 2):
        raise RuntimeError(
            f"{step} must return None or a tuple of (new_args, new_kwargs), but got {changed}."
        )
    return changed


class Algorithm(Optimizer):
    """An optimizer that updates each parameter by a Formula.

    The formula's tensors are "param", "grad" and the names of the parameter's state; its
    numbers are the `hyperparameters`, pairs flattened; its flags are those group entries that
    `formula.flags` names: as they are if they are no numbers or among the `constants`, else
    whether they are not 0. "first" is a flag of the algorithm's own: this parameter's state was
    made just now.
    """

    formula: Formula
    hyperparameters: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        """The names of a parameter's state, in PyTorch's order."""
        raise NotImplementedError

    def initial(self, parameter: Tensor, group: ParameterGroup, name: str) -> Tensor:
        """The state called `name` before the first step."""
        return counter() if name in self.formula.counters else filled(parameter, 0.0)

    def make_state(self, parameter: Tensor, group: ParameterGroup) -> None:
        """Make what is missing of the parameter's state."""
        state = self.state[parameter]
        for name in self.state_names(group):
            if name not in state:
                state[name] = self.initial(parameter, group, name)

    def _adapt(self, parameter: Tensor, value: Any, key: Any = None) -> Any:
        """Older PyTorch versions kept None for state to come, and step counts as numbers."""
        if key is None and isinstance(value, dict):
            value = {k: v for k, v in value.items() if v is not None}
        elif key in self.formula.counters and (not isinstance(value, Tensor) or not value.ndim):
            return counter(float(value))
        return super()._adapt(parameter, value, key)

    def sparse_gradient(self, p: Tensor, grad: Any, group: ParameterGroup) -> Tensor | None:
        """The dense gradient to update `p` by; None if this method did the update."""
        name = type(self).__name__
        raise RuntimeError(
            message(name, f"a sparse gradient of shape {list(p._shape)}",
                    f"{name} does not support sparse gradients", "please consider SparseAdam or "
                    "SGD instead, or sparse=False in the embedding")
        )  # fmt: skip

    def _prepare(self, group: ParameterGroup) -> tuple:
        """(names of the state, names of all tensors, flags, whether "first" is a flag)."""
        names = self.state_names(group)
        has_first = "first" in self.formula.flags
        flags = tuple(
            False if name == "first" else self._flag(name, group) for name in self.formula.flags
        )
        group.constants = self.constants
        prepared = group.prepared = (names, ("param", "grad", *names), flags, has_first)
        return prepared

    def _flag(self, name: str, group: ParameterGroup) -> Any:
        value = dict.__getitem__(group, name)
        if name in self.constants:
            return value
        if isinstance(value, Tensor):
            return True
        return value != 0 if isinstance(value, (int, float)) else value

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient; returns the closure's result if given.

        `closure` computes the loss anew and calls backward on it.
        """
        result = None
        if closure is not None:
            with enable_grad():
                result = closure()
        memo: dict = {}
        for group in self.param_groups:
            self._update(group, memo)
        return result

    def _update(self, group: ParameterGroup, memo: dict) -> None:
        names, all_names, flags, has_first = group.prepared or self._prepare(group)
        numbers, kinds = group.numbers(self.hyperparameters)
        update = self.formula.form(all_names, flags, kinds).update
        states = self.state
        capturing = is_capturing()
        for p in dict.__getitem__(group, "params"):
            grad = p.grad if capturing else p._grad  # the property costs as much as the update
            if grad is None:
                continue
            try:
                grad._storage  # noqa: B018
            except NotStrided:
                grad = self.sparse_gradient(p, grad, group)
                if grad is None:
                    continue
            if not names:
                update([p, grad], numbers, memo)
                continue
            state = states.get(p)
            try:
                tensors = [p, grad, *[state[n] for n in names]]  # type: ignore[index]
            except (KeyError, TypeError):
                self.make_state(p, group)
                tensors = [p, grad, *[states[p][n] for n in names]]
                if has_first:
                    as_first = tuple(
                        n == "first" or f for n, f in zip(self.formula.flags, flags, strict=True)
                    )
                    self.formula.form(all_names, as_first, kinds).update(tensors, numbers, memo)
                    continue
            update(tensors, numbers, memo)


_counters: dict[float, Tensor] = {}


def counter(start: float = 0.0) -> Tensor:
    """A count kept in a float32 tensor without dims, so that captured programs advance it.

    Counters that start equal share their value until they are written, so that the step of all
    parameters is counted once.
    """
    known = _counters.get(start)
    if known is None:
        if len(_counters) > 64:
            _counters.clear()
        known, memory = fresh(float32, ())
        memory[()] = start
        _counters[start] = known
    return copy_of(known)


def filled(like: Tensor, value: float) -> Tensor:
    """A tensor of the dtype and shape of `like`, filled with `value`."""
    return full_like(like.detach(), value)

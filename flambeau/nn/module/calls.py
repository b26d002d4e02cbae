"""`Calls`: calling a module, and the hooks that run around its forward and backward."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from typing import Any

from flambeau.autograd.function import Function
from flambeau.nn.module.structure import Registry
from flambeau.tensor.hooks import RemovableHandle
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Tensor

__all__ = [
    "Calls",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# hooks for all modules
_forward_pre: Registry = Registry()
_forward: Registry = Registry()
_backward_pre: Registry = Registry()
_backward: Registry = Registry()
_always_called: Registry = Registry()


def _add(hooks: dict, hook: Callable, prepend: bool, *others: dict) -> RemovableHandle:
    """Put `hook` into `hooks` (first, if prepend) and its number into `others`."""
    handle = RemovableHandle(hooks, extra_dict=list(others))
    present = list(hooks.items()) if prepend else []
    for key, _ in present:
        del hooks[key]
    hooks[handle.id] = hook
    hooks.update(present)
    for other in others:
        other[handle.id] = True
    return handle


class Calls:
    """Calling with hooks; part of `Module`."""

    forward: Callable[..., Any]
    _forward_hooks: dict[int, Callable]
    _forward_hooks_with_kwargs: dict[int, bool]
    _forward_hooks_always_called: dict[int, bool]
    _forward_pre_hooks: dict[int, Callable]
    _forward_pre_hooks_with_kwargs: dict[int, bool]
    _backward_hooks: dict[int, Callable]
    _backward_pre_hooks: dict[int, Callable]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`forward` with the hooks around it."""
        try:
            if (
                self._forward_pre_hooks or self._forward_hooks
                or self._backward_hooks or self._backward_pre_hooks
                or _forward_pre or _forward or _backward or _backward_pre
            ):  # fmt: skip
                return self._call_with_hooks(args, kwargs)
            return self.forward(*args, **kwargs)
        except Exception as error:
            _add_path(error, self)
            raise

    # -- registration -------------------------------------------------------------------------
    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before forward; it may return other args.

        with_kwargs: call `hook(module, args, kwargs)`; it may return (args, kwargs).
        """
        others = [self._forward_pre_hooks_with_kwargs] if with_kwargs else []
        return _add(self._forward_pre_hooks, hook, prepend, *others)

    def register_forward_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:  # fmt: skip
        """Call `hook(module, args, output)` after forward; it may return another output.

        with_kwargs: call `hook(module, args, kwargs, output)`. always_call: call it also when
        forward raised.
        """
        others = [self._forward_hooks_with_kwargs] if with_kwargs else []
        if always_call:
            others.append(self._forward_hooks_always_called)
        return _add(self._forward_hooks, hook, prepend, *others)

    def register_full_backward_pre_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, grad_output)` before the module's gradients are computed."""
        return _add(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of the inputs are known.

        It may return another grad_input.
        """
        return _add(self._backward_hooks, hook, prepend)

    def register_backward_hook(self, hook: Callable) -> RemovableHandle:
        """The old name of `register_full_backward_hook`, which is what it does here."""
        return self.register_full_backward_hook(hook)

    # -- the call with hooks ------------------------------------------------------------------
    def _call_with_hooks(self, args: tuple, kwargs: dict) -> Any:
        called: set[int] = set()
        try:
            return self._run_hooks(args, kwargs, called)
        except Exception:
            self._call_always(args, kwargs, called)
            raise

    def _run_hooks(self, args: tuple, kwargs: dict, called: set[int]) -> Any:
        for key, hook in (*_forward_pre.items(), *self._forward_pre_hooks.items()):
            args, kwargs = self._before(key, hook, args, kwargs)
        boundary = None
        if self._backward_hooks or self._backward_pre_hooks or _backward or _backward_pre:
            after = [*_backward.values(), *self._backward_hooks.values()]
            before = [*_backward_pre.values(), *self._backward_pre_hooks.values()]
            boundary = _Boundary(self, after, before)
            args = boundary.enter(args)
        result = self.forward(*args, **kwargs)
        for key, hook in (*_forward.items(), *self._forward_hooks.items()):
            if key in self._forward_hooks_always_called or key in _always_called:
                called.add(key)
            if key in self._forward_hooks_with_kwargs:
                new = hook(self, args, kwargs, result)
            else:
                new = hook(self, args, result)
            if new is not None:
                result = new
        return result if boundary is None else boundary.leave(result)

    def _before(self, key: int, hook: Callable, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        """The arguments after one hook has seen them."""
        if key not in self._forward_pre_hooks_with_kwargs:
            new = hook(self, args)
            if new is None:
                return args, kwargs
            return (new if isinstance(new, tuple) else (new,)), kwargs
        new = hook(self, args, kwargs)
        if new is None:
            return args, kwargs
        if isinstance(new, tuple) and len(new) == 2:
            return new
        raise RuntimeError(
            "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got "
            f"{new}."
        )

    def _call_always(self, args: tuple, kwargs: dict, called: set[int]) -> None:
        """Forward or a hook has raised: call the hooks that asked for it and were not reached."""
        for key, hook in (*_forward.items(), *self._forward_hooks.items()):
            always = key in self._forward_hooks_always_called or key in _always_called
            if not always or key in called:
                continue
            try:
                if key in self._forward_hooks_with_kwargs:
                    hook(self, args, kwargs, None)
                else:
                    hook(self, args, None)
            except Exception as error:
                warnings.warn(
                    "module forward hook with ``always_call=True`` raised an exception that was "
                    f"silenced as another error was raised in forward: {error}",
                    stacklevel=3,
                )


# -- hooks for all modules ------------------------------------------------------------------------
def register_module_forward_pre_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, args)` before the forward of every module."""
    return _add(_forward_pre, hook, False)


def register_module_forward_hook(
    hook: Callable, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Call `hook(module, args, output)` after the forward of every module."""
    if with_kwargs:
        raise NotImplementedError(
            "register_module_forward_hook: with_kwargs is not there for all modules; "
            "try module.register_forward_hook(hook, with_kwargs=True)"
        )
    return _add(_forward, hook, False, *([_always_called] if always_call else []))


def register_module_full_backward_pre_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, grad_output)` in the backward of every module."""
    return _add(_backward_pre, hook, False)


def register_module_full_backward_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, grad_input, grad_output)` in the backward of every module."""
    return _add(_backward, hook, False)


# -- backward hooks -------------------------------------------------------------------------------
class _Pass(Function):
    """Hands its inputs through: a place on the tape at a module's boundary."""

    @staticmethod
    def forward(ctx: Any, *tensors: Tensor) -> Any:
        return tuple([t.view_as(t) for t in tensors])

    @staticmethod
    def backward(ctx: Any, *gs: Tensor | None) -> Any:
        return gs


class _Boundary:
    """The backward hooks of one call: what they see at its outputs and at its inputs."""

    def __init__(self, module: Any, after: list[Callable], before: list[Callable]) -> None:
        self.module = module
        self.after = after
        self.before = before
        self.grad_outputs: tuple | None = None
        self.has_inputs = False
        self.input_places: list[int] = []
        self.input_count = 0

    def enter(self, args: tuple) -> tuple:
        """The arguments, made to pass the boundary."""
        self.input_count = len(args)
        found = self._through(args)
        if found is None:
            return args
        args, self.input_places, node = found
        self.has_inputs = True
        node.register_hook(self._at_inputs)
        return args

    def leave(self, result: Any) -> Any:
        """The result, made to pass the boundary."""
        is_tuple = isinstance(result, tuple)
        if not is_tuple and not isinstance(result, Tensor):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of "
                f"Tensors but received {type(result)}",
                stacklevel=4,
            )
            return result
        items = result if is_tuple else (result,)
        found = self._through(items)
        if found is None:
            return result
        outputs, places, node = found
        count = len(items)

        def at_outputs(gs: tuple) -> Any:
            self.grad_outputs = _spread(gs, places, count)
            for hook in self.before:
                new = hook(self.module, self.grad_outputs)
                if new is not None:
                    new = new if isinstance(new, tuple) else (new,)
                    _check_count("Backward pre hook", "grad_output", new, count)
                    self.grad_outputs = new
            if not self.has_inputs:  # nothing else will come
                self._call_after((None,) * self.input_count)
            return tuple([self.grad_outputs[i] for i in places])

        node.register_prehook(at_outputs)
        if not is_tuple:
            return outputs[0]
        return type(result)(*outputs) if hasattr(result, "_fields") else outputs

    def _through(self, items: tuple) -> tuple[tuple, list[int], Any] | None:
        """Items with the differentiable tensors among them passed on, their places, the node."""
        places = [i for i, x in enumerate(items) if isinstance(x, Tensor) and x.requires_grad]
        if not mode.grad or not places:
            return None
        passed = _Pass.apply(*[items[i] for i in places])
        changed = list(items)
        for i, x in zip(places, passed, strict=True):
            changed[i] = x
        return tuple(changed), places, passed[0].grad_fn

    def _at_inputs(self, grad_inputs: tuple, _: tuple) -> Any:
        if self.grad_outputs is None:  # a graph inside the module that does not reach its output
            return None
        full = _spread(grad_inputs, self.input_places, self.input_count)
        found = self._call_after(full)
        self.grad_outputs = None
        return tuple([found[i] for i in self.input_places])

    def _call_after(self, grad_inputs: tuple) -> tuple:
        for hook in self.after:
            new = hook(self.module, grad_inputs, self.grad_outputs)
            if new is not None:
                if not self.has_inputs:
                    raise RuntimeError(
                        "Backward hook for Modules where no input requires gradient should always "
                        "return None or None for all gradients."
                    )
                new = new if isinstance(new, tuple) else (new,)
                _check_count("Backward hook", "grad_input", new, len(grad_inputs))
                grad_inputs = new
        return grad_inputs


def _spread(values: tuple, places: list[int], count: int) -> tuple:
    result: list[Any] = [None] * count
    for i, x in zip(places, values, strict=True):
        result[i] = x
    return tuple(result)


def _check_count(what: str, name: str, given: tuple, count: int) -> None:
    if len(given) != count:
        raise RuntimeError(
            f"{what} returned an invalid number of {name}, got {len(given)}, but expected {count}"
        )


# -- errors name the module -----------------------------------------------------------------------
_PLAIN_ERRORS = (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError)


def _add_path(error: Exception, module: Any) -> None:
    """Say in which module an operation of this package found something wrong.

    Each module on the way out adds its name for the one below it.
    """
    known = error.__dict__.get("_where")
    if known is None:
        if (
            type(error) not in _PLAIN_ERRORS
            or len(error.args) != 1
            or type(error.args[0]) is not str
            or not _was_found_by_us(error)
        ):
            return
        error._where = (error.args[0], "", module, module)  # type: ignore[attr-defined]
    else:
        text, path, innermost, below = known
        name = next((n for n, m in module._modules.items() if m is below), None)
        if name is None:
            return
        path = f"{name}.{path}" if path else name
        error._where = (text, path, innermost, module)  # type: ignore[attr-defined]
    text, path, innermost, _ = error._where  # type: ignore[attr-defined]
    description = f"{innermost._get_name()}({innermost.extra_repr()})"
    error.args = (f"{text}\n  in module {path + ': ' if path else ''}{description}",)


def _was_found_by_us(error: Exception) -> bool:
    """Whether the line that raised lies in this package, and not in forward being called."""
    trace = error.__traceback__
    depth = 0
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
        depth += 1
    return (
        depth > 1 and trace is not None and trace.tb_frame.f_code.co_filename.startswith(_PACKAGE)
    )

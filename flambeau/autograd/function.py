"""Custom functions: a forward and a backward that the user writes.

    class Exp(flambeau.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, g):
            (y,) = ctx.saved_tensors
            return g * y

    y = Exp.apply(x)

`forward` is not recorded; `apply` puts one node on the tape that calls `backward`. Backward is
recorded under create_graph, so its derivative exists unless it is `once_differentiable`.
"""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from flambeau.autograd.engine import fit
from flambeau.autograd.saved import check_version, released_error, unpacked
from flambeau.core.config import config
from flambeau.core.shape import broadcast_shapes
from flambeau.tensor.apply import adopt_history, apply, check_writable, edge_of, wrap
from flambeau.tensor.cotangent import ZEROS
from flambeau.tensor.tape import Node, Packed, anomaly, mode, next_sequence
from flambeau.tensor.tensor import Tensor, origin
from flambeau.tensor.view import value_of

__all__ = ["Function", "FunctionCtx", "once_differentiable"]


class FunctionCtx:
    """What `forward` leaves for `backward`; the user may set any other attribute on it."""

    needs_input_grad: tuple[bool, ...] = ()
    _to_save: tuple = ()
    _saved: tuple = ()
    _dirty: tuple = ()
    _non_differentiable: tuple = ()
    _materialize = True
    _node: Any = staticmethod(lambda: None)

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep inputs, outputs or other tensors for `saved_tensors` in backward."""
        for t in tensors:
            if t is not None and not isinstance(t, Tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument is of type "
                    f"{type(t).__name__}; try setting an attribute of ctx instead"
                )
        self._to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for forward-mode differentiation."""
        self._saved_for_forward = tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Say that forward changed these inputs in place; they must be returned as well."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Say that these outputs have no gradient."""
        self._non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """False: backward gets None instead of zeros for outputs that nothing depends on."""
        self._materialize = bool(value)

    @property
    def saved_tensors(self) -> tuple:
        """What `save_for_backward` kept; RuntimeError if it was changed in place or released."""
        node = self._node()
        if node is None:
            return self._to_save
        if node.released:
            raise released_error(node)
        return tuple([None if s is None else s.read(node) for s in self._saved])


class _Saved:
    """A tensor that a custom function keeps. An output does not keep its own node alive."""

    __slots__ = ("output", "tensor", "version")

    def __init__(self, tensor: Tensor, node: FunctionNode) -> None:
        self.output = tensor._output_nr if tensor._grad_fn is node else None
        self.tensor = tensor if self.output is None else _alias(tensor)
        self.version = tensor._storage.version

    def read(self, node: FunctionNode) -> Tensor:
        check_version(node, self.tensor, self.version, "a saved tensor")
        if self.output is None:
            return self.tensor
        result = _alias(self.tensor)
        result._grad_fn = node
        result._output_nr = self.output
        result._requires_grad = True
        return result


class _Packed:
    """A tensor that a custom function keeps under `saved_tensors_hooks`."""

    __slots__ = ("output", "packed")

    def __init__(self, tensor: Tensor, node: FunctionNode, hooks: tuple) -> None:
        self.output = tensor._output_nr if tensor._grad_fn is node else None
        edge = edge_of(tensor) if self.output is None else None
        self.packed = Packed(wrap(value_of(tensor)), edge, hooks)

    def read(self, node: FunctionNode) -> Tensor:
        return unpacked(
            self.packed, self.packed.edge if self.output is None else (node, self.output)
        )


def _saved(tensor: Tensor, node: FunctionNode) -> _Saved | _Packed:
    if mode.packing is not None:
        return _Packed(tensor, node, mode.packing)
    return _Saved(tensor, node)


def _alias(x: Tensor) -> Tensor:
    """x's contents in a tensor without history."""
    result = Tensor._of(x._storage)
    result._layout = x._layout
    result._view_value = x._view_value
    result._view_version = x._view_version
    return result


class FunctionNode(Node):
    """The tape's node for one call of a custom function."""

    function: type[Function]
    ctx: FunctionCtx
    inputs: tuple = ()  # TensorTypes of the inputs; None for what is no tensor
    types: tuple = ()  # TensorTypes of the outputs; None for what is no tensor

    def __getattr__(self, name: str) -> Any:  # grad_fn.saved_tensors and the user's attributes
        if name == "ctx":
            raise AttributeError(name)
        return getattr(self.ctx, name)

    def release(self) -> None:
        """Let go of what was saved."""
        if self.ctx._saved:
            self.ctx._saved = ()
            self.released = True

    def backward(self, gs: list, needed: set | None) -> list:
        """The cotangents of the inputs."""
        ctx = self.ctx
        if ctx._materialize:
            gs = [
                apply(ZEROS, (), (t.shape, t.dtype)) if g is None and t is not None else g
                for g, t in zip(gs, self.types, strict=True)
            ]
        found = self.function._backward_of()(ctx, *gs)
        result = list(found) if isinstance(found, (tuple, list)) else [found]
        name, count = self.name(), len(self.inputs)
        if len(result) > count and all(r is None for r in result[count:]):
            del result[count:]
        if len(result) != count:
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {count}, "
                f"got {len(result)}); return one for each input of forward, None for inputs "
                "without"
            )
        return [self._checked(i, c) for i, c in enumerate(result)]

    def _checked(self, i: int, c: Any) -> Tensor | None:
        if c is None:
            return None
        type = self.inputs[i]
        if type is None or not isinstance(c, Tensor):
            given = "a gradient" if isinstance(c, Tensor) else f"a {c.__class__.__name__}"
            raise RuntimeError(
                f"function {self.name()} returned {given} different from None at position {i + 1}"
                + (
                    ", but the corresponding forward input was not a Variable"
                    if type is None
                    else "; required: a Tensor or None"
                )
            )
        if self.edges[i] is None:
            return None
        shape = value_of(c).type.shape
        if shape != type.shape and not _is_expandable(type.shape, shape):
            raise RuntimeError(
                f"Function {self.name()} returned an invalid gradient at index {i} - got "
                f"{list(shape)} but expected shape compatible with {list(type.shape)}"
            )
        return fit(c, type)


def _is_expandable(small: tuple, large: tuple) -> bool:
    try:
        return broadcast_shapes("backward", small, large) == large
    except RuntimeError:
        return False


class Function:
    """Base of custom differentiable functions: write static `forward` and `backward`, call `apply`.

    `forward(ctx, *inputs)` computes; or `forward(*inputs)` with a separate
    `setup_context(ctx, inputs, output)`. `backward(ctx, *cotangents)` gets one cotangent for each
    output and returns one for each input (None where there is none).

    >>> import flambeau
    >>> class Double(flambeau.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x * 2
    ...
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         return g * 2
    >>> x = flambeau.tensor([1.0, 2.0], requires_grad=True)
    >>> Double.apply(x).sum().backward()
    >>> x.grad
    tensor([2., 2.])
    """

    _node_class: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError(
            f"{type(self).__name__}: a Function is not instantiated; "
            f"call {type(self).__name__}.apply(...)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """The computation; to be overridden."""
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple, output: Any) -> Any:
        """Keep what backward needs, where `forward` takes no ctx."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The cotangents of the inputs; to be overridden (or `vjp`, which is the same)."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    vjp = backward

    @classmethod
    def _backward_of(cls) -> Callable:
        return cls.vjp if cls.vjp is not Function.vjp else cls.backward

    @classmethod
    def _make_node(cls) -> FunctionNode:
        found = cls.__dict__.get("_node_class")
        if found is None:
            found = type(f"{cls.__name__}Backward", (FunctionNode,), {"function": cls})
            cls._node_class = found
        made: FunctionNode = found()
        return made

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Call `forward` and put the call on the tape."""
        separate = cls.setup_context is not Function.setup_context
        if kwargs:
            args = _positional(cls.forward, args, kwargs, 0 if separate else 1)
        node = cls._make_node()
        ctx = node.ctx = FunctionCtx()
        types = tuple([value_of(a).type if isinstance(a, Tensor) else None for a in args])
        edges = [edge_of(a) for a in args]  # before forward, which may write in place
        ctx.needs_input_grad = tuple([e is not None for e in edges])
        recording = mode.grad and any(ctx.needs_input_grad)
        before = mode.grad
        mode.grad = False
        try:
            if separate:
                output = cls.forward(*args)
                cls.setup_context(ctx, args, output)
            else:
                output = cls.forward(ctx, *args)
        finally:
            mode.grad = before
        single = not isinstance(output, tuple)
        outputs = (output,) if single else output
        for x in ctx._dirty:
            if not any(x is o for o in outputs):
                raise RuntimeError(
                    f"{cls.__name__}: Some elements marked as dirty during the forward method were "
                    "not returned as output; the inputs that are modified inplace must all be "
                    "outputs of the Function"
                )
        if not recording:
            results = tuple([_no_history(o, args, ctx) for o in outputs])
            return results[0] if single else results
        node.edges = edges
        node.inputs = types
        node.outputs = len(outputs)
        node.sequence = next_sequence()
        node.types = tuple([value_of(o).type if isinstance(o, Tensor) else None for o in outputs])
        if config.TRACE or anomaly.enabled:
            node.extra = origin()
        saved_inputs = {id(t): t for t in ctx._to_save if t is not None}
        results = tuple([_with_history(o, n, node, args) for n, o in enumerate(outputs)])
        by_output = {
            id(o): r for o, r in zip(outputs, results, strict=True) if id(o) in saved_inputs
        }
        inputs = {id(a) for a in args if not any(a is d for d in ctx._dirty)}
        ctx._saved = tuple([
            None if t is None
            else _saved(t if id(t) in inputs else by_output.get(id(t), t), node)
            for t in ctx._to_save
        ])  # fmt: skip
        ctx._to_save = ()
        ctx._dirty = ()
        ctx._non_differentiable = ()
        ctx._node = weakref.ref(node)
        return results[0] if single else results


def _positional(forward: Callable, args: tuple, kwargs: dict, skip: int) -> tuple:
    """All arguments by position, so that each has its place among the gradients."""
    bound = inspect.signature(forward).bind(*(None,) * skip, *args, **kwargs)
    bound.apply_defaults()
    return bound.args[skip:]


def _is_among(x: Any, items: Sequence) -> bool:
    return any(x is i for i in items)


def _no_history(output: Any, args: tuple, ctx: FunctionCtx) -> Any:
    """An output of a call that is not recorded; an input that is handed through stays fresh."""
    if isinstance(output, Tensor) and _is_among(output, args) and not _is_among(output, ctx._dirty):
        return _alias(output)
    return output


def _with_history(output: Any, number: int, node: FunctionNode, args: tuple) -> Any:
    """An output of a recorded call, made output `number` of the node."""
    if not isinstance(output, Tensor):
        return output
    ctx = node.ctx
    dirty = _is_among(output, ctx._dirty)
    dtype = output.dtype
    is_differentiable = (dtype.is_floating_point or dtype.is_complex) and not _is_among(
        output, ctx._non_differentiable
    )
    if not is_differentiable:
        if dirty:
            return output
        return _alias(output) if _is_among(output, args) or output._requires_grad else output
    if dirty and _is_among(output, args):
        check_writable(output, node.function.__name__)
        result = _alias(output)
        _set_history(result, node, number)
        adopt_history(output, result)
        return output
    # what is handed through, or looks at an input's memory, gets the function's history only
    result = _alias(output) if _is_among(output, args) or output._base is not None else output
    _set_history(result, node, number)
    return result


def _set_history(x: Tensor, node: FunctionNode, number: int) -> None:
    x._grad_fn = node
    x._output_nr = number
    x._requires_grad = True


class ErrorBackward(FunctionNode):
    """Raises when the gradient of a once-differentiable backward is asked for."""

    def backward(self, gs: list, needed: set | None) -> list:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )


def once_differentiable(function: Callable) -> Callable:
    """Decorator of `backward`: it is not recorded, and a second derivative raises."""

    @functools.wraps(function)
    def backward(ctx: Any, *gs: Any) -> Any:
        recording = mode.grad and any(isinstance(g, Tensor) and g._requires_grad for g in gs)
        before = mode.grad
        mode.grad = False
        try:
            found = function(ctx, *gs)
        finally:
            mode.grad = before
        if not recording:
            return found
        results = found if isinstance(found, tuple) else (found,)
        node = ErrorBackward()
        node.ctx = FunctionCtx()
        node.sequence = next_sequence()
        node.edges = [edge_of(g) for g in gs]
        node.outputs = len(results)
        marked = []
        for number, r in enumerate(results):
            if isinstance(r, Tensor):
                r = _alias(r)
                _set_history(r, node, number)
            marked.append(r)
        return tuple(marked) if isinstance(found, tuple) else marked[0]

    return backward

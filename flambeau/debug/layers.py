"""`summary`: a table of a model's layers, their shapes, parameters, multiply-adds and memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flambeau.core.dtype import DType, float32
from flambeau.core.errors import message
from flambeau.debug.layer_table import html_table, text_table
from flambeau.debug.watching import Seen, run_watched, without_lazy
from flambeau.nn.module import Module
from flambeau.nn.parameter import is_lazy
from flambeau.tensor.creation import zeros
from flambeau.tensor.random import get_rng_state, rand, set_rng_state
from flambeau.tensor.tensor import Tensor
from flambeau.utils._pytree import tree_leaves

__all__ = ["LayerRow", "Summary", "summary"]

MODES = ("eval", "train", "same")


@dataclass(frozen=True)
class LayerRow:
    """One module. Shapes are those of its first call: a tuple of sizes, or lists and dicts of them.

    Counts include the modules inside; those that begin with `own_` do not. Of parameters that
    several modules have, `new_parameters` counts those that no row before has.
    """

    path: str
    kind: str
    depth: int
    calls: int
    input: Any
    output: Any
    parameters: int
    trainable: int
    own_parameters: int
    new_parameters: int
    own_new_parameters: int
    multiply_adds: int
    own_multiply_adds: int
    output_bytes: int
    is_container: bool
    shared_with: str | None  # the path of the same module, where it has a second one

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True)
class Summary:
    """What `summary` gives: `rows`, the model's first, and sums. Prints itself as a table.

    Sizes in bytes; `multiply_adds` counts those of matrix products and convolutions.
    """

    rows: tuple[LayerRow, ...]
    has_run: bool
    parameters: int
    trainable: int
    multiply_adds: int
    input_bytes: int
    activation_bytes: int  # memory of all modules' results, each piece once
    parameter_bytes: int
    buffer_bytes: int
    depth: int | None

    @property
    def frozen(self) -> int:
        """Parameters that do not require grad."""
        return self.parameters - self.trainable

    @property
    def total_bytes(self) -> int:
        """Input, activations, parameters and buffers."""
        return self.input_bytes + self.activation_bytes + self.parameter_bytes + self.buffer_bytes

    def shown(self) -> Iterator[LayerRow]:
        """The rows down to `depth`."""
        for row in self.rows:
            if self.depth is None or row.depth <= self.depth:
                yield row

    def __str__(self) -> str:
        return text_table(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table(self)


def summary(
    model: Module,
    input: Any = None,
    *,
    depth: int | None = None,
    dtypes: DType | Sequence[DType] | None = None,
    mode: str = "eval",
    **kwargs: Any,
) -> Summary:
    """A table of the layers of `model`, called with `input`.

    input: a tensor; a tuple or list of arguments; a dict of keyword arguments; the size of a
    tensor, batch included, or a list of sizes; None to see the parameters alone. depth: how many
    levels of modules are shown (all if None). dtypes: of the tensors made for sizes; as the
    parameters if None. mode: "eval", "train" or "same", in which the model is called. Other
    keyword arguments go to the model.

    The model is called once under no_grad and is afterwards as before: mode, hooks, buffers,
    gradients, and the state of the random generator. Nothing is computed unless the model itself
    looks at elements, so that large models take little time and no memory.

    >>> import flambeau
    >>> from flambeau import nn
    >>> model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    >>> found = flambeau.debug.summary(model, (16, 4))
    >>> found.parameters, found.multiply_adds, found.rows[-1].output
    (58, 768, (16, 2))
    >>> print(found)
    Layer          Input    Output   Parameters  Multiply-adds
    ----------------------------------------------------------
    Sequential     (16, 4)  (16, 2)          --             --
    ├─ 0: Linear   (16, 4)  (16, 8)          40            512
    ├─ 1: ReLU     (16, 8)  (16, 8)          --             --
    └─ 2: Linear   (16, 8)  (16, 2)          18            256
    ----------------------------------------------------------
    Parameters     58 (58 trainable, 0 frozen)
    Multiply-adds  768
    Memory         1.6 KB: input 256 B, activations 1.1 KB, parameters 232 B
    """
    if not isinstance(model, Module):
        raise TypeError(
            message("summary", f"a {type(model).__name__}", "a Module", "summary(model, input)")
        )
    if mode not in MODES:
        raise ValueError(message("summary", f"mode {mode!r}", f"one of {', '.join(MODES)}", "eval"))
    if depth is not None and (not isinstance(depth, int) or depth < 0):
        raise ValueError(message("summary", f"depth {depth!r}", "an int from 0 up, or None", "2"))
    model = without_lazy(model)
    args, named = _arguments(model, input, dtypes)
    has_run = input is not None or bool(kwargs)
    seen: dict[int, Seen] = {}
    if has_run:
        seen = run_watched(model, args, {**named, **kwargs}, mode)
    rows = tuple(_rows(model, seen))
    parameters = _distinct(model.parameters())
    return Summary(
        rows=rows,
        has_run=has_run,
        parameters=rows[0].parameters,
        trainable=rows[0].trainable,
        multiply_adds=rows[0].multiply_adds,
        input_bytes=_bytes([x for x in tree_leaves((args, named, kwargs)) if _is_tensor(x)]),
        activation_bytes=sum(row.output_bytes for row in rows),
        parameter_bytes=_bytes(parameters),
        buffer_bytes=_bytes(_distinct(model.buffers())),
        depth=depth,
    )


# -- the input ------------------------------------------------------------------------------------
def _arguments(model: Module, input: Any, dtypes: Any) -> tuple[tuple, dict[str, Any]]:
    """Positional and keyword arguments."""
    if input is None:
        return (), {}
    if isinstance(input, dict):
        return (), input
    if _is_size(input):
        return _made(model, [input], dtypes), {}
    if isinstance(input, (list, tuple)):
        if input and all(_is_size(x) for x in input):
            return _made(model, list(input), dtypes), {}
        return tuple(input), {}
    if isinstance(input, Tensor):
        return (input,), {}
    raise TypeError(
        message(
            "summary", f"an input of type {type(input).__name__}",
            "a tensor, a tuple of arguments, a dict, a size or a list of sizes",
            "summary(model, (input,))",
        )
    )  # fmt: skip


def _is_size(x: Any) -> bool:
    return (
        isinstance(x, (list, tuple))
        and len(x) > 0
        and all(isinstance(n, int) and not isinstance(n, bool) for n in x)
    )


def _made(model: Module, sizes: list, dtypes: Any) -> tuple:
    """A tensor for each size: random numbers, for integers zeros (which every index may be)."""
    if dtypes is None:
        floats = [x.dtype for x in model.parameters() if x.dtype.is_floating_point]  # type: ignore[attr-defined]
        dtypes = floats[0] if floats else float32
    if isinstance(dtypes, DType):
        dtypes = [dtypes] * len(sizes)
    if len(dtypes) != len(sizes):
        raise ValueError(
            message("summary", f"{len(dtypes)} dtypes for {len(sizes)} sizes", "one for each size")
        )
    state = get_rng_state()
    result = [
        rand(*size, dtype=dtype) if dtype.is_floating_point else zeros(*size, dtype=dtype)
        for size, dtype in zip(sizes, dtypes, strict=True)
    ]
    set_rng_state(state)
    return tuple(result)


# -- the rows -------------------------------------------------------------------------------------
def _rows(model: Module, seen: dict[int, Seen]) -> Iterator[LayerRow]:
    first: dict[int, str] = {}
    met: set[int] = set()
    for path, module in model.named_modules(remove_duplicate=False):
        shared = first.get(id(module))
        first.setdefault(id(module), path)
        found = seen.get(id(module), Seen()) if shared is None else Seen()
        own = _distinct(module.parameters(recurse=False))
        whole = _distinct(module.parameters())
        yield LayerRow(
            path=path,
            kind=type(module).__name__,
            depth=path.count(".") + 1 if path else 0,
            calls=found.calls,
            input=found.inputs,
            output=found.outputs,
            parameters=_numel(whole),
            trainable=_numel([x for x in whole if x.requires_grad]),
            own_parameters=_numel(own),
            new_parameters=_numel([x for x in whole if id(x) not in met]),
            own_new_parameters=_numel([x for x in own if id(x) not in met]),
            multiply_adds=found.multiply_adds,
            own_multiply_adds=found.own_multiply_adds,
            output_bytes=found.output_bytes,
            is_container=bool(module._modules),
            shared_with=shared,
        )
        met.update(id(x) for x in own)


def _is_tensor(x: Any) -> bool:
    return isinstance(x, Tensor)


def _distinct(tensors: Any) -> list[Any]:
    return list({id(x): x for x in tensors if not is_lazy(x)}.values())


def _numel(tensors: list[Any]) -> int:
    return sum(x.numel() for x in tensors)


def _bytes(tensors: list[Any]) -> int:
    return sum(x.numel() * x.element_size() for x in tensors)

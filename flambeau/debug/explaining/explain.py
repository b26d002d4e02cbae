"""`explain(x)`: what a tensor is, in words.

Looking changes nothing: nothing is evaluated, recorded, written or kept alive. The living tensors
are found through the garbage collector, which takes some milliseconds, so that nothing has to be
kept of them otherwise.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from flambeau.core.device import Device
from flambeau.core.dtype import DType
from flambeau.core.language import say
from flambeau.core.layout import Layout
from flambeau.debug.explaining import history, memory, pending, views
from flambeau.debug.explaining.memory import Alias
from flambeau.debug.explaining.text import table
from flambeau.engine.runtime.capture import is_capturing
from flambeau.engine.runtime.evaluate import pending_count
from flambeau.tensor.layouts import parts_of
from flambeau.tensor.tensor import Size, Tensor

__all__ = ["Explanation", "explain"]

MOST_SHOWN = 12  # lines of one list


@dataclass
class Explanation:
    """What is known of a tensor; printing it shows all. It does not keep the tensor."""

    kind: str
    name: str  # of the global variable that holds it, or ""
    shape: Size
    dtype: DType
    device: Device
    strides: tuple[int, ...]
    offset: int  # elements of the storage before the first
    is_contiguous: bool
    why_not_contiguous: str
    # memory
    nbytes: int  # of its elements, each counted as often as it is seen
    storage_nbytes: int
    covered: tuple[int, int]  # first byte of the storage that is seen, and the one after the last
    distinct: int | None  # elements of memory that are seen; None if too many to count
    repeated: str  # how it overlaps itself; "" if it does not
    # sharing
    is_view: bool
    view_of: str
    made_by: list[str]
    aliases: list[Alias]
    arrays: list[str]
    copies: int
    # computing
    state: str  # "evaluated", "pending" or "failed"
    is_capturing: bool
    error: str
    operations: list[str] = field(default_factory=list)
    kernels: list[str] = field(default_factory=list)
    others_pending: int = 0
    # the tape
    requires_grad: bool = False
    is_leaf: bool = True
    grad_fn: str = ""
    version: int = 0
    grad: str = ""
    is_inference: bool = False
    nodes: int = 0
    reaches: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def overlaps(self) -> bool:
        """Whether one element of memory is seen at several places."""
        return bool(self.repeated)

    def rows(self) -> list[tuple[str, list[str]]]:
        """Titles and lines, in the present language."""
        return [
            (say("the tensor"), [f"{self.name} = {self._type()}" if self.name else self._type()]),
            (say("its memory"), self._memory()),
            (say("as a view"), self._view()),
            (say("shared with"), self._sharing()),
            (say("its value"), self._value()),
            (say("on the tape"), self._tape()),
        ]

    def __str__(self) -> str:
        return table(self.rows())

    __repr__ = __str__

    # -- lines --------------------------------------------------------------------------------
    def _type(self) -> str:
        return f"{self.kind} {self.dtype.name}{list(self.shape)}, {self.device}"

    def _memory(self) -> list[str]:
        lines = [say(f"strides {list(self.strides)}, offset {self.offset} elements")]
        if self.is_contiguous:
            lines.append(say("contiguous, the elements lie row after row without gaps"))
        else:
            lines.append(say(f"not contiguous: {self.why_not_contiguous}"))
        first, end = self.covered
        if (first, end) == (0, self.storage_nbytes):
            lines.append(say(f"{self.nbytes} bytes of elements, all {end} bytes of the storage"))
        else:
            lines.append(
                say(
                    f"{self.nbytes} bytes of elements, within bytes {first} to {end} of the "
                    f"storage's {self.storage_nbytes}"
                )
            )
        if self.repeated:
            lines.append(say(f"overlaps itself: {self.repeated}"))
        return lines

    def _view(self) -> list[str]:
        if not self.is_view:
            return [say("no view: it has all of its storage")]
        return [say(f"a view of {self.view_of}, by {' -> '.join(self.made_by)}")]

    def _sharing(self) -> list[str]:
        lines = []
        for a in self.aliases:
            name = f"{a.name}: " if a.name else ""
            place = say(f"strides {list(a.strides)}, offset {a.offset} elements")
            lines.append(f"{name}{a.kind} {a.type}, {place} ({a.relation})")
        lines = _shortened(lines) + self.arrays
        if self.copies:
            lines.append(
                say(
                    f"{self.copies} clones hold the same bytes until one of them is written; "
                    "writes are not shared"
                )
            )
        return lines or [say("nobody else: no other living tensor or array sees this memory")]

    def _value(self) -> list[str]:
        if self.state == "failed":
            return [say(f"could not be computed: {self.error}")]
        lines = [say("being recorded for a captured step")] if self.is_capturing else []
        if self.state == "evaluated":
            return [*lines, say(f"evaluated; it was written in place {self.version} times")]
        lines.append(say("pending, computed when somebody looks at it, by these operations:"))
        lines += _indented(_shortened(self.operations))
        if self.kernels:
            lines.append(say("in these kernels, if it were computed alone:"))
            lines += _indented(_shortened(self.kernels))
        if self.others_pending:
            lines.append(
                say(f"{self.others_pending} other recorded values would be computed with it")
            )
        return lines

    def _tape(self) -> list[str]:
        if self.is_inference:
            return [say("made under inference_mode: it cannot take part in backward")]
        if not self.requires_grad:
            return [say(f"requires no grad; version {self.version}")]
        if self.is_leaf:
            grad = say(f"its .grad is {self.grad}") if self.grad else say("it has no .grad yet")
            return [say(f"a leaf that requires grad; version {self.version}; {grad}")]
        lines = [say(f"made by {self.grad_fn}; version {self.version}")]
        lines.append(say(f"backward would pass {self.nodes} nodes; these leaves get a gradient:"))
        lines += _indented(_shortened(self.reaches))
        return lines + [say(f"backward would fail: {p}") for p in _shortened(self.problems)]


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= MOST_SHOWN:
        return lines
    half = MOST_SHOWN // 2
    left = len(lines) - 2 * half
    return [*lines[:half], say(f"... {left} more"), *lines[-half:]]


def explain(x: Tensor) -> Explanation:
    """What x is: its memory, who shares it, whether it is computed, its place on the tape.

    >>> import flambeau
    >>> x = flambeau.arange(6.).reshape(2, 3)
    >>> found = flambeau.debug.explain(x.t())
    >>> found.strides, found.is_contiguous, found.made_by[-1]
    ((1, 3), False, 'permute')
    >>> print(flambeau.debug.explain(x[:, 1]))  # doctest: +SKIP
    the tensor   Tensor float32[2], cpu
    its memory   strides [3], offset 1 elements
                 not contiguous: dim 0 has stride 3; without gaps it would be 1
    ...
    """
    if not isinstance(x, Tensor):
        raise TypeError(
            f"explain: given {type(x).__name__}; required: a Tensor; try flambeau.tensor(...)"
        )
    if parts_of(x) is not None:
        raise TypeError(
            f"explain: given a tensor of layout {x.layout}; required: one with strides; "  # type: ignore[attr-defined]
            "try explain(x.values())"
        )
    names = sys._getframe(1).f_globals
    tensors, kept = memory.living_tensors()
    root = memory.root_of(x._storage)
    own, dtype = memory.layout_in(x), memory.dtype_of(x)
    count = memory.distinct(own)
    low, end = memory._byte_range(x)
    found = Explanation(
        kind=type(x).__name__,
        name=memory.name_of(x, names),
        shape=Size(own.shape),
        dtype=dtype,
        device=x.device,
        strides=own.strides,
        offset=own.offset,
        is_contiguous=own.is_contiguous,
        why_not_contiguous=memory.why_not_contiguous(own),
        nbytes=prod(own.shape) * dtype.itemsize,
        storage_nbytes=root.value.type.nbytes,
        covered=(low, max(low, end)),
        distinct=count,
        repeated=memory.repeated(own, count),
        is_view=views.origin_of(x) is not None,
        view_of="",
        made_by=[],
        aliases=memory.aliases_of(x, tensors, kept, names),
        arrays=memory.arrays_of(x, names),
        copies=memory.copies_of(x, tensors),
        state=pending.state_of(root.value),
        is_capturing=is_capturing(),
        error="",
    )
    del tensors
    _describe_view(found, x, own, names)
    _describe_value(found, root.value)
    _describe_tape(found, x, names)
    return found


def _describe_view(found: Explanation, x: Tensor, own: Layout, names: Mapping[str, Any]) -> None:
    base = views.origin_of(x)
    if base is not None:
        found.view_of = history.described(base, names)
        found.made_by = views.made_by(x, own, memory.layout_in(base))


def _describe_value(found: Explanation, value: Any) -> None:
    if found.state == "failed":
        found.error = str(value.error)
        return
    if found.state == "evaluated":
        return
    trace = pending.trace_of(value)
    if trace is None:
        return
    found.operations = pending.operations_of(trace)
    found.kernels = pending.kernels_of(trace)
    own = sum(not v.template.is_view for v in trace.order if v.template is not None)
    found.others_pending = max(pending_count() - own, 0)


def _describe_tape(found: Explanation, x: Tensor, names: Mapping[str, Any]) -> None:
    node, found.requires_grad = history.node_of(x)
    found.is_leaf = node is None
    found.version = x._version
    found.is_inference = bool(x._inference)
    if x._grad is not None:
        found.grad = history.described(x._grad, names)
    if node is not None and found.requires_grad:
        found.grad_fn = node.name()
        found.nodes = sum(1 for _ in history.walk(node))
        found.reaches = history.reached(node, names)
        found.problems = history.changed_since(node)

"""Type promotion on nodes: which dtype an operation computes in, as PyTorch decides it.

Operands have three priorities: tensors with dims, tensors without, Python numbers. A lower one
changes the result only by bringing a higher category (bool, integer, floating point, complex).
Source: https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
"""

from __future__ import annotations

from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import CATEGORIES, DType, result_dtype
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import OPERATIONS
from flambeau.tensor.tensor import Tensor

__all__ = [
    "as_float",
    "can_cast",
    "check_tensor",
    "common_dtype",
    "full_precision",
    "get_default_dtype",
    "in_full_precision",
    "is_number",
    "need_tensor",
    "need_tensor_arguments",
    "promote_types",
    "promoted",
    "promoted_float",
    "result_type",
    "set_default_dtype",
]

HALVES = (dt.float16, dt.bfloat16)
_default: list[DType] = [dt.float32]


# -- the default dtype --------------------------------------------------------------------------
def get_default_dtype() -> DType:
    """The dtype of Python floats and of what is created without one.

    >>> import flambeau
    >>> flambeau.get_default_dtype()
    flambeau.float32
    """
    return _default[0]


def set_default_dtype(d: DType) -> None:
    """Make `d` the dtype of Python floats and of what is created without one."""
    if not isinstance(d, DType) or not d.is_floating_point:
        raise TypeError(
            f"set_default_dtype: given {d!r}; required: a floating-point dtype; "
            "try flambeau.float32 or flambeau.float64"
        )
    if d is not _default[0]:
        _default[0] = d
        for op in OPERATIONS.values():  # their expansions depend on it
            op.templates.clear()


# -- on nodes -----------------------------------------------------------------------------------
def is_number(x: Node) -> bool:
    """Whether `x` stands for a Python number, which is weak in promotion."""
    return x.primitive == "scalar"


def _number_dtype(x: Node) -> DType:
    return _default[0] if x.dtype.is_floating_point else x.dtype


def common_dtype(*nodes: Node) -> DType:
    """The dtype to which operands are promoted."""
    first = nodes[0].dtype
    if all(n.dtype is first and n.primitive != "scalar" for n in nodes):
        return first
    dims = [n.dtype for n in nodes if n.shape]
    zero = [n.dtype for n in nodes if not n.shape and n.primitive != "scalar"]
    numbers = [_number_dtype(n) for n in nodes if n.primitive == "scalar"]
    return result_dtype(dims, zero, numbers)


def need_tensor(name: str, *nodes: Node) -> None:
    """TypeError if every operand is a Python number."""
    if all(n.primitive == "scalar" for n in nodes):
        kind = {"bool": "bool", "int": "int"}.get(nodes[0].dtype.category, "float")
        raise TypeError(
            f"{name}(): argument 'input' (position 1) must be Tensor, not {kind}; "
            "try flambeau.tensor(...)"
        )


def check_tensor(name: str, word: str, position: int, given: Any) -> None:
    """TypeError unless this argument is a Tensor."""
    if not isinstance(given, Tensor):
        raise TypeError(
            f"{name}(): argument {word!r} (position {position}) must be Tensor, not "
            f"{type(given).__name__}; try flambeau.tensor(...)"
        )


def need_tensor_arguments(name: str, **arguments: Any) -> None:
    """TypeError if one of them is no Tensor, for operations that take no Python numbers."""
    for position, (word, given) in enumerate(arguments.items(), 1):
        check_tensor(name, word, position, given)


def promoted(name: str, *nodes: Node) -> tuple[Node, ...]:
    """The operands converted to their common dtype."""
    need_tensor(name, *nodes)
    dtype = common_dtype(*nodes)
    return tuple(build.convert(n, dtype) for n in nodes)


def as_float(x: Node) -> Node:
    """x itself if floating point or complex, else converted to the default dtype."""
    if x.dtype.is_floating_point or x.dtype.is_complex:
        return x
    return build.convert(x, _default[0])


def promoted_float(name: str, *nodes: Node) -> tuple[Node, ...]:
    """Promoted operands; integers and bools become the default dtype."""
    return tuple(as_float(n) for n in promoted(name, *nodes))


def full_precision(dtype: DType) -> DType:
    """What composed formulas on `dtype` are computed in: float32 for half precision."""
    return dt.float32 if dtype in HALVES else dtype


def in_full_precision(x: Node) -> Node:
    """x, widened to float32 if it is of half precision."""
    return build.convert(x, full_precision(x.dtype))


# -- on tensors and dtypes ----------------------------------------------------------------------
def promote_types(type1: DType, type2: DType) -> DType:
    """The dtype of an operation on tensors (with dims) of these dtypes.

    >>> import flambeau
    >>> flambeau.promote_types(flambeau.int32, flambeau.float16)
    flambeau.float16
    """
    return dt.promote(type1, type2)


def result_type(tensor1: Any, tensor2: Any) -> DType:
    """The dtype of arithmetic between two tensors or numbers."""
    dims: list[DType] = []
    zero: list[DType] = []
    numbers: list[DType] = []
    for x in (tensor1, tensor2):
        if isinstance(x, Tensor):
            (dims if x._shape else zero).append(x.dtype)
        elif isinstance(x, bool):
            numbers.append(dt.bool_)
        elif isinstance(x, int):
            numbers.append(dt.int64)
        elif isinstance(x, float):
            numbers.append(_default[0])
        elif isinstance(x, complex):
            numbers.append(_default[0].to_complex())
        else:
            raise TypeError(
                f"result_type: given {type(x).__name__}; required: a Tensor or a Python number"
            )
    return result_dtype(dims, zero, numbers)


def can_cast(from_: DType, to: DType) -> bool:
    """Whether an in-place operation may put results of `from_` into a tensor of `to`.

    >>> import flambeau
    >>> flambeau.can_cast(flambeau.float32, flambeau.int32)
    False
    """
    return CATEGORIES[from_.category] <= CATEGORIES[to.category]

"""Making tensors: from data, and filled with one number.

Operations (lazy, so that a constant takes part in fusion and costs no memory):
  full (value) [shape, dtype]
  constant () [value, shape, dtype]
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.device import CPU, Device
from flambeau.core.dtype import DType
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import fresh, is_capturing
from flambeau.tensor.formats import Layout, MemoryFormat
from flambeau.tensor.inplace import TO, into
from flambeau.tensor.literal import array_of, check_fits
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import get_default_dtype
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Tensor

__all__ = [
    "check_device",
    "check_dtype",
    "copied",
    "empty",
    "empty_like",
    "empty_strided",
    "finish",
    "full",
    "full_like",
    "ones",
    "ones_like",
    "scalar_tensor",
    "size_of",
    "tensor",
    "zeros",
    "zeros_like",
]

# what the package has under these names; the others are helpers and methods
FUNCTIONS = (
    "empty empty_like empty_strided full full_like ones ones_like scalar_tensor tensor zeros "
    "zeros_like"
).split()


# -- checks -------------------------------------------------------------------------------------
def check_device(name: str, device: Any) -> None:
    """RuntimeError if there is no such device."""
    if device is None or device is CPU:
        return
    found = Device(f"cuda:{device}" if isinstance(device, int) else device)
    if found.type != "cpu":
        raise RuntimeError(
            f"{name}: given device {str(found)!r}; required: a device that is present, which is "
            "'cpu'; try device='cpu'"
        )


_PYTHON_TYPES: dict[type, DType] = {
    float: dt.float64, int: dt.int64, bool: dt.bool_, complex: dt.complex128,
}  # fmt: skip


def check_dtype(name: str, dtype: Any, otherwise: DType | None = None) -> DType:
    """`dtype`, or the default where it is None."""
    if dtype is None:
        return otherwise or get_default_dtype()
    if not isinstance(dtype, DType):
        found = _PYTHON_TYPES.get(dtype) if isinstance(dtype, type) else None
        if found is None:
            raise TypeError(
                f"{name}(): argument 'dtype' must be flambeau.dtype, not "
                f"{type(dtype).__name__}; given {dtype!r}; try flambeau.float32"
            )
        return found
    return dtype


def size_of(name: str, size: Any) -> Shape:
    """The shape given as one sequence or as several ints; RuntimeError for negative ones."""
    if len(size) == 1:
        only = size[0]
        if isinstance(only, (tuple, list)):
            size = only
        elif isinstance(only, Tensor) and len(only._shape) == 1:
            size = only.tolist()  # type: ignore[attr-defined]
    shape = []
    for n in size:
        if type(n) is not int:
            if isinstance(n, (bool, float, str)) or not hasattr(n, "__index__"):
                raise TypeError(
                    f"{name}(): argument 'size' (position 1) must be tuple of ints, not "
                    f"{type(n).__name__}; given {size!r}"
                )
            n = n.__index__()
        if n < 0:
            raise RuntimeError(
                f"{name}: Dimension size must be non-negative: Trying to create tensor with "
                f"negative dimension {n}: {list(size)}"
            )
        shape.append(n)
    return tuple(shape)


def finish(name: str, result: Tensor, requires_grad: bool, out: Any = None) -> Tensor:
    """`result` after the options that all makers of tensors have."""
    if out is not None:
        result = into(out, result, name)
    if requires_grad:
        dtype = result.dtype
        if not (dtype.is_floating_point or dtype.is_complex):
            raise RuntimeError(
                f"{name}: Only Tensors of floating point and complex dtype can require gradients; "
                f"given dtype {dtype.name}; try dtype=flambeau.float32"
            )
        result._requires_grad = True
    return result


def check_layout(name: str, layout: Any, memory_format: Any = None) -> None:
    """Only strided tensors whose elements lie row-major are made."""
    if layout is not None and not (isinstance(layout, Layout) and layout.name == "strided"):
        raise RuntimeError(f"{name}: given layout {layout!r}; required: flambeau.strided")
    if memory_format is not None and not isinstance(memory_format, MemoryFormat):
        raise TypeError(
            f"{name}(): argument 'memory_format' must be flambeau.memory_format, not "
            f"{type(memory_format).__name__}"
        )


# -- one number everywhere ----------------------------------------------------------------------
@operation("full")
def FULL(value: Node, shape: Shape, dtype: DType) -> Node:
    """`value` in every element."""
    return build.expand(build.convert(value, dtype), shape)


@operation("constant")
def CONSTANT(value: int, shape: Shape, dtype: DType) -> Node:
    """A number that is known beforehand in every element."""
    return build.full(shape, value, dtype)


def _constant(name: str, value: int, shape: Shape, dtype: Any, device: Any, requires_grad: bool,
              out: Any = None, layout: Any = None) -> Tensor:  # fmt: skip
    if device is not None:
        check_device(name, device)
    if layout is not None:
        check_layout(name, layout)
    otherwise = None if out is None else out.dtype
    dtype = dtype if type(dtype) is DType else check_dtype(name, dtype, otherwise)
    result = apply(CONSTANT, (), (value, shape, dtype))
    return result if not requires_grad and out is None else finish(name, result, requires_grad, out)


def _sizes(name: str, size: Any, named: Any) -> Shape:
    if named is not None:
        size = (tuple(named),)
    elif not size:
        raise TypeError(f"{name}() received no size; required: ints or one tuple of ints")
    return size_of(name, size)


def zeros(
    *size: Any, out: Tensor | None = None, dtype: DType | None = None, layout: Any = None,
    device: Any = None, pin_memory: bool = False, requires_grad: bool = False, names: Any = None,
    **named: Any,
) -> Tensor:  # fmt: skip
    """A tensor of zeros; `size` is several ints or one sequence of them.

    >>> import flambeau
    >>> flambeau.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    shape = _sizes("zeros", size, _named_size("zeros", named))
    return _constant("zeros", 0, shape, dtype, device, requires_grad, out, layout)


def _named_size(name: str, named: dict) -> Any:
    """`size=` may be given by name although it is also the list of positional arguments."""
    if not named:
        return None
    size = named.pop("size", None)
    if named:
        raise TypeError(f"{name}() got an unexpected keyword argument {next(iter(named))!r}")
    return size


def ones(
    *size: Any, out: Tensor | None = None, dtype: DType | None = None, layout: Any = None,
    device: Any = None, pin_memory: bool = False, requires_grad: bool = False, names: Any = None,
    **named: Any,
) -> Tensor:  # fmt: skip
    """A tensor of ones; `size` is several ints or one sequence of them.

    >>> import flambeau
    >>> flambeau.ones(3, dtype=flambeau.int64)
    tensor([1, 1, 1])
    """
    shape = _sizes("ones", size, _named_size("ones", named))
    return _constant("ones", 1, shape, dtype, device, requires_grad, out, layout)


def empty(
    *size: Any, out: Tensor | None = None, dtype: DType | None = None, layout: Any = None,
    device: Any = None, pin_memory: bool = False, requires_grad: bool = False, names: Any = None,
    memory_format: Any = None, **named: Any,
) -> Tensor:  # fmt: skip
    """A tensor whose elements are about to be written (zeros until then, which cost nothing)."""
    check_layout("empty", None, memory_format)
    shape = _sizes("empty", size, _named_size("empty", named))
    return _constant("empty", 0, shape, dtype, device, requires_grad, out, layout)


def full(
    size: Any, fill_value: Any, *, out: Tensor | None = None, dtype: DType | None = None,
    layout: Any = None, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
    names: Any = None,
) -> Tensor:  # fmt: skip
    """A tensor with `fill_value` in every element, whose kind of number decides the dtype.

    >>> import flambeau
    >>> flambeau.full((2, 2), 7)
    tensor([[7, 7],
            [7, 7]])
    """
    shape = size_of("full", (size,))
    return _filled("full", shape, fill_value, dtype, device, requires_grad, out, layout)


def _filled(name: str, shape: Shape, value: Any, dtype: Any, device: Any, requires_grad: bool,
            out: Any = None, layout: Any = None) -> Tensor:  # fmt: skip
    check_device(name, device)
    check_layout(name, layout)
    if isinstance(value, Tensor):
        if value._shape:
            raise TypeError(
                f"{name}(): argument 'fill_value' must be Number, not Tensor of shape "
                f"{list(value._shape)}; try expand"
            )
        found = value.dtype
        value = value.detach()  # type: ignore[attr-defined]
    else:
        value = value.item() if isinstance(value, np.generic) else value
        found = _kind_of(name, value)
    dtype = check_dtype(name, dtype, found if out is None else out.dtype)
    if not isinstance(value, Tensor):
        check_fits(value, dtype, name)
        is_wide = isinstance(value, int) and not -(2**63) <= value < 2**63
        if isinstance(value, complex) or dtype.is_complex or is_wide:
            result = apply(CONSTANT, (), (value, shape, dtype))
            return finish(name, result, requires_grad, out)
    return finish(name, apply(FULL, (value,), (shape, dtype)), requires_grad, out)


def _kind_of(name: str, value: Any) -> DType:
    if isinstance(value, bool):
        return dt.bool_
    if isinstance(value, int):
        return dt.int64
    if isinstance(value, float):
        return get_default_dtype()
    if isinstance(value, complex):
        return get_default_dtype().to_complex()
    raise TypeError(f"{name}(): argument 'fill_value' must be Number, not {type(value).__name__}")


# -- like another tensor ------------------------------------------------------------------------
def _like(name: str, value: int) -> Any:
    def function(
        input: Tensor, *, dtype: DType | None = None, layout: Any = None, device: Any = None,
        requires_grad: bool = False, pin_memory: bool = False, memory_format: Any = None,
    ) -> Tensor:  # fmt: skip
        _need_tensor(name, input)
        if layout is None:
            input._storage  # noqa: B018 - sparse tensors, which have none, make one of their own
        check_layout(name, layout, memory_format)
        return _constant(name, value, input._shape, dtype or input.dtype, device, requires_grad)

    return _named(function, name, f"A tensor of {name.split('_')[0]} of input's shape and dtype.")


def _named(function: Any, name: str, doc: str) -> Any:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def _need_tensor(name: str, x: Any) -> None:
    if not isinstance(x, Tensor):
        raise TypeError(
            f"{name}(): argument 'input' (position 1) must be Tensor, not {type(x).__name__}; "
            "try flambeau.tensor(...)"
        )


zeros_like, ones_like, empty_like = (
    _like("zeros_like", 0),
    _like("ones_like", 1),
    _like("empty_like", 0),
)


def full_like(
    input: Tensor, fill_value: Any, *, dtype: DType | None = None, layout: Any = None,
    device: Any = None, requires_grad: bool = False, pin_memory: bool = False,
    memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """`fill_value` everywhere, in a tensor of input's shape and dtype."""
    _need_tensor("full_like", input)
    check_layout("full_like", layout, memory_format)
    dtype = dtype or input.dtype
    return _filled("full_like", input._shape, fill_value, dtype, device, requires_grad)


def _new(name: str, value: int) -> Any:
    def method(
        self: Tensor, *size: Any, dtype: DType | None = None, device: Any = None,
        requires_grad: bool = False, layout: Any = None, pin_memory: bool = False, **named: Any,
    ) -> Tensor:  # fmt: skip
        shape = _sizes(name, size, _named_size(name, named))
        return _constant(name, value, shape, dtype or self.dtype, device, requires_grad)

    what = name.split("_")[1]
    return _named(method, name, f"A tensor of {what} of the given size and this tensor's dtype.")


new_zeros, new_ones, new_empty = _new("new_zeros", 0), _new("new_ones", 1), _new("new_empty", 0)


def new_full(
    self: Tensor, size: Any, fill_value: Any, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False, layout: Any = None, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """`fill_value` everywhere, in a tensor of the given size and this tensor's dtype."""
    shape = size_of("new_full", (size,))
    return _filled("new_full", shape, fill_value, dtype or self.dtype, device, requires_grad)


def new_tensor(
    self: Tensor, data: Any, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False, layout: Any = None, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """A tensor with a copy of `data` and this tensor's dtype."""
    return tensor(data, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)


def empty_strided(
    size: Any, stride: Any, *, dtype: DType | None = None, layout: Any = None, device: Any = None,
    requires_grad: bool = False, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """A tensor whose elements lie under the given strides (in elements)."""
    shape, strides = size_of("empty_strided", (size,)), tuple(stride)
    if len(shape) != len(strides):
        raise RuntimeError(
            f"empty_strided: dimensionality of sizes ({len(shape)}) must match dimensionality of "
            f"strides ({len(strides)})"
        )
    reach = 0 if 0 in shape else 1 + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))
    memory = _constant("empty_strided", 0, (reach,), dtype, device, False)
    result = memory.as_strided(shape, strides)  # type: ignore[attr-defined]
    return finish("empty_strided", result.detach(), requires_grad)


def new_empty_strided(
    self: Tensor, size: Any, stride: Any, *, dtype: DType | None = None, layout: Any = None,
    device: Any = None, requires_grad: bool = False, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """A tensor of this tensor's dtype whose elements lie under the given strides."""
    return empty_strided(
        size, stride, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad
    )


# -- from data ----------------------------------------------------------------------------------
def tensor(
    data: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """A tensor with a copy of `data`: a number, nested sequences of numbers, or an array.

    Without `dtype`, floats have the default dtype, ints int64, bools bool, and arrays their own.
    ValueError if the sequences are not equally long, RuntimeError if a number does not fit.

    >>> import flambeau
    >>> flambeau.tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    if device is not None:
        check_device("tensor", device)
    if dtype is not None and type(dtype) is not DType:
        dtype = check_dtype("tensor", dtype)
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach()."
            "clone() or sourceTensor.detach().clone().requires_grad_(True), rather than "
            "flambeau.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
        result = copied(data, dtype)
    elif type(data) in _LAZY_NUMBERS and is_capturing():
        result = _filled("tensor", (), data, dtype, None, False)
    else:
        result = from_array(*array_of(data, dtype))
    return result if not requires_grad else finish("tensor", result, requires_grad)


_LAZY_NUMBERS = (float, int, bool)


def from_array(array: np.ndarray, dtype: DType) -> Tensor:
    """A tensor with a copy of an array in the storage form of `dtype`."""
    result, memory = fresh(dtype, array.shape)
    memory[...] = array
    if mode.inference:
        result._inference = True
    return result


def copied(x: Tensor, dtype: DType | None) -> Tensor:
    """A copy of `x` without its history."""
    source = x.detach()  # type: ignore[attr-defined]
    if dtype is None or dtype is x.dtype:
        found: Tensor = source.clone()
        return found
    return apply(TO, (source,), (dtype,))


def scalar_tensor(
    s: Any, *, dtype: DType | None = None, layout: Any = None, device: Any = None,
    pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A number as a tensor without dims, of the default dtype."""
    return _filled("scalar_tensor", (), s, dtype or get_default_dtype(), device, requires_grad)

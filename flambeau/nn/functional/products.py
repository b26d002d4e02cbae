"""Linear maps and convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.nn.operations.convolution import CONV, CONV_TRANSPOSE
from flambeau.nn.operations.linear import LINEAR
from flambeau.tensor.apply import apply
from flambeau.tensor.tensor import Tensor

__all__ = [
    "bilinear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
    "conv_transpose3d", "linear",
]  # fmt: skip


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input @ weight.T + bias; shapes (..., k), (n, k), (n) to (..., n).

    >>> import flambeau
    >>> flambeau.nn.functional.linear(flambeau.ones(2, 3), flambeau.ones(4, 3)).shape
    flambeau.Size([2, 4])
    """
    return apply(LINEAR, (input, weight) if bias is None else (input, weight, bias))


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x1 @ weight[o] @ x2 for each output o; shapes (..., i), (..., j), (o, i, j) to (..., o)."""
    i, j = input1._shape[-1], input2._shape[-1]
    if input1._shape[:-1] != input2._shape[:-1] or weight._shape[1:] != (i, j):
        raise RuntimeError(
            message("bilinear", f"inputs {list(input1._shape)} and {list(input2._shape)} and "
                    f"weight {list(weight._shape)}",
                    "inputs that agree in all dims but the last, and a "
                    f"weight of shape [out_features, {i}, {j}]")
        )  # fmt: skip
    pairs = input1.unsqueeze(-1) * input2.unsqueeze(-2)
    flat = pairs.reshape(*input1._shape[:-1], i * j)
    return linear(flat, weight.reshape(weight._shape[0], i * j), bias)


# -- convolution ----------------------------------------------------------------------------------
def _entries(name: str, what: str, value: Any, count: int) -> tuple[int, ...]:
    """`value` as one int for each spatial dim."""
    if type(value) is int:
        return (value,) * count
    found = tuple(int(v) for v in (value if isinstance(value, (tuple, list)) else (value,)))
    if len(found) == 1:
        found *= count
    if len(found) != count:
        raise RuntimeError(
            message(name, f"{what}={value!r}", f"a number or {count} numbers, one for each "
                    "spatial dim")
        )  # fmt: skip
    return found


def _check_positive(name: str, **values: tuple[int, ...]) -> None:
    for what, entries in values.items():
        if any(v <= 0 for v in entries):
            raise RuntimeError(message(name, f"{what}={entries}", f"{what} greater than zero"))


def _low_high(
    name: str, padding: Any, kernel: tuple, strides: tuple, dilation: tuple, count: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The padding before and after, for numbers, "valid" and "same"."""
    if not isinstance(padding, str):
        entries = _entries(name, "padding", padding, count)
        if any(p < 0 for p in entries):
            raise RuntimeError(message(name, f"padding={padding}", "padding that is not negative"))
        return entries, entries
    if padding == "valid":
        return (0,) * count, (0,) * count
    if padding != "same":
        raise ValueError(
            message(name, f"padding={padding!r}", "a number, numbers, 'valid' or 'same'")
        )
    if any(s != 1 for s in strides):
        raise RuntimeError(f"{name}: padding='same' is not supported for strided convolutions")
    total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    low = tuple(t // 2 for t in total)
    return low, tuple(t - lo for t, lo in zip(total, low, strict=True))


def _batched(name: str, input: Any, spatial: int) -> tuple[Tensor, bool]:
    """The input with a batch dim, and whether it had one."""
    if not isinstance(input, Tensor):
        raise TypeError(f"{name}(): argument 'input' must be Tensor, not {type(input).__name__}")
    ndim = len(input._shape)
    if ndim == spatial + 2:
        return input, True
    if ndim == spatial + 1:
        return input.unsqueeze(0), False
    raise RuntimeError(
        f"{name}: Expected {spatial + 1}D (unbatched) or {spatial + 2}D (batched) input to {name}, "
        f"but got input of size: {list(input._shape)}"
    )


def _conv(spatial: int) -> Callable[..., Tensor]:
    name = f"conv{spatial}d"

    def conv(
        input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1,
        padding: Any = 0, dilation: Any = 1, groups: int = 1,
    ) -> Tensor:  # fmt: skip
        strides = _entries(name, "stride", stride, spatial)
        dilations = _entries(name, "dilation", dilation, spatial)
        _check_positive(name, stride=strides, dilation=dilations, groups=(groups,))
        low, high = _low_high(name, padding, weight._shape[2:], strides, dilations, spatial)
        x, has_batch = _batched(name, input, spatial)
        inputs = (x, weight) if bias is None else (x, weight, bias)
        result = apply(CONV, inputs, (strides, low, high, dilations, int(groups)))
        return result if has_batch else result.squeeze(0)

    conv.__name__ = conv.__qualname__ = name
    conv.__doc__ = (
        f"Convolution over {spatial} spatial dims: input (N, C, *S) or (C, *S), weight "
        "(O, C / groups, *K), bias (O). padding: numbers, 'valid', or 'same' (stride 1)."
    )
    return conv


conv1d, conv2d, conv3d = _conv(1), _conv(2), _conv(3)


def _conv_transpose(spatial: int) -> Callable[..., Tensor]:
    name = f"conv_transpose{spatial}d"

    def conv_transpose(
        input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1,
        padding: Any = 0, output_padding: Any = 0, groups: int = 1, dilation: Any = 1,
    ) -> Tensor:  # fmt: skip
        strides = _entries(name, "stride", stride, spatial)
        dilations = _entries(name, "dilation", dilation, spatial)
        pads = _entries(name, "padding", padding, spatial)
        extra = _entries(name, "output_padding", output_padding, spatial)
        _check_positive(name, stride=strides, dilation=dilations, groups=(groups,))
        x, has_batch = _batched(name, input, spatial)
        if len(weight._shape) != spatial + 2:
            raise RuntimeError(
                message(name, f"weight {list(weight._shape)}", f"a weight with {spatial + 2} dims")
            )
        size = []
        for n, s, p, d, e, k in zip(
            x._shape[2:], strides, pads, dilations, extra, weight._shape[2:], strict=True
        ):
            if e >= max(s, d):
                raise RuntimeError(
                    f"{name}: output padding must be smaller than either stride or dilation, but "
                    f"got output_padding {e}, stride {s}, dilation {d}"
                )
            size.append((n - 1) * s - 2 * p + d * (k - 1) + e + 1)
        inputs = (x, weight) if bias is None else (x, weight, bias)
        high = tuple(p - e for p, e in zip(pads, extra, strict=True))
        attributes = (strides, pads, high, dilations, int(groups), tuple(size))
        result = apply(CONV_TRANSPOSE, inputs, attributes)
        return result if has_batch else result.squeeze(0)

    conv_transpose.__name__ = conv_transpose.__qualname__ = name
    conv_transpose.__doc__ = (
        f"The transpose of conv{spatial}d: input (N, C, *S), weight (C, O / groups, *K), bias (O)."
    )
    return conv_transpose


conv_transpose1d, conv_transpose2d, conv_transpose3d = (_conv_transpose(n) for n in (1, 2, 3))

"""Convolution over any number of spatial dims.

Operations; attributes (strides, low, high, dilation, groups) are tuples with one entry for each
spatial dim, low and high the padding on both sides:
  conv (x, weight) or (x, weight, bias)         (n, c, *s), (o, c/groups, *k), (o) -> (n, o, *t)
  conv_input_backward (g, weight) [..., size]   (n, o, *t), (o, c/groups, *k) -> (n, c, *size)
  conv_weight_backward (g, x) [..., kernel]     (n, o, *t), (n, c, *s) -> (o, c/groups, *kernel)
  conv_transpose (x, weight[, bias])            as conv_input_backward, named for its own sake
The first three are bilinear, and each one's derivatives are the two others. On the graph all are
convolutions: dilating the left side inverts a stride.
"""

from __future__ import annotations

from flambeau.core.errors import message
from flambeau.core.shape import mark_shapes
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import in_full_precision

__all__ = ["CONV", "CONV_INPUT_BACKWARD", "CONV_TRANSPOSE", "CONV_WEIGHT_BACKWARD"]


def _ones(count: int) -> Shape:
    return (1,) * count


def _add_bias(y: Node, bias: Node | None) -> Node:
    if bias is None:
        return y
    shape = (1, bias.shape[0], *_ones(len(y.shape) - 2))
    return build.apply("add", y, build.reshape(in_full_precision(bias), shape))


def _channels(x: Shape, weight: Shape, groups: int) -> str:
    """Where the numbers of channels stand."""
    wanted = weight[1] * groups
    if x[1] != wanted:
        note = f"times groups={groups}: {wanted} channels" if groups > 1 else f"{wanted} channels"
        return mark_shapes(("input", x, 1, f"{x[1]} channels, not {wanted}"),
                           ("weight", weight, 1, note))  # fmt: skip
    note = f"{weight[0]} output channels, not divisible by groups={groups}"
    return mark_shapes(("input", x, None, ""), ("weight", weight, 0, note))


def _check(
    x: Node, weight: Node, bias: Node | None, low: Shape, high: Shape, dilation: Shape,
    groups: int,
) -> None:  # fmt: skip
    spatial = len(low)
    name = f"conv{spatial}d"
    given = f"input {list(x.shape)} and weight {list(weight.shape)}"
    if groups > 1:
        given += f" in {groups} groups"
    for other, what in ((weight, "weight"), (bias, "bias")):
        if other is not None and other.dtype is not x.dtype:
            raise RuntimeError(
                message(name, f"input of dtype {x.dtype.name} and {what} of dtype "
                        f"{other.dtype.name}", "one dtype", f"input.to({what}.dtype)")
            )  # fmt: skip
    if len(weight.shape) != spatial + 2:
        raise RuntimeError(
            message(name, given, f"a weight with {spatial + 2} dims", "",
                    mark_shapes(("input", x.shape, None, f"{len(x.shape)} dims"),
                                ("weight", weight.shape, None, f"{len(weight.shape)} dims")))
        )  # fmt: skip
    channels = weight.shape[1] * groups
    if x.shape[1] != channels or weight.shape[0] % groups:
        raise RuntimeError(
            message(name, given, f"an input with {channels} channels in dim 1, which is the "
                    f"weight's dim 1 times groups ({groups}), and output channels "
                    f"({weight.shape[0]}) divisible by groups",
                    "permute(0, 3, 1, 2) if the channels are last" if spatial == 2 else "",
                    _channels(x.shape, weight.shape, groups))
        )  # fmt: skip
    if bias is not None and bias.shape != (weight.shape[0],):
        raise RuntimeError(
            message(name, f"weight {list(weight.shape)} and bias {list(bias.shape)}",
                    f"a bias of shape [{weight.shape[0]}]", "",
                    mark_shapes(("weight", weight.shape, 0, f"out_channels={weight.shape[0]}"),
                                ("bias", bias.shape, -1, f"not {weight.shape[0]}")))
        )  # fmt: skip
    for i in range(spatial):
        padded = x.shape[i + 2] + low[i] + high[i]
        kernel = (weight.shape[i + 2] - 1) * dilation[i] + 1
        if kernel > padded:
            raise RuntimeError(
                message(name, f"{given}, of spatial size {padded} in dim {i + 2} with padding",
                        f"a kernel that is not greater than the padded input; it covers {kernel}",
                        "more padding, or a smaller kernel or dilation",
                        mark_shapes(("input", x.shape, i + 2, f"{padded} with padding"),
                                    ("weight", weight.shape, i + 2, f"covers {kernel}")))
            )  # fmt: skip


@operation("conv")
def CONV(x: Node, weight: Node, *rest: object) -> Node:
    """Cross-correlation of x with each filter, as convolution is called in neural networks."""
    bias = rest[0] if isinstance(rest[0], Node) else None
    strides, low, high, dilation, groups = rest[-5:]
    _check(x, weight, bias, low, high, dilation, groups)  # type: ignore[arg-type]
    a, w = in_full_precision(x), in_full_precision(weight)
    y = build.conv(a, w, strides, low, high, _ones(len(low)), dilation, groups)  # type: ignore[arg-type]
    return build.convert(_add_bias(y, bias), x.dtype)


def input_backward(
    g: Node, weight: Node, strides: Shape, low: Shape, dilation: Shape, groups: int, size: Shape
) -> Node:
    """The transpose of the convolution in x: g dilated by the strides, with flipped filters."""
    spatial = len(strides)
    out, inner, *kernel = weight.shape
    each = out // groups
    w = build.reshape(weight, (groups, each, inner, *kernel))
    w = build.permute(w, (0, 2, 1, *range(3, 3 + spatial)))
    w = build.reshape(w, (groups * inner, each, *kernel))
    w = build.slice_(w, (0, 0, *[k - 1 for k in kernel]), w.shape, (1, 1, *[-1] * spatial))
    before, after = [], []
    for i in range(spatial):
        reach = (kernel[i] - 1) * dilation[i]
        spread = (g.shape[i + 2] - 1) * strides[i] + 1
        before.append(reach - low[i])
        after.append(size[i] + reach - spread - before[i])
    return build.conv(g, w, _ones(spatial), tuple(before), tuple(after), strides, dilation, groups)


@operation("conv_input_backward")
def CONV_INPUT_BACKWARD(
    g: Node, weight: Node, strides: Shape, low: Shape, high: Shape, dilation: Shape, groups: int,
    size: Shape,
) -> Node:  # fmt: skip
    """The cotangent of x."""
    a, w = in_full_precision(g), in_full_precision(weight)
    return build.convert(input_backward(a, w, strides, low, dilation, groups, size), g.dtype)


@operation("conv_weight_backward")
def CONV_WEIGHT_BACKWARD(
    g: Node, x: Node, strides: Shape, low: Shape, high: Shape, dilation: Shape, groups: int,
    kernel: Shape,
) -> Node:  # fmt: skip
    """The cotangent of the weight: x, channels as images, convolved with g, images as channels."""
    spatial = len(strides)
    dims = tuple(range(3, 3 + spatial))
    n, channels, *size = x.shape
    inner = channels // groups
    a = build.reshape(in_full_precision(x), (n, groups, inner, *size))
    a = build.reshape(build.permute(a, (2, 1, 0, *dims)), (inner, groups * n, *size))
    w = build.permute(in_full_precision(g), (1, 0, *range(2, 2 + spatial)))
    after = []
    for i in range(spatial):  # a stride may leave some of the input unread
        reach = (kernel[i] - 1) * dilation[i] + (g.shape[i + 2] - 1) * strides[i] + 1
        after.append(reach - size[i] - low[i])
    y = build.conv(a, w, dilation, low, tuple(after), _ones(spatial), strides, groups)
    y = build.permute(y, (1, 0, *range(2, 2 + spatial)))
    return build.convert(y, x.dtype)


@operation("conv_transpose")
def CONV_TRANSPOSE(x: Node, weight: Node, *rest: object) -> Node:
    """The transpose of a convolution: each element of x spreads a filter."""
    bias = rest[0] if isinstance(rest[0], Node) else None
    strides, low, _, dilation, groups, size = rest[-6:]
    spatial = len(strides)  # type: ignore[arg-type]
    name = f"conv_transpose{spatial}d"
    given = f"input {list(x.shape)} and weight {list(weight.shape)}"
    if weight.dtype is not x.dtype:
        raise RuntimeError(
            message(name, f"input of dtype {x.dtype.name} and weight of dtype "
                    f"{weight.dtype.name}", "one dtype")
        )  # fmt: skip
    if x.shape[1] != weight.shape[0] or weight.shape[0] % groups:  # type: ignore[operator]
        raise RuntimeError(
            message(name, given, f"an input with {weight.shape[0]} channels in dim 1, the "
                    "weight's dim 0, divisible by groups", "",
                    mark_shapes(("input", x.shape, 1, f"{x.shape[1]} channels"),
                                ("weight", weight.shape, 0, f"in_channels={weight.shape[0]}")))
        )  # fmt: skip
    a, w = in_full_precision(x), in_full_precision(weight)
    y = input_backward(a, w, strides, low, dilation, groups, size)  # type: ignore[arg-type]
    return build.convert(_add_bias(y, bias), x.dtype)

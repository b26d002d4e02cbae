"""Calls of functions of `nn.functional` that are compared with PyTorch and with differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

CASES: dict[str, Case] = {}
source = np.random.default_rng(0)


@dataclass(frozen=True)
class Case:
    """`call(functional, *tensors)`; `constant` are the numbers of the arrays without gradient."""

    call: Callable[..., Any]
    arrays: tuple
    constant: tuple[int, ...] = ()
    twice: bool = True  # whether second derivatives are compared with differences
    rtol: float = 1e-9  # PyTorch calculates some constants in float32


def add(name: str, call: Callable[..., Any], *arrays: Any, **options: Any) -> None:
    assert name not in CASES
    CASES[name] = Case(call, arrays, **options)


def normal(*shape: int) -> np.ndarray:
    return source.standard_normal(shape)


X = normal(3, 4, 5) * 2
ACTIVATIONS = (
    ("gelu", {}), ("gelu", {"approximate": "tanh"}), ("silu", {}), ("mish", {}),
    ("logsigmoid", {}), ("hardsigmoid", {}), ("hardswish", {}), ("softsign", {}),
    ("tanhshrink", {}), ("elu", {"alpha": 1.3}), ("selu", {}), ("celu", {"alpha": 0.5}),
    ("softplus", {"beta": 2, "threshold": 3}), ("leaky_relu", {"negative_slope": 0.2}),
    ("hardtanh", {}), ("relu6", {}), ("hardshrink", {}), ("softshrink", {}),
    ("threshold", {"threshold": 0.3, "value": 2.0}), ("relu", {}), ("sigmoid", {}), ("tanh", {}),
    ("softmax", {"dim": 1}), ("log_softmax", {"dim": -1}), ("softmin", {"dim": 0}),
    ("glu", {"dim": 1}), ("rrelu", {}),
)  # fmt: skip
for _name, _options in ACTIVATIONS:
    add(
        f"{_name}{_options or ''}",
        lambda f, x, n=_name, o=_options: getattr(f, n)(x, **o),
        X,
        rtol=1e-7 if _name == "hardsigmoid" else 1e-9,
    )
add("prelu of all", lambda f, x, w: f.prelu(x, w), X, normal(1))
add("prelu of channels", lambda f, x, w: f.prelu(x, w), X, normal(4))

# -- products -------------------------------------------------------------------------------------
A, W, B = normal(2, 3, 4), normal(5, 4), normal(5)
add("linear", lambda f, x, w, b: f.linear(x, w, b), A, W, B)
add("linear without bias", lambda f, x, w: f.linear(x, w), A, W)
add("linear of a vector", lambda f, x, w, b: f.linear(x, w, b), A[0, 0], W, B)
add("linear to a number", lambda f, x, w: f.linear(x, w), A, W[0])
add("bilinear", lambda f, x, y, w, b: f.bilinear(x, y, w, b), A, normal(2, 3, 6),
    normal(5, 4, 6), B)  # fmt: skip
CONVOLUTIONS = {
    "plain": ((2, 4, 7, 6), (6, 4, 3, 2), {}),
    "strided": ((2, 4, 7, 6), (6, 4, 3, 2), {"stride": (2, 1), "padding": (1, 0)}),
    "dilated": ((2, 4, 7, 6), (6, 4, 3, 2), {"dilation": (1, 2), "padding": 1}),
    "grouped": ((2, 4, 7, 6), (6, 2, 3, 3), {"stride": 2, "padding": 1, "groups": 2}),
    "depthwise": ((2, 4, 5, 5), (8, 1, 3, 3), {"groups": 4}),
    "same": ((2, 4, 7, 6), (6, 4, 3, 2), {"padding": "same"}),
    "stride that skips": ((1, 2, 8, 8), (3, 2, 2, 2), {"stride": 3}),
    "without batch": ((2, 6, 6), (3, 2, 2, 2), {}),
}
for _name, (_x, _w, _options) in CONVOLUTIONS.items():
    add(
        f"conv2d {_name}",
        lambda f, x, w, b, o=_options: f.conv2d(x, w, b, **o),
        normal(*_x), normal(*_w), normal(_w[0]),
    )  # fmt: skip
add("conv1d", lambda f, x, w: f.conv1d(x, w, stride=2, padding=1), normal(2, 3, 9),
    normal(4, 3, 3))  # fmt: skip
add("conv3d", lambda f, x, w: f.conv3d(x, w, stride=2, padding=1), normal(1, 2, 4, 5, 4),
    normal(3, 2, 3, 2, 2))  # fmt: skip
add(
    "conv_transpose2d",
    lambda f, x, w, b: f.conv_transpose2d(x, w, b, 2, 1, output_padding=1, dilation=2),
    normal(2, 4, 4, 5), normal(4, 3, 3, 3), normal(3),
)  # fmt: skip
add("conv_transpose2d grouped", lambda f, x, w: f.conv_transpose2d(x, w, stride=2, groups=2),
    normal(2, 4, 4, 5), normal(4, 3, 3, 3))  # fmt: skip
add("conv_transpose1d", lambda f, x, w: f.conv_transpose1d(x, w, stride=3), normal(2, 4, 4),
    normal(4, 3, 3))  # fmt: skip

# -- windows --------------------------------------------------------------------------------------
IMAGES = source.permutation(2 * 3 * 8 * 7).reshape(2, 3, 8, 7) / 10.0
WINDOWS: tuple[dict, ...] = (
    {"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1},
    {"kernel_size": 3, "stride": 2, "ceil_mode": True}, {"kernel_size": (2, 7)},
    {"kernel_size": 3, "ceil_mode": True, "padding": 1}, {"kernel_size": 2, "padding": 1},
)  # fmt: skip
for _options in WINDOWS:
    _text = " ".join(f"{k}={v}" for k, v in _options.items())
    add(f"max_pool2d {_text}", lambda f, x, o=_options: f.max_pool2d(x, **o), IMAGES)
    for _pad in (True, False):
        add(
            f"avg_pool2d {_text} {_pad}",
            lambda f, x, o=_options, p=_pad: f.avg_pool2d(x, count_include_pad=p, **o),
            IMAGES,
        )
    add(f"max_pool2d indices {_text}",
        lambda f, x, o=_options: f.max_pool2d(x, return_indices=True, **o)[1], IMAGES)  # fmt: skip
add("max_pool2d dilated", lambda f, x: f.max_pool2d(x, (3, 2), 1, dilation=2), IMAGES)
add("max_pool2d of equal elements", lambda f, x: f.max_pool2d(x, 2), np.zeros((1, 1, 4, 4)),
    twice=False)  # fmt: skip
add("max_pool2d of equal elements, overlapping", lambda f, x: f.max_pool2d(x, 3, 1, 1),
    np.zeros((1, 1, 4, 4)), twice=False)  # fmt: skip
add("avg_pool2d divisor", lambda f, x: f.avg_pool2d(x, 2, divisor_override=3), IMAGES)
for _n, _x in ((1, IMAGES[0]), (3, IMAGES)):
    add(f"max_pool{_n}d", lambda f, x, n=_n: getattr(f, f"max_pool{n}d")(x, 3, 2, 1), _x)
    add(f"avg_pool{_n}d", lambda f, x, n=_n: getattr(f, f"avg_pool{n}d")(x, 3, 2, 1), _x)
for _size in (1, (4, 7), (3, 5), (None, 2), (8, 7)):
    for _kind in ("avg", "max"):
        add(f"adaptive_{_kind}_pool2d {_size}",
            lambda f, x, k=_kind, s=_size: getattr(f, f"adaptive_{k}_pool2d")(x, s),
            IMAGES)  # fmt: skip
add("lp_pool2d", lambda f, x: f.lp_pool2d(x, 2, 3, 2), IMAGES, twice=False)
Z = normal(3, 4, 5)
for _pad, _mode in (
    ((1, 2, 2, 1), "reflect"),
    ((3, 2, 1, 1), "replicate"),
    ((1, 2, 3, 3), "circular"),
):
    add(f"pad {_mode}", lambda f, x, p=_pad, m=_mode: f.pad(x, p, mode=m), Z[None])
add("pad and cut", lambda f, x: f.pad(x, (1, -1, 2, 0), value=3.0), Z)

# -- normalization --------------------------------------------------------------------------------
W4, B4, SHAPE = normal(4), normal(4), (4, 5)
add("layer_norm", lambda f, x, w, b: f.layer_norm(x, SHAPE, w, b), Z, normal(4, 5), normal(4, 5))
add("layer_norm without weight", lambda f, x: f.layer_norm(x, (5,)), Z)
add("rms_norm", lambda f, x, w: f.rms_norm(x, (5,), w), Z, normal(5))
add("group_norm", lambda f, x, w, b: f.group_norm(x, 2, w, b), Z, W4, B4)
add("instance_norm", lambda f, x, w, b: f.instance_norm(x, None, None, w, b), Z, W4, B4)
add("batch_norm", lambda f, x, w, b: f.batch_norm(x, None, None, w, b, True), Z, W4, B4)
add("batch_norm of rows", lambda f, x: f.batch_norm(x, None, None, None, None, True), Z[:, :, 0])
add("batch_norm by statistics", lambda f, x, m, v, w, b: f.batch_norm(x, m, v, w, b),
    Z, B4, np.abs(W4), W4, B4, constant=(1, 2))  # fmt: skip
add("local_response_norm", lambda f, x: f.local_response_norm(x, 3), Z)
add("normalize", lambda f, x: f.normalize(x), Z)

# -- losses ---------------------------------------------------------------------------------------
P, Y, R = source.uniform(0.1, 0.9, Z.shape), source.uniform(0.1, 0.9, Z.shape), normal(3, 4, 5)
LOSSES: tuple[tuple, ...] = (
    ("mse_loss", {}, (Z, R), ()), ("l1_loss", {}, (Z, R), ()),
    ("smooth_l1_loss", {"beta": 0.5}, (Z, R), ()), ("huber_loss", {"delta": 0.7}, (Z, R), ()),
    ("kl_div", {}, (Z, Y), ()), ("kl_div", {"log_target": True}, (Z, R), ()),
    ("binary_cross_entropy", {}, (P, Y), ()),
    ("binary_cross_entropy_with_logits", {}, (Z, Y), ()),
    ("soft_margin_loss", {}, (Z, np.sign(R)), (1,)),
    ("poisson_nll_loss", {"full": True}, (Z, Y * 3), (1,)),
    ("hinge_embedding_loss", {}, (Z, np.sign(R)), (1,)),
    ("multilabel_soft_margin_loss", {}, (Z, Y), (1,)),
    ("gaussian_nll_loss", {"full": True}, (Z, R, P), ()),
    ("triplet_margin_loss", {"swap": True}, (Z[0], R[0], P[0]), ()),
    ("cosine_embedding_loss", {}, (Z[:, 0], R[:, 0], np.array([1.0, -1, 1])), (2,)),
    ("margin_ranking_loss", {}, (Z[:, 0, 0], R[:, 0, 0], np.array([1.0, -1, 1])), (2,)),
    ("multi_margin_loss", {}, (Z[:, :, 0], np.array([0, 3, 1])), ()),
)  # fmt: skip
KINKED = ("triplet", "margin", "multi_margin")
TARGETS = {
    "rows": ((6, 4), np.array([0, 3, 2, -100, 1, 1])),
    "images": ((2, 4, 3), source.integers(0, 4, (2, 3))),
    "one": ((4,), np.array(2)),
}
for _red in ("mean", "sum", "none"):
    for _name, _options, _arrays, _constant in LOSSES:
        add(
            f"{_name} {_options or ''}{_red}",
            lambda f, *x, n=_name, o=_options, r=_red: getattr(f, n)(*x, reduction=r, **o),
            *_arrays, constant=_constant, twice=not _name.startswith(KINKED),
        )  # fmt: skip
    add(f"weighted bce {_red}",
        lambda f, x, y, w, r=_red: f.binary_cross_entropy(x, y, w, reduction=r), P, Y, P,
        constant=(2,))  # fmt: skip
    add(f"weighted bce with logits {_red}",
        lambda f, x, y, w, p, r=_red: f.binary_cross_entropy_with_logits(
            x, y, w, reduction=r, pos_weight=p),
        Z, Y, P, np.array([1.0, 2, 3, 0.5, 0.7]), constant=(2, 3))  # fmt: skip
    for _name, (_shape, _target) in TARGETS.items():
        _x, _w = normal(*_shape), source.uniform(0.2, 2, 4)
        for _smooth in (0.0, 0.1):
            add(f"cross_entropy of {_name} {_red} {_smooth}",
                lambda f, x, t, r=_red, s=_smooth: f.cross_entropy(
                    x, t, reduction=r, label_smoothing=s),
                _x, _target)  # fmt: skip
            add(f"weighted cross_entropy of {_name} {_red} {_smooth}",
                lambda f, x, t, w, r=_red, s=_smooth: f.cross_entropy(
                    x, t, w, reduction=r, label_smoothing=s),
                _x, _target, _w, constant=(2,))  # fmt: skip
        add(f"nll_loss of {_name} {_red}",
            lambda f, x, t, w, r=_red: f.nll_loss(x, t, w, reduction=r), _x, _target, _w,
            constant=(2,))  # fmt: skip
        _soft = np.exp(normal(*_shape))
        add(f"cross_entropy of probabilities of {_name} {_red}",
            lambda f, x, t, w, r=_red: f.cross_entropy(
                x, t, w, reduction=r, label_smoothing=0.2),
            _x, _soft, _w, constant=(2,))  # fmt: skip
add("cosine_similarity", lambda f, x, y: f.cosine_similarity(x, y), Z, R)
add("pairwise_distance", lambda f, x, y: f.pairwise_distance(x, y), Z, R)

# -- embedding, attention -------------------------------------------------------------------------
INDEX = np.array([[1, 2, 1], [5, 0, 1]])
add("embedding", lambda f, w, i: f.embedding(i, w), normal(6, 3), INDEX)
add("embedding with padding", lambda f, w, i: f.embedding(i, w, padding_idx=1), normal(6, 3), INDEX)
add("one_hot", lambda f, i: f.one_hot(i, 7), INDEX)
Q = normal(2, 3, 4, 5)
for _options in ({}, {"is_causal": True}, {"scale": 0.3}):
    add(f"attention {_options or ''}",
        lambda f, q, k, v, o=_options: f.scaled_dot_product_attention(q, k, v, **o),
        Q, Q[::-1].copy(), Q * 2)  # fmt: skip

"""Samples of the operations of neural networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flambeau
from flambeau.core import dtype as dt
from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

X = Input((2, 4, 3))
KINKED = Input((2, 4, 3), apart=0.27)
PROBABILITY = Input((2, 3), 0.1, 0.9)
ROWS, OTHER = Input((4, 3)), Input((4, 3), -0.9, 0.8)
INDEX = Input((4,), values=(2, 0, 1, 2), dtype=dt.int64, requires_grad=False)
IMAGES = Input((1, 2, 5, 4), apart=0.11)

# -- activations ----------------------------------------------------------------------------------
_call: Callable[..., Any]
for _name, _call in {
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "mish": F.mish,
    "log_sigmoid": F.logsigmoid,
    "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish,
    "softsign": F.softsign,
    "tanhshrink": F.tanhshrink,
    "elu": lambda x: F.elu(x, 1.3),
    "softplus": lambda x: F.softplus(x, 2.0, 3.0),
    "leaky_relu": lambda x: F.leaky_relu(x, 0.2),
    "hardtanh": F.hardtanh,
    "hardshrink": F.hardshrink,
    "softshrink": F.softshrink,
    "threshold": lambda x: F.threshold(x, 0.3, 2.0),
}.items():
    add_samples(_name, (_call, KINKED))
for _name in ("softmax", "log_softmax"):
    add_samples(_name, (lambda x, n=_name: getattr(F, n)(x, 1), X))
add_samples("prelu", (F.prelu, KINKED, Input((1,))), (F.prelu, KINKED, Input((4,))))


def _seeded(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same random numbers at every call."""

    def run(*inputs: Any) -> Any:
        flambeau.manual_seed(3)
        return call(*inputs)

    return run


add_samples("rrelu", (_seeded(lambda x: F.rrelu(x, training=True)), KINKED))
add_samples("rrelu_backward", (_seeded(lambda x: F.rrelu(x, training=True)), KINKED),
            uses_name=False)  # fmt: skip
add_samples("dropout", (_seeded(lambda x: F.dropout(x, 0.3)), X), (lambda x: F.dropout(x, 1.0), X))
add_samples("alpha_dropout", (_seeded(lambda x: F.alpha_dropout(x, 0.3, True)), X))
add_samples("alpha_dropout_backward", (_seeded(lambda x: F.alpha_dropout(x, 0.3, True)), X),
            uses_name=False)  # fmt: skip

# -- products -------------------------------------------------------------------------------------
add_samples("linear", (F.linear, X, Input((5, 3)), Input((5,))), (F.linear, X, Input((3,))))
add_samples("conv", (lambda x, w, b: F.conv2d(x, w, b, 2, 1, groups=2), IMAGES,
                     Input((4, 1, 2, 3)), Input((4,))))  # fmt: skip
add_samples("conv_transpose", (lambda x, w, b: F.conv_transpose2d(x, w, b, 2, 1), IMAGES,
                               Input((2, 3, 3, 2)), Input((3,))))  # fmt: skip
for _name in ("linear_input_backward", "linear_weight_backward"):
    add_samples(_name, (F.linear, X, Input((5, 3))), uses_name=False)
for _name in ("conv_input_backward", "conv_weight_backward"):
    add_samples(
        _name, (lambda x, w: F.conv2d(x, w, None, 2, 1), IMAGES, Input((3, 2, 2, 3))),
        uses_name=False,
    )  # fmt: skip

# -- windows --------------------------------------------------------------------------------------
for _name in ("max_pool", "max_pool_backward", "max_pool_pick"):
    add_samples(
        _name,
        (lambda x: F.max_pool2d(x, 2) ** 2, IMAGES),
        (lambda x: F.max_pool2d(x, 3, 1, 1) ** 2, IMAGES),
        uses_name=_name == "max_pool",
    )
for _name in ("avg_pool", "avg_pool_backward"):
    add_samples(
        _name,
        (lambda x: F.avg_pool2d(x, 2) ** 2, IMAGES),
        (lambda x: F.avg_pool2d(x, 3, 2, 1, True, False) ** 2, IMAGES),
        uses_name=_name == "avg_pool",
    )
for _name in ("adaptive_avg", "adaptive_avg_backward"):
    add_samples(_name, (lambda x: F.adaptive_avg_pool2d(x, (3, 3)) ** 2, IMAGES),
                uses_name=_name == "adaptive_avg")  # fmt: skip
for _name in ("pad", "pad_backward"):
    add_samples(_name, (lambda x: F.pad(x, (1, -1, 2, 0), value=3.0) ** 2, X),
                uses_name=_name == "pad")  # fmt: skip
for _name in ("pad_mirrored", "pad_mirrored_backward"):
    for _mode in ("reflect", "replicate", "circular"):
        add_samples(_name, (lambda x, m=_mode: F.pad(x, (2, 1), m) ** 2, X),
                    uses_name=_name == "pad_mirrored")  # fmt: skip
for _name in ("embedding", "embedding_backward", "embedding_rows"):
    add_samples(
        _name,
        (lambda w, i: F.embedding(i, w) ** 2, ROWS, INDEX),
        (lambda w, i: F.embedding(i, w, padding_idx=3) ** 2, ROWS, INDEX),
        uses_name=_name == "embedding",
    )

# -- normalization --------------------------------------------------------------------------------
W, B = Input((4,)), Input((4,))
add_samples(
    "layer_norm",
    (lambda x, w, b: F.layer_norm(x, (3,), w, b), X, Input((3,)), Input((3,))),
    (lambda x: F.layer_norm(x, (4, 3)), X),
)
add_samples("rms_norm", (lambda x, w: F.rms_norm(x, (3,), w), X, Input((3,))))
add_samples("group_norm", (lambda x, w, b: F.group_norm(x, 2, w, b), X, W, B))
add_samples("instance_norm", (lambda x, w, b: F.instance_norm(x, None, None, w, b), X, W, B))
add_samples("batch_norm", (lambda x, w, b: F.batch_norm(x, None, None, w, b, True), X, W, B))
add_samples(
    "batch_norm_eval",
    (lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b), X, Input((4,), requires_grad=False),
     Input((4,), 0.5, 1.5, requires_grad=False), W, B),
)  # fmt: skip

# -- losses ---------------------------------------------------------------------------------------
for _name, _call, _input, _target in (
    ("mse_loss", F.mse_loss, ROWS, OTHER),
    ("l1_loss", F.l1_loss, ROWS, OTHER),
    ("smooth_l1_loss", F.smooth_l1_loss, ROWS, OTHER),
    ("huber_loss", F.huber_loss, ROWS, OTHER),
    ("soft_margin_loss", F.soft_margin_loss, ROWS, OTHER),
    ("kl_div", F.kl_div, Input((2, 3)), PROBABILITY),
    ("binary_cross_entropy", F.binary_cross_entropy, PROBABILITY, PROBABILITY),
    ("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, ROWS, OTHER),
):
    add_samples(_name, (_call, _input, _target))
    add_samples(_name, (lambda x, y, f=_call: f(x, y, reduction="none") ** 2, _input, _target))
for _name in ("nll_loss", "cross_entropy"):
    add_samples(_name, (getattr(F, _name), ROWS, INDEX))
add_samples(
    "cross_entropy",
    (lambda x, t, w: F.cross_entropy(x, t, w, label_smoothing=0.2), ROWS, INDEX,
     Input((3,), 0.5, 1.5, requires_grad=False)),
)  # fmt: skip

"""Samples of recurrent layers, and of what picks, resizes and rearranges elements."""

from __future__ import annotations

from typing import Any

from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.nn.functional.recurrent import Weights, recurrent_layer
from flambeau.nn.operations.recurrent import SETTLED
from flambeau.tensor.apply import apply
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

# -- recurrent layers: 3 steps, 2 sequences, 2 features, states of size 3 -------------------------
X, H = Input((3, 2, 2)), Input((2, 3))


def _layer(mode: str, reverse: bool) -> Any:
    def run(x: Any, *rest: Any) -> tuple:
        states = 2 if mode == "LSTM" else 1
        weights = Weights(*rest[states:])
        y, last = recurrent_layer(mode, x, rest[:states], weights, reverse, None)
        return (y, *last)

    return run


for _mode, _gates in (("RNN_TANH", 3), ("RNN_RELU", 3), ("GRU", 9), ("LSTM", 12)):
    _states = (H, H) if _mode == "LSTM" else (H,)
    _weights = (Input((_gates, 2)), Input((_gates, 3)), Input((_gates,)), Input((_gates,)))
    for _reverse in (False, True):
        for _name in ("recurrent_layer", "record_part"):
            add_samples(
                _name, (_layer(_mode, _reverse), X, *_states, *_weights),
                twice=_mode != "RNN_RELU",
            )  # fmt: skip
add_samples(
    "recurrent_layer",
    (_layer("LSTM", False), X, Input((2, 2)), H, Input((12, 2)), Input((12, 2)), Input((12,)),
     Input((12,)), Input((2, 3))),
)  # fmt: skip
add_samples(
    "record_part_backward", (_layer("GRU", False), X, H, Input((9, 2)), Input((9, 3))),
    uses_name=False,
)  # fmt: skip

add_samples("settled", (lambda x: apply(SETTLED, (x,)) ** 2, H))

# -- pooling back --------------------------------------------------------------------------------
add_samples(
    "scatter",
    (
        lambda x: F.max_unpool1d(*F.max_pool1d(x, 2, return_indices=True), 2) ** 2,
        Input((1, 2, 6), apart=0.13),
    ),
)

# -- resizing, windows ----------------------------------------------------------------------------
IMAGES = Input((1, 2, 3, 4))
for _name in ("resample", "resample_backward"):
    add_samples(
        _name,
        (lambda x: F.interpolate(x, (5, 2), mode="bicubic") ** 2, IMAGES),
        (lambda x: F.interpolate(x, scale_factor=1.7, mode="bilinear") ** 2, IMAGES),
        (lambda x: F.interpolate(x, (2, 7)) ** 2, IMAGES),
        uses_name=_name == "resample",
    )
add_samples("unfold_windows", (lambda x: F.unfold(x, 2, padding=1, stride=2) ** 2, IMAGES))
add_samples("fold_windows", (lambda x: F.fold(x, (3, 4), 2) ** 2, Input((1, 4, 6))))

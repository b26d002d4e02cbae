"""Scaled dot-product attention."""

from __future__ import annotations

import math
from typing import Any

from flambeau.core.errors import message
from flambeau.nn.functional.activation import softmax
from flambeau.nn.functional.regularization import dropout
from flambeau.nn.operations.expression import index_along
from flambeau.tensor.tensor import Tensor

__all__ = ["scaled_dot_product_attention"]


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None,
    dropout_p: float = 0.0, is_causal: bool = False, scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:  # fmt: skip
    """softmax(query @ key.T * scale + mask) @ value.

    Shapes (..., l, d), (..., s, d), (..., s, e) to (..., l, e). attn_mask: bool (True takes part)
    or numbers that are added. scale defaults to 1 / sqrt(d).
    """
    if query._shape[-1:] != key._shape[-1:] or key._shape[-2:-1] != value._shape[-2:-1]:
        raise RuntimeError(
            message("scaled_dot_product_attention", f"query {list(query._shape)}, key "
                    f"{list(key._shape)} and value {list(value._shape)}", "query and key of one "
                    "last dim, key and value of one length (dim -2)")
        )  # fmt: skip
    q: Any = query
    k: Any = key
    v: Any = value
    if enable_gqa and q._shape[-3] != k._shape[-3]:
        times = q._shape[-3] // k._shape[-3]
        k, v = k.repeat_interleave(times, -3), v.repeat_interleave(times, -3)
    if scale is None:
        scale = 1.0 / math.sqrt(q._shape[-1])
    scores = (q @ k.transpose(-2, -1)) * scale
    if is_causal:
        if attn_mask is not None:
            raise RuntimeError(
                "scaled_dot_product_attention: Explicit attn_mask should not be set when "
                "is_causal=True"
            )
        shape = tuple(scores._shape[-2:])
        attn_mask = index_along(q, shape, 0) >= index_along(q, shape, 1)
    if attn_mask is not None:
        if attn_mask.dtype.category == "bool":
            scores = scores.masked_fill(~attn_mask, -math.inf)
        else:
            scores = scores + attn_mask
    weights = softmax(scores, -1)
    if dropout_p > 0.0:
        weights = dropout(weights, dropout_p, True)
    return weights @ v

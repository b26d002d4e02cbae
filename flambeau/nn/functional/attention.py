"""Attention: scaled dot products, and several heads of them."""

from __future__ import annotations

import math
import warnings
from typing import Any, NamedTuple

from flambeau.core.errors import message
from flambeau.core.shape import broadcast_shapes
from flambeau.nn.functional.activation import softmax
from flambeau.nn.functional.padding import pad
from flambeau.nn.functional.products import linear
from flambeau.nn.functional.regularization import dropout
from flambeau.nn.operations.expression import index_along
from flambeau.tensor.joining import cat
from flambeau.tensor.tensor import Tensor

__all__ = ["additive_mask", "multi_head_attention_forward", "scaled_dot_product_attention"]


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None,
    dropout_p: float = 0.0, is_causal: bool = False, scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:  # fmt: skip
    """softmax(query @ key.T * scale + mask) @ value; rows that may look nowhere give zeros.

    Shapes (..., l, d), (..., s, d), (..., s, e) to (..., l, e). attn_mask: bool (True takes part)
    or numbers that are added. is_causal: query i sees keys 0 to i. scale defaults to 1 / sqrt(d).
    enable_gqa: each head of key and value (dim -3) serves several of the query's.

    >>> import flambeau
    >>> q = flambeau.ones(1, 2, 3)
    >>> flambeau.nn.functional.scaled_dot_product_attention(q, q, q).shape
    flambeau.Size([1, 2, 3])
    """
    _check_shapes(query, key, value)
    q: Any = query
    k: Any = key
    v: Any = value
    if enable_gqa:
        k, v = _repeated_heads(q, k), _repeated_heads(q, v)
    if scale is None:
        scale = 1.0 / math.sqrt(q._shape[-1])
    scores = (q @ k.transpose(-2, -1)) * scale
    if is_causal:
        if attn_mask is not None:
            raise RuntimeError(
                "scaled_dot_product_attention: Explicit attn_mask should not be set when "
                "is_causal=True; given both; try one of them"
            )
        shape = tuple(scores._shape[-2:])
        scores = scores.masked_fill(index_along(q, shape, 0) < index_along(q, shape, 1), -math.inf)
    dead = None
    if attn_mask is not None:
        scores = _masked(scores, attn_mask)
        dead = scores.amax(-1, True) == -math.inf  # rows whose softmax would be 0 / 0
        scores = scores.masked_fill(dead, 0.0)
    weights: Any = softmax(scores, -1)
    if dead is not None:
        weights = weights.masked_fill(dead, 0.0)
    if dropout_p > 0.0:
        weights = dropout(weights, dropout_p, True)
    return weights @ v


def _check_shapes(query: Tensor, key: Tensor, value: Tensor) -> None:
    shapes = [x._shape for x in (query, key, value)]
    given = "query {}, key {} and value {}".format(*[list(s) for s in shapes])
    if min(len(s) for s in shapes) < 2:
        raise RuntimeError(
            message("scaled_dot_product_attention", given, "tensors of at least 2 dims")
        )
    if shapes[0][-1] != shapes[1][-1] or shapes[1][-2] != shapes[2][-2]:
        raise RuntimeError(
            message("scaled_dot_product_attention", given, "query and key of one "
                    "last dim, key and value of one length (dim -2)")
        )  # fmt: skip
    if not query.dtype is key.dtype is value.dtype:
        raise RuntimeError(
            message("scaled_dot_product_attention", "query, key and value of dtypes "
                    f"{query.dtype.name}, {key.dtype.name} and {value.dtype.name}",
                    "Expected query, key, and value to have the same dtype")
        )  # fmt: skip


def _repeated_heads(query: Any, x: Any) -> Any:
    """x with each head as often as it takes to have the query's number of heads."""
    if min(len(query._shape), len(x._shape)) < 3:
        raise RuntimeError(
            message("scaled_dot_product_attention", f"query {list(query._shape)} and key or "
                    f"value {list(x._shape)}", "with enable_gqa, heads in dim -3")
        )  # fmt: skip
    wanted, heads = query._shape[-3], x._shape[-3]
    if wanted == heads:
        return x
    if heads == 0 or wanted % heads:
        raise RuntimeError(
            message("scaled_dot_product_attention", f"{wanted} query heads and {heads} key or "
                    "value heads", "with enable_gqa, a number of query heads that is a multiple "
                    "of the number of key and value heads")
        )  # fmt: skip
    times = wanted // heads
    *outer, length, width = x._shape
    wide = x.unsqueeze(-3).expand(*outer, times, length, width)
    return wide.reshape(*outer[:-1], wanted, length, width)


def _masked(scores: Any, mask: Any) -> Any:
    shape = scores._shape
    if broadcast_shapes("scaled_dot_product_attention: attn_mask", shape, mask._shape) != shape:
        raise RuntimeError(
            message("scaled_dot_product_attention", f"an attn_mask of shape {list(mask._shape)}",
                    f"one that broadcasts to {list(shape)}: (..., queries, keys)")
        )  # fmt: skip
    if mask.dtype.category == "bool":
        return scores.masked_fill(~mask, -math.inf)
    if mask.dtype is not scores.dtype:
        raise RuntimeError(
            message("scaled_dot_product_attention", f"attn_mask.dtype: {mask.dtype.name} and "
                    f"query.dtype: {scores.dtype.name}", "Expected attn_mask dtype to be bool or "
                    "to match query dtype", "attn_mask.to(query.dtype)")
        )  # fmt: skip
    return scores + mask


# -- several heads --------------------------------------------------------------------------------
def additive_mask(mask: Any, name: str, dtype: Any, other: Any = None) -> Any:
    """A mask that is added to scores: of a bool mask, -inf where it is True."""
    if mask is None:
        return None
    if mask.dtype.category == "bool":
        return mask.new_zeros(mask._shape, dtype=dtype).masked_fill(mask, -math.inf)
    if not mask.dtype.is_floating_point:
        raise AssertionError(
            message("multi_head_attention", f"{name} of dtype {mask.dtype.name}",
                    f"only bool and floating types of {name} are supported", "mask.bool()")
        )  # fmt: skip
    if other is not None and other.dtype is not mask.dtype:
        warnings.warn(
            f"Support for mismatched {name} and other mask is deprecated. Use same type for both "
            "instead.",
            stacklevel=4,
        )
    return mask


def _check_inputs(query: Any, key: Any, value: Any, padding: Any, mask: Any) -> bool:
    """AssertionError for wrong numbers of dims; returns whether there is a batch."""
    dims = len(query._shape)
    if dims not in (2, 3):
        raise AssertionError(
            message("multi_head_attention", f"a {dims}-D query",
                    "query should be unbatched 2D or batched 3D tensor")
        )  # fmt: skip
    for name, x in (("key", key), ("value", value)):
        if len(x._shape) != dims:
            raise AssertionError(
                message("multi_head_attention", f"a {dims}-D query and a {len(x._shape)}-D {name}",
                        f"For {dims}-D `query`, expected `key` and `value` to be {dims}-D")
            )  # fmt: skip
    if padding is not None and len(padding._shape) != dims - 1:
        raise AssertionError(
            message("multi_head_attention", f"a {len(padding._shape)}-D key_padding_mask",
                    f"For {dims}-D `query`, expected `key_padding_mask` to be `None` or "
                    f"{dims - 1}-D")
        )  # fmt: skip
    if mask is not None and len(mask._shape) not in (2, 3):
        raise AssertionError(
            message("multi_head_attention", f"a {len(mask._shape)}-D attn_mask",
                    "expected `attn_mask` to be `None`, 2-D or 3-D")
        )  # fmt: skip
    return dims == 3


class _Projections(NamedTuple):
    """The weights of query, key and value: one matrix of three parts, or three."""

    together: Any
    query: Any
    key: Any
    value: Any
    bias: Any


def _parts(x: Any, sizes: tuple[int, ...]) -> list[Any]:
    """x cut along dim 0; None of None."""
    if x is None:
        return [None] * len(sizes)
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    return [x.narrow(0, start, n) for start, n in zip(starts, sizes, strict=True)]


def _projected(query: Any, key: Any, value: Any, w: _Projections) -> list[Any]:
    """Query, key and value times their weights, with as few products as can be."""
    e = query._shape[-1]
    if w.together is None:
        biases = _parts(w.bias, (e, e, e))
        inputs = ((query, w.query), (key, w.key), (value, w.value))
        return [linear(x, y, b) for (x, y), b in zip(inputs, biases, strict=True)]
    if key is not value:
        weights, biases = _parts(w.together, (e, e, e)), _parts(w.bias, (e, e, e))
        inputs3 = zip((query, key, value), weights, biases, strict=True)
        return [linear(x, y, b) for x, y, b in inputs3]
    if query is key:
        return _columns(linear(query, w.together, w.bias), 3)
    weights, biases = _parts(w.together, (e, 2 * e)), _parts(w.bias, (e, 2 * e))
    both = linear(key, weights[1], biases[1])
    return [linear(query, weights[0], biases[0]), *_columns(both, 2)]


def _columns(x: Any, count: int) -> list[Any]:
    e = x._shape[-1] // count
    return [x.narrow(-1, i * e, e) for i in range(count)]


def _checked_mask(mask: Any, shape: tuple[int, int, int], heads: int) -> Any:
    """attn_mask as (1 or batch, 1 or heads, queries, keys)."""
    batch, queries, keys = shape
    wanted = (queries, keys) if len(mask._shape) == 2 else (batch * heads, queries, keys)
    if tuple(mask._shape) != wanted:
        raise RuntimeError(
            message("multi_head_attention", f"an attn_mask of shape {list(mask._shape)}",
                    f"The shape of the {len(wanted)}D attn_mask should be {list(wanted)}")
        )  # fmt: skip
    if len(wanted) == 2:
        return mask.reshape(1, 1, queries, keys)
    return mask.reshape(batch, heads, queries, keys)


def _check_sizes(query: Any, key: Any, value: Any, w: _Projections, embed: int, heads: int) -> int:
    """The size of a head."""
    e = query._shape[-1]
    if e != embed:
        raise AssertionError(
            message("multi_head_attention", f"a query of size {e} in its last dim",
                    f"was expecting embedding dimension of {embed}")
        )  # fmt: skip
    if e % heads:
        raise AssertionError(
            f"multi_head_attention: embed_dim {e} not divisible by num_heads {heads}"
        )
    wrong = (
        key._shape != value._shape if w.together is not None else key._shape[:2] != value._shape[:2]
    )
    if wrong or key._shape[1] != query._shape[1]:
        raise AssertionError(
            message("multi_head_attention", f"query {list(query._shape)}, key "
                    f"{list(key._shape)} and value {list(value._shape)}",
                    "one batch size; key's sequence and batch dims must match value's")
        )  # fmt: skip
    return e // heads


def multi_head_attention_forward(
    query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: int, num_heads: int,
    in_proj_weight: Tensor | None, in_proj_bias: Tensor | None, bias_k: Tensor | None,
    bias_v: Tensor | None, add_zero_attn: bool, dropout_p: float, out_proj_weight: Tensor,
    out_proj_bias: Tensor | None, training: bool = True, key_padding_mask: Tensor | None = None,
    need_weights: bool = True, attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False, q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None, v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None, static_v: Tensor | None = None,
    average_attn_weights: bool = True, is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:  # fmt: skip
    """(output, weights) of attention with several heads; see `nn.MultiheadAttention`.

    Shapes: query (l, b, e), key (s, b, k), value (s, b, v), or without b; output (l, b, e);
    weights (b, l, s), or (b, heads, l, s) if not averaged.
    """
    q: Any = query
    k: Any = key
    v: Any = value
    padding: Any = key_padding_mask
    is_batched = _check_inputs(q, k, v, padding, attn_mask)
    if not is_batched:
        v = v.unsqueeze(1)
        k = v if key is value else k.unsqueeze(1)
        q = k if query is key else q.unsqueeze(1)
        padding = None if padding is None else padding.unsqueeze(0)
    padding = additive_mask(padding, "key_padding_mask", q.dtype, attn_mask)
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "multi_head_attention: Need attn_mask if specifying the is_causal hint; try "
            "nn.Transformer.generate_square_subsequent_mask(length)"
        )
    use_causal = is_causal and padding is None and not need_weights
    mask = None if use_causal else additive_mask(attn_mask, "attn_mask", q.dtype)
    together = None if use_separate_proj_weight else in_proj_weight
    w = _Projections(together, q_proj_weight, k_proj_weight, v_proj_weight, in_proj_bias)
    size = _check_sizes(q, k, v, w, embed_dim_to_check, num_heads)
    queries, batch, e = q._shape
    if mask is not None:
        mask = _checked_mask(mask, (batch, queries, k._shape[0]), num_heads)
    if padding is not None and tuple(padding._shape) != (batch, k._shape[0]):
        raise AssertionError(
            message("multi_head_attention", f"a key_padding_mask of shape {list(padding._shape)}",
                    f"[{batch}, {k._shape[0]}]: (batch, keys)")
        )  # fmt: skip
    q, k, v = _projected(q, k, v, w)
    if (bias_k is None) != (bias_v is None):
        raise AssertionError("multi_head_attention: bias_k and bias_v go together")
    extra = 0
    if bias_k is not None:
        k, v = (cat([x, b.expand(1, batch, e)]) for x, b in ((k, bias_k), (v, bias_v)))  # type: ignore[union-attr, attr-defined]
        extra = 1
    q, k, v = (
        x.reshape(x._shape[0], batch, num_heads, size).permute(1, 2, 0, 3) for x in (q, k, v)
    )
    k = _static(k, static_k, "static_k", batch, num_heads, size)
    v = _static(v, static_v, "static_v", batch, num_heads, size)
    if add_zero_attn:
        zeros = k.new_zeros(batch, num_heads, 1, size)
        k, v = cat([k, zeros], 2), cat([v, zeros], 2)
        extra += 1
    if extra:
        mask = None if mask is None else pad(mask, (0, extra))
        padding = None if padding is None else pad(padding, (0, extra))
    if padding is not None:
        by_key = padding.reshape(batch, 1, 1, k._shape[2])
        mask = by_key if mask is None else mask + by_key
    p = dropout_p if training else 0.0
    weights: Any = None
    if need_weights:
        scores = (q * math.sqrt(1.0 / size)) @ k.transpose(-2, -1)
        weights = softmax(scores if mask is None else scores + mask, -1)
        if p > 0.0:
            weights = dropout(weights, p, True)
        attended = weights @ v
    else:
        attended = scaled_dot_product_attention(q, k, v, mask, p, use_causal)
    joined = attended.permute(2, 0, 1, 3).reshape(queries, batch, e)  # type: ignore[attr-defined]
    output: Any = linear(joined, out_proj_weight, out_proj_bias)
    if need_weights and average_attn_weights:
        weights = weights.mean(1)
    if not is_batched:
        return output.squeeze(1), None if weights is None else weights.squeeze(0)
    return output, weights


def _static(x: Any, given: Any, name: str, batch: int, heads: int, size: int) -> Any:
    """Keys or values that the caller gives instead of x: (batch * heads, length, size)."""
    if given is None:
        return x
    if given._shape[0] != batch * heads or given._shape[2] != size:
        raise AssertionError(
            message("multi_head_attention", f"{name} of shape {list(given._shape)}",
                    f"expecting {name} of shape [{batch * heads}, length, {size}]")
        )  # fmt: skip
    return given.reshape(batch, heads, given._shape[1], size)

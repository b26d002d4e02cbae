"""MultiheadAttention, and the names of the algorithms that attention may use."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flambeau.nn import init
from flambeau.nn.functional.attention import additive_mask, multi_head_attention_forward
from flambeau.nn.linear import Linear
from flambeau.nn.module import Module
from flambeau.nn.parameter import Parameter
from flambeau.tensor.creation import empty
from flambeau.tensor.tensor import Tensor

__all__ = [
    "MultiheadAttention", "NonDynamicallyQuantizableLinear", "SDPBackend", "sdpa_kernel",
]  # fmt: skip


class SDPBackend(enum.IntEnum):
    """PyTorch's algorithms of scaled_dot_product_attention; here there is one, whose result does
    not depend on the choice."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextmanager
def sdpa_kernel(
    backends: SDPBackend | Sequence[SDPBackend], set_priority: bool = False
) -> Iterator[None]:
    """Inside `with`, attention may use these algorithms; the one that is there is used."""
    for b in (backends,) if isinstance(backends, SDPBackend) else backends:
        SDPBackend(b)  # ValueError for what is none
    yield


class NonDynamicallyQuantizableLinear(Linear):
    """Linear under the name that PyTorch prints for it."""


class MultiheadAttention(Module):
    """Attention with several heads over projected query, key and value; Vaswani et al. 2017.

    Shapes: query (l, b, embed_dim), key (s, b, kdim), value (s, b, vdim), the first two dims the
    other way round if batch_first, or without b. Gives (output (l, b, embed_dim), weights
    (b, l, s)).

    >>> import flambeau
    >>> attention = flambeau.nn.MultiheadAttention(8, 2, batch_first=True)
    >>> x = flambeau.ones(1, 3, 8)
    >>> y, weights = attention(x, x, x)
    >>> y.shape, weights.shape
    (flambeau.Size([1, 3, 8]), flambeau.Size([1, 3, 3]))
    """

    __constants__ = ("batch_first",)

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True,
        add_bias_kv: bool = False, add_zero_attn: bool = False, kdim: int | None = None,
        vdim: int | None = None, batch_first: bool = False, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and "
                f"num_heads={num_heads} instead"
            )
        if embed_dim % num_heads:
            raise AssertionError("embed_dim must be divisible by num_heads")
        self.embed_dim = embed_dim
        self.kdim = kdim if kdim is not None else embed_dim
        self.vdim = vdim if vdim is not None else embed_dim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        options = {"device": device, "dtype": dtype}
        separate = {"q_proj_weight": embed_dim, "k_proj_weight": self.kdim,
                    "v_proj_weight": self.vdim}  # fmt: skip
        if self._qkv_same_embed_dim:
            self.in_proj_weight = Parameter(empty((3 * embed_dim, embed_dim), **options))
        for name, size in separate.items():
            one = None if self._qkv_same_embed_dim else empty((embed_dim, size), **options)
            self.register_parameter(name, None if one is None else Parameter(one))
        if not self._qkv_same_embed_dim:
            self.register_parameter("in_proj_weight", None)
        in_bias = Parameter(empty(3 * embed_dim, **options)) if bias else None
        self.register_parameter("in_proj_bias", in_bias)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, **options)
        for name in ("bias_k", "bias_v"):
            row = Parameter(empty((1, 1, embed_dim), **options)) if add_bias_kv else None
            self.register_parameter(name, row)
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        """Draw the weights anew; biases zero."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight,
                       self.v_proj_weight):  # fmt: skip
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for row in (self.bias_k, self.bias_v):
            if row is not None:
                init.xavier_normal_(row)

    def forward(
        self, query: Any, key: Any, value: Any, key_padding_mask: Tensor | None = None,
        need_weights: bool = True, attn_mask: Tensor | None = None,
        average_attn_weights: bool = True, is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        """(output, weights); the weights are None without need_weights, which is faster.

        key_padding_mask (b, s): True, or -inf, for keys that do not count. attn_mask (l, s) or
        (b * heads, l, s): True, or -inf, for pairs that do not. is_causal: attn_mask is the
        causal one, and need not be read.
        """
        swaps = self.batch_first and len(query._shape) == 3
        if swaps:  # what was one tensor stays one: it is projected at once
            given = (query, key, value)
            value = value.transpose(0, 1)
            key = value if given[1] is given[2] else key.transpose(0, 1)
            query = key if given[0] is given[1] else query.transpose(0, 1)
        output: Any
        output, weights = multi_head_attention_forward(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight,
            self.in_proj_bias, self.bias_k, self.bias_v, self.add_zero_attn, self.dropout,
            self.out_proj.weight, self.out_proj.bias, training=self.training,
            key_padding_mask=key_padding_mask, need_weights=need_weights, attn_mask=attn_mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim,
            q_proj_weight=self.q_proj_weight, k_proj_weight=self.k_proj_weight,
            v_proj_weight=self.v_proj_weight, average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )  # fmt: skip
        return (output.transpose(0, 1) if swaps else output), weights

    def merge_masks(
        self, attn_mask: Any, key_padding_mask: Any, query: Any
    ) -> tuple[Tensor | None, int | None]:
        """Both masks as one, and its kind: 0 attention, 1 padding, 2 both; (None, None) of none."""
        mask = additive_mask(attn_mask, "attn_mask", query.dtype)
        padding = additive_mask(key_padding_mask, "key_padding_mask", query.dtype)
        if mask is None:
            return padding, (None if padding is None else 1)
        if padding is None:
            return mask, 0
        batch, keys = padding._shape
        whole = padding.reshape(batch, 1, 1, keys)
        if len(mask._shape) == 3:
            return mask.reshape(batch, -1, mask._shape[-2], keys) + whole, 2
        shape = (batch, self.num_heads, mask._shape[-2], keys)
        return (mask + whole).expand(*shape), 2

"""Vision transformer. Dosovitskiy et al., "An image is worth 16 x 16 words", 2020."""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import partial
from typing import Any

from flambeau import nn
from flambeau.core.errors import message
from flambeau.tensor.creation import empty, zeros
from flambeau.tensor.joining import cat
from flambeau.vision.models.registry import builder
from flambeau.vision.ops.misc import MLP

__all__ = ["VisionTransformer", "vit_b_16", "vit_b_32", "vit_l_16", "vit_l_32"]

Norm = partial(nn.LayerNorm, eps=1e-6)


class MLPBlock(MLP):
    """Two linear layers with GELU between them."""

    def __init__(self, in_dim: int, mlp_dim: int, dropout: float) -> None:
        super().__init__(in_dim, [mlp_dim, in_dim], activation_layer=nn.GELU, dropout=dropout)
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.normal_(layer.bias, std=1e-6)


class EncoderBlock(nn.Module):
    """Attention, then an MLP, each on normalized input and with a way around it."""

    def __init__(
        self, num_heads: int, hidden_dim: int, mlp_dim: int, dropout: float,
        attention_dropout: float, norm_layer: Any = Norm,
    ) -> None:  # fmt: skip
        super().__init__()
        self.num_heads = num_heads
        self.ln_1 = norm_layer(hidden_dim)
        self.self_attention = nn.MultiheadAttention(
            hidden_dim, num_heads, dropout=attention_dropout, batch_first=True
        )
        self.dropout = nn.Dropout(dropout)
        self.ln_2 = norm_layer(hidden_dim)
        self.mlp = MLPBlock(hidden_dim, mlp_dim, dropout)

    def forward(self, input: Any) -> Any:
        """(n, length, hidden) to the same shape."""
        x = self.ln_1(input)
        x, _ = self.self_attention(x, x, x, need_weights=False)
        x = self.dropout(x) + input
        return x + self.mlp(self.ln_2(x))


class Encoder(nn.Module):
    """Positions added, then blocks."""

    def __init__(
        self, seq_length: int, num_layers: int, num_heads: int, hidden_dim: int, mlp_dim: int,
        dropout: float, attention_dropout: float, norm_layer: Any = Norm,
    ) -> None:  # fmt: skip
        super().__init__()
        positions = empty((1, seq_length, hidden_dim)).normal_(std=0.02)
        self.pos_embedding = nn.Parameter(positions)
        self.dropout = nn.Dropout(dropout)
        rest = num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer
        blocks = OrderedDict((f"encoder_layer_{i}", EncoderBlock(*rest)) for i in range(num_layers))
        self.layers = nn.Sequential(blocks)
        self.ln = norm_layer(hidden_dim)

    def forward(self, input: Any) -> Any:
        """(n, length, hidden) to the same shape."""
        return self.ln(self.layers(self.dropout(input + self.pos_embedding)))


class VisionTransformer(nn.Module):
    """(n, 3, image_size, image_size) to (n, num_classes)."""

    def __init__(
        self, image_size: int, patch_size: int, num_layers: int, num_heads: int, hidden_dim: int,
        mlp_dim: int, dropout: float = 0.0, attention_dropout: float = 0.0,
        num_classes: int = 1000, representation_size: int | None = None, norm_layer: Any = Norm,
    ) -> None:  # fmt: skip
        super().__init__()
        if image_size % patch_size:
            raise ValueError(
                message("models.VisionTransformer", f"image_size={image_size}, "
                        f"patch_size={patch_size}", "Input shape indivisible by patch size")
            )  # fmt: skip
        self.image_size = image_size
        self.patch_size = patch_size
        self.hidden_dim = hidden_dim
        self.num_classes = num_classes
        self.representation_size = representation_size
        self.conv_proj = nn.Conv2d(3, hidden_dim, patch_size, patch_size)
        self.class_token = nn.Parameter(zeros(1, 1, hidden_dim))
        self.seq_length = (image_size // patch_size) ** 2 + 1
        self.encoder = Encoder(
            self.seq_length, num_layers, num_heads, hidden_dim, mlp_dim, dropout,
            attention_dropout, norm_layer,
        )  # fmt: skip
        layers: OrderedDict[str, Any] = OrderedDict()
        if representation_size is not None:
            layers["pre_logits"] = nn.Linear(hidden_dim, representation_size)
            layers["act"] = nn.Tanh()
            deviation = math.sqrt(1 / hidden_dim)
            nn.init.trunc_normal_(layers["pre_logits"].weight, std=deviation)
            nn.init.zeros_(layers["pre_logits"].bias)
        layers["head"] = nn.Linear(representation_size or hidden_dim, num_classes)
        self.heads = nn.Sequential(layers)
        fan_in = 3 * patch_size**2
        nn.init.trunc_normal_(self.conv_proj.weight, std=math.sqrt(1 / fan_in))
        for x in (self.conv_proj.bias, layers["head"].weight, layers["head"].bias):
            nn.init.zeros_(x)

    def _process_input(self, x: Any) -> Any:
        n, _, h, w = x.shape
        if (h, w) != (self.image_size, self.image_size):
            raise ValueError(
                message("models.VisionTransformer", f"images {h} x {w}", f"Wrong image height! "
                        f"Expected {self.image_size} but got {h}", "Resize before it")
            )  # fmt: skip
        return self.conv_proj(x).reshape(n, self.hidden_dim, -1).permute(0, 2, 1)

    def forward(self, x: Any) -> Any:
        """Logits."""
        x = self._process_input(x)
        x = cat([self.class_token.expand(x.shape[0], -1, -1), x], 1)
        return self.heads(self.encoder(x)[:, 0])


def _vit(patch: int, layers: int, heads: int, hidden: int, mlp: int, kwargs: Any) -> Any:
    image_size = kwargs.pop("image_size", 224)
    return VisionTransformer(image_size, patch, layers, heads, hidden, mlp, **kwargs)


@builder
def vit_b_16(**kwargs: Any) -> VisionTransformer:
    """The base transformer on patches of 16 x 16 (86.6 million parameters)."""
    return _vit(16, 12, 12, 768, 3072, kwargs)


@builder
def vit_b_32(**kwargs: Any) -> VisionTransformer:
    """The base transformer on patches of 32 x 32."""
    return _vit(32, 12, 12, 768, 3072, kwargs)


@builder
def vit_l_16(**kwargs: Any) -> VisionTransformer:
    """The large transformer on patches of 16 x 16."""
    return _vit(16, 24, 16, 1024, 4096, kwargs)


@builder
def vit_l_32(**kwargs: Any) -> VisionTransformer:
    """The large transformer on patches of 32 x 32."""
    return _vit(32, 24, 16, 1024, 4096, kwargs)

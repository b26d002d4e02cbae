"""Inception v3. Szegedy et al., "Rethinking the Inception architecture", 2015."""

from __future__ import annotations

import warnings
from collections import namedtuple
from typing import Any

from flambeau import nn
from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.tensor.joining import cat
from flambeau.vision.models.googlenet import BasicConv2d, rescaled
from flambeau.vision.models.registry import builder

__all__ = ["Inception3", "InceptionOutputs", "inception_v3"]

InceptionOutputs = namedtuple("InceptionOutputs", ["logits", "aux_logits"])
ROW: dict[str, Any] = {"kernel_size": (1, 7), "padding": (0, 3)}
COLUMN: dict[str, Any] = {"kernel_size": (7, 1), "padding": (3, 0)}
SQUARE: dict[str, Any] = {"kernel_size": 3, "padding": 1}
POINT: dict[str, Any] = {"kernel_size": 1}
HALVING: dict[str, Any] = {"kernel_size": 3, "stride": 2}


class _Branches(nn.Module):
    """Branches of convolutions side by side, beside a pooling of the input."""

    # names of the layers of each branch, in the order of their results
    branches: tuple[tuple[str, ...], ...] = ()
    halves = False

    def _add(self, in_channels: int, conv: Any, entries: Any) -> None:
        """entries: (name, width, options); a branch begins where `in_channels` are read."""
        firsts = {branch[0] for branch in self.branches} | {"branch_pool"}
        before = in_channels
        for name, width, options in entries:
            before = in_channels if name in firsts else before
            self.add_module(name, conv(before, width, **options))
            before = width

    def forward(self, x: Any) -> Any:
        results = []
        for branch in self.branches:
            y = x
            for name in branch:
                y = getattr(self, name)(y)
            results.append(y)
        if self.halves:
            results.append(F.max_pool2d(x, 3, 2))
        else:
            results.append(self.branch_pool(F.avg_pool2d(x, 3, 1, 1)))
        return cat(results, 1)


def _numbered(head: str, n: int) -> tuple[str, ...]:
    return tuple(f"{head}_{i + 1}" for i in range(n))


class InceptionA(_Branches):
    """1 x 1; 5 x 5; two 3 x 3; pooling."""

    branches = (("branch1x1",), _numbered("branch5x5", 2), _numbered("branch3x3dbl", 3))

    def __init__(self, in_channels: int, pool_features: int, conv_block: Any = BasicConv2d) -> None:
        super().__init__()
        self._add(in_channels, conv_block, [
            ("branch1x1", 64, POINT), ("branch5x5_1", 48, POINT),
            ("branch5x5_2", 64, {"kernel_size": 5, "padding": 2}),
            ("branch3x3dbl_1", 64, POINT), ("branch3x3dbl_2", 96, SQUARE),
            ("branch3x3dbl_3", 96, SQUARE), ("branch_pool", pool_features, POINT),
        ])  # fmt: skip


class InceptionB(_Branches):
    """To half the size: 3 x 3; two 3 x 3; pooling."""

    branches = (("branch3x3",), _numbered("branch3x3dbl", 3))
    halves = True

    def __init__(self, in_channels: int, conv_block: Any = BasicConv2d) -> None:
        super().__init__()
        self._add(in_channels, conv_block, [
            ("branch3x3", 384, HALVING), ("branch3x3dbl_1", 64, POINT),
            ("branch3x3dbl_2", 96, SQUARE), ("branch3x3dbl_3", 96, HALVING),
        ])  # fmt: skip


class InceptionC(_Branches):
    """1 x 1; 7 x 7 as a row and a column, once and twice; pooling."""

    branches = (("branch1x1",), _numbered("branch7x7", 3), _numbered("branch7x7dbl", 5))

    def __init__(self, in_channels: int, channels_7x7: int, conv_block: Any = BasicConv2d) -> None:
        super().__init__()
        width = channels_7x7
        self._add(in_channels, conv_block, [
            ("branch1x1", 192, POINT), ("branch7x7_1", width, POINT), ("branch7x7_2", width, ROW),
            ("branch7x7_3", 192, COLUMN), ("branch7x7dbl_1", width, POINT),
            ("branch7x7dbl_2", width, COLUMN), ("branch7x7dbl_3", width, ROW),
            ("branch7x7dbl_4", width, COLUMN), ("branch7x7dbl_5", 192, ROW),
            ("branch_pool", 192, POINT),
        ])  # fmt: skip


class InceptionD(_Branches):
    """To half the size: 3 x 3; 7 x 7 and 3 x 3; pooling."""

    branches = (_numbered("branch3x3", 2), _numbered("branch7x7x3", 4))
    halves = True

    def __init__(self, in_channels: int, conv_block: Any = BasicConv2d) -> None:
        super().__init__()
        self._add(in_channels, conv_block, [
            ("branch3x3_1", 192, POINT), ("branch3x3_2", 320, HALVING),
            ("branch7x7x3_1", 192, POINT), ("branch7x7x3_2", 192, ROW),
            ("branch7x7x3_3", 192, COLUMN), ("branch7x7x3_4", 192, HALVING),
        ])  # fmt: skip


class InceptionE(nn.Module):
    """1 x 1; 3 x 3 as a row beside a column, after 1 x 1 and after 3 x 3; pooling."""

    def __init__(self, in_channels: int, conv_block: Any = BasicConv2d) -> None:
        super().__init__()
        row: dict[str, Any] = {"kernel_size": (1, 3), "padding": (0, 1)}
        column: dict[str, Any] = {"kernel_size": (3, 1), "padding": (1, 0)}
        self.branch1x1 = conv_block(in_channels, 320, kernel_size=1)
        self.branch3x3_1 = conv_block(in_channels, 384, kernel_size=1)
        self.branch3x3_2a = conv_block(384, 384, **row)
        self.branch3x3_2b = conv_block(384, 384, **column)
        self.branch3x3dbl_1 = conv_block(in_channels, 448, kernel_size=1)
        self.branch3x3dbl_2 = conv_block(448, 384, **SQUARE)
        self.branch3x3dbl_3a = conv_block(384, 384, **row)
        self.branch3x3dbl_3b = conv_block(384, 384, **column)
        self.branch_pool = conv_block(in_channels, 192, kernel_size=1)

    def forward(self, x: Any) -> Any:
        """All branches, one after the other in the channels."""
        near = self.branch3x3_1(x)
        far = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        return cat(
            [
                self.branch1x1(x), self.branch3x3_2a(near), self.branch3x3_2b(near),
                self.branch3x3dbl_3a(far), self.branch3x3dbl_3b(far),
                self.branch_pool(F.avg_pool2d(x, 3, 1, 1)),
            ],
            1,
        )  # fmt: skip


class InceptionAux(nn.Module):
    """A second way to the classes, from the middle of the network, for training."""

    def __init__(self, in_channels: int, num_classes: int, conv_block: Any = BasicConv2d) -> None:
        super().__init__()
        self.conv0 = conv_block(in_channels, 128, kernel_size=1)
        self.conv1 = conv_block(128, 768, kernel_size=5)
        self.fc = nn.Linear(768, num_classes)
        self.conv1.stddev = 0.01
        self.fc.stddev = 0.001

    def forward(self, x: Any) -> Any:
        """Logits."""
        x = self.conv1(self.conv0(F.avg_pool2d(x, 5, 3)))
        return self.fc(F.adaptive_avg_pool2d(x, (1, 1)).flatten(1))


class Inception3(nn.Module):
    """(n, 3, 299, 299) to (n, num_classes); while training, to InceptionOutputs with aux_logits."""

    def __init__(
        self, num_classes: int = 1000, aux_logits: bool = True, transform_input: bool = False,
        inception_blocks: Any = None, init_weights: bool | None = None, dropout: float = 0.5,
    ) -> None:  # fmt: skip
        super().__init__()
        conv, a, b, c, d, e, aux = inception_blocks or (
            BasicConv2d, InceptionA, InceptionB, InceptionC, InceptionD, InceptionE, InceptionAux,
        )  # fmt: skip
        if init_weights is None:
            warnings.warn(
                "The default weight initialization of inception_v3 will be changed in future "
                "releases of torchvision; init_weights=True keeps it",
                FutureWarning,
                stacklevel=3,
            )
            init_weights = True
        self.aux_logits = aux_logits
        self.transform_input = transform_input
        self.Conv2d_1a_3x3 = conv(3, 32, kernel_size=3, stride=2)
        self.Conv2d_2a_3x3 = conv(32, 32, kernel_size=3)
        self.Conv2d_2b_3x3 = conv(32, 64, kernel_size=3, padding=1)
        self.maxpool1 = nn.MaxPool2d(3, 2)
        self.Conv2d_3b_1x1 = conv(64, 80, kernel_size=1)
        self.Conv2d_4a_3x3 = conv(80, 192, kernel_size=3)
        self.maxpool2 = nn.MaxPool2d(3, 2)
        self.Mixed_5b = a(192, pool_features=32)
        self.Mixed_5c = a(256, pool_features=64)
        self.Mixed_5d = a(288, pool_features=64)
        self.Mixed_6a = b(288)
        self.Mixed_6b = c(768, channels_7x7=128)
        self.Mixed_6c = c(768, channels_7x7=160)
        self.Mixed_6d = c(768, channels_7x7=160)
        self.Mixed_6e = c(768, channels_7x7=192)
        self.AuxLogits = aux(768, num_classes) if aux_logits else None
        self.Mixed_7a = d(768)
        self.Mixed_7b = e(1280)
        self.Mixed_7c = e(2048)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2048, num_classes)
        if init_weights:
            for layer in self.modules():
                if isinstance(layer, (nn.Conv2d, nn.Linear)):
                    deviation = float(getattr(layer, "stddev", 0.1))
                    nn.init.trunc_normal_(layer.weight, 0.0, deviation, -2, 2)

    def forward(self, x: Any) -> Any:
        """Logits, and those of the way from the middle."""
        x = rescaled(x) if self.transform_input else x
        aux = None
        for name, layer in self.named_children():
            if name == "AuxLogits":
                aux = layer(x) if self.training else None
            elif name == "avgpool":
                break
            else:
                x = layer(x)
        x = self.fc(self.dropout(self.avgpool(x)).flatten(1))
        return InceptionOutputs(x, aux) if self.training and self.aux_logits else x

    def after_loading(self, options: dict[str, Any]) -> Inception3:
        """Without the second way if aux_logits=False asks for that."""
        if not options.get("aux_logits", True):
            self.aux_logits = False
            self.AuxLogits = None
        return self


@builder
def inception_v3(with_weights: bool = False, **kwargs: Any) -> Inception3:
    """Inception v3 (27.2 million parameters)."""
    if with_weights:
        kwargs = {"transform_input": True, **kwargs, "init_weights": False, "aux_logits": True}
    return Inception3(**kwargs)

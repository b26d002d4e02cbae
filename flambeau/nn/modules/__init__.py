"""Where PyTorch's programs look for the bases of modules: `nn.modules.conv._ConvNd` and the like.

The submodules are made of one table: PyTorch's file -> its names and what they are here.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from flambeau.nn import (
    activation as _activation,
)  # fmt: skip
from flambeau.nn import (
    attention as _attention,
)
from flambeau.nn import (
    container as _container,
)
from flambeau.nn import (
    conv as _conv,
)
from flambeau.nn import (
    dropout as _dropout,
)
from flambeau.nn import (
    embedding_bag as _bag,
)
from flambeau.nn import (
    lazy as _lazy,
)
from flambeau.nn import (
    linear as _linear,
)
from flambeau.nn import (
    loss as _loss,
)
from flambeau.nn import module as _module
from flambeau.nn import (
    norm as _norm,
)
from flambeau.nn import (
    parallel as _parallel,
)
from flambeau.nn import (
    pooling as _pooling,
)
from flambeau.nn import (
    ranking as _ranking,
)
from flambeau.nn import (
    recurrent as _recurrent,
)
from flambeau.nn import (
    transformer as _transformer,
)
from flambeau.nn import (
    unpooling as _unpooling,
)
from flambeau.nn import (
    vision as _vision,
)
from flambeau.nn.modules import utils

__all__ = ["Module", "utils"]

Module = _module.Module


def _named(*sources: Any, having: str = "", **others: Any) -> dict[str, Any]:
    """The public names of modules, those with a word of `having` in them, and others."""
    words = having.split()
    found = {
        name: getattr(source, name)
        for source in sources
        for name in source.__all__
        if not words or any(word in name for word in words)
    }
    return {**found, **others}


_FILES: dict[str, dict[str, Any]] = {
    "activation": _named(_activation, _attention),
    "adaptive": _named(_ranking, having="AdaptiveLogSoftmaxWithLoss"),
    "batchnorm": _named(
        _norm, _lazy, having="BatchNorm", _BatchNorm=_norm._BatchNorm, _NormBase=_norm._Running
    ),
    "channelshuffle": _named(_vision, having="ChannelShuffle"),
    "container": _named(_container, Container=_parallel.Container),
    "conv": _named(_conv, _lazy, having="Conv", _ConvNd=_conv._Conv,
                   _ConvTransposeNd=_conv._Transposed),
    "distance": _named(_loss, having="CosineSimilarity PairwiseDistance"),
    "dropout": _named(_dropout, having="ropout"),
    "flatten": _named(_linear, having="latten"),
    "fold": _named(_vision, having="Fold Unfold"),
    "instancenorm": _named(_norm, _lazy, having="InstanceNorm", _InstanceNorm=_norm._InstanceNorm),
    "lazy": {"LazyModuleMixin": _lazy.LazyModuleMixin},
    "linear": _named(_linear, _lazy, having="inear Identity",
                     NonDynamicallyQuantizableLinear=_attention.NonDynamicallyQuantizableLinear),
    "loss": _named(_loss, _ranking, having="Loss", _Loss=_loss._Loss,
                   _WeightedLoss=_loss._WeightedLoss),
    "module": _named(_module),
    "normalization": _named(
        _norm, having="LayerNorm GroupNorm RMSNorm LocalResponseNorm CrossMapLRN2d"
    ),
    "padding": _named(_pooling, having="Pad"),
    "pixelshuffle": _named(_vision, having="Pixel"),
    "pooling": _named(
        _pooling, _unpooling, having="Pool", _MaxPoolNd=_pooling._MaxPool,
        _AvgPoolNd=_pooling._AvgPool, _AdaptiveAvgPoolNd=_pooling._AdaptiveAvgPool,
        _AdaptiveMaxPoolNd=_pooling._AdaptiveMaxPool, _LPPoolNd=_pooling._LPPool,
    ),
    "rnn": _named(_recurrent),
    "sparse": _named(_dropout, _bag, having="Embedding"),
    "transformer": _named(_transformer),
    "upsampling": _named(_vision, having="Upsampl"),
}  # fmt: skip


def _make(name: str, names: dict[str, Any]) -> ModuleType:
    made = ModuleType(f"{__name__}.{name}", f"What `torch.nn.modules.{name}` has.")
    made.__dict__.update(names)
    made.__dict__["__all__"] = [n for n in names if not n.startswith("_")]
    sys.modules[made.__name__] = made
    return made


for _file, _names in _FILES.items():
    globals()[_file] = _make(_file, _names)
    globals().update({n: v for n, v in _names.items() if not n.startswith("_")})

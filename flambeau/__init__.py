"""flambeau: deep learning with PyTorch's names, written in Python, compiled through LLVM.

    import flambeau as torch

What costs time to import (nn, optim, compile, ...) is loaded when it is first named.
"""

# ruff: noqa: F401, N813 - what is imported here is what the package offers

from __future__ import annotations

import importlib
from math import e, inf, nan, pi
from typing import TYPE_CHECKING, Any

from flambeau import autograd
from flambeau import switches as _switches
from flambeau import version as _version
from flambeau.autograd import (
    enable_grad,
    inference_mode,
    is_anomaly_enabled,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from flambeau.core.device import Device as device
from flambeau.core.dtype import (
    DType as dtype,
)
from flambeau.core.dtype import (
    bfloat16,
    complex64,
    complex128,
    finfo,
    float16,
    float32,
    float64,
    iinfo,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from flambeau.core.dtype import bool_ as bool
from flambeau.core.language import get_language, set_language
from flambeau.core.language import start as _start_language
from flambeau.engine.runtime.random import Generator, default_generator
from flambeau.tensor import foreach as _foreach
from flambeau.tensor import legacy as _legacy
from flambeau.tensor import methods as _methods
from flambeau.tensor import returns as return_types
from flambeau.tensor.formats import Layout as layout
from flambeau.tensor.formats import MemoryFormat as memory_format
from flambeau.tensor.formats import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    preserve_format,
    sparse_bsc,
    sparse_bsr,
    sparse_coo,
    sparse_csc,
    sparse_csr,
    strided,
)
from flambeau.tensor.tensor import Size, Tensor

if TYPE_CHECKING:
    from flambeau.tensor.creation import tensor

half, float, double = float16, float32, float64
cfloat, cdouble = complex64, complex128
short, int, long = int16, int32, int64

newaxis = None
__version__ = _version.__version__

_start_language()
globals().update(_legacy.CLASSES)
globals().update(_switches.FUNCTIONS)
globals().update(_foreach.functions())
globals().update({name: getattr(Tensor, name) for name in _methods.METHODS_AS_FUNCTIONS})
globals().update({k: v for k, v in _methods.FUNCTIONS.items() if k != "tensor"})

# -- loaded when first named -----------------------------------------------------------------------
# name -> the module it lives in and its name there ("" for the module itself)
_LAZY: dict[str, tuple[str, str]] = {
    **{
        name: (f"flambeau.{name}", "")
        for name in (
            "accelerator array_api backends compat compiler cuda debug distributions fft func "
            "hub io jit linalg masked multiprocessing nn optim profiler random serialization "
            "signal sparse special testing utils version vision"
        ).split()
    },
    "vmap": ("flambeau.func", "vmap"),
    **{
        name: ("flambeau.sparse.construct", name)
        for name in (
            "sparse_bsc_tensor sparse_bsr_tensor sparse_compressed_tensor sparse_coo_tensor "
            "sparse_csc_tensor sparse_csr_tensor"
        ).split()
    },
    **{name: ("flambeau.sparse.products", name) for name in "hspmm smm sspaddmm".split()},
    "dsmm": ("flambeau.sparse.products", "mm"),
    "hsmm": ("flambeau.sparse.products", "mm"),
    "spmm": ("flambeau.sparse.products", "mm"),
    "saddmm": ("flambeau.sparse.products", "addmm"),
    "save": ("flambeau.io", "save"),
    "load": ("flambeau.io", "load"),
    "compile": ("flambeau.compiler", "compile"),
    **{
        name: ("flambeau.nn.functional", name)
        for name in (
            "adaptive_avg_pool1d adaptive_max_pool1d alpha_dropout avg_pool1d batch_norm bilinear "
            "binary_cross_entropy_with_logits celu celu_ channel_shuffle conv1d conv2d conv3d "
            "conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d "
            "cosine_embedding_loss cosine_similarity dropout "
            "embedding feature_alpha_dropout group_norm hardshrink hinge_embedding_loss "
            "instance_norm kl_div layer_norm log_softmax margin_ranking_loss max_pool1d "
            "max_pool1d_with_indices max_pool2d max_pool3d native_channel_shuffle "
            "pairwise_distance pdist pixel_shuffle pixel_unshuffle poisson_nll_loss prelu "
            "rms_norm rrelu rrelu_ selu selu_ softmax threshold threshold_ triplet_margin_loss"
        ).split()
    },
    **{
        name: ("flambeau.nn.functional.native", name)
        for name in (
            "constant_pad_nd grid_sampler grid_sampler_2d grid_sampler_3d native_batch_norm "
            "native_group_norm native_layer_norm"
        ).split()
    },
}


def __getattr__(name: str) -> Any:
    found = _LAZY.get(name)
    if found is None:
        if name[:2] == "__":
            raise AttributeError(f"module 'flambeau' has no attribute {name!r}")
        from flambeau.core.omitted import no_such_name  # only for the error

        raise AttributeError(no_such_name("flambeau", name, __dir__()))
    module = importlib.import_module(found[0])
    value = getattr(module, found[1]) if found[1] else module
    globals()[name] = value
    return value


def _late_method(name: str) -> Any:
    """A method of Tensor that flambeau.nn.functional has."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        return __getattr__(name)(self, *args, **kwargs)

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    method.__doc__ = f"flambeau.nn.functional.{name} of this tensor."
    return method


for _name in ("hardshrink", "log_softmax", "prelu", "softmax"):
    setattr(Tensor, _name, _late_method(_name))


def _array_namespace(self: Tensor, /, *, api_version: str | None = None) -> Any:
    """flambeau.array_api: the array API standard's functions on tensors."""
    return __getattr__("array_api").namespace(api_version)


Tensor.__array_namespace__ = _array_namespace  # type: ignore[attr-defined]


def _sparse_method(name: str) -> Any:
    """A method of dense tensors that flambeau.sparse has."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        __getattr__("sparse")
        return importlib.import_module("flambeau.sparse.attach").DENSE_METHODS[name](
            self, *args, **kwargs
        )

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    method.__doc__ = f"`{name}`, which concerns sparse tensors; see flambeau.sparse."
    return method


for _name in (
    "_coalesced_ _indices _nnz _values ccol_indices coalesce col_indices crow_indices dense_dim "
    "indices is_coalesced row_indices smm sparse_dim sparse_mask sparse_resize_ "
    "sparse_resize_and_clear_ sspaddmm to_dense to_scipy to_sparse to_sparse_bsc to_sparse_bsr "
    "to_sparse_coo to_sparse_csc to_sparse_csr values"
).split():
    setattr(Tensor, _name, _sparse_method(_name))

__all__ = sorted(n for n in {*globals(), *_LAZY} if n[0] != "_" or n == "__version__")
for _name in ("annotations", "importlib", "Any", "TYPE_CHECKING"):
    __all__.remove(_name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})

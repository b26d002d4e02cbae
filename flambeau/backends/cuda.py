"""flambeau.backends.cuda: settings that programs make; attention has one algorithm here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = [
    "cudnn_sdp_enabled", "enable_cudnn_sdp", "enable_flash_sdp", "enable_math_sdp",
    "enable_mem_efficient_sdp", "flash_sdp_enabled", "is_built", "is_flash_attention_available",
    "math_sdp_enabled", "matmul", "mem_efficient_sdp_enabled", "preferred_blas_library",
    "preferred_linalg_library", "sdp_kernel",
]  # fmt: skip


class _Matmul:
    """`backends.cuda.matmul`: how a GPU may round inside matrix products."""

    allow_tf32 = False
    allow_fp16_reduced_precision_reduction = True
    allow_bf16_reduced_precision_reduction = True
    allow_fp16_accumulation = False
    fp32_precision = "none"


matmul = _Matmul()
_allowed = {"flash": True, "math": True, "mem_efficient": True, "cudnn": True}


def is_built() -> bool:
    """Whether there is a GPU back end."""
    return False


def is_flash_attention_available() -> bool:
    """False, as on every machine without a GPU."""
    return False


def flash_sdp_enabled() -> bool:
    """What enable_flash_sdp has set."""
    return _allowed["flash"]


def enable_flash_sdp(enabled: bool) -> None:
    """Keep the setting."""
    _allowed["flash"] = bool(enabled)


def math_sdp_enabled() -> bool:
    """What enable_math_sdp has set."""
    return _allowed["math"]


def enable_math_sdp(enabled: bool) -> None:
    """Keep the setting."""
    _allowed["math"] = bool(enabled)


def mem_efficient_sdp_enabled() -> bool:
    """What enable_mem_efficient_sdp has set."""
    return _allowed["mem_efficient"]


def enable_mem_efficient_sdp(enabled: bool) -> None:
    """Keep the setting."""
    _allowed["mem_efficient"] = bool(enabled)


def cudnn_sdp_enabled() -> bool:
    """What enable_cudnn_sdp has set."""
    return _allowed["cudnn"]


def enable_cudnn_sdp(enabled: bool) -> None:
    """Keep the setting."""
    _allowed["cudnn"] = bool(enabled)


@contextmanager
def sdp_kernel(
    enable_flash: bool = True, enable_math: bool = True, enable_mem_efficient: bool = True,
    enable_cudnn: bool = True,
) -> Iterator[None]:  # fmt: skip
    """The settings inside a `with` block."""
    before = dict(_allowed)
    _allowed.update(flash=enable_flash, math=enable_math, mem_efficient=enable_mem_efficient,
                    cudnn=enable_cudnn)  # fmt: skip
    try:
        yield
    finally:
        _allowed.update(before)


def preferred_linalg_library(backend: object = None) -> str:
    """ "default"."""
    return "default"


def preferred_blas_library(backend: object = None) -> str:
    """ "default"."""
    return "default"

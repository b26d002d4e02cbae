"""flambeau.backends.cpu: which vector instructions kernels are made for."""

from __future__ import annotations

from flambeau.engine.backend.registry import backend_for

__all__ = ["get_cpu_capability"]


def get_cpu_capability() -> str:
    """ "AVX512", "AVX2", "NEON" or "DEFAULT"."""
    present = backend_for("cpu").target.features
    for feature, name in (("avx512f", "AVX512"), ("avx2", "AVX2"), ("neon", "NEON")):
        if feature in present:
            return name
    return "DEFAULT"

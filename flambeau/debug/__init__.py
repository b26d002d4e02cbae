"""Seeing what a program computes: what a tensor is, drawings of graphs, tables of layers."""

from __future__ import annotations

import importlib
from typing import Any

# name -> the module it lives in; loaded when first named
_LAZY: dict[str, str] = {
    "Explanation": "flambeau.debug.explaining.explain",
    "explain": "flambeau.debug.explaining.explain",
    "text_of": "flambeau.core.language.showing",
    "Digraph": "flambeau.debug.graph.dot",
    "make_dot": "flambeau.debug.graph.history",
    "summary": "flambeau.debug.layers",
    "Summary": "flambeau.debug.layers",
}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'flambeau.debug' has no attribute {name!r}")
    value = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})

"""`Module`: the base of everything that has parameters."""

from __future__ import annotations

from flambeau.nn.module.base import Module
from flambeau.nn.module.calls import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
)
from flambeau.nn.module.structure import structure

__all__ = [
    "Module",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "structure",
]

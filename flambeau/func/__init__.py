"""flambeau.func: functions that take functions, under PyTorch's names."""

from __future__ import annotations

from flambeau.func.derivatives import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp
from flambeau.func.modules import stack_module_state
from flambeau.func.vmap import vmap
from flambeau.nn.utils.stateless import functional_call

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "stack_module_state",
    "vjp",
    "vmap",
]

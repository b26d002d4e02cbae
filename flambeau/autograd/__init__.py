"""Derivatives: the table of rules, backward, custom functions, checks. Written on tensors only."""

from __future__ import annotations

from flambeau.autograd import functional, graph, methods, profiler, saved_names, vjps
from flambeau.autograd.anomaly import detect_anomaly, is_anomaly_enabled, set_detect_anomaly
from flambeau.autograd.backward import backward, grad
from flambeau.autograd.function import Function, FunctionCtx, once_differentiable
from flambeau.autograd.gradcheck import GradcheckError, gradcheck, gradgradcheck
from flambeau.autograd.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from flambeau.autograd.variable import Variable

__all__ = [
    "Function",
    "FunctionCtx",
    "GradcheckError",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "is_anomaly_enabled",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "once_differentiable",
    "profiler",
    "set_detect_anomaly",
    "set_grad_enabled",
    "vjps",
]

methods.attach()
saved_names.attach()

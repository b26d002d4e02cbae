"""What programs ask about GPUs. This version runs on the CPU only and says so.

What PyTorch lets programs call on a machine without a GPU can be called, with its answers; the
rest raises what PyTorch raises there.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, NoReturn

from flambeau.tensor import legacy as _legacy

__all__ = [
    "CudaError", "Event", "OutOfMemoryError", "Stream", "StreamContext", "amp", "device",
    "device_count", "empty_cache", "ipc_collect", "is_available", "is_bf16_supported",
    "is_current_stream_capturing", "is_initialized", "manual_seed", "manual_seed_all", "seed",
    "seed_all", "stream",
]  # fmt: skip


class CudaError(AssertionError, RuntimeError):
    """There is no GPU; PyTorch raises AssertionError in some places and RuntimeError in others."""


class OutOfMemoryError(RuntimeError):
    """A GPU's memory is full."""


# -- with an answer -----------------------------------------------------------------------------
def is_available() -> bool:
    """Whether tensors can live on a GPU.

    >>> import flambeau
    >>> flambeau.device("cuda" if flambeau.cuda.is_available() else "cpu")
    device(type='cpu')
    """
    return False


def device_count() -> int:
    """The number of GPUs that can be used."""
    return 0


def is_initialized() -> bool:
    """Whether a GPU was used."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether a GPU computes in bfloat16."""
    return False


def is_current_stream_capturing() -> bool:
    """False: nothing is captured on a GPU."""
    return False


def manual_seed(seed: int) -> None:
    """Seed the GPU's generator, of which there is none; as in PyTorch, no error."""


def manual_seed_all(seed: int) -> None:
    """Seed the generators of all GPUs, of which there are none; as in PyTorch, no error."""


def seed() -> None:
    """Seed the GPU's generator, of which there is none."""


def seed_all() -> None:
    """Seed the generators of all GPUs, of which there are none."""


def empty_cache() -> None:
    """Give cached GPU memory back; there is none."""


def ipc_collect() -> None:
    """Give shared GPU memory back; there is none."""


# name: the answer on a machine without a GPU
_ANSWERS: dict[str, Any] = {
    "memory_allocated": 0, "max_memory_allocated": 0, "memory_reserved": 0,
    "max_memory_reserved": 0, "memory_cached": 0, "max_memory_cached": 0,
    "reset_peak_memory_stats": None, "reset_max_memory_allocated": None,
    "reset_max_memory_cached": None, "memory_summary": "no GPU, no memory of it",
    "memory_stats": {}, "get_arch_list": [], "get_gencode_flags": "", "set_stream": None,
    "get_rng_state_all": [], "set_rng_state_all": None, "set_per_process_memory_fraction": None,
}  # fmt: skip

_REFUSED = """can_device_access_peer current_blas_handle current_device current_stream
    default_stream get_device_capability get_device_name get_device_properties get_rng_state init
    initial_seed mem_get_info memory_snapshot set_device set_rng_state synchronize temperature
    utilization power_draw clock_rate _sleep""".split()


def _answering(name: str, answer: Any) -> Callable[..., Any]:
    def function(*args: Any, **kwargs: Any) -> Any:
        return type(answer)(answer) if isinstance(answer, (list, dict)) else answer

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{answer!r}: there is no GPU."
    return function


def _refuse(name: str) -> NoReturn:
    raise CudaError(
        f"cuda.{name}: Torch not compiled with CUDA enabled: no CUDA device is available; this "
        "version runs on the CPU; try cuda.is_available() first"
    )


def _refusing(name: str) -> Callable[..., Any]:
    def function(*args: Any, **kwargs: Any) -> NoReturn:
        _refuse(name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "CudaError: there is no GPU."
    return function


globals().update({name: _answering(name, answer) for name, answer in _ANSWERS.items()})
globals().update({name: _refusing(name) for name in _REFUSED})
__all__ += [*_ANSWERS, *[name for name in _REFUSED if name[0] != "_"]]


# -- streams, events, tensor classes ------------------------------------------------------------
class Stream:
    """A queue of a GPU's work; there is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _refuse("Stream")


class Event:
    """A mark in a stream; there is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _refuse("Event")


class StreamContext:
    """Work inside `with` goes to a stream; with None nothing changes."""

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        pass


def stream(stream: Stream | None) -> StreamContext:
    """A context in which work goes to `stream`."""
    return StreamContext(stream)


class device:  # noqa: N801 - PyTorch's name
    """A context in which a GPU is the present one; -1 and None change nothing."""

    def __init__(self, device: Any) -> None:
        self.idx = -1 if device is None else device

    def __enter__(self) -> None:
        if self.idx != -1:
            _refuse("device")

    def __exit__(self, *exception: object) -> None:
        pass


class _TensorClass(type):
    """cuda.FloatTensor and the like: nothing is one, and none can be made."""

    def __instancecheck__(cls, instance: object) -> bool:
        return False

    def __call__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(
            f"type flambeau.cuda.{cls.__name__} not available. Torch not compiled with CUDA "
            f"enabled; try flambeau.{cls.__name__}"
        )


def __getattr__(name: str) -> Any:
    if name == "amp":
        return importlib.import_module("flambeau.cuda.amp")
    if name in _legacy.CLASSES:
        return _TensorClass(name, (), {"__module__": "flambeau.cuda"})
    raise AttributeError(f"module 'flambeau.cuda' has no attribute {name!r}")

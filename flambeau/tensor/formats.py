"""PyTorch's names for memory layouts. Dense tensors here are made row-major."""

from __future__ import annotations

__all__ = [
    "Layout",
    "MemoryFormat",
    "channels_last",
    "channels_last_3d",
    "contiguous_format",
    "preserve_format",
    "sparse_bsc",
    "sparse_bsr",
    "sparse_coo",
    "sparse_csc",
    "sparse_csr",
    "strided",
]


class _Named:
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"flambeau.{self.name}"

    def __reduce__(self) -> tuple:
        return (_found, (self.name,))


class Layout(_Named):
    """How a tensor's elements are kept: flambeau.strided, flambeau.sparse_coo and others."""


class MemoryFormat(_Named):
    """In which order dims lie in memory; a request that results are free to ignore."""


strided = Layout("strided")
sparse_coo = Layout("sparse_coo")
sparse_csr, sparse_csc = Layout("sparse_csr"), Layout("sparse_csc")
sparse_bsr, sparse_bsc = Layout("sparse_bsr"), Layout("sparse_bsc")
contiguous_format = MemoryFormat("contiguous_format")
preserve_format = MemoryFormat("preserve_format")
channels_last = MemoryFormat("channels_last")
channels_last_3d = MemoryFormat("channels_last_3d")

_ALL = (
    strided, sparse_coo, sparse_csr, sparse_csc, sparse_bsr, sparse_bsc,
    contiguous_format, preserve_format, channels_last, channels_last_3d,
)  # fmt: skip
_BY_NAME = {x.name: x for x in _ALL}


def _found(name: str) -> _Named:
    return _BY_NAME[name]

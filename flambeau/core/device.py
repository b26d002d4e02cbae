"""Devices and compilation targets as plain data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CPU", "Device", "Target"]


class Device:
    """Where a tensor lives: a type and, for accelerators, an index.

    >>> Device("cpu")
    device(type='cpu')
    """

    __slots__ = ("index", "type")
    type: str
    index: int | None

    def __init__(self, type: str | Device, index: int | None = None) -> None:
        if isinstance(type, Device):
            index = type.index if index is None else index
            type = type.type
        if not isinstance(type, str):
            raise TypeError(f"device: given {type!r}, a string like 'cpu' or 'cuda:0' is required")
        name, _, number = type.partition(":")
        if name not in ("cpu", "cuda", "meta"):
            raise RuntimeError(
                f"device: given {type!r}; expected one of 'cpu', 'cuda', 'meta', "
                "optionally with an index as in 'cuda:0'"
            )
        if number:
            if not number.isdigit() or index is not None:
                raise RuntimeError(f"device: invalid device string {type!r}; try '{name}:0'")
            index = int(number)
        self.type = name
        self.index = index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __reduce__(self) -> tuple:
        return (Device, (str(self),))


CPU = Device("cpu")


@dataclass(frozen=True)
class Target:
    """What code is generated for: plain data, so that compiler stages run on any machine."""

    family: str  # a row of engine/codegen/targets: "x86", "aarch64", "nvptx"
    triple: str  # LLVM's target triple
    cpu: str  # LLVM's processor name; features decide, the name only tunes
    features: tuple[str, ...] = ()  # LLVM feature names that are present, sorted
    vector_bits: int = 128  # width of one vector register
    vector_registers: int = 16
    cache_bytes: tuple[int, int, int] = (32 << 10, 1 << 20, 8 << 20)  # L1d, L2, L3
    threads: int = 1  # workers that may run at once; never part of a kernel's key

    def lanes(self, itemsize: int) -> int:
        """Elements of `itemsize` bytes in one vector register."""
        return max(1, self.vector_bits // (8 * itemsize))

    def has(self, feature: str) -> bool:
        """True if LLVM's `feature` is present."""
        return feature in self.features

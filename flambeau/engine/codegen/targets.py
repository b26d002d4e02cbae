"""TARGETS: what differs between processor families in the code we write, as data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TARGETS", "Family", "family_of"]


@dataclass(frozen=True)
class Family:
    """One row of TARGETS.

    `vectors` are the widths of vector registers in bits with the LLVM feature each needs, widest
    first; the last needs none. `relax` is the instruction of a loop that waits; `futex` the
    number of Linux' system call.
    """

    name: str
    prefixes: tuple[str, ...]  # of LLVM's target triple
    vectors: tuple[tuple[int, str, int], ...]  # (bits, feature, number of registers)
    relax: str
    relax_declaration: str
    futex: int


TARGETS = {
    "x86": Family(
        "x86",
        ("x86_64", "amd64"),
        ((512, "avx512f", 32), (256, "avx2", 16), (128, "", 16)),
        "call void @llvm.x86.sse2.pause()",
        "declare void @llvm.x86.sse2.pause()",
        202,
    ),
    "aarch64": Family(
        "aarch64",
        ("aarch64", "arm64"),
        ((128, "", 32),),
        "call void @llvm.aarch64.hint(i32 1)",
        "declare void @llvm.aarch64.hint(i32)",
        98,
    ),
}


def family_of(triple: str) -> Family:
    """The row for an LLVM target triple.

    >>> family_of("x86_64-unknown-linux-gnu").name
    'x86'
    """
    for row in TARGETS.values():
        if triple.startswith(row.prefixes):
            return row
    known = ", ".join(p for row in TARGETS.values() for p in row.prefixes)
    raise NotImplementedError(
        f"compile: no code generation for {triple!r}; required: one of {known}; "
        "try FLAMBEAU_BACKEND=interpreter"
    )

"""A builder of LLVM IR text: names, types, blocks, loops and branches as context managers.

Text rather than llvmlite's builder objects: writing and parsing text is several times faster,
and what is logged is what is compiled.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Text"]


class Text:
    """One function in the making. Values are the strings that name them in the text."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.entry: list[str] = []  # allocas, put at the start of the function
        self.counter = 0
        self.block = "entry"
        self.declared: dict[str, str] = {}  # intrinsic or function name -> declaration

    def fresh(self) -> str:
        """A new value name."""
        self.counter += 1
        return f"%t{self.counter}"

    def op(self, instruction: str) -> str:
        """Append `name = instruction` and return the name."""
        name = self.fresh()
        self.lines.append(f"  {name} = {instruction}")
        return name

    def do(self, instruction: str) -> None:
        """Append an instruction without a value."""
        self.lines.append(f"  {instruction}")

    def call(self, result: str, function: str, *arguments: tuple[str, str]) -> str:
        """Call an intrinsic or declared function with (type, value) arguments."""
        types = ", ".join(t for t, _ in arguments)
        self.declared.setdefault(function, f"declare {result} @{function}({types})")
        inside = ", ".join(f"{t} {v}" for t, v in arguments)
        text = f"call {result} @{function}({inside})"
        if result == "void":
            self.do(text)
            return ""
        return self.op(text)

    def label(self, name: str) -> None:
        """Start the block `name`."""
        self.lines.append(f"{name}:")
        self.block = name

    def new_label(self, hint: str) -> str:
        self.counter += 1
        return f"{hint}{self.counter}"

    def alloca(self, type: str) -> str:
        """A variable; LLVM turns it into a register."""
        name = self.fresh()
        self.entry.append(f"  {name} = alloca {type}")
        return name

    @contextmanager
    def loop(self, begin: str, end: str, step: str = "1") -> Iterator[str]:
        """for i = begin; i < end; i += step, all i64; yields i."""
        head, body, tail = (self.new_label(h) for h in ("head", "body", "done"))
        before = self.block
        self.do(f"br label %{head}")
        self.label(head)
        i, following = self.fresh(), self.fresh()
        place = f"  ; phi {i}"  # found again by its text: lines may be put in before it
        self.lines.append(place)
        inside = self.op(f"icmp slt i64 {i}, {end}")
        self.do(f"br i1 {inside}, label %{body}, label %{tail}")
        self.label(body)
        yield i
        self.do(f"{following[0:]} = add nsw i64 {i}, {step}")
        self.do(f"br label %{head}")
        self.lines[self.lines.index(place)] = (
            f"  {i} = phi i64 [ {begin}, %{before} ], [ {following}, %{self.block} ]"
        )
        self.label(tail)

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """if (condition) { ... }"""
        then, after = self.new_label("then"), self.new_label("after")
        self.do(f"br i1 {condition}, label %{then}, label %{after}")
        self.label(then)
        yield
        self.do(f"br label %{after}")
        self.label(after)

    def function(self, name: str, parameters: str, attributes: str, result: str = "void") -> str:
        """The whole function as text."""
        body = "\n".join(["entry:", *self.entry, *self.lines])
        end = "  ret void\n" if result == "void" else ""
        return f"define {result} @{name}({parameters}) {attributes} {{\n{body}\n{end}}}\n"

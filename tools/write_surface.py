"""Write flambeau/tensor/surface.pyi, the types of the methods that are attached to Tensor:

    python tools/write_surface.py

The methods come from tables at run time, where a type checker cannot see them. The stub is read
by type checkers only (tensor/tensor.py imports it under TYPE_CHECKING). tests/test_surface.py
says when it is not current.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flambeau import Tensor

ROOT = Path(__file__).resolve().parent.parent
STUB = ROOT / "flambeau" / "tensor" / "surface.pyi"
SOURCE = ROOT / "flambeau" / "tensor" / "tensor.py"

HEADER = '''"""The methods of Tensor; written by tools/write_surface.py."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from flambeau.core.device import Device
from flambeau.core.dtype import DType
from flambeau.tensor.tensor import Size, Tensor

class Surface:
'''
# Names that may stand in an annotation; others become Any. Tensor has methods of the names of
# built-in types (float, int, bool), so those are spelled out.
KNOWN = {"Any", "Tensor", "Size", "DType", "Device", "Callable", "Iterator", "Sequence", "None",
         "str", "tuple", "list", "dict", "object", "type", "slice", "np", "ndarray"}  # fmt: skip
BUILTIN = {"int", "float", "bool", "complex"}


def annotation(text: Any) -> str:
    """An annotation as it can stand in the stub."""
    if text is inspect.Parameter.empty or text is None:
        return "Any" if text is not None else "None"
    tree = ast.parse(str(text), mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if node.id in BUILTIN:
                node.id = f"builtins.{node.id}"
            elif node.id not in KNOWN:
                return "Any"
    return ast.unparse(tree)


def parameter(p: inspect.Parameter) -> str:
    """One parameter with its annotation; defaults are not repeated."""
    star = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
    default = "" if p.default is p.empty else " = ..."
    return f"{star}{p.name}: {annotation(p.annotation)}{default}"


def signature(name: str, function: Callable[..., Any]) -> str:
    """A method's line in the stub."""
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        return f"    def {name}(self, *args: Any, **kwargs: Any) -> Any: ..."
    words = ["self"]
    has_star = False
    for p in list(found.parameters.values())[1:]:
        if p.kind is p.VAR_POSITIONAL:
            has_star = True
        if p.kind is p.KEYWORD_ONLY and not has_star:
            words.append("*")
            has_star = True
        words.append(parameter(p))
    result = annotation(found.return_annotation)
    if found.return_annotation is found.empty and name.endswith("_") and name[0] != "_":
        result = "Tensor"
    return f"    def {name}({', '.join(words)}) -> {result}: ..."


def written_in_class() -> set[str]:
    """What tensor.py defines itself: visible to type checkers already."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    body = next(n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Tensor")
    names = {n.name for n in body if isinstance(n, ast.FunctionDef)}
    names |= {
        n.target.id for n in body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
    }
    names |= {t.id for n in body if isinstance(n, ast.Assign)
              for t in n.targets if isinstance(t, ast.Name)}  # fmt: skip
    return names


SKIPPED = {"__dict__", "__weakref__", "__module__", "__doc__", "__class__", "__annotations__"}


def stub() -> str:
    """The stub's text."""
    known = written_in_class()
    lines = []
    for name, member in sorted(vars(Tensor).items()):
        if name in known or name in SKIPPED:
            continue
        if isinstance(member, property):
            getter = inspect.signature(member.fget) if member.fget else None
            result = annotation(getter.return_annotation) if getter else "Any"
            lines.append(f"    @property\n    def {name}(self) -> {result}: ...")
            if member.fset is not None:
                lines.append(f"    @{name}.setter\n    def {name}(self, value: Any) -> None: ...")
        elif callable(member):
            lines.append(signature(name, member))
        elif name.startswith("__") and member is None:
            lines.append(f"    {name}: None")
        else:
            lines.append(f"    {name}: Any")
    return HEADER + "\n".join(lines) + "\n"


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8")

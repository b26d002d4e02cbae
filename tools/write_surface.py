"""Write the type stubs of what is put together at run time: python -m tools

Tensor's methods and the package's functions come from tables, where a type checker cannot see
them. flambeau/tensor/surface.pyi lists the methods (tensor/tensor.py inherits from it under
TYPE_CHECKING), flambeau/__init__.pyi the names of the package, and beside each of MODULES lies
one of its functions. tests/test_surface.py says when they are not current.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import keyword
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import flambeau
from flambeau import Tensor
from flambeau.tensor import creation

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "flambeau"
METHODS_STUB = PACKAGE / "tensor" / "surface.pyi"
PACKAGE_STUB = PACKAGE / "__init__.pyi"

IMPORTS = """from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from flambeau.core.device import Device
from flambeau.core.dtype import DType
from flambeau.tensor.tensor import Size, Tensor
"""
METHODS_HEADER = f'''"""The methods of Tensor; written by tools/write_surface.py."""

{IMPORTS}
class Surface:
'''
PACKAGE_HEADER = f'''"""The names of the package; written by tools/write_surface.py."""

{IMPORTS.replace("Size, Tensor", "Size as Size, Tensor as Tensor")}
'''
# modules that are filled from tables
MODULES = ("fft", "linalg", "masked", "signal/windows", "special")

# Names that may stand in an annotation; others become Any. The package and Tensor have things
# called float, int and bool, so the built-in types are spelled out.
KNOWN = set("Any Tensor Size DType Device Callable Iterator Sequence None object np".split())
BUILTIN = set("int float bool complex str tuple list dict type slice".split())


def annotation(text: Any) -> str:
    """An annotation as it can stand in a stub."""
    if text is inspect.Parameter.empty:
        return "Any"
    tree = ast.parse("None" if text is None else str(text), mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if node.id in BUILTIN:
                node.id = f"builtins.{node.id}"
            elif node.id not in KNOWN:
                return "Any"
    return ast.unparse(tree)


def parameter(p: inspect.Parameter) -> str:
    """One parameter with its annotation; defaults are not repeated."""
    stars: dict[Any, str] = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}
    star = stars.get(p.kind, "")
    default = "" if p.default is p.empty else " = ..."
    return f"{star}{p.name}: {annotation(p.annotation)}{default}"


def signature(name: str, function: Callable[..., Any], is_method: bool) -> str:
    """A function's line."""
    words = ["self"] if is_method else []
    result = "Any"
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        words += ["*args: Any", "**kwargs: Any"]
    else:
        has_star = False
        for p in list(found.parameters.values())[is_method:]:
            if p.kind is p.KEYWORD_ONLY and not has_star:
                words.append("*")
            has_star = has_star or p.kind in (p.KEYWORD_ONLY, p.VAR_POSITIONAL)
            words.append(parameter(p))
        result = annotation(found.return_annotation)
    if result == "Any" and name.endswith("_") and name[0] != "_":
        result = "Tensor"  # in-place twins give the tensor back
    return f"def {name}({', '.join(words)}) -> {result}: ..."


# -- Tensor -------------------------------------------------------------------------------------
def written_in_class() -> set[str]:
    """What tensor.py defines itself: visible to type checkers already."""
    tree = ast.parse((PACKAGE / "tensor" / "tensor.py").read_text(encoding="utf-8"))
    body = next(n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Tensor")
    names = set()
    for n in body:
        if isinstance(n, ast.FunctionDef):
            names.add(n.name)
        elif isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name):
            names.add(n.target.id)
        elif isinstance(n, ast.Assign):
            names |= {t.id for t in n.targets if isinstance(t, ast.Name)}
    return names


SKIPPED = set("__dict__ __weakref__ __module__ __doc__ __class__ __annotations__".split())


OPERATORS = {f"__{name}__" for name in "eq ne lt le gt ge".split()}
OPERATORS |= {
    f"__{prefix}{name}__"
    for prefix in ("", "r", "i")
    for name in "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
}


def methods_stub() -> str:
    """The text of surface.pyi."""
    known = written_in_class() | SKIPPED
    lines: list[str] = []
    for name, member in sorted(vars(Tensor).items()):
        if name not in known:
            lines += member_lines(name, member)
    return METHODS_HEADER + "".join(f"    {line}\n" for line in lines)


def member_lines(name: str, member: Any) -> list[str]:
    """The lines of a method, a property or a value of Tensor."""
    if name == "__hash__":
        return ["def __hash__(self) -> builtins.int: ..."]
    if isinstance(member, property):
        getter = inspect.signature(member.fget).return_annotation if member.fget else None
        lines = ["@property", f"def {name}(self) -> {annotation(getter)}: ..."]
        if member.fset is not None:
            lines += [f"@{name}.setter", f"def {name}(self, value: Any) -> None: ..."]
        return lines
    if isinstance(member, (classmethod, staticmethod)):
        return [f"{name}: Callable[..., Any]"]
    if name in OPERATORS:
        ignored = "  # type: ignore[override]" if name in ("__eq__", "__ne__") else ""
        return [f"def {name}(self, other: Any) -> Tensor: ...{ignored}"]
    return [signature(name, member, True)] if callable(member) else [f"{name}: Any"]


# -- the package --------------------------------------------------------------------------------
HIDDEN = set("annotations importlib Any TYPE_CHECKING Size Tensor".split())


def package_stub() -> str:
    """The text of __init__.pyi."""
    lines = []
    for name in sorted(set(dir(flambeau))):
        if not name.startswith("_") and name not in HIDDEN and not keyword.iskeyword(name):
            lines.append(package_line(name))
    lines.append("__version__: builtins.str")
    return PACKAGE_HEADER + "\n".join(line for line in lines if line) + "\n"


def exported(module: str, name: str, public: str) -> str:
    """The lines that give `name` of a module the public name `public`."""
    if name == public:
        return f"from {module} import {name} as {name}"
    return f"from {module} import {name} as _{public}\n{public} = _{public}"


@functools.cache
def promised_modules() -> set[str]:
    """The modules that the package gives: imported in its file, or loaded when named."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    names = {alias.asname or alias.name for node in imports for alias in node.names}
    return names | set(vars(flambeau)["_LAZY"])


def package_line(name: str) -> str:
    """The line of one name of the package; "" for what is no part of it."""
    try:
        member = creation.tensor if name == "tensor" else getattr(flambeau, name)
    except ImportError:  # promised, and not written yet
        return ""
    module = getattr(member, "__module__", "") or ""
    if isinstance(member, ModuleType):
        if name not in promised_modules():  # there because something imported it
            return ""
        parent, _, last = member.__name__.rpartition(".")
        return exported(parent, last, name)
    if isinstance(member, type):
        return exported(module, member.__name__, name)
    if isinstance(member, flambeau.dtype):
        return f"{name}: DType"
    if inspect.isfunction(member):
        if module.startswith(("flambeau.io", "flambeau.compiler")):
            return exported(module, member.__name__, name)
        return signature(name, member, False)
    if isinstance(member, (bool, int, float)):
        return f"{name}: builtins.{type(member).__name__}"
    return f"{name}: Any"


# -- modules ------------------------------------------------------------------------------------
def module_stub(module: ModuleType) -> str:
    """The text of the stub of a module that is filled from tables."""
    first = (module.__doc__ or "").splitlines()[0].rstrip(".")
    header = f'"""{first}; written by tools/write_surface.py."""\n\n{IMPORTS}\n'
    lines = []
    for name in sorted(module.__all__):
        member = getattr(module, name)
        if isinstance(member, type):
            lines.append(exported(member.__module__, member.__name__, name))
        else:
            lines.append(signature(name, member, False))
    return header + "\n".join(lines) + "\n"


def stubs() -> dict[Path, str]:
    """Every stub: its file and its text."""
    found = {METHODS_STUB: methods_stub(), PACKAGE_STUB: package_stub()}
    for name in MODULES:
        module = importlib.import_module(f"flambeau.{name.replace('/', '.')}")
        found[PACKAGE / f"{name}.pyi"] = module_stub(module)
    return found


def main() -> None:
    """Write the files."""
    for path, text in stubs().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

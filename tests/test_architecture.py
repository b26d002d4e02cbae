"""The table in docs/map.md holds: who imports whom, what is loaded when, what is in the package."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "flambeau"
FILES = sorted(PACKAGE.rglob("*.py"))

# Imports inside functions: (file, module) and why.
INSIDE_FUNCTIONS = {
    ("engine/runtime/program.py", "flambeau.engine.runtime.compiled"): "loads LLVM",
    ("engine/backend/cpu.py", "llvmlite.binding"): "loads LLVM",
    ("engine/backend/jit.py", "llvmlite.binding"): "loads LLVM",
    ("engine/graph/routines/lapack.py", "scipy_openblas32"): "may be missing",
    ("__init__.py", "flambeau.core.omitted"): "only for an error; loads difflib",
    ("tensor/attributes.py", "flambeau.core.omitted"): "only for an error; loads difflib",
    ("testing/opinfo/behaviours/references.py", "scipy"): "optional; only tests call these",
    ("sparse/scipy.py", "scipy.sparse"): "optional; only who converts has it",
    ("cli.py", "flambeau.compat.run"): "only one command changes what torch means",
    ("cli.py", "flambeau.demo.train"): "only one command needs all of the package",
    ("debug/graph/picture.py", "matplotlib.backends.backend_agg"): "optional",
    ("debug/graph/picture.py", "matplotlib.figure"): "optional",
    ("debug/graph/picture.py", "matplotlib.patches"): "optional",
    ("debug/graph/picture.py", "matplotlib.path"): "optional",
    ("utils/tensorboard/images.py", "matplotlib.backends.backend_agg"): "optional",
}


def area_of(path: Path) -> str:
    """The row of the table that a file belongs to."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "/".join(parts[:2]) if parts[0] == "engine" and len(parts) > 2 else parts[0]


def read_table() -> dict[str, set[str]]:
    text = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    rows = {}
    for line in text[text.index("| folder | may import |") :].splitlines()[2:]:
        if not line.startswith("|"):
            break
        folder, allowed = [cell.strip() for cell in line.strip("|").split("|")]
        rows[folder] = {name.strip() for name in allowed.split(",")}
    return rows


TABLE = read_table()


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imports(path: Path) -> Iterator[tuple[str, int, bool]]:
    """(module, line, whether inside a function) of every import that runs."""

    def walk(node: ast.AST, is_inside: bool) -> Iterator[tuple[str, int, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from ((name.name, child.lineno, is_inside) for name in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}:{child.lineno}: relative import"
                assert child.module is not None
                yield from (
                    (name, child.lineno, is_inside) for name in targets(child.module, child.names)
                )
            elif not is_type_checking(child):
                inside = is_inside or isinstance(child, ast.FunctionDef | ast.Lambda)
                yield from walk(child, inside)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), False)


def targets(module: str, names: list[ast.alias]) -> list[str]:
    """`from package import module` imports the module, `from module import name` only that."""
    folder = ROOT / Path(*module.split("."))
    if not module.startswith("flambeau") or not folder.is_dir():
        return [module]
    result = []
    for name in names:
        is_module = (folder / name.name).is_dir() or (folder / f"{name.name}.py").exists()
        result.append(f"{module}.{name.name}" if is_module else module)
    return result


def is_allowed(area: str, module: str) -> bool:
    allowed = TABLE[area]
    if "anything" in allowed:
        return True
    if not module.startswith("flambeau"):
        name = module.split(".")[0]
        return name in sys.stdlib_module_names or name in allowed
    path = "/".join(module.split(".")[1:])
    if not path:  # `import flambeau`: everything
        return False
    return any(path == name or path.startswith(f"{name}/") for name in {area, *allowed})


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_follow_the_table(path: Path) -> None:
    area = area_of(path)
    if path == PACKAGE / "__init__.py" or path == PACKAGE / "engine" / "__init__.py":
        return
    assert area in TABLE, f"docs/map.md has no row for {area}"
    wrong = [f"line {n}: {m}" for m, n, _ in imports(path) if not is_allowed(area, m)]
    assert not wrong, f"{area} may import {sorted(TABLE[area])}, not {wrong}"


def test_table_has_no_cycle() -> None:
    """A row is below every row that may import it."""
    order = list(TABLE)
    for row, allowed in TABLE.items():
        for name in allowed & TABLE.keys():
            if row == "cli":
                continue
            assert order.index(name) < order.index(row) or name == "doctor", (row, name)


def test_imports_inside_functions_have_a_reason() -> None:
    found = set()
    unexplained = []
    for path in FILES:
        name = path.relative_to(PACKAGE).as_posix()
        for module, line, is_inside in imports(path):
            if not is_inside:
                continue
            found.add((name, module))
            if (name, module) not in INSIDE_FUNCTIONS:
                unexplained.append(f"{name}:{line}: {module}")
    assert not unexplained
    assert found == INSIDE_FUNCTIONS.keys(), "listed, but not there any more"


def test_nothing_imports_torch() -> None:
    for path in FILES:
        assert not [m for m, _, _ in imports(path) if m.split(".")[0] == "torch"], path


def test_package_ships_only_python() -> None:
    """No C, no CUDA, no binary: Python files, the demo's data, and the marker for type checkers."""
    others = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix != ".py" and not set(path.parts) & CACHES
    }
    stubs = {  # of modules that are filled from tables; tests/test_surface.py
        name for name in others
        if name.endswith(".pyi") and (PACKAGE / name.removesuffix("i")).exists()
    } | {"tensor/surface.pyi"}  # fmt: skip
    assert others == {"demo/digits.npz", "demo/digits.txt", "py.typed", *stubs}


CACHES = {"__pycache__", ".ruff_cache", ".mypy_cache", ".hypothesis"}

LOADED_BY_IMPORT = """
import sys
import flambeau
heavy = ("llvmlite", "scipy_openblas32", "scipy", "torch", "matplotlib", "multiprocessing")
loaded = [name for name in heavy if name in sys.modules]
try:
    with open("/proc/self/maps") as file:
        text = file.read()
    loaded += [name for name in ("libcuda", "libllvm", "libcublas") if name in text.lower()]
except OSError:
    pass
import threading
print(loaded, threading.active_count())
"""


def test_import_loads_no_compiler_library_or_driver() -> None:
    command = [sys.executable, "-c", LOADED_BY_IMPORT]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[] 1"


def test_import_needs_no_llvmlite() -> None:
    """Everything up to the first evaluation works without LLVM, and evaluation by NumPy too."""
    program = (
        "import sys; sys.modules['llvmlite'] = None\n"
        "import flambeau\n"
        "print((flambeau.ones(3) + 1).sum().item())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=60,
        env={"FLAMBEAU_BACKEND": "interpreter", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "6.0"

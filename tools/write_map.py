"""Write the list of files in map.md from what is on the disk: python -m tools

Each line is a file's name and the first line of its docstring. tests/docs/test_map.py says when
the list is not current.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAP = ROOT / "docs" / "map.md"
BEGIN = "<!-- files: written by tools/write_map.py -->"
ORDER = (
    ".", "core", "engine", "engine/graph", "engine/kernel", "engine/schedule", "engine/codegen",
    "engine/backend", "engine/runtime", "tensor", "autograd", "nn", "optim", "compiler", "io",
    "utils", "testing", "demo",
)  # fmt: skip


def folders() -> list[Path]:
    """Every folder of the package that has files, the lower layers first."""
    package = ROOT / "flambeau"
    found = {p.parent for p in package.rglob("*.py")}

    def place(folder: Path) -> tuple[int, str]:
        name = folder.relative_to(package).as_posix()
        parents = [name, *(p.as_posix() for p in Path(name).parents)]
        known = next(p for p in parents if p in ORDER)
        return ORDER.index(known), name

    return sorted(found, key=place)


def summary(path: Path) -> str:
    """The first line of a module's docstring; "" if it has none."""
    lines = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()
    return lines[0] if lines else ""


def file_list() -> str:
    """The part of map.md below BEGIN."""
    lines = []
    for folder in folders():
        name = folder.relative_to(ROOT).as_posix()
        text = summary(folder / "__init__.py") if (folder / "__init__.py").exists() else ""
        lines.append(f"\n### {name}/\n")
        if text:
            lines.append(f"{text}\n")
        for path in sorted(folder.glob("*.py")):
            if path.name != "__init__.py":
                lines.append(f"- `{path.name}` {summary(path)}".rstrip())
    return "\n".join(lines) + "\n"


def updated(text: str) -> str:
    """`text`, that of map.md, with the present list."""
    return text[: text.index(BEGIN) + len(BEGIN)] + "\n" + file_list()


def main() -> None:
    """Write the file."""
    MAP.write_text(updated(MAP.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

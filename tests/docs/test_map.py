"""docs/map.md agrees with the disk."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def load_writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_map", ROOT / "tools" / "write_map.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_list_of_files_is_current() -> None:
    writer = load_writer()
    text = writer.MAP.read_text(encoding="utf-8")
    assert text == writer.updated(text), "run: python -m tools"


def test_every_file_says_what_it_is() -> None:
    writer = load_writer()
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "flambeau").rglob("*.py")
        if not writer.summary(path) and path.read_text(encoding="utf-8").strip()
    ]
    assert not silent, f"no docstring: {silent}"


def test_links_lead_somewhere() -> None:
    missing = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                missing.append(f"{page.name}: {target}")
    assert not missing


def test_named_paths_exist() -> None:
    """A path in backticks with a slash and an ending names a file of the repository."""
    missing = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        for path in re.findall(r"`((?:[\w.]+/)+[\w.]+\.(?:py|md|txt|npz|toml))`", text):
            if not any((ROOT / base / path).exists() for base in (".", "flambeau")):
                missing.append(f"{page.name}: {path}")
    assert not missing

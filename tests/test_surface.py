"""The type stubs list what there is, and a type checker understands ordinary programs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]

PROGRAM = """
import flambeau as torch
from flambeau import Tensor, nn

def scaled(x: Tensor, factor: float) -> Tensor:
    return (x * factor).sum(dim=0).reshape(-1).to(torch.float64)

x = torch.ones(2, 3, requires_grad=True)
y: Tensor = scaled(x, 2.0)
y.sum().backward()
reveal_type(y)
reveal_type(x + 1)
reveal_type(torch.zeros(3).add_(1.0))
"""


def load_writer() -> ModuleType:
    path = ROOT / "tools" / "write_surface.py"
    spec = importlib.util.spec_from_file_location("write_surface", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_stubs_are_current() -> None:
    writer = load_writer()
    for path, text in writer.stubs().items():
        assert path.read_text(encoding="utf-8") == text, "run: python -m tools"


def test_annotations_are_made_safe() -> None:
    writer = load_writer()
    assert writer.annotation("int | Tensor") == "builtins.int | Tensor"
    assert writer.annotation("SomethingPrivate | int") == "Any"
    assert writer.annotation(None) == "None"


def test_type_checker_sees_methods(tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api")
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    options = ["--config-file", str(ROOT / "pyproject.toml"), "--follow-imports", "silent"]
    text, errors, _ = api.run([*options, str(file)])
    assert not errors
    assert "error" not in text, text
    assert text.count('Revealed type is "flambeau.tensor.tensor.Tensor"') == 3, text

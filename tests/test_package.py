"""What is installed: metadata, files, the README's example, the bench's rows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import flambeau
from bench.measure import Sample
from bench.report import Line, as_markdown, put_into_page

ROOT = Path(__file__).resolve().parents[1]
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=ROOT, timeout=300,
        env={**os.environ, **environment},
    )  # fmt: skip


def test_required_dependencies_are_three() -> None:
    block = re.search(r"^dependencies = \[(.*?)^\]", PROJECT, re.S | re.M)
    assert block is not None
    names = re.findall(r'^\s*"([\w-]+)', block.group(1), re.M)
    assert names == ["numpy", "llvmlite", "scipy-openblas32"]


def test_version_is_the_projects() -> None:
    version = re.search(r'^version = "(.*)"', PROJECT, re.M)
    assert version is not None and flambeau.__version__ == version.group(1)


def test_public_names_exist() -> None:
    missing = [name for name in dir(flambeau) if not hasattr(flambeau, name)]
    assert not missing


def test_package_is_typed() -> None:
    assert (ROOT / "flambeau" / "py.typed").exists()


def python_block(page: str) -> str:
    text = (ROOT / page).read_text(encoding="utf-8")
    block = re.search(r"```python\n(.*?)```", text, re.S)
    assert block is not None
    return block.group(1)


def test_readme_example_runs_and_learns() -> None:
    done = run("-c", "import flambeau; flambeau.manual_seed(0)\n" + python_block("README.md"))
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) < 0.01


def test_chinese_readme_has_the_same_example() -> None:
    def code(page: str) -> str:
        return re.sub(r"\s*#.*", "", python_block(page))

    assert code("README.md") == code("README.zh.md")


def test_ci_runs_the_commands_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for page in ("README.md", "README.zh.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        commands = re.findall(r"```sh\n(.*?)\n```", text, re.S)
        assert len(commands) == 2
        for command in commands:
            assert f"\n{command}\n" in script
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_bench_measures_and_writes_json(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = run(
        "-m", "bench", "--only", "small add", "--alone", "--seconds", "0.1", "--json", str(file)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = json.loads(file.read_text())["rows"]
    assert row["name"].startswith("small add") and row["torch"] is None
    assert 0 < row["flambeau"]["median"] < 0.1


def test_every_row_of_the_bench_runs() -> None:
    program = """
        from bench.library import load_libraries
        from bench.rows import ROWS
        library = load_libraries(1, False)[0]
        for row in ROWS:
            if "2048" not in row.name:
                library.finished(row.make(library))()
                print(row.name)
    """
    done = run("-c", textwrap.dedent(program))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("only", ["no such row"])
def test_bench_says_that_no_row_matches(only: str) -> None:
    done = run("-m", "bench", "--only", only)
    assert done.returncode == 2 and "--list" in done.stdout


def test_table_goes_between_the_marks_of_a_page() -> None:
    lines = [
        Line("fast", Sample((1e-6, 2e-6, 3e-6)), Sample((4e-6,)), 1.0),
        Line("broken", None, None, None, "ValueError: no"),
    ]
    versions = dict.fromkeys(("flambeau", "torch", "numpy", "llvmlite"), "1.0")
    machine = {
        "processor": "P", "threads": 2, "system": "S", "python": "3", "versions": versions,
        "date": "today",
    }  # fmt: skip
    for page in ("README.md", "README.zh.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        once = put_into_page(text, as_markdown(machine, lines))
        assert "| fast | 2 us | 4 us | 2.00 |" in once and "broken" not in once
        assert put_into_page(once, as_markdown(machine, lines)) == once
    with pytest.raises(ValueError, match="no place for figures"):
        put_into_page("nothing", "table")

"""The tour's code blocks do what the tour says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("tour.md",)


def code_of(text: str) -> str:
    """The code blocks alone, every line at its place."""
    lines = []
    is_code = False
    for line in text.splitlines():
        if line.startswith("```"):
            is_code = line == "```pycon"
            lines.append("")
        else:
            lines.append(line if is_code else "")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", PAGES)
def test_blocks_run(page: str) -> None:
    code = code_of((ROOT / "docs" / page).read_text(encoding="utf-8"))
    parsed = doctest.DocTestParser().get_doctest(code, {}, page, f"docs/{page}", 0)
    assert len(parsed.examples) > 20
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(parsed, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_every_block_is_run() -> None:
    """No block of Python stands in a page without being executed."""
    for page in PAGES:
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        kinds = re.findall(r"^```(\w+)", text, re.M)
        assert set(kinds) == {"pycon"}

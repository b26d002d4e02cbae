"""Write docs/accuracy.md from the table in flambeau/testing/accuracy.py: python -m tools"""

from __future__ import annotations

from pathlib import Path

from flambeau.testing.accuracy import ACCURACY

PAGE = Path(__file__).resolve().parent.parent / "docs" / "accuracy.md"
HEAD = """# Accuracy of functions

The largest error of each function in units in the last place (ULP): 0.5 is a correctly rounded
result, and 1 is the distance to the next number. `tests/maths/test_accuracy.py` compares with
mpmath at 40 digits over all magnitudes, subnormal numbers included, and asserts these bounds; this
page is written from the table that it reads (`flambeau/testing/accuracy.py`).

- The unit is that of the true value, or of the floor if the value is smaller: near a zero
  that is not at 0, an error of one rounding of an intermediate result is many units of a small
  result.
- Results below the smallest normal number may be 0.
- float16 and bfloat16 are computed in float32 and rounded, for every one of their numbers.

| function | float32 | float64 | floor |
|---|---|---|---|
"""


def text() -> str:
    """The whole page."""
    rows = [
        f"| `{name}` | {row.float32:g} | {row.float64:g} | {row.floor or ''} |"
        for name, row in ACCURACY.items()
    ]
    return HEAD + "\n".join(rows) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""ACCURACY: how far elementary functions may be from the true value, in units in the last place.

tests/maths/test_accuracy.py asserts it; tools/write_accuracy.py writes docs/accuracy.md from it.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ACCURACY", "Accuracy"]


@dataclass(frozen=True)
class Accuracy:
    """Largest errors in float32 and float64, in ULP of max(|true value|, floor)."""

    float32: float
    float64: float
    floor: float = 0.0


# 0.51: rounded correctly, but for a tie that double rounding turns round. In float64 sin, pow and
# others are the C library's, which all keep within 1.
ACCURACY: dict[str, Accuracy] = {
    "exp": Accuracy(1.1, 1.1),
    "exp2": Accuracy(0.51, 1),
    "expm1": Accuracy(0.51, 1),
    "log": Accuracy(0.9, 0.9),
    "log2": Accuracy(0.51, 1),
    "log10": Accuracy(2.1, 1.4),
    "log1p": Accuracy(0.51, 1),
    "sqrt": Accuracy(0.51, 0.51),
    "rsqrt": Accuracy(1.6, 1.7),
    "reciprocal": Accuracy(0.51, 0.51),
    "sin": Accuracy(0.6, 1),
    "cos": Accuracy(0.6, 1),
    "tan": Accuracy(0.51, 1),
    "asin": Accuracy(0.51, 1),
    "acos": Accuracy(0.51, 1),
    "atan": Accuracy(0.51, 1),
    "sinh": Accuracy(0.51, 1.6),
    "cosh": Accuracy(0.51, 1.2),
    "tanh": Accuracy(1.5, 1.1),
    "asinh": Accuracy(0.51, 1.6),
    "acosh": Accuracy(0.51, 1.8),
    "atanh": Accuracy(0.51, 1.6),
    "sigmoid": Accuracy(2.7, 2.2),
    "erf": Accuracy(1.1, 1.2),
    "erfc": Accuracy(0.51, 2),
    "erfinv": Accuracy(0.51, 1.5),
    "lgamma": Accuracy(0.51, 2.5, floor=1.0),
    "digamma": Accuracy(0.51, 9.2, floor=1.0),
    "sinc": Accuracy(2.6, 2.6),
    "i0": Accuracy(0.51, 3.8),
    "special.i0e": Accuracy(0.51, 3.5),
    "special.i1": Accuracy(0.51, 4.1),
    "special.i1e": Accuracy(0.51, 2.9),
    "special.ndtr": Accuracy(0.51, 7.6),
    "special.log_ndtr": Accuracy(0.51, 8.5),
    "special.erfcx": Accuracy(0.51, 7.5),
    "logit": Accuracy(1.5, 1.2, floor=1.0),
    "pow": Accuracy(0.51, 1),
    "atan2": Accuracy(0.51, 1),
    "hypot": Accuracy(2.2, 2.2),
    "logaddexp": Accuracy(0.9, 0.9, floor=1.0),
    "xlogy": Accuracy(1.5, 1.7),
}

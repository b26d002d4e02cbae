"""Chinese: technical terms as Chinese texts on PyTorch use them.

Names stay as they are: of operations, arguments, dtypes, methods, and code to try.
"""

from flambeau.core.language.zh import shapes

__all__ = ["TEXTS", "WORDS"]

# ruff: noqa: RUF001 - Chinese punctuation
WORDS = {
    "given": "给出", "required": "要求", "try": "可尝试", "in module": "在模块", "; ": "；",
}  # fmt: skip

TEXTS = [shapes.TEXTS]

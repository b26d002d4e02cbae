"""Where in the user's program a call comes from."""

from __future__ import annotations

import os
import sys
from types import FrameType

__all__ = ["frames", "origin"]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def origin() -> str:
    """File and line of the innermost frame outside the package: the user's line."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return "unknown" if frame is None else _text(frame)


def frames(limit: int = 16) -> list[str]:
    """The same for all frames outside the package, the innermost first."""
    frame: FrameType | None = sys._getframe(1)
    found: list[str] = []
    while frame is not None and len(found) < limit:
        if not frame.f_code.co_filename.startswith(_PACKAGE):
            found.append(_text(frame))
        frame = frame.f_back
    return found


def _text(frame: FrameType) -> str:
    code = frame.f_code
    return f"{code.co_filename}:{frame.f_lineno} in {code.co_name}"

"""Set-up for all tests: every compiler stage is verified, and the user's cache is left alone."""

from __future__ import annotations

import os
from pathlib import Path

# before flambeau is imported; subprocesses inherit them
os.environ.setdefault("FLAMBEAU_CHECK", "1")
os.environ.setdefault(
    "FLAMBEAU_CACHE_DIR", str(Path(__file__).resolve().parents[1] / ".pytest_cache" / "kernels")
)

"""Running unmodified PyTorch programs: `import torch` and all below it is flambeau.

From the shell: `flambeau run script.py ARGS`; in notebooks and tests: `flambeau.compat.install()`.
"""

from __future__ import annotations

from flambeau.compat.hook import install, is_installed, uninstall
from flambeau.compat.report import Report

__all__ = ["Report", "install", "is_installed", "uninstall"]

"""Which language is shown: FLAMBEAU_LANG, else the locale's, else English."""

from __future__ import annotations

import os
from collections.abc import Mapping

from flambeau.core.config import config

__all__ = ["LANGUAGES", "get_language", "language_of"]

LANGUAGES = ("en", "zh")


def language_of(environment: Mapping[str, str]) -> str:
    """The language of a locale.

    >>> language_of({"LANG": "zh_CN.UTF-8"}), language_of({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
    ('zh', 'en')
    """
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].lower().startswith("zh") else "en"
    return "en"


def get_language() -> str:
    """The language that is shown: "en" or "zh"."""
    name = str(config.LANG)[:2].lower()
    return name if name in LANGUAGES else language_of(os.environ)

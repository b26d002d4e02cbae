"""Showing exceptions and warnings in the present language, where Python shows them to people.

The hooks are Python's own: `sys.excepthook`, `threading.excepthook`, `warnings.showwarning`, and
the method of IPython's shell that prints tracebacks. Each one calls what was there before.
"""

from __future__ import annotations

import builtins
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from flambeau.core.config import config
from flambeau.core.language import translation
from flambeau.core.language.choice import LANGUAGES, get_language

__all__ = ["install", "set_language", "shown", "start", "text_of"]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_installed: list[str] = []


def set_language(name: str) -> None:
    """Show messages, warnings and explanations in "en" or "zh".

    Without this call it is the language of FLAMBEAU_LANG, or of the locale.
    """
    if name not in LANGUAGES:
        raise ValueError(f"set_language: given {name!r}; required: one of {LANGUAGES}")
    config.set(LANG=name)
    start()


def start() -> None:
    """Have Python show what is translated, if the language is not English."""
    if get_language() != "en":
        install()


def text_of(error: BaseException) -> str:
    """What `error` says, in the present language, if the package raised it."""
    with shown(error):
        return str(error)


@contextmanager
def shown(error: BaseException | None) -> Iterator[None]:
    """Inside, the package's exceptions among `error` and its causes have translated text."""
    before: list[tuple[BaseException, tuple]] = []
    try:
        for e in _chain(error):
            if e.args and type(e.args[0]) is str and _is_ours(e):
                text = translation.translate(e.args[0])
                if text != e.args[0]:
                    before.append((e, e.args))
                    e.args = (text, *e.args[1:])
        yield
    finally:
        for e, args in before:
            e.args = args


def _chain(error: BaseException | None) -> list[BaseException]:
    """The exception, and those that it came of."""
    found: list[BaseException] = []
    stack = [error]
    while stack:
        e = stack.pop()
        if e is not None and not any(e is f for f in found):
            found.append(e)
            stack += [e.__cause__, e.__context__]
    return found


def _is_ours(error: BaseException) -> bool:
    """Whether the package raised it: the innermost frame is in one of its files."""
    trace = error.__traceback__
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename.startswith(_PACKAGE)


def install() -> None:
    """Put the hooks in place; once is enough."""
    if not _installed:
        _installed.append("hooks")
        _hook_exceptions()
        _hook_threads()
        _hook_warnings()
        _hook_notebook()


def _hook_exceptions() -> None:
    before = sys.excepthook

    def excepthook(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        with shown(error):
            before(kind, error, trace)

    sys.excepthook = excepthook


def _hook_threads() -> None:
    before = threading.excepthook

    def excepthook(args: Any) -> None:
        with shown(args.exc_value):
            before(args)

    threading.excepthook = excepthook


def _hook_warnings() -> None:
    before = warnings.showwarning

    def showwarning(
        message: Warning | str, category: type[Warning], filename: str, lineno: int,
        file: Any = None, line: str | None = None,
    ) -> None:  # fmt: skip
        before(translation.translate(str(message)), category, filename, lineno, file, line)

    warnings.showwarning = showwarning


def _hook_notebook() -> None:
    """IPython, which notebooks run in, shows tracebacks by a method of its shell."""
    shell = getattr(builtins, "get_ipython", lambda: None)()
    before = getattr(shell, "showtraceback", None)
    if shell is None or before is None:
        return

    def showtraceback(*args: Any, **kwargs: Any) -> Any:
        given = args[0] if args else kwargs.get("exc_tuple")
        with shown(given[1] if given else sys.exc_info()[1]):
            return before(*args, **kwargs)

    shell.showtraceback = showtraceback

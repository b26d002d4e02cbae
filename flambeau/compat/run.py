"""`flambeau run script.py ARGS`: a program as Python would run it, with torch being flambeau."""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType

from flambeau.compat.hook import install
from flambeau.compat.report import REPORT
from flambeau.engine.runtime.compiled import INTERPRETED

__all__ = ["run"]


def run(arguments: Sequence[str], *, report: bool = False) -> int:
    """Run `[script, *its arguments]`, or `["-m", module, ...]`; the exit status."""
    is_module = arguments[0] == "-m"
    rest = list(arguments[1:] if is_module else arguments)
    if not rest:
        return _refuse("given -m without a module; try flambeau run -m package.module")
    target = rest[0]
    if not is_module and not os.path.exists(target):
        return _refuse(f"can't open file {target!r}: no such file; try its full path")
    install()
    before = sys.argv, sys.path[:]
    sys.argv = rest
    sys.path[0:0] = [os.getcwd() if is_module else os.path.dirname(os.path.abspath(target))]
    try:
        if is_module:
            runpy.run_module(target, run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(target, run_name="__main__")
        return 0
    except SystemExit as end:
        return _status(end.code)
    except BaseException as error:  # as Python does at the end of a program
        _print_error(error)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    finally:
        sys.argv, sys.path[:] = before[0], before[1]
        if report:
            print(REPORT.text(INTERPRETED), file=sys.stderr)


def _refuse(text: str) -> int:
    print(f"flambeau run: {text}", file=sys.stderr)
    return 2


def _status(code: object) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)
    return 1


def _print_error(error: BaseException) -> None:
    """The traceback from the program's first line on."""
    traceback.print_exception(type(error), error, _of_program(error.__traceback__))


def _of_program(trace: TracebackType | None) -> TracebackType | None:
    """Without the frames of this module, of runpy and of the import system that lead there."""
    hidden = (__file__, runpy.__file__, "<frozen runpy>", "<frozen importlib._bootstrap>")
    at = trace
    while at is not None and at.tb_frame.f_code.co_filename in hidden:
        at = at.tb_next
    return at or trace

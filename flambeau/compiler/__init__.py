"""`flambeau.compile`: a Python function captured once and replayed as one program."""

from flambeau.compiler.compile import Compiled, compile

__all__ = ["Compiled", "compile"]

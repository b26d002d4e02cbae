"""PyTorch's surface: tensors, their operations, views, in-place writes, printing.

PyTorch has a function of this package's name. So the package can be called: `flambeau.tensor(data)`
is `creation.tensor(data)`, and `flambeau.tensor.creation` is a module all the same.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return sys.modules["flambeau.tensor.creation"].tensor(*args, **kwargs)


sys.modules[__name__].__class__ = _Callable

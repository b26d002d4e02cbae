"""Named tuples that operations with several results return."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

__all__: list[str] = []


def _make(name: str, fields: str) -> Any:
    base = namedtuple(name, fields)  # type: ignore[misc]

    def show(self: Any) -> str:
        inside = ",\n".join(f"{f}={v!r}" for f, v in zip(self._fields, self, strict=True))
        return f"flambeau.return_types.{name}(\n{inside})"

    base.__repr__ = show  # type: ignore[assignment,method-assign]
    base.__module__ = __name__
    return base


max = _make("max", "values indices")
min = _make("min", "values indices")
aminmax = _make("aminmax", "min max")
sort = _make("sort", "values indices")
topk = _make("topk", "values indices")
kthvalue = _make("kthvalue", "values indices")
median = _make("median", "values indices")
nanmedian = _make("nanmedian", "values indices")
mode = _make("mode", "values indices")
cummax = _make("cummax", "values indices")
cummin = _make("cummin", "values indices")

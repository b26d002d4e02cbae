"""What the namespace can do, as the array API standard asks for it."""

from __future__ import annotations

import sys
from typing import Any

from flambeau.array_api.dtypes import KINDS
from flambeau.core import dtype as dt
from flambeau.core.device import CPU, Device
from flambeau.core.dtype import DType
from flambeau.tensor.creation import check_device
from flambeau.tensor.promotion import get_default_dtype

__all__ = ["Info", "__array_namespace_info__", "namespace"]

VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")


def namespace(api_version: str | None) -> Any:
    """The module flambeau.array_api; ValueError for versions that it does not follow."""
    if api_version is not None and api_version not in VERSIONS:
        raise ValueError(
            f"__array_namespace__: given api_version={api_version!r}; required: one of "
            f"{', '.join(VERSIONS)}; try None"
        )
    return sys.modules["flambeau.array_api"]


class Info:
    """Answers about the namespace: capabilities, devices, dtypes."""

    def capabilities(self) -> dict[str, Any]:
        """Whether boolean masks and shapes that depend on data work, and the most dims."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> Device:
        """Where tensors are made: the CPU."""
        return CPU

    def devices(self) -> list[Device]:
        """Every device there is."""
        return [CPU]

    def default_dtypes(self, *, device: Any = None) -> dict[str, DType]:
        """The dtypes of tensors that are made without one, by kind."""
        check_device("default_dtypes", device)
        real = get_default_dtype()
        return {
            "real floating": real, "complex floating": real.to_complex(), "integral": dt.int64,
            "indexing": dt.int64,
        }  # fmt: skip

    def dtypes(
        self, *, device: Any = None, kind: str | tuple[str, ...] | None = None
    ) -> dict[str, DType]:
        """The standard's dtypes by name; those of a kind ("integral", ...), or of several."""
        check_device("dtypes", device)
        kinds = ("bool", "numeric") if kind is None else (kind,) if isinstance(kind, str) else kind
        unknown = [k for k in kinds if k not in KINDS]
        if unknown:
            raise ValueError(
                f"dtypes: given kind {unknown[0]!r}; required: one of {', '.join(KINDS)}"
            )
        return {dtype.name: dtype for k in kinds for dtype in KINDS[k]}


def __array_namespace_info__() -> Info:  # noqa: N807 - the standard's name
    """Answers about the namespace: capabilities, devices, dtypes."""
    return Info()

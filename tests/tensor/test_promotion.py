"""Which dtype an operation on several has: every pair, compared with PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau.core.dtype import DTYPES

NAMES = [n for n in DTYPES if not n.startswith("uint") or n == "uint8"]
PAIRS = [(a, b) for a in NAMES for b in NAMES]


def name_of(dtype: Any) -> str:
    return str(dtype).rpartition(".")[2]


def test_promote_types_is_pytorchs_and_symmetric() -> None:
    torch = pytest.importorskip("torch")
    for a, b in PAIRS:
        found = flambeau.promote_types(getattr(flambeau, a), getattr(flambeau, b))
        assert found is flambeau.promote_types(getattr(flambeau, b), getattr(flambeau, a))
        expected = torch.promote_types(getattr(torch, a), getattr(torch, b))
        assert name_of(found) == name_of(expected), (a, b)


def test_can_cast_is_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    for a, b in PAIRS:
        pair = [(getattr(library, a), getattr(library, b)) for library in (flambeau, torch)]
        assert flambeau.can_cast(*pair[0]) == torch.can_cast(*pair[1]), (a, b)


@pytest.mark.parametrize("other", ["tensor", "no dims", True, 3, 2.5, 1j], ids=str)
def test_result_type_is_pytorchs_and_that_of_additions(other: Any) -> None:
    torch = pytest.importorskip("torch")
    for a, b in PAIRS:
        if not isinstance(other, str) and b != "float32":
            continue
        found = []
        for library in (flambeau, torch):
            x = library.zeros(2, dtype=getattr(library, a))
            y = other
            if isinstance(other, str):
                shape = (2,) if other == "tensor" else ()
                y = library.zeros(shape, dtype=getattr(library, b))
            found.append(library.result_type(x, y))
            assert (x + y).dtype is found[-1] or library is torch
        expected = name_of(found[1]).replace("complex32", "complex64")  # of float16
        assert name_of(found[0]) == expected, (a, b)


def test_integers_that_do_not_fit_promote_as_in_numpy() -> None:
    for a in ("uint8", "int8", "int16", "int32", "int64"):
        for b in ("uint8", "int8", "int16", "int32", "int64"):
            found = flambeau.promote_types(getattr(flambeau, a), getattr(flambeau, b))
            assert name_of(found) == np.promote_types(a, b).name

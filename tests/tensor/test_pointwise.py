"""Operations on elements beyond arithmetic: powers, parts of floats, divisors, hashes, bounds."""

from __future__ import annotations

import pytest

import flambeau


def test_bounds_of_bools_are_bools():
    x, y = flambeau.tensor([True, False, True]), flambeau.tensor([True, True, False])
    assert flambeau.clamp_min(x, y).tolist() == [True, True, True]
    assert flambeau.clamp_max(x, y).tolist() == [True, False, False]
    assert flambeau.clamp(x, min=0).dtype is flambeau.int64
    for call in (lambda: x.clamp_min(True), lambda: x.clamp(max=True), lambda: x.clamp(y, y)):
        with pytest.raises(NotImplementedError, match="not implemented for"):
            call()

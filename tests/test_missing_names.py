"""Names that are not there say why, or what is near."""

from __future__ import annotations

import pytest

import flambeau
from flambeau.core.omitted import OMITTED


@pytest.mark.parametrize(
    ("owner", "name", "text"),
    [
        (flambeau, "matmull", "nearest name is 'matmul'"),
        (flambeau, "quantize_per_tensor", "quantised tensors are left out"),
        (flambeau, "cudnn_convolution", "a call into one library"),
        (flambeau, "sym_max", "shapes are plain numbers"),
        (flambeau, "zzzz", "flambeau has no 'zzzz' yet$"),
        (flambeau.ones(1), "unsqeeze", "Tensor has no 'unsqeeze' yet; .*'unsqueeze'"),
        (flambeau.ones(1), "dequantize", "quantised tensors"),
        (flambeau.ones(1), "__nothing__", "no attribute '__nothing__'"),
    ],
)  # fmt: skip
def test_words(owner: object, name: str, text: str) -> None:
    with pytest.raises(AttributeError, match=text):
        getattr(owner, name)
    assert not hasattr(owner, name)


def test_what_is_left_out_is_not_there() -> None:
    """A name that has come meanwhile must go from the list."""
    import re

    for pattern in OMITTED:
        assert not [n for n in dir(flambeau) if re.fullmatch(pattern, n)], pattern

"""_repr_html_: small tables that hold what repr holds."""

from __future__ import annotations

import re
from typing import Any

import pytest

import flambeau as torch


def cells(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [re.findall(r"<t[dh]>(.*?)</t[dh]>", row) for row in rows]


def test_matrix() -> None:
    x = torch.tensor([[1.0, -2.5], [3.25, float("nan")], [0.0, 1e-3]])
    assert cells(x._repr_html_()) == [
        ["", "0", "1"],
        ["0", "1.0000e+00", "-2.5000e+00"],
        ["1", "3.2500e+00", "nan"],
        ["2", "0.0000e+00", "1.0000e-03"],
    ]
    assert x._repr_html_().endswith("<small>Tensor float32 [3, 2]</small>")


def test_vector_of_each_kind() -> None:
    assert cells(torch.tensor([1, 20])._repr_html_()) == [["0", "1"], ["1", "20"]]
    assert cells(torch.tensor([True])._repr_html_())[1] == ["True"]
    assert cells(torch.tensor([1 + 2j])._repr_html_())[1] == ["1.+2.j"]
    assert cells(torch.tensor([1.5], dtype=torch.bfloat16)._repr_html_())[1] == ["1.5000"]


def test_large_tables_show_their_edges() -> None:
    table = cells(torch.arange(10_000).view(100, 100)._repr_html_())
    assert len(table) == 1 + 5 + 1 + 5 and len(table[0]) == 1 + 4 + 1 + 4
    assert table[0] == ["", "0", "1", "2", "3", "...", "96", "97", "98", "99"]
    assert table[6] == ["..."] * 10
    assert table[-1] == ["99", *map(str, range(9900, 9904)), "...", *map(str, range(9996, 10000))]
    assert cells(torch.arange(13)._repr_html_())[1] == "0 1 2 3 ... 9 10 11 12".split()


@pytest.mark.parametrize("shape", [(), (2, 2, 2), (0,), (3, 0)])
def test_others_are_text(shape: Any) -> None:
    x = torch.ones(shape)
    assert x._repr_html_().startswith(f"<pre>{x!r}</pre>")


def test_gradients_and_classes_are_told() -> None:
    x = torch.nn.Parameter(torch.ones(2))
    assert "<small>Parameter float32 [2], requires grad</small>" in x._repr_html_()
    assert "grad_fn MulBackward0" in (x * 2)._repr_html_()
    assert "grad_fn=&lt;" in (x * 2).view(1, 2, 1)._repr_html_()


def test_showing_changes_nothing() -> None:
    x = torch.ones(2, 2)
    y = x + 1
    before = y._version
    y._repr_html_()
    assert y._version == before and y.tolist() == [[2, 2], [2, 2]]

"""What the shapes in messages look like: aligned, with carets under the dims that are wrong."""

from __future__ import annotations

import pytest

import flambeau as t
from flambeau.core.shape import align_shapes, broadcast_shapes, mark_shapes

F = t.nn.functional
LONG = t.int64

# (call, exception, the lines below the first)
CASES = [
    (
        "t.zeros(2, 3) @ t.zeros(4, 5)",
        RuntimeError,
        "first   2  3",
        "           ^ 3, not 4",
        "second  4  5",
        "        ^ 4, not 3",
    ),
    (
        "t.zeros(10, 3) @ t.zeros(4)",
        RuntimeError,
        "first   10  3",
        "            ^ 3, not 4",
        "second      4",
        "            ^ 4, not 3",
    ),
    (
        "t.zeros(7, 2, 3) @ t.zeros(8, 3, 5)",
        RuntimeError,
        "first's batch   7",
        "second's batch  8",
        "                ^ dim 0: 7 and 8 differ",
    ),
    (
        "t.bmm(t.zeros(2, 3, 4), t.zeros(3, 4, 6))",
        RuntimeError,
        "input  2  3  4",
        "       ^ 2 matrices",
        "mat2   3  4  6",
        "       ^ 3 matrices",
    ),
    (
        "t.addmm(t.zeros(3, 2), t.zeros(2, 3), t.zeros(3, 5))",
        RuntimeError,
        "input    3  2",
        "product  2  5",
        "            ^ dim 1: 2 and 5 differ",
    ),
    (
        "t.einsum('ij,jk->ik', t.zeros(2, 3), t.zeros(4, 5))",
        RuntimeError,
        "ij  2  3",
        "       ^ j",
        "jk  4  5",
        "    ^ j",
    ),
    (
        "t.tensordot(t.zeros(2, 3), t.zeros(4, 5), 1)",
        RuntimeError,
        "a  2  3",
        "      ^ 3, not 4",
        "b  4  5",
        "   ^ 4, not 3",
    ),
    (
        "F.linear(t.zeros(2, 3), t.zeros(5, 4))",
        RuntimeError,
        "input   2  3",
        "           ^ 3, not 4",
        "weight  5  4",
        "           ^ in_features=4",
    ),
    (
        "F.linear(t.zeros(2, 3), t.zeros(5, 3), t.zeros(4))",
        RuntimeError,
        "weight  5  3",
        "        ^ out_features=5",
        "bias       4",
        "           ^ not 5",
    ),
    (
        "F.conv2d(t.zeros(1, 3, 8, 8), t.zeros(4, 2, 3, 3))",
        RuntimeError,
        "input   1  3  8  8",
        "           ^ 3 channels, not 2",
        "weight  4  2  3  3",
        "           ^ 2 channels",
    ),
    (
        "F.conv2d(t.zeros(1, 4, 8, 8), t.zeros(3, 2, 3, 3), groups=2)",
        RuntimeError,
        "input   1  4  8  8",
        "weight  3  2  3  3",
        "        ^ 3 output channels, not divisible by groups=2",
    ),
    (
        "F.conv2d(t.zeros(1, 2, 2, 2), t.zeros(4, 2, 3, 3))",
        RuntimeError,
        "input   1  2  2  2",
        "              ^ 2 with padding",
        "weight  4  2  3  3",
        "              ^ covers 3",
    ),
    (
        "F.conv1d(t.zeros(1, 2, 8), t.zeros(4, 2))",
        RuntimeError,
        "input   1  2  8  (3 dims)",
        "weight     4  2  (2 dims)",
    ),
    (
        "F.conv_transpose2d(t.zeros(1, 3, 8, 8), t.zeros(4, 2, 3, 3))",
        RuntimeError,
        "input   1  3  8  8",
        "           ^ 3 channels",
        "weight  4  2  3  3",
        "        ^ in_channels=4",
    ),
    (
        "t.where(t.zeros(2) > 0, t.zeros(3), t.zeros(4))",
        RuntimeError,
        "condition  2",
        "input      3",
        "other      4",
        "           ^ dim 0: 2 and 3 differ and neither is 1",
    ),
    (
        "t.cat([t.zeros(2, 3), t.zeros(2, 14)])",
        RuntimeError,
        "tensor 0  2   3",
        "tensor 1  2  14",
        "             ^^ dim 1: 3 and 14 differ",
    ),
    (
        "t.cat([t.zeros(2, 3), t.zeros(2)])",
        RuntimeError,
        "tensor 0  2  3  (2 dims)",
        "tensor 1     2  (1 dims)",
    ),
    (
        "t.stack([t.zeros(2, 3), t.zeros(2, 4)])",
        RuntimeError,
        "tensor 0  2  3",
        "tensor 1  2  4",
        "             ^ dim 1: 3 and 4 differ; try cat",
    ),
    (
        "t.stack([t.zeros(2, 3), t.zeros(2)])",
        RuntimeError,
        "tensor 0  2  3  (2 dims)",
        "tensor 1     2  (1 dims)",
    ),
    (
        "t.zeros(3, 10).gather(1, t.zeros(4, dtype=LONG))",
        RuntimeError,
        "input  3  10  (2 dims)",
        "index      4  (1 dims)",
    ),
    (
        "t.zeros(3, 10).gather(1, t.zeros(4, 1, dtype=LONG))",
        RuntimeError,
        "input  3  10",
        "index  4   1",
        "       ^ dim 0: the index's 4 is more than the 3 of input",
    ),
    (
        "t.zeros(3, 10).scatter(1, t.zeros(3, 2, dtype=LONG), t.zeros(3, 1))",
        RuntimeError,
        "input  3  10",
        "src    3   1",
        "index  3   2",
        "          ^^ dim 1: the index's 2 is more than the 1 of src",
    ),
    (
        "t.zeros(3, 10).index_add(0, t.zeros(2, dtype=LONG), t.zeros(3, 10))",
        RuntimeError,
        "input   3  10",
        "source  3  10",
        "        ^ dim 0: 2 indices",
    ),
    (
        "t.zeros(2, 3).view(4, 2)",
        RuntimeError,
        "input  2  3  (6 elements)",
        "shape  4  2",
        "       ^ 8 elements; 3 or -1 here would fit",
    ),
    (
        "t.zeros(2, 3).reshape(4, -1)",
        RuntimeError,
        "input  2   3  (6 elements)",
        "shape  4  -1  (a multiple of 4 elements)",
    ),
    (
        "t.zeros(2, 3).reshape(0)",
        RuntimeError,
        "input  2  3  (6 elements)",
        "shape     0  (0 elements)",
    ),
    (
        "t.zeros(2, 3).t().view(6)",
        RuntimeError,
        "size    3  2",
        "stride  1  3",
        "        ^ dim 0: one step is 1 elements, and dim 1 covers 6",
    ),
    (
        "t.zeros(2, 1, 7)[:, :, ::2].view(8)",
        RuntimeError,
        "size    2  1  4",
        "stride  7  7  2",
        "        ^ dim 0: one step is 7 elements, and dim 2 covers 8",
    ),
    (
        "t.zeros(2, 3).expand(4, 3)",
        RuntimeError,
        "size    4  3",
        "tensor  2  3",
        "        ^ dim 0: 2 is not 1, so it cannot be repeated to 4",
    ),
    (
        "t.zeros(2, 3).expand(3)",
        RuntimeError,
        "size       3",
        "tensor  2  3",
        "        ^ has no size above it",
    ),
    (
        "t.zeros(4, 3).__setitem__(slice(0, 2), t.zeros(3, 3))",
        RuntimeError,
        "value  3  3",
        "place  2  3",
        "       ^ dim 0: 3 and 2 differ",
    ),
    (
        "t.zeros(4, 3).__setitem__(t.tensor([0, 1]), t.zeros(2, 2, 3))",
        RuntimeError,
        "value  2  2  3",
        "place     2  3",
    ),
    (
        "t.zeros(4, 3)[t.zeros(3) == 0]",
        IndexError,
        "tensor  4",
        "mask    3",
        "        ^ dim 0: 4 and 3 differ",
    ),
    (
        "t.zeros(4, 3)[t.tensor([0, 1]), t.tensor([0, 1, 2])]",
        IndexError,
        "index 0  2",
        "index 1  3",
    ),
    (
        "t.zeros(2, 3).add_(t.zeros(4, 2, 3))",
        RuntimeError,
        "output     2  3",
        "result  4  2  3",
    ),
    (
        "t.zeros(4, 3).copy_(t.zeros(5, 3))",
        RuntimeError,
        "source  5  3",
        "tensor  4  3",
        "        ^ dim 0: 5 and 4 differ",
    ),
    (
        "F.cross_entropy(t.zeros(2, 3), t.zeros(4, dtype=LONG))",
        ValueError,
        "input   2  3",
        "           ^ classes",
        "target     4  (not [2])",
    ),
]


@pytest.mark.parametrize(("call", "kind", "lines"), [(c, k, v) for c, k, *v in CASES])
def test_shapes_stand_below_the_message(call: str, kind: type, lines: list[str]) -> None:
    with pytest.raises(kind) as caught:
        eval(call)
    given = str(caught.value).split("\n")[1 : 1 + len(lines)]
    assert len(given) == len(lines)
    for line, wanted in zip(given, lines, strict=True):
        assert line.startswith(f"    {wanted}"), str(caught.value)


def test_a_hint_is_given_where_a_transposed_operand_fits() -> None:
    with pytest.raises(RuntimeError, match=r"try: second\.mT, of \[3, 5\]"):
        t.zeros(2, 3) @ t.zeros(5, 3)
    with pytest.raises(RuntimeError, match=r"try: first\.mT, of \[2, 3\]"):
        t.zeros(3, 2) @ t.zeros(3, 5)
    with pytest.raises(RuntimeError, match="try: transpose one of them, or check"):
        t.mm(t.zeros(2, 3), t.zeros(4, 5))


def test_carets_stand_under_their_columns() -> None:
    assert align_shapes([("", (2, 10)), ("", (30, 1))], 1, "here") == (
        "     2  10\n    30   1\n        ^^ here"
    )
    text = mark_shapes(("a", (100, 2), 0, "x"), ("bc", (3,), None, "y"), ("d", (), 0, "z"))
    assert text == "    a   100  2\n        ^^^ x\n    bc       3  (y)\n    d           (z)"


def test_broadcast_shapes_takes_names() -> None:
    assert broadcast_shapes("add", (2, 1), (3,), names=("a", "b")) == (2, 3)
    with pytest.raises(RuntimeError, match=r"\n    a  2\n    b  3\n       \^ dim 0: 2 and 3"):
        broadcast_shapes("add", (2,), (3,), names=("a", "b"))

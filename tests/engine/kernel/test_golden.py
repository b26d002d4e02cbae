"""Kernels of well-known computations, compared letter by letter with tests/golden.

After a wanted change, `python -m tests.engine.kernel.test_golden` writes the files anew; what
changed is then seen in the diff.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flambeau.core import dtype as dt
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.schedule.plan import KernelStep, make_plan
from tests.engine.running import parameters

FOLDER = Path(__file__).parents[2] / "golden"
F32, I64 = dt.float32, dt.int64


def number(value: float) -> Node:
    return build.constant(value, F32)


def pointwise_chain() -> list[Node]:
    a, b = parameters((F32, (1000,)), (F32, (1000,)))
    return [
        build.apply("mul", build.apply("tanh", build.apply("add", build.apply("mul", a, b), a)), b)
    ]


def softmax() -> list[Node]:
    (x,) = parameters((F32, (64, 100)))
    power = build.apply("exp", build.apply("sub", x, build.reduce("max", x, (1,))))
    return [build.apply("div", power, build.reduce("sum", power, (1,)))]


def layer_norm() -> list[Node]:
    x, weight, bias = parameters((F32, (64, 100)), (F32, (100,)), (F32, (100,)))
    mean = build.apply("mul", build.reduce("sum", x, (1,)), number(0.01))
    apart = build.apply("sub", x, mean)
    square = build.reduce("sum", build.apply("mul", apart, apart), (1,))
    variance = build.apply("mul", square, number(0.01))
    scale = build.apply("rsqrt", build.apply("add", variance, number(1e-5)))
    normal = build.apply("mul", apart, scale)
    return [build.apply("add", build.apply("mul", normal, weight), bias)]


def column_sum() -> list[Node]:
    (x,) = parameters((F32, (64, 100)))
    return [build.reduce("sum", x, (0,))]


def big_sum() -> list[Node]:
    (x,) = parameters((F32, (1 << 20,)))
    return [build.reduce("sum", x, (0,))]


def argmax() -> list[Node]:
    (x,) = parameters((F32, (64, 100)))
    return [build.reduce("argmax", x, (1,))]


def take() -> list[Node]:
    x, index = parameters((F32, (64, 100)), (I64, (7,)))
    return [build.take(x, index, 0)]


GRAPHS: dict[str, Callable[[], list[Node]]] = {
    f.__name__: f for f in (pointwise_chain, softmax, layer_norm, column_sum, big_sum, argmax, take)
}


def text_of(name: str) -> str:
    steps = make_plan(GRAPHS[name]()).steps
    assert all(isinstance(s, KernelStep) for s in steps)
    return "\n".join(f"{s.lowered.kernel!r}\n" for s in steps if isinstance(s, KernelStep))


@pytest.mark.parametrize("name", GRAPHS)
def test_kernels_are_as_written_down(name: str) -> None:
    written = (FOLDER / f"{name}.txt").read_text()
    assert text_of(name) == written, (
        "the kernels changed; if that is wanted, run `python -m tests.engine.kernel.test_golden` "
        "and look at the diff of tests/golden"
    )


def test_no_golden_file_is_left_over() -> None:
    assert {p.stem for p in FOLDER.glob("*.txt")} == set(GRAPHS)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for graph in GRAPHS:
        (FOLDER / f"{graph}.txt").write_text(text_of(graph))

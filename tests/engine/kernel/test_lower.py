"""Loops of groups with several reductions."""

from __future__ import annotations

import numpy as np

from flambeau.core import dtype as dt
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from tests.engine.running import leaf_of, parameters, run_compiled, run_interpreted


def softmax(x: Node, dim: int) -> tuple[Node, Node]:
    """The exponentials and the softmax."""
    high = build.expand(build.reduce("max", x, (dim,)), x.shape)
    power = build.apply("exp", build.apply("sub", x, high))
    total = build.expand(build.reduce("sum", power, (dim,)), x.shape)
    return power, build.apply("div", power, total)


def test_value_waits_in_an_outputs_memory_until_it_is_needed_no_more() -> None:
    """The first softmax is computed again for the second from its exponentials, which must not
    lie where the scaled one has been written meanwhile; whatever the order of the outputs."""
    (x,) = parameters((dt.float32, (2, 3, 4)))
    _, first = softmax(x, 0)
    scaled = build.apply("mul", first, build.full((2, 3, 4), 3.0, dt.float32))
    _, second = softmax(scaled, 0)
    clamped = build.apply("minimum", first, build.full((2, 3, 4), 0.7, dt.float32))
    array = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)
    for roots in ([scaled, clamped, second], [second, clamped, scaled], [clamped, scaled, second]):
        expected = run_interpreted(roots, [array])
        found = run_compiled(roots, [leaf_of(array, dt.float32)])
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5)

"""Nodes: interned, checked when they are made, verified and printed."""

from __future__ import annotations

import gc

import pytest

from flambeau.core import dtype as dt
from flambeau.core.types import tensor_type
from flambeau.engine.graph import build
from flambeau.engine.graph.node import intern
from flambeau.engine.graph.printer import format_graph
from flambeau.engine.graph.verify import verify

X = build.parameter(0, tensor_type(dt.float32, (2, 3)))


def test_equal_nodes_are_one_node():
    assert build.apply("exp", X) is build.apply("exp", X)
    assert build.apply("exp", X) is not build.apply("log", X)
    assert build.constant(0.0, dt.float32) is not build.constant(-0.0, dt.float32)
    assert build.constant(1, dt.float32) is not build.constant(1, dt.int64)


def test_types_are_interned():
    assert tensor_type(dt.float32, (2, 3)) is tensor_type(dt.float32, (2, 3))


def test_nodes_that_nobody_uses_are_forgotten():
    node = build.apply("add", X, build.full((2, 3), 12345.678, dt.float32))
    key = id(node)
    del node
    gc.collect()
    assert not any(id(o) == key and type(o) is type(X) for o in gc.get_objects())


@pytest.mark.parametrize("make", [
    lambda: build.make("add", (X, build.parameter(1, tensor_type(dt.float32, (3,))))),
    lambda: build.make("add", (X, build.parameter(1, tensor_type(dt.float64, (2, 3))))),
    lambda: build.apply("exp", X, X),
    lambda: build.apply("no_such_primitive", X),
    lambda: build.reshape(X, (7,)),
    lambda: build.expand(X, (4, 3)),
], ids=["shapes", "dtypes", "arity", "name", "reshape", "expand"])  # fmt: skip
def test_what_cannot_be_is_refused(make):
    with pytest.raises((AssertionError, KeyError, ValueError, TypeError, RuntimeError)):
        verify([make()])


def test_verify_names_a_broken_node():
    wrong = intern("exp", (X,), (), tensor_type(dt.float32, (9, 9)))
    with pytest.raises(AssertionError, match="exp"):
        verify([wrong])


def test_substitution_replaces_leaves():
    y = build.parameter(1, tensor_type(dt.float32, (2, 3)))
    before = build.apply("add", build.apply("exp", X), X)
    assert build.substitute(before, {X: y}) is build.apply("add", build.apply("exp", y), y)


def test_printing_shows_sources_before_users():
    text = format_graph([build.apply("add", build.apply("exp", X), X)])
    lines = text.splitlines()
    assert [line.split(" = ")[1].split()[0] for line in lines] == ["parameter", "exp", "add"]
    assert lines[-1].endswith("*") and "float32[2, 3]" in lines[-1].replace("(", "[")

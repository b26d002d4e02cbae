"""Multiply-adds of a recorded call: those of its matrix products and convolutions."""

from __future__ import annotations

from math import prod
from typing import Any

from flambeau.engine.graph.node import Node, topological

__all__ = ["count_multiply_adds"]

# what is written as a matrix product and is none to the reader: means over windows
NOT_COUNTED = frozenset({"adaptive_avg"})


def count_multiply_adds(template: Any) -> int:
    """How many multiplications, each with an addition, one call takes; elementwise work is none."""
    if template.name in NOT_COUNTED:
        return 0
    is_transposed = template.name == "conv_transpose"
    return sum(_of_node(node, is_transposed) for node in topological([template.root]))


def _of_node(node: Node, is_transposed: bool) -> int:
    if node.primitive == "dot":
        return node.type.numel * node.sources[0].shape[2]
    if node.primitive == "conv":
        x, weight = node.sources
        if is_transposed:  # every element of the input spreads a filter
            groups = node.attributes[-1]
            return x.type.numel * (weight.shape[0] // groups) * prod(weight.shape[2:])
        return node.type.numel * prod(weight.shape[1:])
    if node.primitive in ("csr_dot", "csr_sampled"):
        entries = node.sources[1].shape[0]
        return entries * node.sources[3].shape[-1]
    return 0

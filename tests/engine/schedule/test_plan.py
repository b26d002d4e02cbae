"""Plans: which memory results may take, and in which order steps run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import flambeau
from flambeau.core.config import config

Arrays = list[np.ndarray]


def on_both(program: Callable[[], list[flambeau.Tensor]]) -> tuple[Arrays, Arrays]:
    results = []
    for backend in ("interpreter", "cpu"):
        with config.override(BACKEND=backend):
            flambeau.manual_seed(0)
            results.append([t.detach().numpy().copy() for t in program()])
    return results[0], results[1]


def assert_same(program: Callable[[], list[flambeau.Tensor]]) -> None:
    expected, found = on_both(program)
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("size", [5, 1000])
def test_result_does_not_overwrite_what_a_later_result_reads(size: int) -> None:
    """Both old values are free to be overwritten, but the first result is written too early."""

    def program() -> list[flambeau.Tensor]:
        a, b = flambeau.randn(size), flambeau.randn(size)
        for _ in range(4):
            a.sum().item(), b.sum().item()
            a, b = b * 2.0, b - a
        return [a, b]

    assert_same(program)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_wanted_movement_may_be_copied_after_it_was_read(order: tuple[int, int]) -> None:
    """A wanted transposed value is a copy of its own; what is computed from it looks through."""

    def program() -> list[flambeau.Tensor]:
        x, y, w = flambeau.randn(8, 6), flambeau.randn(6, 4), flambeau.randn(4, 8)
        turned = (x @ y).t().contiguous()
        updated = w - 0.5 * turned
        both = [turned, updated]
        return [both[i] for i in order]

    assert_same(program)


def test_wanted_leaf_is_not_overwritten() -> None:
    """A mean over one element is its source: the same memory, which no other result may take."""

    def program() -> list[flambeau.Tensor]:
        x = flambeau.randn(1)
        x.item()
        mean = x.mean(dim=0)
        double = mean + mean
        x.add_(1.0)
        return [mean, double, double.unsqueeze(0) * 2.0 + 1.0, x]

    assert_same(program)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_training_steps_with_normalization(optimizer: str) -> None:
    """Weight and bias have one type, and both are updated by one kernel."""

    def program() -> list[flambeau.Tensor]:
        nn = flambeau.nn
        model = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(),
            nn.Linear(4 * 36, 4),
        )  # fmt: skip
        rule = getattr(flambeau.optim, optimizer)(model.parameters(), lr=0.01)
        x, y = flambeau.randn(8, 1, 6, 6), flambeau.arange(8) % 4
        for _ in range(4):
            rule.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            rule.step()
            loss.item()
        return list(model.parameters())

    assert_same(program)

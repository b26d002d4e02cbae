"""Labels: every kernel knows its operations, whatever simplification and fusion did."""

from __future__ import annotations

from typing import Any

import pytest

import flambeau as torch
from flambeau import nn
from flambeau.engine.graph.labels import active
from flambeau.profiler import profile


def assert_all_known(prof: Any) -> None:
    for event in prof.events():
        if event.kind in ("kernel", "BLAS", "sort", "sparse", "NumPy"):
            assert event.operations, event.name
    assert not active


@pytest.mark.parametrize(
    "build",
    [
        lambda x: nn.functional.conv2d(x.view(1, 4, 8, 8), torch.ones(2, 4, 3, 3)),
        lambda x: nn.functional.layer_norm(x, (8,)),
        lambda x: x.sort(0),
        lambda x: x.cumsum(1),
        lambda x: torch.fft.fft(x).abs(),
        lambda x: (x + 1j * x).exp().real,
        lambda x: x.to(torch.bfloat16).softmax(1) @ x.to(torch.bfloat16).T,
        lambda x: torch.cat([x, x * 1 + 0], 1)[:, 3:9].contiguous(),
        lambda x: x.index_add(0, torch.tensor([0, 1]), x[:2]),
        lambda x: torch.linalg.svd(x),
        lambda x: nn.LSTM(8, 4)(x),
        lambda x: nn.TransformerEncoderLayer(8, 2, 16)(x),
        lambda x: x.var(1),
        lambda x: nn.functional.dropout(x, 0.5),
        lambda x: x.sum() / x.numel() + (x**2).mean(),
    ],
)
def test_kernels_know_their_operations(build: Any) -> None:
    x = torch.randn(32, 8)
    x.tolist()
    with profile() as prof:
        result = build(x)
        for part in result if isinstance(result, tuple) else (result,):
            for y in part if isinstance(part, tuple) else (part,):
                y.tolist()
    assert_all_known(prof)


def test_equal_operations_are_told_apart_by_line() -> None:
    w = torch.randn(64, 64)
    x = torch.randn(64, 64)
    with profile() as prof:
        a = nn.functional.linear(x, w)
        b = nn.functional.linear(a, w)
        b.tolist()
    lines = [row for row in prof.by_line() if "test_equal" in row.key]
    assert len(lines) == 2
    gemms = [e for e in prof.events() if e.kind == "BLAS"]
    assert [len(e.stack) for e in gemms] == [1, 1] and gemms[0].stack != gemms[1].stack


def test_a_training_step() -> None:
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Dropout(), nn.Linear(4 * 169, 10),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters())
    x, t = torch.randn(8, 1, 28, 28), torch.randint(0, 10, (8,))
    with profile() as prof:
        for _ in range(2):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), t).backward()
            optimizer.step()
        model[0].weight.tolist()
    assert_all_known(prof)
    by_operation = sum(
        row.self_cpu_time_total for row in prof.key_averages() if row.kind == "operation"
    )
    assert by_operation == pytest.approx(prof.by_kernel().self_cpu_time_total)
    assert by_operation == pytest.approx(prof.by_line().self_cpu_time_total)

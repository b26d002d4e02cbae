"""The rows on the README's page: small and large single operations, and training steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.library import Library
from bench.rows.row import MILLION, Row, Work, operation

__all__ = ["BASICS"]


# -- single operations --------------------------------------------------------------------------
def small_add(library: Library) -> Work:
    torch = library.torch
    a, b = torch.ones(16), torch.ones(16)
    return lambda: a + b


def chain(library: Library) -> Work:
    torch = library.torch
    a, b = torch.rand(4 * MILLION), torch.rand(4 * MILLION)
    return lambda: (a * b + a).tanh() * b


def layer_norm(library: Library) -> Work:
    torch = library.torch
    x = torch.randn(4096, 1024)
    module = torch.nn.LayerNorm(1024)

    def run() -> Any:
        with torch.no_grad():
            return module(x)

    return run


def matmul(n: int) -> Callable[[Library], Work]:
    def make(library: Library) -> Work:
        torch = library.torch
        a, b = torch.randn(n, n), torch.randn(n, n)
        return lambda: a @ b

    return make


# -- training steps -----------------------------------------------------------------------------
def mlp_step(optimizer: str, captured: bool) -> Callable[[Library], Work]:
    """A step of an 8-32-1 network on 16 samples: forward, backward, optimizer."""

    def make(library: Library) -> Work:
        torch, nn = library.torch, library.torch.nn
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
        if captured:
            model = library.compile_model(model)
        rule = getattr(torch.optim, optimizer)(model.parameters(), lr=1e-3)
        criterion = nn.MSELoss()
        inputs, targets = torch.randn(16, 8), torch.randn(16, 1)

        def step(x: Any, y: Any) -> Any:
            rule.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            rule.step()
            return loss.detach()

        run = library.compile_step(step) if captured else step
        return lambda: run(inputs, targets)

    return make


def cnn_step(captured: bool) -> Callable[[Library], Work]:
    """A step of the demo's network on 64 images."""

    def make(library: Library) -> Work:
        torch, nn = library.torch, library.torch.nn
        torch.manual_seed(0)
        model = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
            nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.25), nn.Linear(512, 10),
        )  # fmt: skip
        if captured:
            model = library.compile_model(model)
        rule = torch.optim.Adam(model.parameters(), lr=1e-3)
        criterion = nn.CrossEntropyLoss()
        images, labels = torch.rand(64, 1, 8, 8), torch.arange(64) % 10

        def step(x: Any, y: Any) -> Any:
            rule.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            rule.step()
            return loss.detach()

        run = library.compile_step(step) if captured else step
        return lambda: run(images, labels)

    return make


BASICS = (
    Row("small add, 16 elements", small_add),
    Row("MLP 8-32-1 step, SGD, plain loop", mlp_step("SGD", captured=False), 1.0),
    Row("MLP 8-32-1 step, Adam, plain loop", mlp_step("Adam", captured=False), 1.0),
    Row("MLP 8-32-1 step, SGD, compile", mlp_step("SGD", captured=True), 6.0),
    Row("MLP 8-32-1 step, Adam, compile", mlp_step("Adam", captured=True), 6.0),
    Row("(a*b+a).tanh()*b, 4 Mi", chain, 3.0),
    Row("exp, 4 Mi", operation(lambda torch, x: torch.exp(x), 4 * MILLION), 1.0),
    Row("tanh, 4 Mi", operation(lambda torch, x: torch.tanh(x), 4 * MILLION), 1.0),
    Row("gelu, 4 Mi", operation(lambda torch, x: torch.nn.functional.gelu(x), 4 * MILLION)),
    Row("sum, 4 Mi", operation(lambda torch, x: x.sum(), 4 * MILLION)),
    Row("softmax, 4096x1024", operation(lambda torch, x: torch.softmax(x, 1), 4096, 1024), 1.0),
    Row("layer norm, 4096x1024", layer_norm, 1.0),
    Row("matmul 512", matmul(512), 0.95),
    Row("matmul 1024", matmul(1024), 0.95),
    Row("matmul 2048", matmul(2048), 0.95),
    Row("demo's CNN step, 64 images, plain loop", cnn_step(captured=False)),
    Row("demo's CNN step, 64 images, compile", cnn_step(captured=True)),
)

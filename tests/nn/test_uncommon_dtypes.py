"""Functions on dtypes and shapes that programs rarely give them, as PyTorch takes them."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

CALLS = [
    "F.silu(c)", "F.softsign(c)", "F.tanhshrink(c)", "F.softsign(i)", "F.tanhshrink(i)",
    "F.threshold(i, 1, 7)", "F.l1_loss(c, d)", "F.l1_loss(c, x)", "F.rms_norm(c, (3,))",
    "F.rms_norm(c, (2, 3), weight=x)", "F.cosine_similarity(x[None], x[:, None], -2)",
    "F.cosine_similarity(s, s, 0)", "F.multi_margin_loss(s, one)",
    "F.multi_margin_loss(x[0], one[None])", "F.multilabel_margin_loss(s, one)",
    "F.local_response_norm(x[:0, None], 1)", "F.batch_norm(x[0, :0], e, e)",
    "F.gaussian_nll_loss(x, x * 2, x[:1] ** 2 + 1)", "F.multilabel_soft_margin_loss(x, b)",
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_calls_and_gradients_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        names = {
            "x": library.tensor([[0.5, -1.0, 2.0], [1.5, 0.2, -0.7]], dtype=library.float64),
            "c": library.tensor([[1 + 2j, -0.5j, 0.3], [2.0, 1j, -1 + 1j]]).to(library.complex128),
            "d": library.tensor([[1j, 1.0, 0.3], [2.0, 1j, 3j]]).to(library.complex128),
            "s": library.tensor(0.3, dtype=library.float64),
        }
        for v in names.values():
            v.requires_grad_("silu" not in call)  # PyTorch has no derivative of silu(c)
        names |= {
            "F": library.nn.functional, "i": library.tensor([1, -2, 3]),
            "one": library.tensor(0), "b": library.tensor([[1, 0, 1], [0, 0, 1]]),
            "e": library.ones(0, dtype=library.float64),
        }  # fmt: skip
        result = eval(call, names)
        grads = []
        if result.requires_grad and result.numel():
            result.abs().sum().backward()
            leaves = [names[name] for name in "xcds"]
            grads = [v.grad.numpy() for v in leaves if v.grad is not None]
        found.append([result.detach().numpy(), *grads])
    for a, b in zip(*found, strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9)


def test_random_places_of_one_image_are_those_of_the_first():
    pool = flambeau.nn.functional.fractional_max_pool3d
    x = flambeau.rand(4, 5, 5, 5)
    samples = flambeau.rand(2, 4, 3)
    one = pool(x, 2, output_ratio=0.5, _random_samples=samples)
    assert flambeau.equal(one, pool(x, 2, output_ratio=0.5, _random_samples=samples[:1]))

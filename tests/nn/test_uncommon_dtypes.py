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


@pytest.mark.parametrize("shape", [(2, 3, 4, 4), (1, 5, 9, 7), (1, 3, 5, 1)])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic", "lanczos"])
def test_images_of_bytes_round_as_pytorch_does(mode, shape):
    torch = pytest.importorskip("torch")
    image = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    for align, antialias in ((False, False), (True, False), (False, True)):
        if mode == "lanczos" and not antialias:
            continue
        for sizes in ({"size": (3, 12)}, {"scale_factor": 1.7}, {"scale_factor": (0.6, 2.5)}):
            options = {"mode": mode, "align_corners": align, "antialias": antialias, **sizes}
            want = torch.nn.functional.interpolate(torch.from_numpy(image), **options)
            got = flambeau.nn.functional.interpolate(flambeau.from_numpy(image), **options)
            np.testing.assert_array_equal(got.numpy(), want.numpy())


def test_images_of_bytes_keep_what_is_constant():
    image = flambeau.full((1, 3, 5, 7), 200, dtype=flambeau.uint8)
    for mode in ("bilinear", "bicubic"):
        for antialias in (False, True):
            result = flambeau.nn.functional.interpolate(
                image, size=(3, 11), mode=mode, antialias=antialias
            )
            assert result.dtype is flambeau.uint8
            assert flambeau.equal(result, image.new_full((1, 3, 3, 11), 200))


def test_margin_is_rounded_to_the_inputs_dtype():
    loss = flambeau.nn.functional.hinge_embedding_loss
    x = flambeau.tensor([-7.9375], dtype=flambeau.bfloat16)
    far = flambeau.tensor([-1.0], dtype=flambeau.bfloat16)
    assert loss(x, far, margin=8.396).item() == 16.25
    whole = loss(flambeau.tensor([1, 2]), flambeau.tensor([-1, 1]), 2.7, reduction="none")
    assert whole.tolist() == [1, 2] and whole.dtype is flambeau.int64


def test_frequency_scaling_of_sparse_gradients_is_refused_only_where_there_is_one():
    table, index = flambeau.ones(3, 2), flambeau.tensor([[0, 2]])
    options = {"scale_grad_by_freq": True, "sparse": True}
    functional = flambeau.nn.functional
    assert functional.embedding_bag(index, table, mode="sum", **options).tolist() == [[2.0, 2.0]]
    with pytest.raises(RuntimeError, match="scale_grad_by_freq not supported with sparse"):
        functional.embedding(index, table.requires_grad_(), **options)
    with flambeau.no_grad():
        assert functional.embedding(index, table, **options).shape == (1, 2, 2)


def test_nothing_has_no_local_response():
    empty = flambeau.zeros(0, 3, 2, dtype=flambeau.int64)
    assert flambeau.nn.functional.local_response_norm(empty, 2).dtype is flambeau.int64

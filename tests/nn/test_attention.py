"""Attention and transformers against PyTorch, and against the equations in NumPy."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest

import flambeau
from flambeau import nn
from flambeau.nn import functional

source = np.random.default_rng(0)


def normal(*shape):
    return source.standard_normal(shape)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# -- scaled dot products --------------------------------------------------------------------------
BOOL = source.random((2, 1, 4, 6)) < 0.6
BOOL[0, 0, 1] = False  # a query that may look nowhere
CALLS = {
    "plain": ({}, None),
    "causal": ({"is_causal": True}, None),
    "scaled": ({"scale": 0.3}, None),
    "bool mask": ({}, BOOL),
    "added mask": ({}, normal(4, 6)),
    "minus infinity": ({}, np.where(BOOL, 0.0, -np.inf)),
    "grouped": ({"enable_gqa": True}, None),
}


@pytest.mark.parametrize("name", CALLS)
def test_scaled_dot_products(name):
    torch = pytest.importorskip("torch")
    options, mask = CALLS[name]
    heads = 2 if name == "grouped" else 4
    arrays = [normal(2, 4, 4, 3), normal(2, heads, 6, 3), normal(2, heads, 6, 5)]
    results = []
    for module in (flambeau, torch):
        inputs = [module.tensor(a, requires_grad=True) for a in arrays]
        given = None if mask is None else module.tensor(mask)
        y = module.nn.functional.scaled_dot_product_attention(*inputs, given, **options)
        (y * y).sum().backward()
        results.append([y.detach().numpy(), *[x.grad.numpy() for x in inputs]])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, 1e-10, 1e-12)


def test_the_equation():
    q, k, v = normal(3, 4), normal(5, 4), normal(5, 2)
    got = functional.scaled_dot_product_attention(*map(flambeau.tensor, (q, k, v)))
    np.testing.assert_allclose(got.numpy(), softmax(q @ k.T / 2) @ v, 1e-12)


def test_a_query_that_may_look_nowhere_gives_zeros_and_no_gradient():
    q = flambeau.randn(1, 2, 3, requires_grad=True)
    mask = flambeau.tensor([[True, True], [False, False]])
    y = functional.scaled_dot_product_attention(q, q, q, mask)
    assert y[0, 1].tolist() == [0, 0, 0]
    y.sum().backward()
    assert q.grad.isfinite().all()


def test_dropout_of_weights():
    q = flambeau.ones(1, 200, 4)
    v = flambeau.ones(1, 200, 1)
    flambeau.manual_seed(0)
    y = functional.scaled_dot_product_attention(q, q, v, dropout_p=0.5)
    assert y.mean().item() == pytest.approx(1, abs=0.05)
    assert y.std().item() > 0.01


# -- several heads --------------------------------------------------------------------------------
OPTIONS = [
    {}, {"bias": False}, {"add_bias_kv": True}, {"add_zero_attn": True}, {"kdim": 5, "vdim": 3},
    {"batch_first": True}, {"add_bias_kv": True, "add_zero_attn": True, "kdim": 5},
]  # fmt: skip
MASKS = {
    "none": {},
    "padding": {"key_padding_mask": np.array([[0, 0, 1, 0], [1, 0, 1, 0]], bool)},
    "added padding": {"key_padding_mask": normal(2, 4)},
    "attention": {"attn_mask": np.triu(np.ones((3, 4), bool), 2)},
    "of each head": {"attn_mask": normal(4, 3, 4)},
    "both": {"attn_mask": np.triu(np.ones((3, 4), bool), 2),
             "key_padding_mask": np.array([[False, False, True, False]] * 2)},
}  # fmt: skip


def twins(torch, name, *args, **options):
    """A module of ours and one of PyTorch's with the same weights, in float64."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's about nested tensors
        theirs = getattr(torch.nn, name)(*args, **options).double()
    ours = getattr(nn, name)(*args, **options).double()
    with torch.no_grad():
        for p in theirs.parameters():
            p.copy_(torch.tensor(normal(*p.shape)) * 0.5)
    assert [(k, tuple(v.shape)) for k, v in ours.state_dict().items()] == [
        (k, tuple(v.shape)) for k, v in theirs.state_dict().items()
    ]
    assert repr(ours) == repr(theirs)
    ours.load_state_dict({k: flambeau.tensor(v.numpy()) for k, v in theirs.state_dict().items()})
    return ours, theirs


def compare(torch, ours, theirs, call, *arrays):
    """call(module, functions, *tensors): results, gradients of inputs and parameters."""
    found = []
    for module, framework in ((ours, flambeau), (theirs, torch)):
        module.zero_grad()
        inputs = [framework.tensor(a, requires_grad=True) for a in arrays]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = [y for y in call(module, framework, *inputs) if y is not None]
        sum((y * y * y).sum() for y in results).backward()
        found.append([y.detach().numpy() for y in results])
        found[-1] += [x.grad.numpy() for x in inputs]
        found[-1] += [p.grad.numpy() for p in module.parameters()]
    for a, b in zip(*found, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, 1e-8, 1e-10)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("masks", MASKS)
@pytest.mark.parametrize("need", [True, False, "of each head"])
def test_heads_equal_pytorch(options, masks, need):
    torch = pytest.importorskip("torch")
    ours, theirs = twins(torch, "MultiheadAttention", 6, 2, **options)
    arrays = [
        normal(3, 2, 6),
        normal(4, 2, options.get("kdim", 6)),
        normal(4, 2, options.get("vdim", 6)),
    ]
    if options.get("batch_first"):
        arrays = [a.swapaxes(0, 1).copy() for a in arrays]

    def call(module, framework, q, k, v):
        given = {name: framework.tensor(m) for name, m in MASKS[masks].items()}
        return module(q, k, v, need_weights=bool(need),
                      average_attn_weights=need is True, **given)  # fmt: skip

    compare(torch, ours, theirs, call, *arrays)


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("need", [True, False])
def test_self_attention_and_one_sequence(batch_first, need):
    torch = pytest.importorskip("torch")
    ours, theirs = twins(torch, "MultiheadAttention", 6, 3, batch_first=batch_first)
    for shape in ((4, 2, 6), (4, 6)):
        compare(torch, ours, theirs, lambda m, f, x: m(x, x, x, need_weights=need), normal(*shape))
        compare(torch, ours, theirs, lambda m, f, x, y: m(x, y, y, need_weights=need),
                normal(*shape), normal(*shape))  # fmt: skip


def test_the_causal_hint_is_the_causal_mask():
    torch = pytest.importorskip("torch")
    ours, theirs = twins(torch, "MultiheadAttention", 6, 2)

    def call(module, framework, x):
        mask = framework.nn.Transformer.generate_square_subsequent_mask(4, dtype=framework.float64)
        return module(x, x, x, attn_mask=mask, is_causal=True, need_weights=False)

    compare(torch, ours, theirs, call, normal(4, 2, 6))


def test_initial_values():
    layer = nn.MultiheadAttention(64, 4)
    bound = (6 / (64 + 192)) ** 0.5
    assert layer.in_proj_weight.abs().max().item() == pytest.approx(bound, rel=0.01)
    assert not layer.in_proj_bias.any()
    assert not layer.out_proj.bias.any()


# -- transformers ---------------------------------------------------------------------------------
LAYERS = [{}, {"norm_first": True}, {"activation": "gelu"}, {"bias": False}, {"batch_first": True}]


@pytest.mark.parametrize("options", LAYERS)
@pytest.mark.parametrize("causal", [True, False])
def test_an_encoder_layer_equals_pytorch(options, causal):
    torch = pytest.importorskip("torch")
    ours, theirs = twins(torch, "TransformerEncoderLayer", 8, 2, 16, 0.0, **options)

    def call(module, framework, x):
        mask = framework.tensor(np.triu(np.ones((3, 3), bool), 1)) if causal else None
        padding = framework.tensor(np.array([[False] * 3, [False, False, True]]))
        return (module(x, src_mask=mask, src_key_padding_mask=padding),)

    compare(
        torch, ours, theirs, call, normal(2, 3, 8) if "batch_first" in options else normal(3, 2, 8)
    )


@pytest.mark.parametrize("options", LAYERS)
def test_a_decoder_layer_equals_pytorch(options):
    torch = pytest.importorskip("torch")
    ours, theirs = twins(torch, "TransformerDecoderLayer", 8, 2, 16, 0.0, **options)
    arrays = [normal(3, 2, 8), normal(4, 2, 8)]
    if "batch_first" in options:
        arrays = [a.swapaxes(0, 1).copy() for a in arrays]
    compare(torch, ours, theirs, lambda m, f, x, y: (m(x, y),), *arrays)


def test_a_transformer_equals_pytorch():
    torch = pytest.importorskip("torch")
    ours, theirs = twins(
        torch, "Transformer", d_model=8, nhead=2, num_encoder_layers=2, num_decoder_layers=2,
        dim_feedforward=16, dropout=0.0,
    )  # fmt: skip

    def call(module, framework, src, tgt):
        mask = framework.nn.Transformer.generate_square_subsequent_mask(3, dtype=framework.float64)
        return (module(src, tgt, tgt_mask=mask, tgt_is_causal=True),)

    compare(torch, ours, theirs, call, normal(4, 2, 8), normal(3, 2, 8))
    compare(torch, ours, theirs, lambda m, f, s, t: (m(s, t),), normal(4, 8), normal(3, 8))


def test_encoders_of_modules_are_copies():
    torch = pytest.importorskip("torch")
    layers = [t.nn.TransformerEncoderLayer(8, 2, 16, activation=t.nn.GELU(), batch_first=True)
              for t in (flambeau, torch)]  # fmt: skip
    ours = nn.TransformerEncoder(layers[0], 2, nn.LayerNorm(8))
    theirs = torch.nn.TransformerEncoder(layers[1], 2, torch.nn.LayerNorm(8))
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert ours.layers[0].linear1.weight is not ours.layers[1].linear1.weight
    assert flambeau.equal(ours.layers[0].linear1.weight, ours.layers[1].linear1.weight)
    copied = copy.deepcopy(ours.eval())
    x = flambeau.randn(2, 3, 8)
    assert flambeau.equal(copied(x), ours(x))


def test_an_encoder_learns_to_reverse():
    flambeau.manual_seed(0)
    embed, position = nn.Embedding(5, 32), nn.Parameter(flambeau.randn(6, 32))
    layer = nn.TransformerEncoderLayer(32, 4, 64, 0.0, batch_first=True)
    out = nn.Linear(32, 5)
    parameters = [position, *embed.parameters(), *layer.parameters(), *out.parameters()]
    adam = flambeau.optim.Adam(parameters, lr=3e-3)
    x = flambeau.randint(0, 5, (64, 6))
    losses = []
    for _ in range(120):
        adam.zero_grad()
        y = out(layer(embed(x) + position))
        loss = functional.cross_entropy(y.reshape(-1, 5), x.flip(1).reshape(-1))
        loss.backward()
        adam.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]


ERRORS = {
    "last dim": (
        lambda: functional.scaled_dot_product_attention(*[flambeau.ones(2, n) for n in (3, 4, 4)]),
        RuntimeError, "query and key of one last dim"),
    "groups": (
        lambda: functional.scaled_dot_product_attention(
            flambeau.ones(3, 2, 4), flambeau.ones(2, 2, 4), flambeau.ones(2, 2, 4),
            enable_gqa=True),
        RuntimeError, "3 query heads and 2 key or value heads; required: .* multiple"),
    "mask and causal": (
        lambda: functional.scaled_dot_product_attention(
            *[flambeau.ones(2, 3)] * 3, flambeau.ones(2, 2), is_causal=True),
        RuntimeError, "Explicit attn_mask should not be set when is_causal=True"),
    "mask dtype": (
        lambda: functional.scaled_dot_product_attention(
            *[flambeau.ones(2, 3)] * 3, flambeau.ones(2, 2).long()),
        RuntimeError, "Expected attn_mask dtype to be bool"),
    "heads": (lambda: nn.MultiheadAttention(6, 4), AssertionError, "divisible by num_heads"),
    "width": (lambda: nn.MultiheadAttention(6, 2)(*[flambeau.ones(3, 1, 5)] * 3), AssertionError,
              "was expecting embedding dimension of 6"),
    "mask": (
        lambda: nn.MultiheadAttention(6, 2)(
            *[flambeau.ones(3, 1, 6)] * 3, attn_mask=flambeau.ones(2, 3)),
        RuntimeError, r"The shape of the 2D attn_mask should be \[3, 3\]"),
    "hint": (
        lambda: nn.MultiheadAttention(6, 2)(*[flambeau.ones(3, 1, 6)] * 3, is_causal=True),
        RuntimeError, "Need attn_mask if specifying the is_causal hint"),
    "batch": (
        lambda: nn.Transformer(8, 2, 1, 1, 8)(flambeau.ones(2, 1, 8), flambeau.ones(2, 2, 8)),
        RuntimeError, "the batch number of src and tgt must be equal"),
    "activation": (lambda: nn.TransformerEncoderLayer(8, 2, activation="elu"), RuntimeError,
                   "activation should be relu/gelu, not elu"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_message(name):
    call, kind, text = ERRORS[name]
    with pytest.raises(kind, match=text):
        call()

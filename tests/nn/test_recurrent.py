"""Recurrent layers against PyTorch, and against the equations in NumPy."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest

import flambeau
from flambeau import nn
from flambeau.autograd import gradcheck, gradgradcheck
from flambeau.nn.utils import rnn

KINDS = ("RNN", "LSTM", "GRU")
source = np.random.default_rng(0)


def twins(torch, kind, *args, **options):
    """A layer of ours and one of PyTorch's with the same weights, in float64."""
    theirs = getattr(torch.nn, kind)(*args, **options).double()
    ours = getattr(nn, kind)(*args, **options).double()
    assert [(k, tuple(v.shape)) for k, v in ours.state_dict().items()] == [
        (k, tuple(v.shape)) for k, v in theirs.state_dict().items()
    ]
    assert repr(ours) == repr(theirs)
    ours.load_state_dict({k: flambeau.tensor(v.numpy()) for k, v in theirs.state_dict().items()})
    return ours, theirs


def flat(x):
    """All tensors in nested tuples."""
    if isinstance(x, tuple):
        return [t for part in x for t in flat(part)]
    return [] if x is None else [x]


def compare(ours, theirs, mine, others, tolerance=1e-10):
    """Results, then gradients of a random projection, in inputs and parameters."""
    got, wanted = flat(mine[0](ours)), flat(others[0](theirs))
    total, other_total = 0, 0
    weights = np.random.default_rng(1)
    for a, b in zip(got, wanted, strict=True):
        assert tuple(a.shape) == tuple(b.shape)
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), tolerance, tolerance)
        if b.is_floating_point():
            w = weights.standard_normal(tuple(b.shape))
            total, other_total = (
                (a * flambeau.tensor(w)).sum() + total,
                (b * b.new_tensor(w)).sum() + other_total,
            )
    total.backward(), other_total.backward()
    pairs = [*zip(mine[1], others[1], strict=True),
             *zip(ours.parameters(), theirs.parameters(), strict=True)]  # fmt: skip
    for a, b in pairs:
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), tolerance, tolerance)


def leaves(torch, *arrays):
    return (
        [flambeau.tensor(a, requires_grad=True) for a in arrays],
        [torch.tensor(a, requires_grad=True) for a in arrays],
    )


OPTIONS = [
    {}, {"bias": False}, {"num_layers": 2}, {"bidirectional": True}, {"batch_first": True},
    {"num_layers": 2, "bidirectional": True, "batch_first": True},
]  # fmt: skip
CASES = [(k, o) for k in KINDS for o in OPTIONS]
PROJECTED = {"proj_size": 2, "bidirectional": True, "num_layers": 2, "bias": False}
CASES += [("RNN", {"nonlinearity": "relu"}), ("LSTM", {"proj_size": 2}), ("LSTM", PROJECTED)]


def states_for(kind, options, batch, hidden=4):
    count = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    sizes = [options.get("proj_size", hidden)] + [hidden] * (kind == "LSTM")
    shape = () if batch is None else (batch,)
    return [source.standard_normal((count, *shape, n)) for n in sizes]


@pytest.mark.parametrize(("kind", "options"), CASES)
@pytest.mark.parametrize("form", ["batch", "zeros", "one sequence"])
def test_a_layer_equals_pytorch(kind, options, form):
    torch = pytest.importorskip("torch")
    ours, theirs = twins(torch, kind, 3, 4, **options)
    x = source.standard_normal((5, 3) if form == "one sequence" else (5, 2, 3))
    batch = None if form == "one sequence" else 5 if options.get("batch_first") else 2
    states = [] if form == "zeros" else states_for(kind, options, batch)
    mine, others = leaves(torch, x, *states)

    def call(layer, x, *states):
        hx = None if not states else states if len(states) > 1 else states[0]
        return layer(x, hx)

    compare(ours, theirs, (lambda m: call(m, *mine), mine), (lambda m: call(m, *others), others))


@pytest.mark.parametrize(("kind", "options"), CASES)
@pytest.mark.parametrize("lengths", [(4, 2, 5, 2), (3, 3)])
def test_packed_sequences_equal_pytorch(kind, options, lengths):
    torch = pytest.importorskip("torch")
    options = {k: v for k, v in options.items() if k != "batch_first"}
    ours, theirs = twins(torch, kind, 3, 4, **options)
    states = states_for(kind, options, len(lengths))
    sequences = [source.standard_normal((n, 3)) for n in lengths]
    mine, others = leaves(torch, *sequences, *states)
    n = len(lengths)

    def call(layer, module, tensors):
        hx = tuple(tensors[n:]) if len(states) > 1 else tensors[n]
        packed = module.pack_sequence(tensors[:n], enforce_sorted=False)
        y, last = layer(packed, hx)
        assert y.batch_sizes.tolist() == packed.batch_sizes.tolist()
        return module.pad_packed_sequence(y, padding_value=0.5), last

    compare(
        ours, theirs, (lambda m: call(m, rnn, mine), mine),
        (lambda m: call(m, torch.nn.utils.rnn, others), others),
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"bias": False}])
@pytest.mark.parametrize("form", ["batch", "one", "zeros"])
def test_a_cell_equals_pytorch(kind, options, form):
    torch = pytest.importorskip("torch")
    ours, theirs = twins(torch, f"{kind}Cell", 3, 4, **options)
    shape = () if form == "one" else (2,)
    arrays = [source.standard_normal((*shape, 3))]
    if form != "zeros":
        arrays += [source.standard_normal((*shape, 4)) for _ in range(2 if kind == "LSTM" else 1)]
    mine, others = leaves(torch, *arrays)

    def call(cell, x, *states):
        return cell(x, None if not states else states if len(states) > 1 else states[0])

    compare(ours, theirs, (lambda m: call(m, *mine), mine), (lambda m: call(m, *others), others))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lengths", [None, (200, 290, 3)])
def test_long_sequences_are_cut_into_chunks(kind, lengths):
    torch = pytest.importorskip("torch")
    ours, theirs = twins(torch, kind, 2, 3, bidirectional=True)
    mine, others = leaves(torch, source.standard_normal((290, 3, 2)))

    def call(layer, module, x):
        if lengths is None:
            return layer(x)
        packed = module.pack_padded_sequence(x, list(lengths), enforce_sorted=False)
        y, last = layer(packed)
        return y.data, last

    compare(
        ours, theirs, (lambda m: call(m, rnn, *mine), mine),
        (lambda m: call(m, torch.nn.utils.rnn, *others), others),
    )  # fmt: skip


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("kind", KINDS)
def test_the_equations(kind):
    """Without PyTorch: what the papers say, step by step."""
    layer = getattr(nn, kind)(3, 4).double()
    w_ih, w_hh, b_ih, b_hh = (p.detach().numpy() for p in layer.parameters())
    x = source.standard_normal((6, 2, 3))
    h = c = np.zeros((2, 4))
    wanted = []
    for row in x:
        a, b = row @ w_ih.T + b_ih, h @ w_hh.T + b_hh
        if kind == "RNN":
            h = np.tanh(a + b)
        elif kind == "LSTM":
            i, f, g, o = np.split(a + b, 4, 1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        else:
            (ar, az, an), (br, bz, bn) = np.split(a, 3, 1), np.split(b, 3, 1)
            z, n = sigmoid(az + bz), np.tanh(an + sigmoid(ar + br) * bn)
            h = (1 - z) * n + z * h
        wanted.append(h)
    y, last = layer(flambeau.tensor(x))
    np.testing.assert_allclose(y.detach().numpy(), np.stack(wanted), 1e-12, 1e-12)
    np.testing.assert_allclose(flat(last)[0][0].detach().numpy(), h, 1e-12, 1e-12)
    if kind == "LSTM":
        np.testing.assert_allclose(last[1][0].detach().numpy(), c, 1e-12, 1e-12)


@pytest.mark.parametrize(("kind", "options"), [("RNN", {}), ("GRU", {}), ("LSTM", {}),
                                               ("LSTM", {"proj_size": 2})])  # fmt: skip
def test_gradients_and_second_derivatives(kind, options):
    layer = getattr(nn, kind)(2, 3, bidirectional=True, **options).double()
    x = flambeau.tensor(source.standard_normal((3, 2, 2)), requires_grad=True)
    states = [flambeau.tensor(s, requires_grad=True)
              for s in states_for(kind, {"bidirectional": True, **options}, 2, 3)]  # fmt: skip

    def call(x, *states):
        return tuple(flat(layer(x, states if len(states) > 1 else states[0])))

    assert gradcheck(call, (x, *states), fast_mode=True, nondet_tol=1e-12)
    assert gradgradcheck(call, (x, *states), fast_mode=True, nondet_tol=1e-12)


def test_second_derivatives_of_packed_sequences():
    layer = nn.LSTM(2, 3).double()
    x = flambeau.tensor(source.standard_normal((4, 3, 2)), requires_grad=True)

    def call(x):
        y, last = layer(rnn.pack_padded_sequence(x, [4, 2, 1]))
        return (y.data, *last)

    assert gradgradcheck(call, (x,), fast_mode=True, nondet_tol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_other_dtypes(dtype):
    kind = getattr(flambeau, dtype)
    layer = nn.LSTM(3, 4).to(kind)
    x = flambeau.randn(5, 2, 3, dtype=kind, requires_grad=True)
    y, (h, c) = layer(x)
    assert y.dtype is h.dtype is c.dtype is kind
    y.sum().backward()
    assert x.grad.dtype is kind
    wide = nn.LSTM(3, 4).double()
    wide.load_state_dict({k: v.double() for k, v in layer.state_dict().items()})
    wanted = wide(x.detach().double())[0].detach().numpy()
    digits = {"float32": 1e-6, "float16": 2e-3, "bfloat16": 2e-2}[dtype]
    np.testing.assert_allclose(y.detach().double().numpy(), wanted, 0, digits)


def test_dropout_between_layers():
    layer = nn.GRU(3, 50, num_layers=2, dropout=0.5)
    x = flambeau.randn(4, 8, 3)
    flambeau.manual_seed(0)
    a, b = layer(x)[0], layer(x)[0]
    assert not flambeau.equal(a, b)
    flambeau.manual_seed(0)
    assert flambeau.equal(layer(x)[0], a)
    layer.eval()
    assert flambeau.equal(layer(x)[0], layer(x)[0])
    ended = nn.GRU(3, 5, num_layers=2, dropout=1.0)
    whole = ended(x)[0]
    ended.weight_ih_l0.data.fill_(3.0)  # what the first layer does reaches nobody
    assert flambeau.equal(ended(x)[0], whole)


def test_initial_distribution():
    flambeau.manual_seed(0)
    layer = nn.LSTM(40, 64)
    for p in layer.parameters():
        assert p.abs().max().item() <= 1 / 8
        assert p.std().item() == pytest.approx(1 / 8 / 3**0.5, rel=0.1)


def test_a_layer_learns():
    """The sum of a sequence's elements so far."""
    flambeau.manual_seed(0)
    layer, out = nn.GRU(1, 16), nn.Linear(16, 1)
    adam = flambeau.optim.Adam([*layer.parameters(), *out.parameters()], lr=0.02)
    x = flambeau.randn(10, 64, 1)
    wanted = flambeau.tensor(np.cumsum(x.numpy(), 0))
    losses = []
    for _ in range(150):
        adam.zero_grad()
        loss = nn.functional.mse_loss(out(layer(x)[0]), wanted)
        loss.backward()
        adam.step()
        losses.append(loss.item())
    assert losses[-1] < 0.05 * losses[0]


def test_state_is_carried_over():
    """A sequence in two halves gives what it gives at once."""
    for kind in KINDS:
        layer = getattr(nn, kind)(3, 4, num_layers=2).double()
        x = flambeau.tensor(source.standard_normal((6, 2, 3)))
        whole, last = layer(x)
        a, state = layer(x[:2])
        b, state = layer(x[2:], state)
        assert flambeau.allclose(flambeau.cat([a, b]), whole)
        for p, q in zip(flat(state), flat(last), strict=True):
            assert flambeau.allclose(p, q)


def test_writing_into_the_result_leaves_gradients_right():
    layer = nn.RNN(3, 4)
    y, _ = layer(flambeau.ones(2, 1, 3))
    y.mul_(2)
    y.sum().backward()
    a = layer.weight_ih_l0.grad.clone()
    layer.zero_grad()
    (layer(flambeau.ones(2, 1, 3))[0] * 2).sum().backward()
    assert flambeau.allclose(a, layer.weight_ih_l0.grad)


# -- sequences of different lengths ---------------------------------------------------------------
def test_packing_equals_pytorch():
    torch = pytest.importorskip("torch")
    for shape, batch_first in itertools.product([(4, 3), (4, 3, 2), (4, 3, 2, 2)], [False, True]):
        x = source.standard_normal(shape)
        lengths = [2, 4, 1] if not batch_first else [2, 1, 3, 3]
        a = rnn.pack_padded_sequence(flambeau.tensor(x), lengths, batch_first, False)
        b = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor(x), lengths, batch_first, False)
        np.testing.assert_array_equal(a.data.numpy(), b.data.numpy())
        for name in ("batch_sizes", "sorted_indices", "unsorted_indices"):
            assert getattr(a, name).tolist() == sorted_stably(b, name, lengths)
        for first, total in itertools.product([False, True], [None, 6]):
            got = rnn.pad_packed_sequence(a, first, -1.0, total)
            wanted = torch.nn.utils.rnn.pad_packed_sequence(b, first, -1.0, total)
            np.testing.assert_array_equal(got[0].numpy(), wanted[0].numpy())
            assert got[1].tolist() == wanted[1].tolist() == lengths


def sorted_stably(packed, name, lengths):
    """PyTorch does not promise an order of equal lengths; ours is stable."""
    if name == "batch_sizes":
        return packed.batch_sizes.tolist()
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    if name == "sorted_indices":
        return order
    return [order.index(i) for i in range(len(order))]


def test_pad_and_unpad():
    parts = [flambeau.tensor([[1.0, 2], [3, 4]]), flambeau.tensor([[5.0, 6]])]
    assert rnn.pad_sequence(parts, True).tolist() == [[[1, 2], [3, 4]], [[5, 6], [0, 0]]]
    left = rnn.pad_sequence(parts, True, 9.0, "left")
    assert left.tolist() == [[[1, 2], [3, 4]], [[9, 9], [5, 6]]]
    padded = rnn.pad_sequence(parts)
    assert padded.shape == (2, 2, 2)
    for a, b in zip(rnn.unpad_sequence(padded, flambeau.tensor([2, 1])), parts, strict=True):
        assert flambeau.equal(a, b)
    packed = rnn.pack_sequence(parts)
    for a, b in zip(rnn.unpack_sequence(packed), parts, strict=True):
        assert flambeau.equal(a, b)
    assert packed.double().data.dtype is flambeau.float64
    assert packed.to(flambeau.float32) is packed
    _, sizes, order, back = packed
    assert order is back is None
    assert sizes.tolist() == [2, 1]
    assert isinstance(packed, tuple)


ERRORS = {
    "dims": (lambda: nn.RNN(3, 4)(flambeau.ones(3)), ValueError,
             "RNN: Expected input to be 2D or 3D, got 1D tensor instead"),
    "features": (lambda: nn.LSTM(3, 4)(flambeau.ones(2, 2, 5)), RuntimeError,
                 r"LSTM: given input \[2, 2, 5\]; required: input.size\(-1\) must be equal to "
                 r"input_size. Expected 3, got 5"),
    "dtype": (lambda: nn.GRU(3, 4)(flambeau.ones(2, 2, 3).double()), ValueError,
              "does not match weight dtype"),
    "state": (lambda: nn.GRU(3, 4)(flambeau.ones(2, 2, 3), flambeau.zeros(1, 3, 4)), RuntimeError,
              r"Expected hidden size \(1, 2, 4\), got \[1, 3, 4\]"),
    "cell state": (
        lambda: nn.LSTM(3, 4)(flambeau.ones(2, 2, 3), (flambeau.zeros(1, 2, 4),) * 1),
        RuntimeError, r"required: a pair \(h_0, c_0\)"),
    "unbatched state": (
        lambda: nn.RNN(3, 4)(flambeau.ones(2, 3), flambeau.zeros(1, 1, 4)), RuntimeError,
        "For unbatched 2-D input, hx should also be 2-D but got 3-D tensor"),
    "no steps": (lambda: nn.RNN(3, 4)(flambeau.ones(0, 2, 3)), RuntimeError,
                 "Expected sequence length to be larger than 0 in RNN"),
    "projection": (lambda: nn.GRU(3, 4, proj_size=2), ValueError, "only supported for LSTM"),
    "dropout": (lambda: nn.GRU(3, 4, dropout=1.5), ValueError, r"a number in range \[0, 1\]"),
    "nonlinearity": (lambda: nn.RNN(3, 4, nonlinearity="elu"), ValueError, "Unknown nonlinearity"),
    "hidden size": (lambda: nn.GRU(3, 0), ValueError, "hidden_size must be greater than zero"),
    "cell": (lambda: nn.GRUCell(3, 4)(flambeau.ones(2, 4)), RuntimeError,
             "input has inconsistent input_size: got 4 expected 3"),
    "unsorted": (lambda: rnn.pack_padded_sequence(flambeau.ones(3, 2), [1, 3]), RuntimeError,
                 "must be sorted in decreasing order.*try: enforce_sorted=False"),
    "empty": (lambda: rnn.pack_padded_sequence(flambeau.ones(3, 2), [3, 0]), RuntimeError,
              "Length of all samples has to be greater than 0"),
    "lengths": (lambda: rnn.pack_padded_sequence(flambeau.ones(3, 2), [3]), RuntimeError,
                r"Expected `len\(lengths\)` to be equal to batch_size"),
    "too short": (
        lambda: rnn.pad_packed_sequence(rnn.pack_sequence([flambeau.ones(3)]), total_length=2),
        ValueError, "Expected total_length to be at least"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_message(name):
    call, kind, text = ERRORS[name]
    with pytest.raises(kind, match=text):
        call()


def test_dropout_of_one_layer_warns():
    with pytest.warns(UserWarning, match="dropout option adds dropout after all but last"):
        nn.GRU(3, 4, dropout=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.GRU(3, 4, num_layers=2, dropout=0.5)

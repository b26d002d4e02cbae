"""Every class of nn: constructor, printed form, state, results and gradients as in PyTorch."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
import warnings

import numpy as np
import pytest

import flambeau
from flambeau import nn

source = np.random.default_rng(0)


def normal(*shape):
    return source.standard_normal(shape)


IMAGE, ROWS = normal(2, 4, 6, 6), normal(2, 4, 8)
PROBABILITIES = np.log(source.dirichlet(np.ones(5), (7, 2)))
INDICES = source.integers(0, 5, (3, 4))

# name, arguments, options, inputs
CASES = [
    ("Bilinear", (4, 3, 5), {}, (normal(2, 4), normal(2, 3))),
    ("EmbeddingBag", (5, 3), {}, (INDICES,)),
    ("EmbeddingBag", (5, 3), {"mode": "sum", "padding_idx": 2}, (INDICES,)),
    ("EmbeddingBag", (5, 3), {"mode": "max", "include_last_offset": True},
     (INDICES.ravel(), np.array([0, 3, 12]))),
    ("Upsample", (), {"scale_factor": 2, "mode": "bilinear", "align_corners": True}, (IMAGE,)),
    ("Upsample", ((3, 4),), {}, (IMAGE,)),
    ("UpsamplingNearest2d", (), {"scale_factor": 2}, (IMAGE,)),
    ("UpsamplingBilinear2d", (9,), {}, (IMAGE,)),
    ("PixelShuffle", (2,), {}, (IMAGE,)),
    ("PixelUnshuffle", (2,), {}, (IMAGE,)),
    ("ChannelShuffle", (2,), {}, (IMAGE,)),
    ("Unfold", ((2, 3),), {"padding": 1}, (IMAGE,)),
    ("Fold", ((4, 4), 2), {"stride": 2}, (normal(2, 8, 4),)),
    ("LPPool3d", (2, 2), {}, (normal(1, 2, 4, 4, 4),)),
    ("FractionalMaxPool2d", (2,), {"output_size": 3, "_random_samples": source.random((2, 4, 2))},
     (IMAGE,)),
    ("FractionalMaxPool3d", (2,),
     {"output_ratio": 0.5, "_random_samples": source.random((1, 2, 3))},
     (normal(1, 2, 4, 4, 4),)),
    ("MultiLabelMarginLoss", (), {}, (normal(2, 4), np.array([[1, 3, -1, 0], [0, -1, 1, 1]]))),
    ("TripletMarginWithDistanceLoss", (), {"swap": True},
     (normal(3, 4), normal(3, 4), normal(3, 4))),
    ("LinearCrossEntropyLoss", (4, 5), {"bias": True}, (normal(3, 4), np.array([0, 4, 2]))),
    ("LinearCrossEntropyLoss", (4, 5), {"out_features": (2,)},
     (normal(3, 4), source.integers(0, 5, (3, 2)))),
    ("NLLLoss2d", (), {}, (IMAGE, source.integers(0, 4, (2, 6, 6)))),
    ("AdaptiveLogSoftmaxWithLoss", (8, 20, [4, 10]), {"div_value": 2.0},
     (normal(6, 8), np.array([0, 5, 19, 3, 9, 12]))),
    ("AdaptiveLogSoftmaxWithLoss", (8, 20, [4, 10]), {"head_bias": True},
     (normal(3, 8), np.array([0, 1, 3]))),
    ("CosineSimilarity", (), {}, (normal(3, 4), normal(3, 4))),
    ("PairwiseDistance", (), {"p": 1.0, "keepdim": True}, (normal(3, 4), normal(3, 4))),
    ("LocalResponseNorm", (2,), {}, (IMAGE,)),
    ("GroupNorm", (2, 4), {}, (IMAGE,)),
    ("InstanceNorm2d", (4,), {"affine": True}, (IMAGE,)),
    ("RMSNorm", ((6,),), {}, (IMAGE,)),
    ("AdaptiveMaxPool2d", ((4, 5),), {}, (IMAGE,)),
    ("AdaptiveAvgPool2d", ((4, None),), {}, (IMAGE,)),
    ("ReflectionPad2d", ((1, 2, 0, 1),), {}, (IMAGE,)),
    ("ConstantPad1d", (2, 1.5), {}, (ROWS,)),
    ("Softmax2d", (), {}, (IMAGE,)),
    ("ConvTranspose2d", (4, 2, 3), {"stride": 2, "output_padding": 1}, (IMAGE,)),
]  # fmt: skip


def tensors_of(x):
    if isinstance(x, tuple):
        return [t for part in x for t in tensors_of(part)]
    return [x]


@pytest.mark.parametrize(("name", "args", "options", "arrays"), CASES)
def test_a_module_equals_pytorch(name, args, options, arrays):
    torch = pytest.importorskip("torch")
    modules, found = [], []
    for framework in (torch, flambeau):
        given = {
            k: framework.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = getattr(framework.nn, name)(*args, **given).double()
        if modules:
            state = {k: flambeau.tensor(v.numpy()) for k, v in modules[0].state_dict().items()}
            assert list(module.state_dict()) == list(state)
            module.load_state_dict(state)
        modules.append(module)
        inputs = [framework.tensor(a, requires_grad=a.dtype == np.float64) for a in arrays]
        given_back = module(*inputs)
        results = tensors_of(tuple(given_back) if "LogSoftmax" in name else given_back)
        sum((y * y).sum() for y in results).backward()
        found.append([y.detach().numpy() for y in results])
        gradients = [x.grad for x in inputs if x.requires_grad]
        gradients += [p.grad for p in module.parameters()]
        found[-1] += [None if g is None else g.numpy() for g in gradients]
    assert repr(modules[1]) == repr(modules[0]).replace("torch.", "flambeau.")
    for a, b in zip(*found, strict=True):
        if a is None or b is None:  # rows of a cluster that no target lies in
            assert a is b
            continue
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, 1e-9, 1e-10)


def test_frequencies_divide_gradients():
    """PyTorch's EmbeddingBag looks frequencies up at the wrong place; its Embedding does not."""
    bag = nn.EmbeddingBag(5, 2, mode="sum", scale_grad_by_freq=True)
    bag(flambeau.tensor([[1, 1, 3], [1, 0, 3]])).sum().backward()
    assert bag.weight.grad.tolist() == [[1, 1], [1, 1], [0, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize("n", [1, 2, 3])
def test_unpooling_equals_pytorch(n):
    torch = pytest.importorskip("torch")
    x = source.permutation(2 * 8**n).reshape(1, 2, *[8] * n) / 7.0
    found = []
    for t in (torch, flambeau):
        pool = getattr(t.nn, f"MaxPool{n}d")(2, return_indices=True)
        unpool = getattr(t.nn, f"MaxUnpool{n}d")(2)
        found.append((unpool(*pool(t.tensor(x))).numpy(), repr(unpool)))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    assert found[0][1] == found[1][1]


# -- every constructor ----------------------------------------------------------------------------
# PyTorch's names that flambeau leaves out, and why
LEFT_OUT = {
    "common_types", "factory_kwargs",  # about PyTorch's own annotations and helpers
    "intrinsic", "qat", "quantizable", "quantized",  # quantization
}  # fmt: skip


def test_all_names_are_there():
    torch = pytest.importorskip("torch")
    missing = {n for n in dir(torch.nn) if not n.startswith("_") and not hasattr(nn, n)}
    assert missing <= LEFT_OUT
    names = [n for n, v in vars(torch.nn.functional).items()
             if callable(v) and not n.startswith("_") and n.islower()
             and "torch.nn.functional" in str(getattr(v, "__module__", ""))]  # fmt: skip
    absent = {n for n in names if not hasattr(nn.functional, n)}
    assert absent <= {"assert_int_or_pair", "grouped_mm", "scaled_grouped_mm", "scaled_mm"}


def classes():
    torch = pytest.importorskip("torch")
    for name, cls in vars(torch.nn).items():
        if inspect.isclass(cls) and issubclass(cls, torch.nn.Module):
            yield name, cls


def test_constructors_have_the_same_arguments():
    wrong = {}
    for name, cls in classes():
        theirs, ours = (list(inspect.signature(c).parameters) for c in (cls, getattr(nn, name)))
        if theirs != ours:
            wrong[name] = (theirs, ours)
    assert not wrong


# -- CTC ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("form", ["padded", "joined", "impossible"])
def test_ctc_equals_pytorch(reduction, form):
    torch = pytest.importorskip("torch")
    scores = normal(9, 3, 5)
    lengths, sizes = [9, 6, 4], [3, 2, 2]
    targets = np.array([[1, 2, 2], [3, 3, 0], [4, 1, 0]])
    if form == "impossible":
        lengths[2], targets[2, 1] = 2, 4  # the same label twice needs a blank between
    if form == "joined":
        targets = np.concatenate([row[:k] for row, k in zip(targets, sizes, strict=True)])
    found = []
    for t in (torch, flambeau):
        x = t.tensor(scores, requires_grad=True)
        loss = t.nn.CTCLoss(reduction=reduction, zero_infinity=form == "impossible")
        y = loss(x.log_softmax(2), t.tensor(targets), t.tensor(lengths), t.tensor(sizes))
        (y * t.tensor([1.0, 2.0, 3.0])[: y.numel()].double().reshape(y.shape)).sum().backward()
        found.append((y.detach().numpy(), x.grad.numpy()))
    np.testing.assert_allclose(found[0][0], found[1][0], 1e-10)
    np.testing.assert_allclose(found[0][1], found[1][1], 1e-9, 1e-12)


def test_ctc_of_one_sequence_by_counting_paths():
    """All paths that spell "a" in two steps: a-, -a, aa."""
    p = source.dirichlet(np.ones(3), 2)
    wanted = p[0, 1] * p[1, 0] + p[0, 0] * p[1, 1] + p[0, 1] * p[1, 1]
    got = nn.functional.ctc_loss(
        flambeau.tensor(np.log(p)), flambeau.tensor([1]), (2,), (1,), reduction="none"
    )
    assert got.item() == pytest.approx(-np.log(wanted), rel=1e-12)
    nothing = nn.functional.ctc_loss(
        flambeau.tensor(np.log(p)), flambeau.tensor([], dtype=flambeau.int64), (2,), (0,),
        reduction="none",
    )  # fmt: skip
    assert nothing.item() == pytest.approx(-np.log(p[0, 0] * p[1, 0]), rel=1e-12)


def test_adaptive_softmax_is_a_distribution():
    layer = nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4, 10]).double()
    x = flambeau.tensor(normal(5, 8))
    p = layer.log_prob(x)
    assert flambeau.allclose(p.exp().sum(1), flambeau.ones(5, dtype=flambeau.float64))
    assert layer.predict(x).tolist() == p.argmax(1).tolist()
    target = flambeau.tensor([3, 19, 0, 7, 12])
    output, loss = layer(x, target)
    assert flambeau.allclose(output, p[flambeau.arange(5), target])
    assert loss.item() == pytest.approx(-output.mean().item())


# -- lazy modules ---------------------------------------------------------------------------------
LAZY = [
    ("LazyLinear", (3,), normal(2, 5)),
    ("LazyConv1d", (4, 3), normal(2, 5, 7)), ("LazyConv2d", (4, 3), normal(2, 2, 7, 7)),
    ("LazyConv3d", (4, 2), normal(1, 2, 3, 3, 3)),
    ("LazyConvTranspose1d", (4, 3), normal(2, 5, 7)),
    ("LazyConvTranspose2d", (4, 3), normal(2, 2, 4, 4)),
    ("LazyConvTranspose3d", (4, 2), normal(1, 2, 3, 3, 3)),
    ("LazyBatchNorm1d", (), normal(3, 5)), ("LazyBatchNorm2d", (), normal(2, 3, 4, 4)),
    ("LazyBatchNorm3d", (), normal(2, 3, 2, 2, 2)), ("LazyInstanceNorm1d", (), normal(2, 3, 4)),
    ("LazyInstanceNorm2d", (), normal(2, 3, 4, 4)),
    ("LazyInstanceNorm3d", (), normal(2, 3, 2, 2, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "x"), LAZY)
def test_a_lazy_module_becomes_an_ordinary_one(name, args, x):
    torch = pytest.importorskip("torch")
    lazy, theirs = getattr(nn, name)(*args), getattr(torch.nn, name)(*args)
    assert repr(lazy) == repr(theirs)
    assert lazy.has_uninitialized_params()
    assert list(lazy.state_dict()) == list(theirs.state_dict())
    copied = copy.deepcopy(lazy)
    given = flambeau.tensor(x, dtype=flambeau.float32)
    y = lazy(given)
    assert tuple(y.shape) == tuple(theirs(torch.tensor(x).float()).shape)
    assert type(lazy).__name__ == name.removeprefix("Lazy")
    assert repr(lazy) == repr(theirs)
    y.sum().backward()
    assert all(p.grad is not None for p in lazy.parameters())
    # a state dict gives shapes, too
    assert copied.has_uninitialized_params()
    copied.load_state_dict(lazy.state_dict())
    assert not copied.has_uninitialized_params()
    lazy.eval(), copied.eval()
    assert flambeau.equal(copied(given), lazy(given))
    assert type(copied) is type(lazy)


def test_parameters_without_a_shape_say_so():
    lazy = nn.LazyLinear(3)
    assert repr(lazy.weight) == "<UninitializedParameter>"
    with pytest.raises(RuntimeError, match="Can't access the shape of an uninitialized parameter"):
        lazy.weight.shape  # noqa: B018
    lazy.double()(flambeau.ones(2, 4, dtype=flambeau.float64))
    assert lazy.weight.shape == (3, 4)
    assert type(lazy.weight) is nn.Parameter
    assert lazy.weight.dtype is flambeau.float64


# -- others ---------------------------------------------------------------------------------------
def test_sync_batch_norm_shares_what_it_replaces():
    net = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Sequential(nn.BatchNorm2d(2)))
    weight = net[1][0].weight
    converted = nn.SyncBatchNorm.convert_sync_batchnorm(net)
    assert type(converted[1][0]) is nn.SyncBatchNorm
    assert converted[1][0].weight is weight
    assert converted(flambeau.randn(2, 1, 3, 3)).shape == (2, 2, 3, 3)


def test_the_bases_that_programs_look_for():
    assert isinstance(nn.Conv2d(1, 1, 1), nn.modules.conv._ConvNd)
    assert isinstance(nn.BatchNorm1d(1), nn.modules.batchnorm._BatchNorm)
    assert not isinstance(nn.InstanceNorm1d(1), nn.modules.batchnorm._BatchNorm)
    assert nn.modules.rnn.LSTM is nn.modules.LSTM is nn.LSTM
    assert nn.modules.utils._pair(3) == (3, 3)
    state = {"module.a": 1, "b": 2}
    nn.modules.utils.consume_prefix_in_state_dict_if_present(state, "module.")
    assert state == {"b": 2, "a": 1}


def test_gradients_of_convolutions_as_functions():
    x = flambeau.tensor(normal(2, 3, 7, 6), requires_grad=True)
    w = flambeau.tensor(normal(4, 3, 3, 2), requires_grad=True)
    y = nn.functional.conv2d(x, w, stride=2, padding=1)
    g = flambeau.tensor(normal(*y.shape))
    y.backward(g)
    options = {"stride": 2, "padding": 1}
    assert flambeau.allclose(nn.grad.conv2d_input(x.shape, w, g, **options), x.grad)
    assert flambeau.allclose(nn.grad.conv2d_weight(x, w.shape, g, **options), w.grad)


def test_cross_map_normalization_is_local_response_normalization():
    """PyTorch's sums fall behind by one channel; the definition has no such thing."""
    x = flambeau.tensor(IMAGE)
    assert flambeau.allclose(nn.CrossMapLRN2d(3)(x), nn.LocalResponseNorm(3)(x))


def test_data_parallel_has_the_names_of_pytorch():
    net = nn.DataParallel(nn.Linear(2, 3))
    assert list(net.state_dict()) == ["module.weight", "module.bias"]
    assert net(flambeau.ones(1, 2)).shape == (1, 3)


def test_new_modules_pickle():
    for module in (nn.LSTM(2, 3), nn.MultiheadAttention(4, 2), nn.LazyLinear(2),
                   nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4]), nn.Upsample(scale_factor=2),
                   nn.TransformerEncoderLayer(4, 2)):  # fmt: skip
        again = pickle.load(io.BytesIO(pickle.dumps(module)))
        assert repr(again) == repr(module)
        assert list(again.state_dict()) == list(module.state_dict())


ERRORS = {
    "mode": (lambda: nn.functional.interpolate(flambeau.ones(1, 1, 2), 3, mode="bilinear"),
             NotImplementedError, "Got 3D input, but bilinear mode needs 4D input"),
    "size": (lambda: nn.Upsample()(flambeau.ones(1, 1, 2)), ValueError,
             "either size or scale_factor should be defined"),
    "grid": (lambda: nn.functional.grid_sample(
        flambeau.ones(1, 1, 2, 2), flambeau.ones(1, 2, 2, 3), align_corners=True), RuntimeError,
        "a grid of the input's batch size whose last dim is 2"),
    "shuffle": (lambda: nn.PixelShuffle(2)(flambeau.ones(1, 3, 2, 2)), RuntimeError,
                "expects its input's 'channel' dimension to be divisible by 4"),
    "fold": (lambda: nn.Fold(4, 2)(flambeau.ones(1, 4, 3)), RuntimeError,
             "the number of sliding blocks, 3 \\* 3 = 9"),
    "unpool": (lambda: nn.MaxUnpool1d(2)(flambeau.ones(1, 2), flambeau.tensor([[0, 9]])),
               RuntimeError, "Found an invalid max index: 9"),
    "bag": (lambda: nn.EmbeddingBag(3, 2)(flambeau.tensor([0, 1])), ValueError,
            "offsets has to be a 1D Tensor but got None"),
    "bag range": (lambda: nn.EmbeddingBag(3, 2)(flambeau.tensor([[0, 3]])), IndexError,
                  "index 3 out of range"),
    "ctc": (lambda: nn.CTCLoss()(flambeau.ones(3, 1, 4), flambeau.tensor([[1]]), (5,), (1,)),
            RuntimeError, "Expected input_lengths to have value at most 3"),
    "cutoffs": (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 5, [3, 2]), ValueError,
                "sorted in an increasing order"),
    "adaptive target": (
        lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 5, [2])(flambeau.ones(1, 4), flambeau.tensor([5])),
        IndexError, r"Target values should be in \[0, 4\], but 5 was found"),
    "fractional": (lambda: nn.FractionalMaxPool2d(2, 5)(flambeau.ones(1, 1, 4, 4)), RuntimeError,
                   "pool size too large relative to input"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_message(name):
    call, kind, text = ERRORS[name]
    with pytest.raises(kind, match=text):
        call()

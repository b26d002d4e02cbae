"""Module: what it contains, how attributes register, modes, conversion, copies, printing."""

from __future__ import annotations

import copy
import pickle

import pytest

import flambeau
from flambeau import nn
from flambeau.nn.module import structure


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.rest = nn.Sequential(nn.ReLU(), nn.Linear(3, 1, bias=False))
        self.scale = nn.Parameter(flambeau.ones(1))
        self.register_buffer("seen", flambeau.zeros(()))
        self.register_buffer("scratch", flambeau.zeros(2), persistent=False)
        self.plain = 3

    def forward(self, x):
        return self.rest(self.first(x)) * self.scale


# -- contents -------------------------------------------------------------------------------------
def test_names_and_order():
    net = Net()
    assert [n for n, _ in net.named_parameters()] == [
        "scale", "first.weight", "first.bias", "rest.1.weight",
    ]  # fmt: skip
    assert [n for n, _ in net.named_parameters(prefix="net", recurse=False)] == ["net.scale"]
    assert [n for n, _ in net.named_buffers()] == ["seen", "scratch"]
    assert [n for n, _ in net.named_modules()] == ["", "first", "rest", "rest.0", "rest.1"]
    assert [n for n, _ in net.named_children()] == ["first", "rest"]
    assert len(list(net.modules())) == 5
    assert list(net.state_dict()) == [
        "scale",
        "seen",
        "first.weight",
        "first.bias",
        "rest.1.weight",
    ]


def test_shared_parameters_and_modules_count_once():
    net = Net()
    net.again = net.first
    net.tied = net.first.weight
    assert len(list(net.parameters())) == 4
    assert len(list(net.named_parameters(remove_duplicate=False))) == 7
    assert len(list(net.children())) == 2
    assert len(list(net.modules())) == 5


def test_by_path():
    net = Net()
    assert net.get_submodule("rest.1") is net.rest[1]
    assert net.get_submodule("") is net
    assert net.get_parameter("first.weight") is net.first.weight
    assert net.get_buffer("seen") is net.seen
    with pytest.raises(AttributeError, match=r"Linear has no attribute `nothing`"):
        net.get_parameter("first.nothing")
    with pytest.raises(AttributeError, match=r"`weight` is not an nn.Module"):
        net.get_submodule("first.weight")
    with pytest.raises(AttributeError, match=r"is not an nn.Parameter"):
        net.get_parameter("seen")
    net.set_submodule("rest.0", nn.Tanh())
    assert type(net.rest[0]) is nn.Tanh


# -- attributes -----------------------------------------------------------------------------------
def test_a_parameter_replaces_a_plain_attribute():
    net = Net()
    net.plain = nn.Parameter(flambeau.zeros(1))
    assert "plain" in net._parameters
    assert "plain" not in net.__dict__
    net.plain = None
    assert net.plain is None
    assert "plain" in net._parameters
    del net.plain
    assert not hasattr(net, "plain")


def test_what_may_be_assigned():
    net = Net()
    with pytest.raises(
        TypeError, match=r"cannot assign 'int' as parameter 'scale' \(flambeau.nn.P"
    ):
        net.scale = 3
    with pytest.raises(TypeError, match=r"cannot assign 'flambeau.Tensor' as parameter 'scale'"):
        net.scale = flambeau.zeros(1)
    with pytest.raises(TypeError, match=r"cannot assign 'str' as child module 'first'"):
        net.first = "no"
    with pytest.raises(TypeError, match=r"cannot assign 'list' as buffer 'seen'"):
        net.seen = []
    with pytest.raises(KeyError, match=r"attribute 'plain' already exists"):
        net.register_buffer("plain", None)
    with pytest.raises(KeyError, match=r"name can\\+'t contain"):
        net.register_parameter("a.b", None)
    with pytest.raises(KeyError, match=r"name can\\+'t be empty"):
        net.add_module("", nn.ReLU())
    with pytest.raises(TypeError, match=r"is not a Module subclass"):
        net.add_module("x", 3)
    with pytest.raises(ValueError, match=r"Cannot assign non-leaf Tensor to parameter 'w'"):
        x = nn.Parameter(flambeau.ones(1))
        x._grad_fn = (x * 2).grad_fn
        net.register_parameter("w", x)


def test_before_init():
    class Late(nn.Module):
        def __init__(self, value):
            self.value = value

    for value in (nn.Parameter(flambeau.ones(1)), nn.ReLU(), nn.Buffer(flambeau.ones(1))):
        with pytest.raises(AttributeError, match=r"before Module.__init__\(\) call"):
            Late(value)
    Late(3)


def test_missing_attributes_and_forward():
    net = nn.Module()
    with pytest.raises(AttributeError, match=r"'Module' object has no attribute 'nothing'"):
        _ = net.nothing
    with pytest.raises(
        NotImplementedError, match=r'Module .Module. is missing the required "forward"'
    ):
        net(1)


def test_buffers():
    net = nn.Module()
    net.kept = nn.Buffer(flambeau.ones(2))
    net.lost = nn.Buffer(flambeau.ones(2), persistent=False)
    assert isinstance(nn.Buffer(flambeau.ones(1)), nn.Buffer)
    assert not isinstance(flambeau.ones(1), nn.Buffer)
    assert list(net.state_dict()) == ["kept"]
    net.kept = flambeau.zeros(3)
    assert net._buffers["kept"].shape == (3,)


def test_dir():
    names = dir(Net())
    assert {"scale", "seen", "first", "plain", "forward"} <= set(names)


# -- modes ----------------------------------------------------------------------------------------
def test_train_and_eval():
    net = Net()
    assert net.eval() is net
    assert not any(m.training for m in net.modules())
    net.train()
    assert all(m.training for m in net.modules())
    with pytest.raises(ValueError, match=r"training mode is expected to be boolean"):
        net.train(1)


def test_requires_grad_and_zero_grad():
    net = Net()
    net(flambeau.ones(1, 2)).sum().backward()
    assert net.scale.grad is not None
    net.zero_grad(set_to_none=False)
    assert net.scale.grad.tolist() == [0.0]
    net.zero_grad()
    assert net.scale.grad is None
    net.requires_grad_(False)
    assert not any(p.requires_grad for p in net.parameters())


def test_apply():
    seen = []
    Net().apply(lambda m: seen.append(type(m).__name__))
    assert seen == ["Linear", "ReLU", "Linear", "Sequential", "Net"]


def test_conversion_keeps_the_parameters():
    net = Net()
    net.register_buffer("count", flambeau.zeros((), dtype=flambeau.int64))
    before = list(net.parameters())
    assert net.double() is net
    assert all(a is b for a, b in zip(before, net.parameters(), strict=True))
    assert all(p.dtype is flambeau.float64 for p in net.parameters())
    assert all(p.requires_grad and p.is_leaf for p in net.parameters())
    assert net.seen.dtype is flambeau.float64
    assert net.count.dtype is flambeau.int64
    net(flambeau.ones(1, 2, dtype=flambeau.float64)).sum().backward()
    net.to(flambeau.float32)
    assert net.scale.grad.dtype is flambeau.float32
    net.to("cpu", flambeau.bfloat16)
    assert net.scale.dtype is flambeau.bfloat16
    with pytest.raises(TypeError, match=r"only accepts floating point or complex dtypes"):
        net.to(flambeau.int32)


def test_conversion_is_seen_by_an_optimizer():
    net = nn.Linear(2, 1)
    sgd = flambeau.optim.SGD(net.parameters(), lr=1.0)
    net.double()
    net(flambeau.ones(1, 2, dtype=flambeau.float64)).sum().backward()
    before = net.weight.tolist()
    sgd.step()
    assert net.weight.tolist() == [[w - 1 for w in before[0]]]


# -- copies ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("clone", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_are_independent(clone):
    net = Net()
    net.tied = net.first.weight
    other = clone(net)
    assert other.tied is other.first.weight
    assert isinstance(other.scale, nn.Parameter)
    assert other.scale.requires_grad
    with flambeau.no_grad():
        other.scale.add_(1)
    assert (net.scale.item(), other.scale.item()) == (1.0, 2.0)
    x = flambeau.ones(1, 2)
    assert flambeau.allclose(other(x), net(x) * 2)
    other.register_forward_hook(lambda *a: None)
    assert not net._forward_hooks
    assert list(other.state_dict()) == list(net.state_dict())


def test_a_dropped_module_is_freed_at_once():
    import gc
    import weakref

    gc.collect()
    gc.disable()
    try:
        net = Net()
        reference = weakref.ref(net.first.weight._storage)
        del net
        assert reference() is None
    finally:
        gc.enable()


# -- printing -------------------------------------------------------------------------------------
def test_repr():
    assert repr(Net()) == (
        "Net(\n"
        "  (first): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (rest): Sequential(\n"
        "    (0): ReLU()\n"
        "    (1): Linear(in_features=3, out_features=1, bias=False)\n"
        "  )\n"
        ")"
    )
    assert repr(nn.Parameter(flambeau.zeros(1))) == (
        "Parameter containing:\ntensor([0.], requires_grad=True)"
    )


LAYERS = (
    "Linear(2, 3)", "Identity()", "Bilinear(2, 3, 4)", "Flatten()", "Unflatten(1, (2, 3))",
    "Conv1d(2, 4, 3)", "Conv2d(2, 4, 3, stride=2, padding=1, bias=False)",
    "Conv2d(2, 4, (3, 2), padding='same', groups=2, padding_mode='reflect')",
    "Conv3d(1, 1, 1, dilation=2)", "ConvTranspose2d(2, 4, 3, 2, 1, output_padding=1)",
    "MaxPool2d(2)", "MaxPool1d(3, 2, 1)", "AvgPool2d(2)", "AdaptiveAvgPool2d((1, None))",
    "AdaptiveMaxPool2d(1)", "LPPool2d(2, 3)", "ZeroPad2d(1)", "ConstantPad2d(1, 3.0)",
    "ReflectionPad2d((1, 2, 3, 4))", "BatchNorm2d(3)", "BatchNorm1d(3, momentum=None)",
    "LayerNorm((2, 3))", "LayerNorm(4, bias=False)", "GroupNorm(2, 4)", "RMSNorm(4)",
    "InstanceNorm2d(3)", "LocalResponseNorm(2)", "Dropout(0.3)", "Dropout2d()", "AlphaDropout()",
    "Embedding(10, 3)", "Embedding(10, 3, padding_idx=-1, max_norm=1.0)", "ReLU()",
    "ReLU(inplace=True)", "ReLU6()", "GELU()", "GELU('tanh')", "ELU(2.0, True)", "CELU()",
    "SELU()", "SiLU()", "Mish()", "LeakyReLU(0.2)", "RReLU()", "Hardtanh()", "Hardswish()",
    "Hardsigmoid()", "Hardshrink()", "Softshrink(0.1)", "Softplus()", "Softsign()", "Tanh()",
    "Sigmoid()", "LogSigmoid()", "Tanhshrink()", "Threshold(0.1, 20)", "PReLU(3)", "GLU()",
    "Softmax(1)", "LogSoftmax(-1)", "Softmin(0)", "Softmax2d()", "MSELoss()",
    "CrossEntropyLoss()", "NLLLoss()", "BCEWithLogitsLoss()", "KLDivLoss()", "L1Loss()",
    "HuberLoss()", "SmoothL1Loss()", "TripletMarginLoss()", "CosineSimilarity()",
    "ModuleList([nn.Linear(2, 2) for _ in range(3)])", "ModuleDict({'a': nn.ReLU()})",
    "ModuleList([nn.ReLU(), nn.Linear(2, 2), nn.Linear(2, 2)])", "Sequential()",
    "Sequential(nn.Sequential(nn.ReLU()), nn.Flatten())", "ModuleList()",
)  # fmt: skip


@pytest.mark.parametrize("text", LAYERS)
def test_layers_print_and_save_as_pytorchs(text):
    torch = pytest.importorskip("torch")
    ours = eval(f"nn.{text}", {"nn": nn})
    theirs = eval(f"nn.{text}", {"nn": torch.nn})
    assert repr(ours) == repr(theirs)
    shapes = {k: tuple(v.shape) for k, v in ours.state_dict().items()}
    assert shapes == {k: tuple(v.shape) for k, v in theirs.state_dict().items()}


# -- what captured programs assume ----------------------------------------------------------------
def test_changes_of_structure_are_counted():
    net = Net()
    dropout = nn.Dropout(0.5)

    def counts(action):
        before = structure.version
        action()
        return structure.version > before

    x = flambeau.ones(1, 2)
    assert not counts(lambda: net(x))
    assert not counts(lambda: net.train())
    assert not counts(lambda: net(x).sum().backward())
    assert not counts(lambda: setattr(net, "plain", 4))
    assert counts(net.eval)
    assert counts(lambda: setattr(net, "scale", nn.Parameter(flambeau.ones(1))))
    assert counts(lambda: setattr(net, "seen", flambeau.ones(())))
    assert counts(lambda: setattr(net, "extra", nn.ReLU()))
    assert counts(lambda: delattr(net, "extra"))
    assert counts(lambda: setattr(dropout, "p", 0.2))
    handle = net.register_forward_hook(lambda *a: None)
    assert counts(handle.remove)
    assert counts(lambda: net.rest.append(nn.ReLU()))

"""summary: counts by hand, all kinds of inputs and outputs, and a model that stays as it was."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

import flambeau as torch
from flambeau import nn
from flambeau.debug import summary


def by_path(found: Any) -> dict[str, Any]:
    return {row.path: row for row in found.rows}


class Branches(nn.Module):
    """Two inputs, a dict as output, a module used twice, one never, and one that is frozen."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 6)
        self.second = nn.Linear(6, 6)
        self.unused = nn.Linear(100, 100)
        self.frozen = nn.Linear(6, 2).requires_grad_(False)

    def forward(self, a: torch.Tensor, b: torch.Tensor, scale: float = 1.0) -> dict[str, Any]:
        x = self.second(self.second(self.first(a) + self.first(b)))
        return {"out": self.frozen(x) * scale, "hidden": (x, a @ b.T)}


def test_branches() -> None:
    found = summary(Branches(), [(3, 4), (3, 4)])
    rows = by_path(found)
    assert rows["first"].calls == 2 and rows["second"].calls == 2 and rows["unused"].calls == 0
    assert rows[""].output == {"out": (3, 2), "hidden": [(3, 6), (3, 3)]}
    assert rows[""].input == [(3, 4), (3, 4)]
    assert rows["first"].multiply_adds == 2 * 3 * 4 * 6
    assert rows["second"].multiply_adds == 2 * 3 * 6 * 6
    assert rows["frozen"].multiply_adds == 3 * 6 * 2
    assert rows[""].own_multiply_adds == 3 * 4 * 3  # a @ b.T, in no module inside
    assert found.multiply_adds == 2 * 72 + 2 * 108 + 36 + 36
    assert found.parameters == 30 + 42 + 10_100 + 14
    assert found.frozen == 14 and found.trainable == found.parameters - 14
    text = str(found)
    assert "second: Linear (called 2 times)" in text and "unused: Linear (not called)" in text
    assert "{out: (3, 2), hidden: [(3, 6), (3, 3)]}" in text


@pytest.mark.parametrize(
    "given",
    [
        lambda x: (x, x),
        lambda x: [x, x],
        lambda x: {"a": x, "b": x},
    ],
)
def test_inputs(given: Any) -> None:
    found = summary(Branches(), given(torch.ones(3, 4)), scale=2.0)
    assert by_path(found)["first"].output == (3, 6)
    assert found.input_bytes == 48 * 2


def test_convolutions() -> None:
    model = nn.Sequential(
        nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2, bias=True),
        nn.ConvTranspose2d(6, 4, 2, stride=2),
        nn.Flatten(),
        nn.Linear(4 * 8 * 8, 3),
    )
    found = summary(model, (5, 4, 8, 8))
    rows = by_path(found)
    assert rows["0"].multiply_adds == 5 * 6 * 4 * 4 * (4 // 2 * 9)
    assert rows["1"].multiply_adds == 5 * 6 * 4 * 4 * (4 * 4)
    assert rows["3"].multiply_adds == 5 * 256 * 3
    assert rows["0"].parameters == 6 * 2 * 9 + 6
    assert rows["2"].output == (5, 256)
    # each piece of memory once: the flattened tensor is the one before
    activations = 4 * (5 * 6 * 16 + 5 * 4 * 64 + 5 * 3)
    assert found.activation_bytes == activations
    assert found.total_bytes == found.input_bytes + activations + found.parameter_bytes


@pytest.mark.parametrize(("kind", "gates"), [("RNN", 1), ("GRU", 3), ("LSTM", 4)])
def test_recurrent(kind: str, gates: int) -> None:
    model = getattr(nn, kind)(7, 5, num_layers=2, bidirectional=True)
    found = summary(model, (6, 3, 7))
    steps = 6 * 3
    first, second = gates * 5 * (7 + 5), gates * 5 * (10 + 5)
    assert found.multiply_adds == steps * 2 * (first + second)
    assert found.parameters == 2 * (first + 2 * gates * 5 + second + 2 * gates * 5)
    assert found.rows[0].output[0] == (6, 3, 10)


def test_transformer() -> None:
    n, t, e, h, f = 2, 5, 8, 2, 16
    model = nn.TransformerEncoderLayer(e, h, f, batch_first=True)
    rows = by_path(summary(model, (n, t, e)))
    attention = n * t * e * 3 * e + 2 * (n * h * t * t * (e // h)) + n * t * e * e
    assert rows["self_attn"].multiply_adds == attention
    assert rows[""].multiply_adds == attention + 2 * n * t * e * f
    cross = nn.Transformer(e, h, 1, 1, f, batch_first=True)
    found = summary(cross, [(n, t, e), (n, 3, e)])
    assert found.parameters == sum(p.numel() for p in cross.parameters())
    assert found.rows[0].output == (n, 3, e)


def test_shared_modules_and_parameters() -> None:
    embed, out = nn.Embedding(10, 4), nn.Linear(4, 10, bias=False)
    out.weight = embed.weight
    model = nn.Sequential(embed, out)
    found = summary(model, (2, 3), dtypes=torch.int64)
    assert found.parameters == 40
    assert [row.new_parameters for row in found.rows] == [40, 40, 0]
    assert str(found).splitlines()[4].split()[-2:] == ["shared", "240"]
    layer = nn.Linear(3, 3)
    found = summary(nn.ModuleDict({"a": layer, "b": layer}))
    assert found.parameters == 12
    assert found.rows[2].shared_with == "a"
    assert "b: Linear (is a)" in str(found)


def test_depth() -> None:
    model = nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4)), nn.Linear(4, 5))
    deep, flat = summary(model, (1, 2)), summary(model, (1, 2), depth=1)
    assert len(deep.rows) == len(flat.rows) == 5
    assert [row.path for row in flat.shown()] == ["", "0", "1"]
    lines = str(flat).splitlines()
    assert lines[3].split() == ["├─", "0:", "Sequential", "(1,", "2)", "(1,", "4)", "25", "18"]
    assert deep.parameters == flat.parameters == 9 + 16 + 25
    top = str(summary(model, (1, 2), depth=0)).splitlines()
    assert top[2].split()[-2:] == ["50", "38"]
    assert "│  └─ 1: Linear" in str(deep)


def test_columns_add_up_to_the_sums() -> None:
    model = nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)), nn.Linear(3, 5))
    for depth in (None, 0, 1):
        found = summary(model, (4, 2), depth=depth)
        columns = [line.split()[-2:] for line in str(found).splitlines()[2:-4]]
        for i, total in enumerate((found.parameters, found.multiply_adds)):
            assert sum(int(c[i].replace(",", "")) for c in columns if c[i] != "--") == total


class Stateful(nn.Module):
    """Writes buffers in place and replaces one, draws random numbers, keeps gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(3)
        self.drop = nn.Dropout(0.5)
        self.register_buffer("calls", torch.zeros(()))
        self.register_buffer("last", torch.zeros(2, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        self.last = x
        return self.drop(self.norm(x)) + torch.rand(3)


@pytest.mark.parametrize("mode", ["eval", "train", "same"])
@pytest.mark.parametrize("is_external", [False, True])
def test_the_model_stays_as_it_was(mode: str, is_external: bool) -> None:
    model = Stateful()
    model.norm.eval()
    model.norm.weight.grad = torch.ones(3)
    outside = [b.numpy() for b in model.buffers()] if is_external else []
    modes = {name: m.training for name, m in model.named_modules()}
    state = {k: v.clone() for k, v in model.state_dict().items()}
    tensors = dict(model.named_buffers())
    random_state = torch.get_rng_state()
    summary(model, (2, 3), mode=mode)
    assert {name: m.training for name, m in model.named_modules()} == modes
    assert all(torch.equal(v, state[k]) for k, v in model.state_dict().items())
    assert all(b is tensors[name] for name, b in model.named_buffers())
    assert torch.equal(torch.get_rng_state(), random_state)
    assert model.norm.weight.grad.tolist() == [1, 1, 1]
    assert all(p.requires_grad for p in model.parameters())
    for m in model.modules():
        assert not m._forward_hooks and not m._forward_pre_hooks
    assert all((a == b.numpy()).all() for a, b in zip(outside, model.buffers(), strict=False))


def test_the_model_stays_as_it_was_after_an_error() -> None:
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(4, 4))
    with pytest.raises(RuntimeError, match="in module 1: Linear"):
        summary(model, (2, 3), mode="eval")
    assert model.training and not model[0]._forward_hooks
    assert summary(model[0], (2, 3), mode="train").rows[0].calls == 1
    assert model[0].num_batches_tracked.item() == 0


def test_lazy_modules_stay_lazy() -> None:
    model = nn.Sequential(nn.LazyLinear(5), nn.ReLU())
    found = summary(model, (2, 3))
    assert found.parameters == 20
    assert type(model[0]) is nn.LazyLinear and model[0].has_uninitialized_params()
    assert summary(model).parameters == 0


def test_nothing_is_computed() -> None:
    """A model that would take terabytes."""
    model = nn.Sequential(nn.Conv2d(3, 4096, 3, padding=1), nn.ReLU())
    found = summary(model, (64, 3, 4096, 4096))
    assert found.multiply_adds == 64 * 4096 * 4096**2 * 27
    assert "TB" in str(found)


def test_a_model_that_looks_at_elements() -> None:
    class Looks(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[: int((x > -1).sum().item())]

    assert summary(Looks(), (5,)).rows[0].output == (5,)


def test_half_precision_and_no_input() -> None:
    model = nn.Linear(3, 4).to(torch.float16)
    found = summary(model, (2, 3))
    assert found.input_bytes == 12 and found.parameter_bytes == 32
    text = str(summary(model))
    assert "Input" not in text and "Multiply-adds" not in text and "16" in text


def test_html() -> None:
    html = summary(nn.Sequential(nn.Linear(2, 2)), (1, 2))._repr_html_()
    assert html.startswith("<table") and "└─ 0: Linear" in html and "(1, 2)" in html
    assert html.count("<tr>") == 1 + 2 + 3


def test_bad_arguments() -> None:
    model = nn.Linear(2, 2)
    with pytest.raises(TypeError, match=r"summary: given a function; required: a Module"):
        summary(lambda x: x)
    with pytest.raises(TypeError, match=r"summary: given an input of type str"):
        summary(model, "no")
    with pytest.raises(ValueError, match=r"summary: given mode 'test'; required: one of eval"):
        summary(model, (1, 2), mode="test")
    with pytest.raises(ValueError, match=r"summary: given depth -1"):
        summary(model, (1, 2), depth=-1)
    with pytest.raises(ValueError, match=r"summary: given 2 dtypes for 1 sizes"):
        summary(model, (1, 2), dtypes=[torch.float32, torch.float32])


def test_counts_agree_with_torchinfo() -> None:
    """On layers without bias, which it counts as multiplications."""
    info = pytest.importorskip("torchinfo")
    oracle = pytest.importorskip("torch")

    def make(nn: Any) -> Any:
        return nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, bias=False), nn.ReLU(),
            nn.Conv2d(8, 8, 3, groups=4, bias=False), nn.Flatten(),
            nn.Linear(8 * 25, 10, bias=False),
        )  # fmt: skip

    theirs = info.summary(make(importlib.import_module("torch.nn")), (2, 3, 16, 16), verbose=0)
    ours = summary(make(nn), (2, 3, 16, 16))
    assert ours.parameters == theirs.total_params
    assert ours.multiply_adds == theirs.total_mult_adds
    assert oracle.nn is not nn

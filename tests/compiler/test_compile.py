"""flambeau.compile: a captured step does what the plain one does, and notices when it cannot."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pytest

import flambeau as fl
from flambeau import nn


def make(seed=0):
    fl.manual_seed(seed)
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
    return model


def batches(n, size=16):
    generator = np.random.default_rng(3)
    return [
        (
            fl.from_numpy(generator.standard_normal((size, 8)).astype(np.float32)),
            fl.from_numpy(generator.standard_normal((size, 1)).astype(np.float32)),
        )
        for _ in range(n)
    ]


def train(optimizer_of, capture, steps=6, model=None):
    model = model or make()
    optimizer = optimizer_of(model.parameters())

    def step(x, y):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss.detach()

    run = fl.compile(step) if capture else step
    losses = [run(x, y).item() for x, y in batches(steps)]
    return losses, [p.detach().numpy().copy() for p in model.parameters()], run


OPTIMIZERS = {
    "sgd": lambda p: fl.optim.SGD(p, lr=0.1),
    "momentum": lambda p: fl.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-3),
    "adam": lambda p: fl.optim.Adam(p, lr=0.01),
    "adamw": lambda p: fl.optim.AdamW(p, lr=0.01),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_captured_training_equals_plain_training(name):
    plain, parameters, _ = train(OPTIMIZERS[name], False)
    captured, others, run = train(OPTIMIZERS[name], True)
    assert run.replays >= 3
    np.testing.assert_allclose(captured, plain, rtol=1e-5)
    for a, b in zip(parameters, others, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)


def test_changed_learning_rate_takes_effect():
    model = make()
    optimizer = fl.optim.SGD(model.parameters(), lr=0.1)

    @fl.compile
    def step(x, y):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss.detach()

    data = batches(5)
    for x, y in data:
        step(x, y)
    optimizer.param_groups[0]["lr"] = 0.0
    before = [p.detach().clone() for p in model.parameters()]
    for x, y in data:
        step(x, y)
    for p, old in zip(model.parameters(), before, strict=True):
        assert fl.equal(p, old)


def test_other_shapes_capture_again():
    @fl.compile
    def double(x):
        return x * 2

    assert double(fl.ones(3)).tolist() == [2, 2, 2]
    assert double(fl.ones(2, 2)).tolist() == [[2, 2], [2, 2]]
    assert double(fl.ones(3, dtype=fl.int64)).tolist() == [2, 2, 2]
    assert double(fl.full((3,), 5.0)).tolist() == [10, 10, 10]
    assert double.captures == 3 and double.replays == 1


def test_python_constants_are_guarded():
    factor = 2.0

    @fl.compile
    def scale(x):
        return x * factor

    assert scale(fl.ones(2)).tolist() == [2, 2]
    assert scale(fl.ones(2)).tolist() == [2, 2]
    factor = 3.0
    assert scale(fl.ones(2)).tolist() == [3, 3]


def test_mode_changes_are_noticed():
    fl.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))

    @fl.compile
    def run(x):
        with fl.no_grad():
            return model(x)

    x = fl.ones(3, 4)
    run(x), run(x)
    model.eval()
    expected = model[0](x)
    assert fl.allclose(run(x), expected)
    assert fl.allclose(run(x), expected)


def test_random_numbers_are_fresh_in_each_replay_and_follow_the_seed():
    @fl.compile
    def noise():
        return fl.rand(100)

    fl.manual_seed(5)
    captured = [noise() for _ in range(4)]
    fl.manual_seed(5)
    plain = [fl.rand(100) for _ in range(4)]
    assert noise.replays >= 2
    for a, b in zip(captured, plain, strict=True):
        assert fl.equal(a, b)
    assert not fl.equal(captured[2], captured[3])


def test_state_written_in_place_continues():
    total = fl.zeros(3)

    @fl.compile
    def add(x):
        total.add_(x)
        return total.sum()

    assert [add(fl.ones(3)).item() for _ in range(4)] == [3, 6, 9, 12]
    total.zero_()
    assert add(fl.ones(3)).item() == 3
    assert total.tolist() == [1, 1, 1]


def test_results_are_fresh():
    @fl.compile
    def square(x):
        return x * x

    a = square(fl.full((2,), 2.0))
    b = square(fl.full((2,), 3.0))
    c = square(fl.full((2,), 4.0))
    assert (a.tolist(), b.tolist(), c.tolist()) == ([4, 4], [9, 9], [16, 16])


def test_an_old_reference_to_a_parameter_keeps_its_value():
    w = fl.zeros(3)

    @fl.compile
    def step(x):
        w.add_(x)

    step(fl.ones(3))
    step(fl.ones(3))
    snapshot = w.clone()
    step(fl.ones(3))
    assert snapshot.tolist() == [2, 2, 2]
    assert w.tolist() == [3, 3, 3]


def test_looking_at_a_value_runs_uncaptured_with_a_warning():
    @fl.compile
    def choose(x):
        if x.sum() > 0:
            return x * 2
        return x * 3

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert choose(fl.ones(2)).tolist() == [2, 2]
        assert choose(-fl.ones(2)).tolist() == [-3, -3]
        assert choose(fl.ones(2)).tolist() == [2, 2]
    assert any("looks at a tensor's value" in str(w.message) for w in caught)


def test_aliasing_arguments():
    @fl.compile
    def add_into(x, y):
        x.add_(y)
        return x

    a, b = fl.ones(2), fl.ones(2)
    for _ in range(3):
        add_into(a, b)
    assert a.tolist() == [4, 4]
    for _ in range(2):
        add_into(b, b)
    assert b.tolist() == [4, 4]


def test_views_as_arguments():
    @fl.compile
    def total(x):
        return x.sum()

    data = fl.arange(12.0).reshape(4, 3)
    assert [total(data[i]).item() for i in range(4)] == [3, 12, 21, 30]


def test_gradients_accumulate_in_captured_steps():
    w = fl.ones(3, requires_grad=True)

    @fl.compile
    def backward(x):
        (w * x).sum().backward()

    for _ in range(4):
        backward(fl.full((3,), 2.0))
    assert w.grad.tolist() == [8, 8, 8]
    w.grad = None
    backward(fl.full((3,), 2.0))
    backward(fl.full((3,), 2.0))
    assert w.grad.tolist() == [4, 4, 4]


def test_errors_leave_nothing_changed_and_the_function_usable():
    @fl.compile
    def add(x, y):
        return x + y

    with pytest.raises(RuntimeError, match="must match"):
        add(fl.ones(3), fl.ones(2))
    assert add(fl.ones(3), fl.ones(3)).tolist() == [2, 2, 2]


def test_module_is_compiled_and_keeps_its_state_dict():
    model = make()
    compiled = fl.compile(model)
    x = fl.ones(2, 8)
    with fl.no_grad():
        assert fl.allclose(compiled(x), model(x))
        assert fl.allclose(compiled(x), model(x))
    assert [k.removeprefix("_orig_mod.") for k in compiled.state_dict()] == list(model.state_dict())


def test_batch_norm_statistics_are_updated_by_replays():
    fl.manual_seed(0)
    plain, captured = nn.BatchNorm1d(4), nn.BatchNorm1d(4)
    run = fl.compile(lambda x: captured(x).detach())
    for x, _ in batches(5):
        a, b = plain(x[:, :4].contiguous()), run(x[:, :4].contiguous())
        assert fl.allclose(a, b, atol=1e-6)
    assert fl.allclose(plain.running_mean, captured.running_mean)
    assert fl.allclose(plain.running_var, captured.running_var)
    assert captured.num_batches_tracked.item() == 5


def test_an_unevaluated_view_from_before_the_call_is_state():
    w = fl.arange(6.0).reshape(2, 3)
    turned = w.t().contiguous().view(6).clone()
    kept = w.t().reshape(6)  # a copy that nobody has looked at yet

    @fl.compile
    def step(x):
        kept.add_(x)
        return (kept * turned).sum()

    def plain(k):
        return sum((v + k) * v for v in (0.0, 3.0, 1.0, 4.0, 2.0, 5.0))

    assert [step(fl.ones(6)).item() for _ in range(3)] == [plain(k) for k in (1, 2, 3)]
    assert step.replays == 2


READS = {
    "tolist": lambda x: x + x.tolist()[0],
    "item": lambda x: x * x[1].item(),
    "if": lambda x: x * 2 if x[0] > 0 else -x,
    "index": lambda x: x[x[0].long()] + 1,
    "nonzero": lambda x: x.nonzero().sum() + x.sum(),
    "numpy": lambda x: x + float(x.detach().numpy().sum()),
}


@pytest.mark.parametrize("name", READS)
def test_values_of_arguments_are_not_kept(name):
    captured = fl.compile(READS[name])
    for values in ([1.0, 2.0, 0.0], [1.0, 5.0, 7.0], [0.0, -1.0, 2.0]):
        x = fl.tensor(values)
        x.sum().item()  # evaluated: reading it evaluates nothing
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = captured(x).tolist()
        assert found == READS[name](x).tolist()


def test_a_constant_tensor_that_is_read_is_watched():
    factor = fl.tensor([2.0])
    captured = fl.compile(lambda x: x * factor.item())
    x = fl.ones(2)
    assert [captured(x).tolist() for _ in range(3)] == [[2, 2]] * 3
    assert captured.captures == 1
    factor.fill_(3)
    assert captured(x).tolist() == [3, 3] and captured.captures == 2


def test_the_first_evaluation_of_a_process_may_be_in_a_captured_function():
    code = "import flambeau as fl\nf = fl.compile(lambda x: x + x.sum().item())\n"
    code += "print(f(fl.ones(2)).tolist())"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[3.0, 3.0]", done.stderr


def test_a_gradient_that_is_a_view_of_what_was_computed():
    """The gradient of a vector in a product of matrices is a matrix, reshaped."""
    a = fl.tensor([[1.0, 2.0], [3.0, 4.0]])
    x = fl.ones(2, requires_grad=True)

    @fl.compile
    def step(scale):
        x.grad = None
        (a @ x).sum().mul(scale).backward()

    for k in (1.0, 2.0, 3.0):
        step(fl.tensor(k))
        assert x.grad.tolist() == [4 * k, 6 * k]
    assert step.replays == 2


def test_a_copy_of_what_was_computed_is_written():
    a, b = fl.zeros(2, 2), fl.zeros(4)

    @fl.compile
    def step(x):
        a.copy_(x * 2)
        b.copy_(a.reshape(4))

    for k in (1.0, 2.0, 3.0):
        step(fl.full((2, 2), k))
        a[0, 0] += 1  # a memory of its own
        assert a.flatten().tolist() == [2 * k + 1] + [2 * k] * 3 and b.tolist() == [2 * k] * 4
    assert step.replays == 2

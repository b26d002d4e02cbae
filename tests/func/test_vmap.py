"""vmap against a loop over the examples, and its errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau import nn
from flambeau.func import functional_call, grad, stack_module_state, vmap

F = nn.functional


def make(*shape: int, seed: int = 0) -> Any:
    return flambeau.from_numpy(np.random.default_rng(seed).normal(size=shape))


def assert_close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(
        found.detach().numpy(), expected.detach().numpy(), rtol=1e-9, atol=1e-10
    )


INDEX = flambeau.tensor([2, 0, 1, 1])
# a function of two tensors of these shapes, for one example
PROGRAMS: dict[str, tuple[Any, tuple, tuple]] = {
    "arithmetic": (lambda x, y: (x * y + 2).tanh() / (y.abs() + 1), (3, 4), (4,)),
    "where": (lambda x, y: flambeau.where(x > y, x, y * 2), (3, 4), (3, 4)),
    "reductions": (lambda x, y: x.sum(0) * y.amax() + x.var(1).mean(), (3, 4), (4,)),
    "arg": (lambda x, y: x.argmax(1) + y.argmin(), (3, 4), (4,)),
    "softmax": (lambda x, y: x.softmax(-1) @ y, (3, 4), (4,)),
    "matmul": (lambda x, y: x @ y, (3, 4), (4, 2)),
    "batched matmul": (lambda x, y: x @ y, (2, 3, 4), (2, 4, 5)),
    "vector": (lambda x, y: x @ y, (4,), (4,)),
    "linear": (lambda x, y: F.linear(x, y), (3, 4), (5, 4)),
    "movement": (lambda x, y: x.t().flip(0).reshape(-1)[1:7:2] + y.unsqueeze(0), (3, 4), (3,)),
    "strided": (lambda x, y: x.as_strided((2, 3), (1, 2)) + y.unfold(0, 3, 1)[0], (3, 4), (4,)),
    "cat and pad": (lambda x, y: F.pad(flambeau.cat([x, y[None]]), (1, 2)), (3, 4), (4,)),
    "cumsum": (lambda x, y: x.cumsum(1) + y.cumprod(0), (3, 4), (4,)),
    "index": (lambda x, y: x[:, INDEX[:2]] * y[INDEX][:2], (4, 4), (4,)),
    "gather": (lambda x, y: x.gather(0, (y > 0).long()[None]), (3, 4), (4,)),
    "take by example": (lambda x, y: x[(y > 0).long()], (3, 4), (5,)),
    "assign": (lambda x, y: flambeau.cat([x]).index_put((INDEX[:3],), y), (3, 4), (4,)),
    "in place": (lambda x, y: x.clone().mul_(2).add_(y), (3, 4), (4,)),
    "write a part": (lambda x, y: _written(x, y), (3, 4), (4,)),
    "sort": (lambda x, y: x.sort(1).values + y.argsort(), (3, 4), (4,)),
    "conv, both": (lambda x, y: F.conv2d(x[None], y, padding=1)[0], (2, 5, 5), (3, 2, 3, 3)),
    "conv, groups": (lambda x, y: F.conv1d(x[None], y, groups=2)[0], (4, 6), (6, 2, 3)),
    "pool": (lambda x, y: F.max_pool2d(x[None], 2)[0] * y[0], (2, 4, 4), (1,)),
    "norm": (lambda x, y: F.layer_norm(x, (4,), y), (3, 4), (4,)),
    "svd": (lambda x, y: flambeau.linalg.svdvals(x) * y, (4, 4), (4,)),
    "fft": (lambda x, y: flambeau.fft.rfft(x, dim=0).abs()[:2] + y, (3, 4), (4,)),
    "complex": (lambda x, y: flambeau.complex(x, x * y).exp().imag, (3, 4), (4,)),
}  # fmt: skip


def _written(x: Any, y: Any) -> Any:
    x = x.clone()
    x[1] = y
    x[:, 2] += 1
    return x


@pytest.mark.parametrize("dims", [(0, 0), (0, None), (None, 0), (1, -1)], ids=str)
@pytest.mark.parametrize("name", PROGRAMS)
def test_is_the_loop(name: str, dims: tuple) -> None:
    program, *shapes = PROGRAMS[name]
    inputs = []
    for i, (shape, dim) in enumerate(zip(shapes, dims, strict=True)):
        x = make(*shape, seed=i) if dim is None else make(3, *shape, seed=i)
        inputs.append(x if dim is None else x.movedim(0, dim))
    found = vmap(program, in_dims=dims)(*inputs)
    rows = [
        program(*[x if d is None else x.select(d, i) for x, d in zip(inputs, dims, strict=True)])
        for i in range(3)
    ]
    assert_close(found, flambeau.stack(rows))
    out = vmap(program, in_dims=dims, out_dims=-1, chunk_size=2)(*inputs)
    assert_close(out, flambeau.stack(rows, -1))


@pytest.mark.parametrize("name", [n for n in PROGRAMS if n not in ("arg", "svd")])
def test_gradients_through_it_are_the_loops(name: str) -> None:
    program, *shapes = PROGRAMS[name]
    results = []
    for batched in (True, False):
        x = make(3, *shapes[0]).requires_grad_()
        y = make(*shapes[1], seed=1).requires_grad_()  # found outside by the function
        if batched:
            out = vmap(lambda x, y=y: program(x, y))(x)
        else:
            out = flambeau.stack([program(x[i], y) for i in range(3)])
        (gx,) = flambeau.autograd.grad(out.sin().sum(), x, create_graph=True, retain_graph=True)
        second = flambeau.autograd.grad(gx.pow(2).sum(), [x, y], allow_unused=True,
                                        retain_graph=True)  # fmt: skip
        first = flambeau.autograd.grad(out.sin().sum(), [x, y], allow_unused=True)
        results.append([*first, *second])
    for a, b in zip(*results, strict=True):
        if a is None or b is None:  # a gradient of zeros
            other = a if b is None else b
            assert other is None or not other.any()
        else:
            assert_close(a, b)


def test_nested() -> None:
    x, y = make(3, 4), make(5, 4, seed=1)
    found = vmap(lambda a: vmap(lambda b: (a * b).sum() ** 2)(y))(x)
    assert_close(found, (x @ y.t()) ** 2)
    found = vmap(vmap(lambda a, b: a - b, in_dims=(0, None)), in_dims=(None, 0))(x[0], y[:, 0])
    assert_close(found, x[0] - y[:, :1])


def test_per_sample_gradients_of_a_network() -> None:
    flambeau.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(12, 5)).double()
    images, labels = make(4, 1, 4, 4), flambeau.tensor([0, 3, 1, 4])
    parameters = dict(model.named_parameters())

    def loss(parameters: Any, image: Any, label: Any) -> Any:
        output = functional_call(model, parameters, (image[None],))
        return F.cross_entropy(output, label[None])

    found = vmap(grad(loss), in_dims=(None, 0, 0))(parameters, images, labels)
    for i in range(4):
        model.zero_grad()
        F.cross_entropy(model(images[i : i + 1]), labels[i : i + 1]).backward()
        for name, p in model.named_parameters():
            assert_close(found[name][i], p.grad)


def test_an_ensemble_of_modules() -> None:
    models = [nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).eval() for _ in range(3)]
    parameters, buffers = stack_module_state(models)
    x = flambeau.randn(5, 3)

    def call(p: Any, b: Any, x: Any) -> Any:
        return functional_call(models[0], (p, b), (x,))

    found = vmap(call, in_dims=(0, 0, None))(parameters, buffers, x)
    expected = flambeau.stack([m(x) for m in models])
    np.testing.assert_allclose(found.detach().numpy(), expected.detach().numpy(), atol=1e-6)
    with pytest.raises(RuntimeError, match="at least one model"):
        stack_module_state([])


def test_trees_and_keywords() -> None:
    def program(tree: dict, *, scale: Any) -> Any:
        return {"sum": tree["a"] + tree["b"][0], "scaled": (tree["a"] * scale,)}

    a, b, s = make(3, 2), make(2, seed=1), make(3, seed=2)
    found = vmap(program, in_dims=({"a": 0, "b": (None,)},))({"a": a, "b": (b,)}, scale=s)
    assert_close(found["sum"], a + b)
    assert_close(found["scaled"][0], a * s[:, None])
    one, two = vmap(lambda x: (x, x * 2), out_dims=(0, None))(a)
    assert_close(one, a)
    assert_close(two, a[0] * 2)


def test_what_depends_on_no_example_is_repeated() -> None:
    found = vmap(lambda x: flambeau.ones(2))(make(3, 4))
    assert found.tolist() == [[1, 1]] * 3


def test_random_numbers() -> None:
    x = flambeau.zeros(3)
    with pytest.raises(RuntimeError, match="randomness error mode"):
        vmap(lambda x: x + flambeau.randn(2))(x)
    same = vmap(lambda x: x + flambeau.randn(2), randomness="same")(x)
    assert same[0].tolist() == same[1].tolist() == same[2].tolist()
    different = vmap(lambda x: x + flambeau.randn(2), randomness="different")(x)
    assert len({tuple(row) for row in different.tolist()}) == 3


def test_a_second_call_plans_nothing() -> None:
    from flambeau.engine.runtime.evaluate import _programs

    mapped = vmap(lambda x: (x * 2).sin().sum())
    mapped(make(3, 4)).tolist()
    other = make(3, 4, seed=5)
    before = len(_programs)
    found = mapped(other).tolist()
    assert len(_programs) == before
    np.testing.assert_allclose(found, (other * 2).sin().sum(1).numpy())


def test_in_a_captured_step() -> None:
    model = nn.Linear(3, 1).double()
    rule = flambeau.optim.SGD(model.parameters(), lr=0.1)
    x, y = make(6, 3), make(6, seed=1)

    def step(x: Any, y: Any) -> Any:
        rule.zero_grad()
        losses = vmap(lambda a, b: (model(a)[0] - b) ** 2)(x, y)
        losses.mean().backward()
        rule.step()
        return losses.detach()

    state = {k: v.clone() for k, v in model.state_dict().items()}
    plain = [step(x, y).tolist() for _ in range(3)]
    model.load_state_dict(state)
    captured = flambeau.compile(step)
    np.testing.assert_allclose([captured(x, y).tolist() for _ in range(3)], plain, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: vmap(lambda a: a.item())(x), RuntimeError, "looked at a value"),
        (lambda x: vmap(lambda a: a if a > 0 else -a)(x), RuntimeError, "looked at a value"),
        (lambda x: vmap(lambda a: a.add_(1))(x), RuntimeError, "in place"),
        (lambda x: vmap(lambda a: 3)(x), ValueError, "must only return Tensors"),
        (lambda x: vmap(lambda a, b: a)(x, x[:2]), ValueError, "same size in the mapped"),
        (lambda x: vmap(lambda a: a, in_dims=None)(x), ValueError, "no tensor to map over"),
        (lambda x: vmap(lambda a: a, in_dims=2)(x), IndexError, "out of range"),
        (lambda x: vmap(lambda a: a, in_dims=(0, 0))(x), ValueError, "in_dims"),
        (lambda x: vmap(lambda a: a, out_dims=(0, 0))(x), ValueError, "out_dims"),
        (lambda x: vmap(lambda: 1)(), ValueError, "no inputs"),
        (lambda x: vmap(lambda a: a, randomness="no"), RuntimeError, "one of error"),
        (lambda x: vmap(lambda a: a, chunk_size=0), ValueError, "chunk_size > 0"),
        (lambda x: vmap(lambda a: a)(x.sum()), ValueError, "without dims"),
    ],
)
def test_errors(call: Any, error: type[Exception], text: str) -> None:
    x = flambeau.arange(3.0)
    with pytest.raises(error, match=text):
        call(x)
    assert x.tolist() == [0, 1, 2] and (x + 1).sum().item() == 6  # nothing is left behind


def test_what_leaks_out_harms_nothing_else() -> None:
    leaked = []

    def leaking(x: Any) -> Any:
        leaked.append(x * 2)
        return x

    vmap(leaking)(make(3, 2))
    other = flambeau.ones(2) + 1
    poison = leaked[0] + 1  # recorded outside, of what has no values
    assert other.tolist() == [2, 2]
    with pytest.raises(RuntimeError, match="looked at a value"):
        poison.tolist()
    assert (other * 2).tolist() == [4, 4]

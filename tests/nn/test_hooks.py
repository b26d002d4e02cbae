"""Hooks around forward and backward of modules."""

from __future__ import annotations

import pytest

import flambeau
from flambeau import nn


def linear():
    layer = nn.Linear(2, 1)
    with flambeau.no_grad():
        layer.weight.copy_(flambeau.tensor([[2.0, 3.0]]))
        layer.bias.zero_()
    return layer


def test_forward_hooks_see_and_replace():
    layer = linear()
    seen = []
    layer.register_forward_pre_hook(lambda m, args: seen.append("first"))
    layer.register_forward_pre_hook(lambda m, args: args[0] * 10)
    layer.register_forward_hook(lambda m, args, out: seen.append(args[0].tolist()))
    handle = layer.register_forward_hook(lambda m, args, out: out + 1)
    assert layer(flambeau.ones(1, 2)).item() == 51
    assert seen == ["first", [[10.0, 10.0]]]
    handle.remove()
    assert layer(flambeau.ones(1, 2)).item() == 50


def test_order_and_prepend():
    layer = linear()
    seen = []
    layer.register_forward_hook(lambda *a: seen.append(1))
    layer.register_forward_hook(lambda *a: seen.append(2))
    layer.register_forward_hook(lambda *a: seen.append(0), prepend=True)
    layer(flambeau.ones(1, 2))
    assert seen == [0, 1, 2]


def test_hooks_with_kwargs():
    class Scale(nn.Module):
        def forward(self, x, *, by=1.0):
            return x * by

    module = Scale()
    module.register_forward_pre_hook(
        lambda m, args, kwargs: (args, {"by": kwargs["by"] + 1}), with_kwargs=True
    )
    module.register_forward_hook(lambda m, args, kwargs, out: out + kwargs["by"], with_kwargs=True)
    assert module(flambeau.ones(()), by=2.0).item() == 6.0
    module.register_forward_pre_hook(lambda m, a, k: 3, with_kwargs=True)
    with pytest.raises(RuntimeError, match=r"must return None or a tuple of"):
        module(flambeau.ones(()), by=2.0)


def test_always_call():
    class Fails(nn.Module):
        def forward(self, x):
            raise ValueError("no")

    module = Fails()
    seen = []
    module.register_forward_hook(lambda m, args, out: seen.append(out), always_call=True)
    module.register_forward_hook(lambda m, args, out: seen.append("not called"))
    with pytest.raises(ValueError, match=r"^no$"):
        module(1)
    assert seen == [None]


def test_full_backward_hook():
    layer = linear()
    seen = {}

    def hook(module, grad_input, grad_output):
        seen["input"] = grad_input[0].tolist()
        seen["output"] = grad_output[0].tolist()
        return (grad_input[0] * 10,)

    handle = layer.register_full_backward_hook(hook)
    x = flambeau.ones(1, 2, requires_grad=True)
    (layer(x) * 5).sum().backward()
    assert seen == {"input": [[10.0, 15.0]], "output": [[5.0]]}
    assert x.grad.tolist() == [[100.0, 150.0]]
    assert layer.weight.grad.tolist() == [[5.0, 5.0]]
    handle.remove()
    x.grad = None
    layer(x).sum().backward()
    assert x.grad.tolist() == [[2.0, 3.0]]


def test_backward_pre_hook():
    layer = linear()
    layer.register_full_backward_pre_hook(lambda m, grad_output: (grad_output[0] * 2,))
    x = flambeau.ones(1, 2, requires_grad=True)
    layer(x).sum().backward()
    assert x.grad.tolist() == [[4.0, 6.0]]
    assert layer.bias.grad.tolist() == [2.0]


def test_backward_hook_where_no_input_requires_grad():
    layer = linear()
    seen = []
    layer.register_full_backward_hook(lambda m, gi, go: seen.append((gi, go[0].item())))
    layer(flambeau.ones(1, 2)).sum().backward()
    assert seen == [((None,), 1.0)]


def test_backward_hooks_of_several_inputs_and_outputs():
    class Both(nn.Module):
        def forward(self, x, n, y):
            return x * n, x * y

    module = Both()
    seen = []
    module.register_full_backward_hook(
        lambda m, gi, go: seen.append(([None if g is None else g.item() for g in gi],
                                       [g.item() for g in go]))
    )  # fmt: skip
    x = flambeau.tensor(2.0, requires_grad=True)
    y = flambeau.tensor(3.0, requires_grad=True)
    a, b = module(x, 4, y)
    (a + b).backward()
    assert seen == [([7.0, None, 2.0], [1.0, 1.0])]


def test_hooks_equal_pytorchs():
    torch = pytest.importorskip("torch")

    def run(t):
        layer = t.nn.Sequential(t.nn.Linear(2, 2), t.nn.Tanh())
        with t.no_grad():
            for p in layer.parameters():
                p.fill_(0.5)
        seen = []
        for i, m in enumerate(layer):
            m.register_full_backward_hook(
                lambda m, gi, go, i=i: seen.append((i, gi[0].tolist(), go[0].tolist()))
            )
        x = t.ones(1, 2, requires_grad=True)
        layer(x).sum().backward()
        return seen, x.grad.tolist()

    (ours, grad), (theirs, wanted) = run(flambeau), run(torch)
    assert [s[0] for s in ours] == [s[0] for s in theirs]
    for a, b in zip(ours, theirs, strict=True):
        assert a[1][0] == pytest.approx(b[1][0])
        assert a[2][0] == pytest.approx(b[2][0])
    assert grad[0] == pytest.approx(wanted[0])


def test_hooks_for_all_modules():
    seen = []
    handles = [
        nn.register_module_forward_pre_hook(lambda m, args: seen.append(("before", type(m)))),
        nn.register_module_forward_hook(lambda m, args, out: seen.append(("after", type(m)))),
        nn.register_module_full_backward_hook(lambda m, gi, go: seen.append(("back", type(m)))),
    ]
    try:
        nn.ReLU()(flambeau.ones(1, requires_grad=True)).backward()
    finally:
        for handle in handles:
            handle.remove()
    assert seen == [("before", nn.ReLU), ("after", nn.ReLU), ("back", nn.ReLU)]
    nn.ReLU()(flambeau.ones(1))
    assert len(seen) == 3


def test_a_wrong_number_of_gradients():
    layer = linear()
    layer.register_full_backward_hook(lambda m, gi, go: (gi[0], gi[0]))
    x = flambeau.ones(1, 2, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"invalid number of grad_input, got 2, but expected 1"):
        layer(x).sum().backward()

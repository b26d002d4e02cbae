"""Custom functions: context, outputs, second derivatives, errors."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau.autograd import Function, once_differentiable
from flambeau.testing import assert_close


class Multiply(Function):
    """Two outputs, a number among the inputs."""

    @staticmethod
    def forward(ctx, x, factor, y):
        ctx.save_for_backward(x, y)
        ctx.factor = factor
        return x * y * factor, x + y

    @staticmethod
    def backward(ctx, g, h):
        x, y = ctx.saved_tensors
        assert ctx.needs_input_grad[1] is False
        return g * y * ctx.factor + h, None, g * x * ctx.factor + h


class Exp(Function):
    """forward and setup_context apart; saves its output."""

    @staticmethod
    def forward(x):
        return x.exp()

    @staticmethod
    def setup_context(ctx, inputs, output):
        (x,) = inputs
        assert x.ndim == 1
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y


def leaf(*values):
    return flambeau.tensor(list(values), dtype=flambeau.float64, requires_grad=True)


def test_gradients_of_two_outputs():
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    p, s = Multiply.apply(x, 2.0, y)
    assert type(p.grad_fn).__name__ == "MultiplyBackward" and s.output_nr == 1
    assert p.grad_fn is s.grad_fn and p.grad_fn.factor == 2.0
    (p * s).sum().backward()
    vx, vy = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    assert_close(x.grad, 2 * vy * (vx + vy) + 2 * vx * vy)
    assert_close(y.grad, 2 * vx * (vx + vy) + 2 * vx * vy)


def test_an_unused_output_counts_as_zeros():
    x, y = leaf(1.0), leaf(3.0)
    p, _ = Multiply.apply(x, 2.0, y)
    p.sum().backward()
    assert x.grad.item() == 6.0


def test_grads_need_not_be_materialized():
    class Pair(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 1, x * 2

        @staticmethod
        def backward(ctx, g, h):
            assert h is None
            return g * 5

    x = leaf(1.0)
    Pair.apply(x)[0].sum().backward()
    assert x.grad.item() == 5.0


@pytest.mark.parametrize("function", [Exp.apply, lambda x: Multiply.apply(x, 2.0, x.sin())[0]])
def test_gradcheck_twice(function):
    x = leaf(0.3, -0.7)
    assert flambeau.autograd.gradcheck(function, (x,))
    assert flambeau.autograd.gradgradcheck(function, (x,))


def test_no_second_derivative_of_once_differentiable():
    class Once(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            assert not flambeau.is_grad_enabled()
            return g * 2 * ctx.saved_tensors[0]

    x = leaf(3.0)
    (g,) = flambeau.autograd.grad(Once.apply(x).sum() * x.sum(), x, create_graph=True)
    assert g.item() == 27.0
    with pytest.raises(RuntimeError, match="marked with @once_differentiable"):
        flambeau.autograd.grad(g, x)


def test_mark_dirty_gives_the_input_a_new_history():
    class Double(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = leaf(1.0, 2.0)
    h = x * 1.0
    y = Double.apply(h)
    assert y is h and h.grad_fn.name() == "DoubleBackward"
    h.sum().backward()
    assert_close(x.grad, np.array([2.0, 2.0]))
    base = leaf(1.0, 2.0, 3.0)
    whole = base * 1.0
    Double.apply(whole[1:])
    assert_close(whole, np.array([1.0, 4.0, 6.0]))
    whole.sum().backward()
    assert_close(base.grad, np.array([1.0, 2.0, 2.0]))
    with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
        Double.apply(leaf(1.0))

    class Forgets(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x * 2

    with pytest.raises(RuntimeError, match="marked as dirty"):
        Forgets.apply(leaf(1.0) * 1)


def test_mark_non_differentiable():
    class WithIndex(Function):
        @staticmethod
        def forward(ctx, x):
            order = x * 0 + 1
            ctx.mark_non_differentiable(order)
            return x * 2, order, x > 0

        @staticmethod
        def backward(ctx, g, *rest):
            return g * 2

    y, order, positive = WithIndex.apply(leaf(1.0))
    assert y.requires_grad and not order.requires_grad and not positive.requires_grad


def test_an_input_handed_through_is_another_tensor():
    class Reverse(Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return -g

    x = leaf(1.0)
    y = Reverse.apply(x)
    assert y is not x and x.is_leaf
    y.sum().backward()
    assert x.grad.item() == -1.0


def test_a_view_of_an_input_keeps_the_functions_history():
    class First(Function):
        @staticmethod
        def forward(ctx, x):
            return x[:1]

        @staticmethod
        def backward(ctx, g):
            return flambeau.cat([g * 100, g * 0])

    x = leaf(1.0, 2.0)
    First.apply(x * 1.0).sum().backward()
    assert_close(x.grad, np.array([100.0, 0.0]))


def test_not_recorded_where_nothing_requires_grad():
    y = Exp.apply(flambeau.ones(2))
    assert not y.requires_grad and y.grad_fn is None
    with flambeau.no_grad():
        assert not Exp.apply(leaf(1.0)).requires_grad


def test_backward_inside_backward():
    class Inner(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            with flambeau.enable_grad():
                z = x.detach().requires_grad_()
                (z * z).sum().backward()
            return g * z.grad

    x = leaf(3.0)
    (Inner.apply(x) * 2).sum().backward()
    assert x.grad.item() == 12.0


def test_wrong_gradients_are_named():
    def function(result):
        class Wrong(Function):
            @staticmethod
            def forward(ctx, x, k):
                return x * 2

            @staticmethod
            def backward(ctx, g):
                return result(g)

        return Wrong.apply(leaf(1.0, 2.0), 3).sum()

    with pytest.raises(RuntimeError, match=r"incorrect number of gradients \(expected 2, got 1\)"):
        function(lambda g: g).backward()
    with pytest.raises(RuntimeError, match=r"index 0 - got \[3\].*compatible with \[2\]"):
        function(lambda g: (flambeau.ones(3), None)).backward()
    with pytest.raises(RuntimeError, match="different from None at position 2"):
        function(lambda g: (g, g)).backward()
    function(lambda g: (g, None, None)).backward()  # more, if they are None


def test_saved_tensors_are_checked_and_released():
    x = leaf(1.0, 2.0)
    h = x * 1
    p, _ = Multiply.apply(h, 2.0, x)
    h.add_(1)
    with pytest.raises(RuntimeError, match=r"MultiplyBackward.*modified by an inplace operation"):
        p.sum().backward()
    y = Exp.apply(x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match=r"ExpBackward.*second time"):
        y.backward()
    with pytest.raises(TypeError, match="can only save variables"):
        flambeau.autograd.FunctionCtx().save_for_backward(1.0)


def test_misuse():
    with pytest.raises(RuntimeError, match=r"Exp.apply"):
        Exp()

    class Nothing(Function):
        pass

    with pytest.raises(NotImplementedError, match="implement the forward"):
        Nothing.apply(leaf(1.0))


def test_keyword_arguments_have_their_place():
    x, y = leaf(1.0), leaf(3.0)
    p, _ = Multiply.apply(x, y=y, factor=2.0)
    p.sum().backward()
    assert y.grad.item() == 2.0

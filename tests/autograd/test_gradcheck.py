"""gradcheck must find wrong derivatives; anomaly detection; functional."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau.autograd import Function, gradcheck, gradgradcheck
from flambeau.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp
from flambeau.testing import assert_close


class WrongSquare(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0] * 1.9


def leaf(*values):
    return flambeau.tensor(list(values), dtype=flambeau.float64, requires_grad=True)


@pytest.mark.parametrize("fast_mode", [False, True])
def test_a_wrong_derivative_is_found(fast_mode):
    x = leaf(0.5, -1.0)
    with pytest.raises(RuntimeError, match="Jacobian mismatch for output 0 with respect to input"):
        gradcheck(WrongSquare.apply, (x,), fast_mode=fast_mode)
    assert not gradcheck(WrongSquare.apply, (x,), fast_mode=fast_mode, raise_exception=False)
    assert gradcheck(lambda x: x * x, (x,), fast_mode=fast_mode)


def test_a_wrong_second_derivative_is_found():
    class WrongTwice(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * (x.detach() * x * 3)

    x = leaf(0.5, -1.0)
    assert gradcheck(WrongTwice.apply, (x,))
    with pytest.raises(RuntimeError, match="mismatch"):
        gradgradcheck(WrongTwice.apply, (x,))
    assert gradgradcheck(lambda x: x**3, (x,))


def test_several_inputs_outputs_and_other_arguments():
    x, y = leaf(0.5, -1.0), leaf(2.0)
    assert gradcheck(lambda x, k, y: (x * y * k, (x + y).sin()), (x, 3, y))


def test_single_precision_is_refused():
    with pytest.raises(ValueError, match="float32; required: float64"):
        gradcheck(lambda x: x, (flambeau.ones(2, requires_grad=True),))
    with pytest.raises(ValueError, match="at least one input"):
        gradcheck(lambda x: x, (flambeau.ones(2),))


def test_anomaly_detection_names_the_line():
    with flambeau.autograd.detect_anomaly():
        x = leaf(0.0)
        y = (x.sqrt() * 0).sum()
        with pytest.raises(RuntimeError, match=r"SqrtBackward0' returned nan.*test_gradcheck\.py"):
            y.backward()
    assert not flambeau.is_anomaly_enabled()
    with flambeau.autograd.set_detect_anomaly(True, check_nan=False):
        (leaf(0.0).sqrt() * 0).sum().backward()
    flambeau.autograd.set_detect_anomaly(True)
    assert flambeau.is_anomaly_enabled()
    flambeau.autograd.set_detect_anomaly(False)
    assert not flambeau.is_anomaly_enabled()


def test_anomaly_detection_explains_errors():
    class Fails(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            raise ValueError("no")

    with (
        flambeau.autograd.detect_anomaly(),
        pytest.warns(UserWarning, match=r"Error detected in FailsBackward.*test_gradcheck"),
        pytest.raises(ValueError, match="no"),
    ):
        Fails.apply(leaf(1.0)).sum().backward()


A = np.array([[1.0, 2.0], [3.0, -1.0]])


def test_jacobian_and_products():
    a = flambeau.tensor(A)
    x = flambeau.tensor([0.5, 1.5], dtype=flambeau.float64)

    def function(x):
        return (a * x).sum(1).exp()

    expected = np.exp(A @ [0.5, 1.5])[:, None] * A
    assert_close(jacobian(function, x), expected)
    v = flambeau.tensor([1.0, -2.0], dtype=flambeau.float64)
    y, pulled = vjp(function, x, v)
    assert_close(y, np.exp(A @ [0.5, 1.5]))
    assert_close(pulled, np.array([1.0, -2.0]) @ expected)
    _, pushed = jvp(function, x, v)
    assert_close(pushed, expected @ np.array([1.0, -2.0]))
    assert not pushed.requires_grad


def test_jacobian_of_several():
    x, y = leaf(1.0, 2.0), leaf(3.0)
    (xx, xy), (sx, sy) = jacobian(lambda x, y: (x * y, x.sum()), (x, y))
    assert_close(xx, 3 * np.eye(2))
    assert_close(xy, np.array([[1.0], [2.0]]))
    assert_close(sx, np.ones(2))
    assert_close(sy, np.zeros(1))


def test_hessian_and_products():
    x = flambeau.tensor([1.0, 2.0], dtype=flambeau.float64)

    def function(x):
        return (x**3).sum() + x[0] * x[1]

    expected = np.array([[6.0, 1.0], [1.0, 12.0]])
    assert_close(hessian(function, x), expected)
    v = flambeau.tensor([1.0, -1.0], dtype=flambeau.float64)
    assert_close(hvp(function, x, v)[1], expected @ [1.0, -1.0])
    assert_close(vhp(function, x, v)[1], expected @ [1.0, -1.0])
    with pytest.raises(RuntimeError, match="single element"):
        hessian(lambda x: x, x)

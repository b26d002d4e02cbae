"""backward and grad: values, accumulation, graphs kept and released, errors by their text."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

import flambeau
from flambeau.testing import assert_close


def leaf(*values: float, dtype=flambeau.float64):
    return flambeau.tensor(list(values), dtype=dtype, requires_grad=True)


def test_chain_rule_equals_the_formula():
    x = leaf(0.5, -1.0, 2.0)
    (x * x + x).exp().sum().backward()
    v = np.array([0.5, -1.0, 2.0])
    assert_close(x.grad, (2 * v + 1) * np.exp(v * v + v))


def test_an_input_used_twice_gets_both_gradients():
    x = leaf(2.0)
    y = x * 3
    (y * y + y).sum().backward()
    assert_close(x.grad, np.array([2 * 3 * 3 * 2.0 + 3]))


def test_broadcast_inputs_get_summed_gradients_of_their_shape_and_dtype():
    x = flambeau.ones(3, 1, dtype=flambeau.float32, requires_grad=True)
    y = flambeau.ones(2, 1, 4, dtype=flambeau.float64, requires_grad=True)
    (x * y).sum().backward()
    assert x.grad.dtype is flambeau.float32
    assert_close(x.grad, np.full((3, 1), 8.0))
    assert_close(y.grad, np.full((2, 1, 4), 3.0))


def test_later_gradients_go_into_the_same_tensor():
    x = leaf(1.0, 2.0)
    x.sum().backward()
    first = x.grad
    (x * x).sum().backward()
    assert x.grad is first
    assert_close(first, np.array([3.0, 5.0]))


def test_the_first_gradient_is_a_tensor_of_its_own():
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (x + y).sum().backward()
    x.grad.mul_(10)
    assert_close(y.grad, np.array([1.0, 1.0]))
    assert x.grad.is_contiguous()


def test_gradient_given_by_the_caller_is_not_written_to():
    x = leaf(1.0, 2.0)
    g = flambeau.tensor([1.0, 1.0], dtype=flambeau.float64)
    (x * 1.0).backward(g)
    (x * 1.0).backward(g)
    assert_close(g, np.array([1.0, 1.0]))
    assert_close(x.grad, np.array([2.0, 2.0]))


def test_backward_of_a_leaf():
    x = flambeau.tensor(2.0, requires_grad=True)
    x.backward()
    assert x.grad.item() == 1.0


def test_several_outputs():
    x = leaf(1.0, 2.0)
    flambeau.autograd.backward([(x * 2).sum(), (x * x).sum()])
    assert_close(x.grad, np.array([4.0, 6.0]))


def test_only_the_named_inputs_get_gradients():
    x, y = leaf(1.0), leaf(2.0)
    h = x * y
    (h * h).sum().backward(inputs=[y])
    assert x.grad is None
    assert_close(y.grad, np.array([4.0]))
    h = x * y
    (h * h).sum().backward(inputs=[h])
    assert_close(h.grad, np.array([4.0]))
    assert x.grad is None


def test_grad_leaves_dot_grad_alone():
    x, y = leaf(1.0), leaf(2.0)
    h = x * y
    gx, gh = flambeau.autograd.grad((h * h).sum(), [x, h])
    assert x.grad is None and y.grad is None
    assert_close(gx, np.array([8.0]))
    assert_close(gh, np.array([4.0]))


def test_grad_stops_at_what_was_asked_for():
    x = leaf(2.0)
    h = x.exp()
    y = (h * h).sum()
    (gh,) = flambeau.autograd.grad(y, h)
    (gx,) = flambeau.autograd.grad(h, x, gh)  # h's own node was not run, so nothing is released
    assert_close(gx, 2 * np.exp([4.0]))


def test_grad_of_unused_inputs():
    x, y = leaf(1.0), leaf(2.0)
    with pytest.raises(RuntimeError, match=r"input 1.*not have been used in the graph"):
        flambeau.autograd.grad((x * 2).sum(), [x, y])
    gx, gy = flambeau.autograd.grad((x * 2).sum(), [x, y], allow_unused=True)
    assert gy is None and gx.item() == 2.0
    gx, gy = flambeau.autograd.grad((x * 2).sum(), [x, y], materialize_grads=True)
    assert_close(gy, np.array([0.0]))


def test_grad_of_batched_cotangents():
    x = leaf(1.0, 2.0)
    y = x * x
    rows = flambeau.eye(2, dtype=flambeau.float64)
    (jacobian,) = flambeau.autograd.grad(y, x, rows, is_grads_batched=True)
    assert_close(jacobian, np.diag([2.0, 4.0]))


def test_third_derivative():
    x = leaf(1.5)
    y = x**5
    for expected in (5 * 1.5**4, 20 * 1.5**3, 60 * 1.5**2):
        (y,) = flambeau.autograd.grad(y.sum(), x, create_graph=True)
        assert_close(y, np.array([expected]))


def test_create_graph_makes_dot_grad_differentiable():
    x = leaf(3.0)
    (x**3).sum().backward(create_graph=True)
    g = x.grad
    x.grad = None
    g.sum().backward()
    assert_close(x.grad, np.array([18.0]))


def test_a_gradient_that_is_itself_given_with_history():
    x, w = leaf(2.0), leaf(5.0)
    (g,) = flambeau.autograd.grad(x * x, x, w, create_graph=True)
    (gw,) = flambeau.autograd.grad(g, w)
    assert_close(gw, np.array([4.0]))


def test_backward_twice_names_the_operation():
    x = leaf(1.0)
    y = x.exp().sum()
    y.backward()
    with pytest.raises(RuntimeError, match=r"ExpBackward0.*backward through the graph a second"):
        y.backward()


def test_retain_graph_allows_a_second_backward():
    x = leaf(1.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert_close(x.grad, np.array([4.0]))


def test_what_was_saved_is_released():
    x = leaf(1.0, 2.0)
    h = x * 2
    watched = weakref.ref(h)
    y = (h * h).sum()
    del h
    assert watched() is not None
    y.backward()
    gc.collect()
    assert watched() is None


def test_non_scalar_needs_a_gradient():
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match=r"only for scalar outputs.*shape \[2\].*sum\(\)"):
        (x * 2).backward()
    with pytest.raises(RuntimeError, match=r"Mismatch in shape"):
        (x * 2).backward(flambeau.ones(3))
    with pytest.raises(TypeError, match="Tensors or None, but got float"):
        (x * 2).backward(1.0)


def test_backward_of_what_requires_no_grad():
    with pytest.raises(RuntimeError, match="element 0 of tensors does not require grad"):
        flambeau.ones(()).backward()
    x = leaf(1.0)
    with pytest.raises(RuntimeError, match="does not require grad"):
        flambeau.autograd.grad((x * 2).sum(), flambeau.ones(1))
    with pytest.raises(RuntimeError, match="cannot be empty"):
        (x * 2).sum().backward(inputs=[])
    with pytest.raises(RuntimeError, match="1 tensors and 2 gradients"):
        flambeau.autograd.backward([x.sum()], [None, None])


def test_a_saved_tensor_that_was_written_to_is_noticed():
    x = leaf(1.0, 2.0)
    h = x * 3
    y = (h * x).sum()
    h.add_(1)
    with pytest.raises(RuntimeError) as error:
        y.backward()
    text = str(error.value)
    assert "MulBackward0" in text and "modified by an inplace operation" in text
    assert "[2]" in text and "is at version 1; expected version 0" in text
    assert "clone()" in text


def test_a_saved_result_that_was_written_to_is_noticed():
    x = leaf(1.0, 2.0)
    y = x.exp()
    z = y.sum()
    y.mul_(2)
    with pytest.raises(RuntimeError, match=r"ExpBackward0.*modified by an inplace operation"):
        z.backward()


def test_the_line_of_the_forward_call_is_named_under_trace():
    from flambeau.core.config import config

    x = leaf(1.0, 2.0)
    with config.override(TRACE=1):
        y = x.exp()  # this line
    z = y.sum()
    y.mul_(2)
    with pytest.raises(RuntimeError, match=r"test_backward\.py:\d+ in test_the_line"):
        z.backward()


def test_a_write_to_what_was_not_saved_is_no_error():
    x = leaf(1.0, 2.0)
    h = x + 3
    y = h * 2
    h.add_(1)
    y.sum().backward()
    assert_close(x.grad, np.array([2.0, 2.0]))


def test_very_deep_graphs_need_no_recursion():
    x = leaf(1.0)
    y = x
    for _ in range(50_000):
        y = y + 1
    (y * y).sum().backward()
    assert_close(x.grad, np.array([2 * 50_001.0]))
    del y  # the chain of nodes falls apart without recursion too


def test_several_threads_with_graphs_of_their_own():
    results = {}

    def work(k: int) -> None:
        x = leaf(float(k))
        for _ in range(20):
            x.grad = None
            ((x * x).exp() * 0 + x * k).sum().backward()
        results[k] = x.grad.item()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert results == {0: 0.0, 1: 1.0, 2: 2.0, 3: 3.0}


def test_threads_add_to_one_leaf():
    x = leaf(0.0)

    def work() -> None:
        for _ in range(50):
            (x * 1.0).sum().backward()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert x.grad.item() == 200.0


def test_requires_grad_rules():
    with pytest.raises(RuntimeError, match="int64; only Tensors of floating point"):
        flambeau.tensor([1, 2]).requires_grad_()
    x = leaf(1.0)
    y = x * 2
    with pytest.raises(RuntimeError, match="only change requires_grad flags of leaf variables"):
        y.requires_grad_(False)
    y.requires_grad_()  # already does
    assert x.is_leaf and not y.is_leaf and not y.detach().requires_grad
    assert not (x > 0).requires_grad


def test_assigned_grads_are_checked():
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match="different size"):
        x.grad = flambeau.ones(3, dtype=flambeau.float64)
    with pytest.raises(RuntimeError, match="different type"):
        x.grad = flambeau.ones(2, dtype=flambeau.float32)
    with pytest.raises(TypeError, match="expected to be a Tensor or None"):
        x.grad = 1.0


def test_grad_of_a_non_leaf_warns():
    y = leaf(1.0) * 2
    with pytest.warns(UserWarning, match="not a leaf Tensor is being accessed"):
        assert y.grad is None


def test_the_face_of_grad_fn():
    x, w = leaf(1.0), flambeau.ones(1, dtype=flambeau.float64)
    y = x * w
    node = y.grad_fn
    assert node.name() == type(node).__name__ == "MulBackward0"
    assert repr(node).startswith("<MulBackward0 object at 0x")
    (accumulate, number), nothing = node.next_functions
    assert accumulate.name() == "AccumulateGrad" and accumulate.variable is x and number == 0
    assert nothing == (None, 0)
    node.metadata["note"] = 1
    assert y.grad_fn.metadata == {"note": 1}

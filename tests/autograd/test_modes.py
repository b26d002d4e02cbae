"""no_grad and its relatives: as context managers, decorators and functions."""

from __future__ import annotations

import threading

import pytest

import flambeau


@pytest.fixture
def x():
    return flambeau.tensor([1.0, 2.0], requires_grad=True)


def test_no_grad_and_enable_grad_nest(x):
    with flambeau.no_grad():
        assert not flambeau.is_grad_enabled() and not (x * 2).requires_grad
        with flambeau.enable_grad():
            assert (x * 2).requires_grad
        assert not flambeau.is_grad_enabled()
    assert flambeau.is_grad_enabled()


def test_the_mode_comes_back_after_an_error():
    with pytest.raises(ZeroDivisionError), flambeau.no_grad():
        1 / 0  # noqa: B018
    assert flambeau.is_grad_enabled()


@pytest.mark.parametrize("decorate", [flambeau.no_grad, flambeau.no_grad()])
def test_as_a_decorator(x, decorate):
    @decorate
    def double(t):
        """doc"""
        return t * 2

    assert not double(x).requires_grad
    assert double.__doc__ == "doc" and double.__name__ == "double"
    assert flambeau.is_grad_enabled()


def test_generators_run_under_the_mode_and_their_callers_do_not(x):
    @flambeau.no_grad()
    def steps():
        for _ in range(2):
            got = yield flambeau.is_grad_enabled()
            assert got == "sent" and not flambeau.is_grad_enabled()
        return "end"

    run = steps()
    assert next(run) is False and flambeau.is_grad_enabled()
    assert run.send("sent") is False and flambeau.is_grad_enabled()
    with pytest.raises(StopIteration, match="end"):
        run.send("sent")


def test_set_grad_enabled(x):
    flambeau.set_grad_enabled(False)
    assert not flambeau.is_grad_enabled()
    flambeau.set_grad_enabled(True)
    with flambeau.set_grad_enabled(False):
        assert not (x * 2).requires_grad
    assert flambeau.is_grad_enabled()

    @flambeau.set_grad_enabled(False)
    def double(t):
        return t * 2

    assert flambeau.is_grad_enabled()
    assert not double(x).requires_grad


def test_inference_mode(x):
    with flambeau.inference_mode():
        y = x * 2
        assert flambeau.is_inference_mode_enabled() and not flambeau.is_grad_enabled()
        with flambeau.enable_grad():
            assert not (x * 2).requires_grad
    assert y.is_inference() and not y.requires_grad and not x.is_inference()
    with pytest.raises(RuntimeError, match="Inference tensors cannot be saved for backward"):
        x * y
    with pytest.raises(RuntimeError, match="Inplace update to inference tensor"):
        y.add_(1)
    with pytest.raises(RuntimeError, match="requires_grad=True on inference tensor"):
        y.requires_grad_()
    assert (x * y.clone()).requires_grad
    with flambeau.inference_mode():
        y.add_(1)

    @flambeau.inference_mode
    def double(t):
        return t * 2

    assert double(x).is_inference()
    with flambeau.inference_mode(False):
        assert (x * 2).requires_grad


def test_each_thread_has_its_own_mode():
    seen = []
    with flambeau.no_grad():
        thread = threading.Thread(target=lambda: seen.append(flambeau.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]

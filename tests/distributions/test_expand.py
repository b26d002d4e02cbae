"""`expand` gives the same distribution over a larger batch."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from tests.distributions.examples import ALL, make

D = flambeau.distributions

MOMENTS = "mean mode variance".split()


def known(d, name):
    try:
        value = getattr(d, name)
        return value() if callable(value) else value
    except (AttributeError, NotImplementedError):
        return None


@pytest.mark.parametrize("line", ALL)
@pytest.mark.parametrize("computed_before", [False, True])
def test_expanded_distributions_are_the_same(line, computed_before):
    d = make(flambeau, line)
    if computed_before:  # what is lazy is there then, and has to be expanded as well
        for name in (*MOMENTS, "entropy", "probs", "logits", "precision_matrix", "scale_tril"):
            known(d, name)
        d.log_prob(d.sample())
    batch = (3, *d.batch_shape)
    e = d.expand(batch)
    assert type(e) is type(d)
    assert tuple(e.batch_shape) == batch and e.event_shape == d.event_shape
    assert tuple(e.sample((2,)).shape) == (2, *batch, *d.event_shape)
    value = d.sample()
    log_prob = d.log_prob(value)
    np.testing.assert_allclose(
        e.log_prob(value).detach(), np.broadcast_to(log_prob.detach(), batch), rtol=1e-12
    )
    for name in (*MOMENTS, "entropy"):
        found, expected = known(e, name), known(d, name)
        if expected is None:
            assert found is None
            continue
        shape = batch if name == "entropy" else (*batch, *d.event_shape)
        assert tuple(found.shape) == shape
        np.testing.assert_allclose(found, np.broadcast_to(expected, shape), rtol=1e-12)
    assert tuple(e.expand((2, *batch)).batch_shape) == (2, *batch)


def test_expanded_parameters_share_memory():
    d = D.Normal(flambeau.zeros(1), flambeau.ones(1))
    assert d.expand((5,)).loc.stride() == (0,)


def test_a_subclass_with_its_own_arguments_must_say_how():
    class Mine(D.Normal):
        def __init__(self, middle):
            super().__init__(middle, 1.0)

    with pytest.raises(NotImplementedError, match=r"must also define a custom \.expand\(\)"):
        Mine(0.0).expand((2,))

    class Plain(D.Normal):
        pass

    assert type(Plain(0.0, 1.0).expand((2,))) is Plain

    class Own(D.Distribution):
        pass

    with pytest.raises(NotImplementedError, match="expand"):
        Own(validate_args=False).expand((2,))


def test_gradients_pass_through_expand():
    loc = flambeau.tensor([1.0, 2.0], requires_grad=True)
    D.Normal(loc, 1.0).expand((3, 2)).log_prob(flambeau.zeros(3, 2)).sum().backward()
    assert loc.grad.tolist() == [-3.0, -6.0]

"""Every operation has a derivative row or is listed as having none; rows hold twice."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
import flambeau.nn.functional
from flambeau.autograd.vjps import NON_DIFFERENTIABLE, VJPS
from flambeau.tensor.operation import OPERATIONS
from flambeau.testing.opinfo import SAMPLES, SPECIAL


def test_every_operation_has_a_row_or_is_listed():
    missing = sorted(OPERATIONS.keys() - VJPS.keys() - NON_DIFFERENTIABLE)
    assert not missing, f"no derivative, and not in NON_DIFFERENTIABLE: {missing}"


def test_every_row_has_an_operation():
    assert not sorted((VJPS.keys() | NON_DIFFERENTIABLE) - OPERATIONS.keys())
    assert not sorted(VJPS.keys() & NON_DIFFERENTIABLE)
    for name, row in VJPS.items():
        assert OPERATIONS[name].derivative is row, name
    for name in NON_DIFFERENTIABLE:
        assert OPERATIONS[name].derivative is None, name


def test_every_row_has_a_sample():
    missing = sorted(VJPS.keys() - SAMPLES.keys() - SPECIAL.keys())
    assert not missing, f"no sample inputs: {missing}"


CASES = [
    pytest.param(sample, id=f"{name}-{i}")
    for name, samples in sorted(SAMPLES.items())
    for i, sample in enumerate(samples)
]


@pytest.mark.parametrize("sample", CASES)
def test_first_and_second_derivatives(sample):
    inputs = sample.make_inputs()
    assert flambeau.autograd.gradcheck(sample.run, inputs, atol=1e-4, rtol=1e-4, fast_mode=True)
    if sample.twice:
        assert flambeau.autograd.gradgradcheck(
            sample.run, inputs, atol=1e-4, rtol=1e-3, fast_mode=True
        )


@pytest.mark.parametrize(
    "name", sorted(name for name, samples in SAMPLES.items() for s in samples if s.uses_name)
)
def test_the_sample_reaches_its_operation(name):
    """A sample that no longer calls the operation it is for would test nothing."""
    for sample in SAMPLES[name]:
        outputs = sample.run(*sample.make_inputs())
        outputs = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
        seen, stack = set(), [y.grad_fn for y in outputs if y.requires_grad]
        while stack:
            node = stack.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            stack += [n for n, _ in node.next_functions]
        names = {n.operation.name for n in seen if hasattr(n, "operation")}
        assert name in names, (name, names)


def test_samples_are_deterministic():
    a = SAMPLES["exp"][0].make_inputs()[0]
    b = SAMPLES["exp"][0].make_inputs()[0]
    assert np.array_equal(a.detach().numpy(), b.detach().numpy())

"""Records of testing/opinfo/behaviours run by PyTorch: values, dtypes, classes of exceptions."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.tensor.tensor import Tensor
from flambeau.testing.opinfo.behaviours import BEHAVIOURS, Behaviour
from tests.behaviour_calls import TOLERANCE, Made, as_numpy, each, find, results_of

torch = pytest.importorskip("torch")
# what PyTorch gives is not unique, or is a deprecated function's; records compare with NumPy
OTHERWISE = {
    "empty_like", "empty", "sort", "argsort", "topk", "median", "nanmedian", "mode",
}  # fmt: skip
# errors of records that are classes of their own here: name -> why
OTHER_ERRORS = {
    "bitwise_not": "TypeError, as for ~x there",
    "take_along_dim": "PyTorch takes indices modulo the size, whatever they are",
    "scatter_reduce": "'max' is accepted there, though not documented",
    "narrow_copy": "PyTorch fails in an assertion of its own",
    "linalg.eigh": "RuntimeError, as for its siblings",
    "baddbmm": "PyTorch fails where it first looks at the third dim",
    "addbmm": "PyTorch fails where it first looks at the third dim",
}
DTYPES = (dt.float32, dt.int64, dt.bool_, dt.complex64, dt.bfloat16)
RECORDS = [b for name, b in BEHAVIOURS.items() if name not in OTHERWISE]


def in_torch(made: Made) -> Any:
    """The call of `made`, by PyTorch."""

    def convert(x: Any) -> Any:
        if isinstance(x, Tensor):
            return torch.tensor(as_numpy(x)).to(getattr(torch, x.dtype.name))
        return getattr(torch, x.name) if isinstance(x, DType) else x

    args, kwargs = each(made.args, convert), each(made.kwargs, convert)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return find(made.record.name, torch)(*args, **kwargs)


def as_array(x: Any) -> Any:
    if isinstance(x, Tensor):
        return as_numpy(x)
    return (x.float() if x.dtype is torch.bfloat16 else x).resolve_conj().numpy()


@pytest.mark.parametrize("record", RECORDS, ids=lambda b: b.name)
def test_values_and_dtypes_are_pytorchs(record: Behaviour) -> None:
    for dtype in DTYPES:
        if dtype not in record.dtypes:
            continue
        for call in record.calls:
            made = Made(record, dtype, call)
            try:
                theirs = results_of(list_of(in_torch(made)))
            except NotImplementedError:  # there, for this dtype
                continue
            ours = results_of(made.run())
            assert len(ours) == len(theirs)
            if record.up_to is not None:
                continue
            for a, b in zip(ours, theirs, strict=True):
                if not isinstance(a, Tensor):
                    assert a == b
                    continue
                assert a.dtype.name == str(b.dtype).rpartition(".")[2], (dtype, call)
                bound = TOLERANCE.get(a.dtype, 0) * max(record.loose, 2) * 2
                np.testing.assert_allclose(as_array(a), as_array(b), rtol=bound, atol=bound)


def list_of(found: Any) -> Any:
    if isinstance(found, torch.Size):
        return flambeau.Size(found)
    if isinstance(found, (tuple, list)):
        return [list_of(x) for x in found]
    return found


ERRORS = [(b, e) for name, b in BEHAVIOURS.items() for e in b.errors if name not in OTHER_ERRORS]


@pytest.mark.parametrize(("record", "error"), ERRORS, ids=[b.name for b, _ in ERRORS])
def test_exceptions_are_pytorchs(record: Behaviour, error: Any) -> None:
    """What a program that was written for PyTorch catches, it catches here."""
    made = Made(record, record.dtypes[0], error.call)
    with pytest.raises(Exception) as theirs:
        in_torch(made)
    with pytest.raises(Exception) as ours:
        [np.asarray(x) for x in results_of(made.run())]
    caught = next(c for c in type(theirs.value).__mro__ if c.__module__ == "builtins")
    assert isinstance(ours.value, caught), (repr(theirs.value)[:200], repr(ours.value)[:200])

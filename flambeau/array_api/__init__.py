"""flambeau.array_api: the Python array API standard, version 2024.12, on tensors.

Libraries that are written against the standard find it by `x.__array_namespace__()`. What tensors
themselves do stays as PyTorch has it, and differs from the standard in four places:
  x + y, x // y, ...  a tensor with dims decides the dtype against one without; `add(x, y)` and the
                      other functions here promote as the standard says
  x // y, x % y       of infinities and signed zeros; `floor_divide` and `remainder` here differ
  x[::-1]             is refused; `flip` reverses
  x.T                 reverses the dims of a tensor of any number of dims
Source: https://data-apis.org/array-api/2024.12/

>>> import flambeau
>>> x = flambeau.asarray([1.0, 2.0, 3.0])
>>> xp = x.__array_namespace__()
>>> xp.sum(xp.multiply(x, 2))
tensor(12.)
"""

# ruff: noqa: F401 - what is imported here is what the namespace offers

from __future__ import annotations

from math import e, inf, nan, pi

from flambeau.array_api import elementwise, fft, linalg
from flambeau.array_api.creation import (
    arange,
    asarray,
    empty,
    empty_like,
    eye,
    from_dlpack,
    full,
    full_like,
    linspace,
    meshgrid,
    ones,
    ones_like,
    tril,
    triu,
    zeros,
    zeros_like,
)
from flambeau.array_api.dtypes import astype, can_cast, finfo, iinfo, isdtype, result_type
from flambeau.array_api.info import __array_namespace_info__, namespace
from flambeau.array_api.linalg import matmul, matrix_transpose, tensordot, vecdot
from flambeau.array_api.manipulation import (
    broadcast_arrays,
    broadcast_to,
    concat,
    expand_dims,
    flip,
    moveaxis,
    permute_dims,
    repeat,
    reshape,
    roll,
    squeeze,
    stack,
    tile,
    unstack,
)
from flambeau.array_api.searching import (
    argmax,
    argmin,
    argsort,
    count_nonzero,
    nonzero,
    searchsorted,
    sort,
    take,
    take_along_axis,
    unique_all,
    unique_counts,
    unique_inverse,
    unique_values,
    where,
)
from flambeau.array_api.statistical import (
    all,
    any,
    cumulative_prod,
    cumulative_sum,
    diff,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
)
from flambeau.core.dtype import (
    bool_ as bool,
)
from flambeau.core.dtype import (
    complex64,
    complex128,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)

globals().update(elementwise.FUNCTIONS)

newaxis = None
__array_api_version__ = "2024.12"

_HELPERS = {"annotations", "creation", "dtypes", "elementwise", "info", "manipulation",
            "namespace", "searching", "statistical"}  # fmt: skip
__all__ = sorted(
    {name for name in globals() if name[0] != "_"} - _HELPERS
    | {"__array_api_version__", "__array_namespace_info__"}
)


def __dir__() -> list[str]:
    return __all__

"""Named tuples that operations with several results return."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

__all__: list[str] = []


def _make(name: str, fields: str) -> Any:
    base = namedtuple(name, fields)  # type: ignore[misc]

    def show(self: Any) -> str:
        inside = ",\n".join(f"{f}={v!r}" for f, v in zip(self._fields, self, strict=True))
        return f"flambeau.return_types.{name}(\n{inside})"

    base.__repr__ = show  # type: ignore[assignment,method-assign]
    base.__module__ = __name__
    return base


max = _make("max", "values indices")
min = _make("min", "values indices")
aminmax = _make("aminmax", "min max")
sort = _make("sort", "values indices")
topk = _make("topk", "values indices")
kthvalue = _make("kthvalue", "values indices")
median = _make("median", "values indices")
nanmedian = _make("nanmedian", "values indices")
mode = _make("mode", "values indices")
cummax = _make("cummax", "values indices")
histogram = _make("histogram", "hist bin_edges")
histogramdd = _make("histogramdd", "hist bin_edges")
cummin = _make("cummin", "values indices")
linalg_cholesky_ex = _make("linalg_cholesky_ex", "L info")
linalg_eig = _make("linalg_eig", "eigenvalues eigenvectors")
linalg_eigh = _make("linalg_eigh", "eigenvalues eigenvectors")
linalg_inv_ex = _make("linalg_inv_ex", "inverse info")
linalg_ldl_factor = _make("linalg_ldl_factor", "LD pivots")
linalg_ldl_factor_ex = _make("linalg_ldl_factor_ex", "LD pivots info")
linalg_lstsq = _make("linalg_lstsq", "solution residuals rank singular_values")
linalg_lu = _make("linalg_lu", "P L U")
linalg_lu_factor = _make("linalg_lu_factor", "LU pivots")
linalg_lu_factor_ex = _make("linalg_lu_factor_ex", "LU pivots info")
linalg_qr = _make("linalg_qr", "Q R")
linalg_slogdet = _make("linalg_slogdet", "sign logabsdet")
linalg_solve_ex = _make("linalg_solve_ex", "result info")
linalg_svd = _make("linalg_svd", "U S Vh")
geqrf = _make("geqrf", "a tau")
lu_unpack = _make("lu_unpack", "P L U")
qr = _make("qr", "Q R")
slogdet = _make("slogdet", "sign logabsdet")
svd = _make("svd", "U S V")
triangular_solve = _make("triangular_solve", "solution cloned_coefficient")
frexp = _make("frexp", "mantissa exponent")

"""quantile and nanquantile: composed of sort, gather and arithmetic, so derivatives follow.

Operation, without a gradient:
  quantile_places (ranks) [up]     ranks (places in the order, with fractions) as int64 indices
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import is_capturing, read
from flambeau.tensor.creation import full
from flambeau.tensor.elementwise import lerp, where
from flambeau.tensor.gathering import GATHER, check_tensor
from flambeau.tensor.inplace import into, with_axis
from flambeau.tensor.operation import operation
from flambeau.tensor.shaping import movedim, reshape
from flambeau.tensor.sorting import sort
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "METHODS"]

# interpolation -> how a rank becomes a place in the order, where there is one place only
INTERPOLATIONS = {
    "linear": "floor", "lower": "floor", "higher": "ceil", "midpoint": "floor", "nearest": "round",
}  # fmt: skip


@operation("quantile_places")
def PLACES(ranks: Node, rounding: str) -> Node:
    return build.convert(build.apply(rounding, ranks), dt.int64)


# -- checks -------------------------------------------------------------------------------------
def _check(name: str, x: Tensor, q: Any, interpolation: Any) -> None:
    check_tensor(name, "input", 1, x)
    if x.dtype not in (dt.float32, dt.float64):
        raise RuntimeError(
            message(name, f"a tensor of dtype {x.dtype.name}",
                    f"{name}() input tensor must be either float or double dtype", ".float()")
        )  # fmt: skip
    if 0 in x._shape:
        raise RuntimeError(
            message(name, f"a tensor of shape {list(x._shape)}",
                    f"{name}() input tensor must be non-empty")
        )  # fmt: skip
    if interpolation not in INTERPOLATIONS:
        raise RuntimeError(
            message(name, f"interpolation={interpolation!r}",
                    f"{name}() interpolation must be one of linear, lower, higher, midpoint or "
                    "nearest", "'linear'")
        )  # fmt: skip


def _ranks_wanted(name: str, x: Tensor, q: Any) -> Tensor:
    """q, numbers between 0 and 1, as a tensor of x's dtype with at most one dim."""
    if not isinstance(q, Tensor):
        if not isinstance(q, (int, float)):
            raise TypeError(
                f"{name}(): argument 'q' (position 2) must be float or Tensor, not "
                f"{type(q).__name__}; try flambeau.tensor(q)"
            )
        if not 0 <= q <= 1:
            raise RuntimeError(
                message(name, f"q={q}", f"{name}() q must be in the range [0, 1]", "a percentage "
                        "divided by 100")
            )  # fmt: skip
        return full((), float(q), dtype=x.dtype)
    if len(q._shape) > 1:
        raise RuntimeError(
            message(name, f"q of shape {list(q._shape)}", f"{name}() q must be a scalar or 1D "
                    "tensor", "q.flatten()")
        )  # fmt: skip
    if q.dtype is not x.dtype:
        raise RuntimeError(
            message(name, f"q of dtype {q.dtype.name} for a tensor of {x.dtype.name}",
                    f"{name}() q tensor must be same dtype as the input tensor",
                    f"q.to(flambeau.{x.dtype.name})")
        )  # fmt: skip
    if not is_capturing():
        found = read(q)
        if not ((found >= 0) & (found <= 1)).all():
            raise RuntimeError(
                message(name, f"q of {found.tolist()}",
                        f"{name}() q values must be in the range [0, 1]", "q / 100 for percentages")
            )  # fmt: skip
    return q


# -- the quantile -------------------------------------------------------------------------------
def _quantile(name: str, ignore_nan: bool) -> Callable[..., Tensor]:
    @with_axis
    def function(
        input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *,
        interpolation: str = "linear", out: Any = None,
    ) -> Tensor:  # fmt: skip
        _check(name, input, q, interpolation)
        ndim = len(input._shape)
        at = None if dim is None else normalize_dim(name, dim, ndim)
        wanted = _ranks_wanted(name, input, q)
        rows = _rows(input, at)
        found = _along_rows(name, rows, reshape(wanted, -1), interpolation, ignore_nan)
        if at is None or not ndim:
            kept = (1,) * ndim
        else:
            kept = (*input._shape[:at], 1, *input._shape[at + 1 :])
        if not keepdim:
            kept = () if at is None else (*kept[:at], *kept[at + 1 :])
        result = reshape(movedim(found, -1, 0), (*wanted._shape, *kept))
        return result if out is None else into(out, result, name)

    function.__name__ = function.__qualname__ = name
    return function


def _rows(x: Tensor, dim: int | None) -> Tensor:
    """x with dim as the last; all elements in one row without it."""
    if dim is None or not x._shape:
        return reshape(x, -1)
    return movedim(x, dim, -1)


def _along_rows(name: str, x: Tensor, q: Tensor, interpolation: str, ignore_nan: bool) -> Tensor:
    """For each row of x the quantiles of the vector q."""
    size = x._shape[-1]
    ordered = sort(x, -1).values
    numbers = (x == x).sum(-1, True)  # type: ignore[attr-defined]
    if ignore_nan:
        last = (numbers - 1).clamp_min(0).to(x.dtype)
        ranks = q * last
    else:  # NaN stands last: it is the quantile where there is one
        ranks = where(numbers == size, q * (size - 1), float(size - 1))
    below = _pick(name, ordered, apply(PLACES, (ranks,), (INTERPOLATIONS[interpolation],)))
    if interpolation not in ("linear", "midpoint"):
        return below
    weight = ranks - ranks.floor() if interpolation == "linear" else 0.5  # type: ignore[attr-defined]
    above = _pick(name, ordered, apply(PLACES, (ranks,), ("ceil",)))
    return lerp(below, above, weight)


def _pick(name: str, ordered: Tensor, places: Tensor) -> Tensor:
    return apply(GATHER, (ordered, places), (len(ordered._shape) - 1, name))


quantile = _quantile("quantile", False)
quantile.__doc__ = """The q-th quantiles, 0 <= q <= 1, of all elements or along `dim`.

    For a vector q, the result has a first dim for it. Between two elements, `interpolation` is
    linear, lower, higher, midpoint or nearest. NaN where there is one.

    >>> import flambeau
    >>> flambeau.tensor([3.0, 1.0, 2.0]).quantile(0.75)
    tensor(2.5000)
    """
nanquantile = _quantile("nanquantile", True)
nanquantile.__doc__ = "`quantile` of the elements that are not NaN; NaN if there are none."

FUNCTIONS: dict[str, Callable[..., Any]] = {"quantile": quantile, "nanquantile": nanquantile}
METHODS: dict[str, Callable[..., Any]] = {}

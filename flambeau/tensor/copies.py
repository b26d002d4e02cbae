"""The twins of view functions that copy: `permute_copy(x, ...)` is `permute(x, ...)` copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core.shape import normalize_dim
from flambeau.tensor import complex_numbers, joining, shaping
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import into
from flambeau.tensor.shaping import CLONE
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS"]


def _copied(x: Tensor) -> Tensor:
    return apply(CLONE, (x,))


def _twin(name: str, view: Callable[..., Any]) -> Callable[..., Any]:
    """`view` whose result, or each of whose results, is a copy."""

    def function(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        found = view(*args, **kwargs)
        result = _copied(found) if isinstance(found, Tensor) else tuple(map(_copied, found))
        return result if out is None else into(out, result, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"A copy of what `{name.removesuffix('_copy')}` gives."
    return function


def _slice(input: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Any:
    if step < 1:
        raise RuntimeError(f"slice_copy: slice step must be positive; given {step}")
    dim = normalize_dim("slice_copy", dim, len(input._shape))
    return input[(slice(None),) * dim + (slice(start, end, step),)]


_VIEWS: dict[str, Callable[..., Any]] = {
    "alias": lambda input: input,
    "detach": lambda input: input.detach(),
    "slice": _slice,
    **{name: getattr(shaping, name) for name in
       "as_strided diagonal expand permute select squeeze t transpose unfold unsqueeze view"
       .split()},
    **{name: getattr(joining, name) for name in "split unbind".split()},
    "split_with_sizes": joining.split,
    "view_as_real": complex_numbers.view_as_real,
    "view_as_complex": complex_numbers.view_as_complex,
}  # fmt: skip

FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"{name}_copy": _twin(f"{name}_copy", view) for name, view in _VIEWS.items()
}

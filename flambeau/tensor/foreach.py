"""PyTorch's `_foreach_*` functions: an elementwise function over lists of tensors.

Nothing is special about lists here: what is recorded together is computed together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.tensor.tensor import Tensor

__all__ = ["functions"]

_ONE = """abs acos asin atan ceil cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2
    neg reciprocal round rsqrt sigmoid sign sin sinh sqrt tan tanh trunc""".split()
_TWO = "add sub mul div pow".split()
_THREE = "addcmul addcdiv lerp".split()
# these take numbers, and have twins in place
_EXTREMES = {
    "maximum": "clamp_min", "minimum": "clamp_max", "clamp_min": "clamp_min",
    "clamp_max": "clamp_max",
}  # fmt: skip


def _others(name: str, tensors: Sequence[Tensor], other: Any) -> Sequence[Any]:
    """One operand for each tensor: of a list its items, else the number or tensor itself."""
    if not isinstance(other, (list, tuple)):
        return [other] * len(tensors)
    if len(other) != len(tensors):
        raise RuntimeError(
            message(name, f"lists of {len(tensors)} and {len(other)}",
                    "Tensor lists must have the same number of tensors")
        )  # fmt: skip
    return other


def _listed(name: str, method: str, is_in_place: bool) -> Callable[..., Any]:
    def call(self: Sequence[Tensor], *others: Any, **options: Any) -> Any:
        if method.startswith("addc") and len(others) == 3:
            *others, options["value"] = others  # type: ignore[assignment]
        columns = [_others(name, self, other) for other in others]
        named = {key: _others(name, self, value) for key, value in options.items()}
        found = []
        for i, x in enumerate(self):
            extra = {key: values[i] for key, values in named.items()}
            found.append(getattr(x, method)(*[c[i] for c in columns], **extra))
        return found if is_in_place else tuple(found)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`{method}` of each tensor of a list."
    return call


def _norm(tensors: Sequence[Tensor], ord: Any = 2, dtype: Any = None) -> tuple[Tensor, ...]:
    """The vector norm of each tensor of a list."""
    return tuple([x.norm(ord, dtype=dtype) for x in tensors])


def _copy_(self: Sequence[Tensor], src: Sequence[Tensor], non_blocking: bool = False) -> None:
    """Write the tensors of `src` into those of `self`."""
    for x, y in zip(self, _others("_foreach_copy_", self, src), strict=True):
        x.copy_(y)


def _zero_(self: Sequence[Tensor]) -> None:
    """Write zeros into each tensor of a list."""
    for x in self:
        x.zero_()


def functions() -> dict[str, Callable[..., Any]]:
    """All of them, under PyTorch's names."""
    methods = {name: name for name in (*_ONE, *_TWO, *_THREE)} | _EXTREMES
    found: dict[str, Callable[..., Any]] = {}
    for name, method in methods.items():
        plain, in_place = f"_foreach_{name}", f"_foreach_{name}_"
        found[plain] = _listed(plain, method, False)
        found[in_place] = _listed(in_place, f"{method}_", True)
    found["_foreach_norm"] = _norm
    found["_foreach_copy_"] = _copy_
    found["_foreach_zero_"] = _zero_
    found["_foreach_clone"] = _listed("_foreach_clone", "clone", False)
    return found

"""`Transform`: maps with a log absolute Jacobian determinant; their inverses and compositions."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.utils import lazy_property, sum_rightmost
from flambeau.tensor.creation import zeros_like
from flambeau.tensor.tensor import Size, Tensor

__all__ = ["ComposeTransform", "Transform", "identity_transform"]


class Transform:
    """A map from `domain` to `codomain` with a tractable Jacobian determinant.

    A subclass sets `domain`, `codomain` and `bijective` and writes `_call`; for bijections also
    `_inverse` and `log_abs_det_jacobian`. With cache_size=1 the last pair of points is kept, so
    that mapping a result back costs nothing and loses no digits.
    """

    bijective = False
    domain: Any
    codomain: Any

    def __init__(self, cache_size: int = 0) -> None:
        if cache_size not in (0, 1):
            raise ValueError(
                message(
                    type(self).__name__, f"cache_size={cache_size}", "cache_size must be 0 or 1"
                )
            )
        self._cache_size = cache_size
        self._inv: Any = None  # weak reference to the inverse
        self._cached: tuple[Any, Any] = (None, None)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_inv": None}

    @property
    def event_dim(self) -> int:
        """How many dims make an event, where that is the same on both sides."""
        before, after = self.domain.event_dim, self.codomain.event_dim
        if before != after:
            raise ValueError(
                message(type(self).__name__, f"events of {before} dims that become {after}",
                        "one number of dims", ".domain.event_dim or .codomain.event_dim")
            )  # fmt: skip
        return int(before)

    @property
    def inv(self) -> Transform:
        """The inverse: t.inv.inv is t."""
        found = None if self._inv is None else self._inv()
        if found is None:
            found = _InverseTransform(self)
            self._inv = weakref.ref(found)
        return found  # type: ignore[no-any-return]

    @property
    def sign(self) -> Any:
        """1 or -1: whether a map of numbers rises or falls."""
        raise NotImplementedError(f"{type(self).__name__} does not implement sign")

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same map with another cache."""
        if self._cache_size == cache_size:
            return self
        return self._copy(cache_size)

    def _copy(self, cache_size: int) -> Transform:
        if type(self).__init__ is Transform.__init__:
            return type(self)(cache_size=cache_size)
        raise NotImplementedError(f"{type(self).__name__}.with_cache is not implemented")

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __call__(self, x: Tensor) -> Tensor:
        """The image of x."""
        if self._cache_size == 0:
            return self._call(x)
        before, after = self._cached
        if x is before:
            return after  # type: ignore[no-any-return]
        y = self._call(x)
        self._cached = x, y
        return y

    def _inv_call(self, y: Tensor) -> Tensor:
        """What is mapped to y."""
        if self._cache_size == 0:
            return self._inverse(y)
        before, after = self._cached
        if y is after:
            return before  # type: ignore[no-any-return]
        x = self._inverse(y)
        self._cached = x, y
        return x

    def _call(self, x: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not implement _call")

    def _inverse(self, y: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not implement _inverse")

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """log |det dy/dx| of each event, for y the image of x."""
        raise NotImplementedError(f"{type(self).__name__} does not implement log_abs_det_jacobian")

    def forward_shape(self, shape: Sequence[int]) -> Any:
        """The shape of the image of something of `shape`."""
        return shape

    def inverse_shape(self, shape: Sequence[int]) -> Any:
        """The shape of what is mapped to something of `shape`."""
        return shape

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _InverseTransform(Transform):
    """The inverse of a transform; it keeps nothing but that."""

    def __init__(self, transform: Transform) -> None:
        super().__init__(cache_size=transform._cache_size)
        self._inv = transform  # a strong reference, the other way it is a weak one

    @property
    def domain(self) -> Any:  # type: ignore[override]
        return self._inv.codomain

    @property
    def codomain(self) -> Any:  # type: ignore[override]
        return self._inv.domain

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        return self._inv.bijective  # type: ignore[no-any-return]

    @property
    def sign(self) -> Any:
        return self._inv.sign

    @property
    def inv(self) -> Transform:
        return self._inv  # type: ignore[no-any-return]

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__

    def with_cache(self, cache_size: int = 1) -> Transform:
        return self._inv.with_cache(cache_size).inv  # type: ignore[no-any-return]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _InverseTransform) and self._inv == other._inv

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._inv!r})"

    def __call__(self, x: Tensor) -> Tensor:
        return self._inv._inv_call(x)  # type: ignore[no-any-return]

    def _inv_call(self, y: Tensor) -> Tensor:
        return self._inv(y)  # type: ignore[no-any-return]

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -self._inv.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Sequence[int]) -> Any:
        return self._inv.inverse_shape(shape)

    def inverse_shape(self, shape: Sequence[int]) -> Any:
        return self._inv.forward_shape(shape)


def _widened(constraint: Any, event_dim: int) -> Any:
    """The constraint on events of `event_dim` dims."""
    more = event_dim - constraint.event_dim
    return constraints.independent(constraint, more) if more else constraint


class ComposeTransform(Transform):
    """Several transforms, the first of `parts` first.

    >>> import flambeau
    >>> from flambeau.distributions.transforms import AffineTransform, ComposeTransform
    >>> t = ComposeTransform([AffineTransform(1.0, 2.0), AffineTransform(0.0, -1.0)])
    >>> t(flambeau.tensor(3.0))
    tensor(-7.)
    """

    def __init__(self, parts: Sequence[Transform], cache_size: int = 0) -> None:
        parts = list(parts)
        if cache_size:
            parts = [part.with_cache(cache_size) for part in parts]
        super().__init__(cache_size=cache_size)
        self.parts = parts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ComposeTransform) and self.parts == other.parts

    __hash__ = None  # type: ignore[assignment]

    @property
    def domain(self) -> Any:  # type: ignore[override]
        """The first part's, on events large enough for all parts."""
        if not self.parts:
            return constraints.real
        dims = self.parts[-1].codomain.event_dim
        for part in reversed(self.parts):
            dims = max(
                part.domain.event_dim, dims + part.domain.event_dim - part.codomain.event_dim
            )
        return _widened(self.parts[0].domain, dims)

    @property
    def codomain(self) -> Any:  # type: ignore[override]
        """The last part's, on events large enough for all parts."""
        if not self.parts:
            return constraints.real
        dims = self.parts[0].domain.event_dim
        for part in self.parts:
            dims = max(
                part.codomain.event_dim, dims + part.codomain.event_dim - part.domain.event_dim
            )
        return _widened(self.parts[-1].codomain, dims)

    @lazy_property
    def bijective(self) -> bool:  # type: ignore[override]
        return all(part.bijective for part in self.parts)

    @lazy_property
    def sign(self) -> Any:  # type: ignore[override]
        sign: Any = 1
        for part in self.parts:
            sign = sign * part.sign
        return sign

    @property
    def inv(self) -> Transform:
        """The parts' inverses in reverse order."""
        found = None if self._inv is None else self._inv()
        if found is None:
            found = ComposeTransform([part.inv for part in reversed(self.parts)])
            self._inv = weakref.ref(found)
            found._inv = weakref.ref(self)
        return found  # type: ignore[no-any-return]

    def _copy(self, cache_size: int) -> Transform:
        parts = [part.with_cache(cache_size) for part in self.parts]
        return ComposeTransform(parts, cache_size=cache_size)

    def __call__(self, x: Tensor) -> Tensor:
        """The image of x."""
        for part in self.parts:
            x = part(x)
        return x

    def _inv_call(self, y: Tensor) -> Tensor:
        for part in reversed(self.parts):
            y = part._inv_call(y)
        return y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The sum of the parts'."""
        if not self.parts:
            return zeros_like(x)
        points = [x]
        for part in self.parts[:-1]:
            points.append(part(points[-1]))
        points.append(y)
        total: Any = 0
        dims = self.domain.event_dim
        for part, before, after in zip(self.parts, points[:-1], points[1:], strict=True):
            term = part.log_abs_det_jacobian(before, after)
            total = total + sum_rightmost(term, dims - part.domain.event_dim)
            dims += part.codomain.event_dim - part.domain.event_dim
        return total

    def forward_shape(self, shape: Sequence[int]) -> Any:
        """The parts' one after the other."""
        for part in self.parts:
            shape = part.forward_shape(shape)
        return shape

    def inverse_shape(self, shape: Sequence[int]) -> Any:
        """The parts' one after the other, from the last."""
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return shape

    def __repr__(self) -> str:
        inner = ",\n    ".join(repr(part) for part in self.parts)
        return f"{type(self).__name__}(\n    {inner}\n)"


identity_transform = ComposeTransform([])


def last_dims(name: str, shape: Sequence[int], count: int, required: str = "") -> tuple[Size, Size]:
    """A shape split before its last `count` dims; ValueError if there are fewer."""
    if len(shape) < count:
        raise ValueError(
            message(name, f"a shape with {len(shape)} dims, {tuple(shape)}",
                    required or f"{count} dims or more: Too few dimensions on input")
        )  # fmt: skip
    at = len(shape) - count
    return Size(shape[:at]), Size(shape[at:])

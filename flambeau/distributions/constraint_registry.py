"""Which transform leads from unconstrained numbers to a constraint.

biject_to       a bijection, for densities (Hamiltonian Monte Carlo, normalizing flows)
transform_to    perhaps not injective, but better behaved for optimization
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.distributions import constraints, transforms

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]


class ConstraintRegistry:
    """A table from classes of constraints to functions that make their transform.

    >>> import flambeau
    >>> from flambeau.distributions import constraints, transform_to
    >>> transform_to(constraints.positive)
    ExpTransform()
    """

    def __init__(self) -> None:
        self._registry: dict[type, Callable[[Any], Any]] = {}

    def register(self, constraint: Any, factory: Callable[[Any], Any] | None = None) -> Any:
        """Add a row; without `factory` a decorator of it."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        kind = type(constraint) if isinstance(constraint, constraints.Constraint) else constraint
        if not isinstance(kind, type) or not issubclass(kind, constraints.Constraint):
            raise TypeError(
                message("register", repr(constraint),
                        "Expected constraint to be either a Constraint subclass or instance")
            )  # fmt: skip
        self._registry[kind] = factory
        return factory

    def __call__(self, constraint: Any) -> Any:
        """The transform to `constraint`; NotImplementedError if there is no row for it."""
        factory = self._registry.get(type(constraint))
        if factory is None:
            raise NotImplementedError(
                f"Cannot transform {type(constraint).__name__} constraints; try register"
            )
        return factory(constraint)


biject_to = ConstraintRegistry()
transform_to = ConstraintRegistry()


def _affine_of_exp(at: Any, scale: float) -> Any:
    return transforms.ComposeTransform(
        [transforms.ExpTransform(), transforms.AffineTransform(at, scale)]
    )


def _above(constraint: Any) -> Any:
    """exp, shifted to the bound."""
    at = constraint.lower_bound
    return transforms.ExpTransform() if _is(at, 0) else _affine_of_exp(at, 1)


def _between(constraint: Any) -> Any:
    """sigmoid, stretched to the bounds."""
    low, high = constraint.lower_bound, constraint.upper_bound
    if _is(low, 0) and _is(high, 1):
        return transforms.SigmoidTransform()
    return transforms.ComposeTransform(
        [transforms.SigmoidTransform(), transforms.AffineTransform(low, high - low)]
    )


def _is(bound: Any, number: float) -> bool:
    return isinstance(bound, (int, float)) and bound == number


def _on_more_dims(registry: ConstraintRegistry) -> Callable[[Any], Any]:
    return lambda c: transforms.IndependentTransform(
        registry(c.base_constraint), c.reinterpreted_batch_ndims
    )


def _joined(registry: ConstraintRegistry) -> Callable[[Any], Any]:
    return lambda c: transforms.CatTransform([registry(x) for x in c.cseq], c.dim, c.lengths)


def _stacked(registry: ConstraintRegistry) -> Callable[[Any], Any]:
    return lambda c: transforms.StackTransform([registry(x) for x in c.cseq], c.dim)


for _registry in (biject_to, transform_to):
    for _constraint, _factory in (
        (constraints.real, lambda c: transforms.identity_transform),
        (constraints.independent, _on_more_dims(_registry)),
        (constraints.greater_than, _above),
        (constraints.greater_than_eq, _above),
        (constraints.less_than, lambda c: _affine_of_exp(c.upper_bound, -1)),
        (constraints.interval, _between),
        (constraints.half_open_interval, _between),
        (constraints.corr_cholesky, lambda c: transforms.CorrCholeskyTransform()),
        (constraints.cat, _joined(_registry)),
        (constraints.stack, _stacked(_registry)),
    ):
        _registry.register(_constraint, _factory)

biject_to.register(constraints.simplex, lambda c: transforms.StickBreakingTransform())
transform_to.register(constraints.simplex, lambda c: transforms.SoftmaxTransform())
transform_to.register(constraints.lower_cholesky, lambda c: transforms.LowerCholeskyTransform())
for _definite in (constraints.positive_definite, constraints.positive_semidefinite):
    transform_to.register(_definite, lambda c: transforms.PositiveDefiniteTransform())

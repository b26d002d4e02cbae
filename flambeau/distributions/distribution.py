"""`Distribution`: shapes, validation and expansion, which all distributions share.

A sample has shape sample_shape + batch_shape + event_shape: independent draws, draws with
other parameters, and the dims of one draw.

A class of this package says in two attributes how `expand` copies an instance:
  _event_dims   attribute -> how many of its last dims belong to an event (distributions: 0)
  _kept         attributes that stay as they are
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from flambeau.autograd.modes import no_grad
from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.utils import lazy_property
from flambeau.tensor.boundary import is_capturing
from flambeau.tensor.literal import held_array
from flambeau.tensor.tensor import Size, Tensor

__all__ = ["Distribution"]


class Distribution:
    """Base of all distributions.

    Arguments and values are checked against their constraints unless `validate_args` is False;
    not while a function is being captured, when nothing is known of values.
    """

    has_rsample = False
    has_enumerate_support = False
    _validate_args = __debug__
    _event_dims: Mapping[str, int] = {}
    _kept: tuple[str, ...] = ()

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Whether distributions made from now on check their arguments and values.

        >>> import flambeau
        >>> flambeau.distributions.Distribution.set_default_validate_args(True)
        """
        if value not in (True, False):
            raise ValueError(message("set_default_validate_args", repr(value), "True or False"))
        Distribution._validate_args = value

    def __init__(
        self, batch_shape: Sequence[int] = (), event_shape: Sequence[int] = (),
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        self._batch_shape = Size(batch_shape)
        self._event_shape = Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args and not is_capturing():
            self._check_arguments()

    # -- validation -----------------------------------------------------------------------------
    def _check_arguments(self) -> None:
        try:
            arg_constraints = self.arg_constraints
        except NotImplementedError:
            warnings.warn(
                f"{type(self).__name__} does not define `arg_constraints`, so its arguments are "
                "not checked; try `arg_constraints = {}` or validate_args=False",
                stacklevel=4,
            )
            return
        for name, constraint in arg_constraints.items():
            if constraints.is_dependent(constraint):
                continue
            if name not in self.__dict__ and isinstance(
                getattr(type(self), name, None), lazy_property
            ):
                continue  # follows from another argument
            value = getattr(self, name)
            self._check(f"Expected parameter {name}", value, constraint)

    def _check(self, what: str, value: Tensor, constraint: Any) -> None:
        """ValueError if `value` has events that violate the constraint."""
        valid = constraint.check(value)
        if is_capturing() or bool(valid.all()):
            return
        raise ValueError(
            f"{type(self).__name__}: {what} (Tensor of shape {tuple(value.shape)}) of {self!r} to "
            f"satisfy the constraint {constraint!r}, but found invalid values: "
            f"{_first_invalid(value, valid)}; validate_args=False switches the check off"
        )

    def _validate_sample(self, value: Any) -> None:
        """ValueError unless `value` has this distribution's shape and lies in its support."""
        name = type(self).__name__
        if not isinstance(value, Tensor):
            raise ValueError(
                message(name, f"a value of type {type(value).__name__}",
                        "The value argument to log_prob must be a Tensor", "flambeau.tensor(...)")
            )  # fmt: skip
        shape, event = value.shape, self._event_shape
        if shape[len(shape) - len(event) :] != event or len(shape) < len(event):
            raise ValueError(
                message(name, f"a value of shape {tuple(shape)}",
                        f"The right-most size of value must match event_shape {tuple(event)}")
            )  # fmt: skip
        own = self._batch_shape + event
        for n, m in zip(reversed(shape), reversed(own), strict=False):
            if n != m and 1 not in (n, m):
                raise ValueError(
                    message(name, f"a value of shape {tuple(shape)}",
                            "one that is broadcastable with batch_shape+event_shape "
                            f"{tuple(own)}")
                )  # fmt: skip
        if is_capturing():
            return
        try:
            support = self.support
        except NotImplementedError:
            warnings.warn(
                f"{name} does not define `support`, so values are not checked; try "
                "validate_args=False",
                stacklevel=3,
            )
            return
        self._check("Expected value argument to be within the support and value", value, support)

    # -- shapes ---------------------------------------------------------------------------------
    @property
    def batch_shape(self) -> Size:
        """The shape over which parameters differ."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one draw."""
        return self._event_shape

    def _extended_shape(self, sample_shape: Sequence[int] = ()) -> Size:
        """The shape of a sample."""
        if isinstance(sample_shape, int):
            raise TypeError(
                message(f"{type(self).__name__}.sample", f"sample_shape={sample_shape}, an int",
                        "a sequence of ints", f"({sample_shape},)")
            )  # fmt: skip
        return Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to `batch_shape`, without copying.

        >>> import flambeau
        >>> flambeau.distributions.Normal(0.0, 1.0).expand((2, 3)).batch_shape
        flambeau.Size([2, 3])
        """
        owner = next((c for c in type(self).__mro__ if "_event_dims" in c.__dict__), Distribution)
        if owner is Distribution:
            raise NotImplementedError(f"{type(self).__name__} does not implement expand")
        new = self._get_checked_instance(owner, _instance)
        batch_shape = Size(batch_shape)
        for name, dims in self._event_dims.items():
            if name not in self.__dict__:
                continue  # lazy, not computed yet
            value = self.__dict__[name]
            if isinstance(value, Tensor):
                shape = batch_shape + value.shape[value.dim() - dims :]
            else:
                shape = batch_shape
            new.__dict__[name] = value.expand(shape)
        for name in self._kept:
            new.__dict__[name] = self.__dict__[name]
        self._finish_expand(new, batch_shape)
        Distribution.__init__(new, batch_shape, self._event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def _finish_expand(self, new: Any, batch_shape: Size) -> None:
        """What a class has to do besides."""

    def _get_checked_instance(self, cls: type, _instance: Any = None) -> Any:
        """The instance that `expand` fills; a subclass with its own __init__ must give one."""
        if _instance is None and type(self).__init__ is not cls.__init__:  # type: ignore[misc]
            raise NotImplementedError(
                f"Subclass {type(self).__name__} of {cls.__name__} that defines a custom __init__ "
                "method must also define a custom .expand() method"
            )
        return type(self).__new__(type(self)) if _instance is None else _instance

    # -- what a distribution has ------------------------------------------------------------------
    def _missing(self, name: str) -> NotImplementedError:
        return NotImplementedError(f"{type(self).__name__} does not implement {name}")

    @property
    def arg_constraints(self) -> dict[str, Any]:
        """The constraint of each argument that is a tensor."""
        raise self._missing("arg_constraints")

    @property
    def support(self) -> Any:
        """The constraint that samples satisfy."""
        raise self._missing("support")

    @property
    def mean(self) -> Tensor:
        """The mean."""
        raise self._missing("mean")

    @property
    def mode(self) -> Tensor:
        """Where the density is largest."""
        raise self._missing("mode")

    @property
    def variance(self) -> Tensor:
        """The variance."""
        raise self._missing("variance")

    @property
    def stddev(self) -> Tensor:
        """The square root of the variance."""
        return self.variance.sqrt()

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """A sample of shape sample_shape + batch_shape + event_shape, without gradients."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """A sample that is a differentiable function of the parameters."""
        raise self._missing("rsample")

    def sample_n(self, n: int) -> Tensor:
        """`sample((n,))`."""
        warnings.warn("sample_n(n) is deprecated; try sample((n,))", FutureWarning, stacklevel=2)
        return self.sample((n,))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density or probability of each event of `value`."""
        raise self._missing("log_prob")

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of at most `value`."""
        raise self._missing("cdf")

    def icdf(self, value: Tensor) -> Tensor:
        """The inverse of `cdf`."""
        raise self._missing("icdf")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values along a new first dim; expand=False leaves batch dims at size 1."""
        raise self._missing("enumerate_support")

    def entropy(self) -> Tensor:
        """The entropy in nats, of shape batch_shape."""
        raise self._missing("entropy")

    def perplexity(self) -> Tensor:
        """exp of the entropy."""
        return self.entropy().exp()

    def __repr__(self) -> str:
        given = [(k, self.__dict__[k]) for k in self.arg_constraints if k in self.__dict__]
        parts = [f"{k}: {v.detach().item() if v.numel() == 1 else v.shape}" for k, v in given]
        return f"{type(self).__name__}({', '.join(parts)})"


def _first_invalid(value: Tensor, valid: Tensor) -> str:
    """Words for the first event of `value` that is not valid."""
    wrong = ~held_array(valid)
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    among = f" (and {wrong.sum() - 1} others)" if wrong.sum() > 1 else ""
    if tuple(value.shape[: len(at)]) != wrong.shape:
        return f"{value}, at {list(at)}{among}"
    found = held_array(value)[at]
    where = f" at {list(at)}" if at else ""
    shown = f"{found:g}" if found.ndim == 0 else np.array2string(found, threshold=12)
    return f"{shown}{where}{among}"

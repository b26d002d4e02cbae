"""Random tensors. Every draw takes the next key of a generator; its elements are counted.

So equal seeds give equal numbers whatever was evaluated when, and on every device; a captured
function draws fresh numbers on each replay. How numbers are made is in sampling.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.types import Shape
from flambeau.engine.runtime.random import Generator, default_generator
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import is_capturing, read
from flambeau.tensor.creation import (
    check_device,
    check_dtype,
    check_layout,
    finish,
    from_array,
    size_of,
)
from flambeau.tensor.inplace import into
from flambeau.tensor.literal import held_array
from flambeau.tensor.operation import Operation
from flambeau.tensor.sampling import (
    BERNOULLI,
    INTEGERS,
    MULTINOMIAL,
    NORMAL,
    PERMUTATION,
    RAND,
    RANDN,
    WIDE_INTEGERS,
    WORDS,
    uniform_node,
)
from flambeau.tensor.tensor import Tensor

__all__ = [
    "FUNCTIONS",
    "bernoulli",
    "check_probabilities",
    "check_std",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "integers",
    "manual_seed",
    "multinomial",
    "next_key",
    "normal",
    "probability",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "seed",
    "set_rng_state",
    "uniform_node",
]


def next_key(generator: Generator | None = None) -> tuple[Any, Any]:
    """The key words of the next draw, to be given to an operation as numbers."""
    return (default_generator if generator is None else generator).next_key()


# -- new tensors --------------------------------------------------------------------------------
def _float_dtype(name: str, dtype: Any, otherwise: DType | None = None) -> DType:
    found = check_dtype(name, dtype, otherwise)
    if found.category in ("bool", "int"):
        raise NotImplementedError(
            f"{name}: not implemented for {found.name!r}; required: a floating-point dtype; "
            "try randint or .to(dtype) of the result"
        )
    return found


def _maker(name: str, op: Operation, doc: str) -> Callable[..., Tensor]:
    def function(
        *size: Any, generator: Generator | None = None, out: Tensor | None = None,
        dtype: DType | None = None, layout: Any = None, device: Any = None,
        requires_grad: bool = False, pin_memory: bool = False, **named: Any,
    ) -> Tensor:  # fmt: skip
        check_device(name, device)
        check_layout(name, layout)
        if named:
            if list(named) != ["size"]:
                wrong = next(iter(named))
                raise TypeError(f"{name}() got an unexpected keyword argument {wrong!r}")
            size = (named["size"],)
        shape = size_of(name, size)
        dtype = _float_dtype(name, dtype, None if out is None else out.dtype)
        key0, key1 = next_key(generator)
        return finish(name, apply(op, (key0, key1), (shape, dtype)), requires_grad, out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


rand = _maker(
    "rand",
    RAND,
    """Uniformly distributed numbers in [0, 1); `size` is several ints or one sequence.

    >>> import flambeau
    >>> flambeau.rand(2, 3).shape
    flambeau.Size([2, 3])
    """,
)
randn = _maker(
    "randn",
    RANDN,
    """Normally distributed numbers with mean 0 and standard deviation 1.

    >>> import flambeau
    >>> flambeau.randn(3, dtype=flambeau.float64).dtype
    flambeau.float64
    """,
)


def _like(name: str, maker: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def function(
        input: Tensor, *, generator: Generator | None = None, dtype: DType | None = None,
        layout: Any = None, device: Any = None, requires_grad: bool = False,
        memory_format: Any = None,
    ) -> Tensor:  # fmt: skip
        return maker(
            input._shape, generator=generator, dtype=dtype or input.dtype, layout=layout,
            device=device, requires_grad=requires_grad,
        )  # fmt: skip

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{maker.__name__}` with input's shape and dtype."
    return function


rand_like, randn_like = _like("rand_like", rand), _like("randn_like", randn)


def integers(name: str, low: int, high: int, shape: Shape, dtype: DType,
              generator: Generator | None) -> Tensor:  # fmt: skip
    """Integers in [low, high)."""
    low, high = int(low), int(high)
    if low >= high:
        raise RuntimeError(
            f"{name}: random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    _check_range(name, low, high - 1, dtype)
    keys = next_key(generator)
    span = high - low
    if span < 1 << 32:
        return apply(INTEGERS, (*keys, low, span), (shape, dtype))
    if span & (span - 1) == 0:
        return apply(WORDS, keys, (shape, span.bit_length() - 1, low, dtype))
    if span >= 1 << 63:
        raise RuntimeError(f"{name}: the range {low} to {high} is wider than 2**63")
    return apply(WIDE_INTEGERS, (*keys, low, span), (shape, dtype))


def _check_range(name: str, least: int, most: int, dtype: DType) -> None:
    if dtype is dt.bool_:
        limits = (0, 1)
    elif dtype.category == "int":
        info = np.iinfo(dtype.numpy)
        limits = (int(info.min), int(info.max))
    else:
        return
    for word, value in (("from", least), ("to - 1", most)):
        if not limits[0] <= value <= limits[1]:
            raise RuntimeError(
                f"{name}: {word} is out of bounds for {dtype.name}: given {value}; required: "
                f"{limits[0]} to {limits[1]}"
            )


def randint(
    low: Any, high: Any = None, size: Any = None, *, generator: Generator | None = None,
    out: Tensor | None = None, dtype: DType | None = None, layout: Any = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Uniformly distributed integers in [low, high); randint(high, size) starts at 0.

    >>> import flambeau
    >>> x = flambeau.randint(3, 5, (100,))
    >>> int(x.min()), int(x.max())
    (3, 4)
    """
    check_device("randint", device)
    check_layout("randint", layout)
    if size is None and isinstance(high, (tuple, list)):
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if size is None:
        raise TypeError("randint() missing 1 required argument: 'size'")
    shape = size_of("randint", (size,))
    dtype = check_dtype("randint", dtype, dt.int64 if out is None else out.dtype)
    result = integers("randint", low, high, shape, dtype, generator)
    return finish("randint", result, requires_grad, out)


def randint_like(
    input: Tensor, low: int, high: int | None = None, *, generator: Generator | None = None,
    dtype: DType | None = None, layout: Any = None, device: Any = None,
    requires_grad: bool = False, memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """Integers in [low, high) in a tensor of input's shape and dtype."""
    if high is None:
        low, high = 0, low
    found = randint(low, high, input._shape, generator=generator, dtype=dtype or input.dtype,
                    device=device)  # fmt: skip
    return finish("randint_like", found, requires_grad)


def randperm(
    n: int, *, generator: Generator | None = None, out: Tensor | None = None,
    dtype: DType | None = None, layout: Any = None, device: Any = None,
    requires_grad: bool = False, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """The integers 0 ... n - 1 in random order.

    >>> import flambeau
    >>> sorted(flambeau.randperm(4).tolist())
    [0, 1, 2, 3]
    """
    check_device("randperm", device)
    check_layout("randperm", layout)
    if n < 0:
        raise RuntimeError(f"randperm: Trying to create tensor with negative dimension {n}: [{n}]")
    dtype = check_dtype("randperm", dtype, dt.int64 if out is None else out.dtype)
    result = apply(PERMUTATION, next_key(generator), (int(n), dtype))
    return finish("randperm", result, requires_grad, out)


# -- distributions with parameters --------------------------------------------------------------
def _without_history(x: Any) -> Any:
    return x.detach() if isinstance(x, Tensor) else float(x)


def check_std(name: str, std: Any) -> None:
    if not isinstance(std, Tensor) and not std >= 0:
        raise RuntimeError(f"{name}: normal expects std >= 0.0, but found std {std}")


def normal(
    mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, generator: Generator | None = None,
    dtype: DType | None = None, out: Tensor | None = None, device: Any = None, layout: Any = None,
    requires_grad: bool = False, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """Normally distributed numbers; mean and std are numbers (then with a size) or tensors."""
    check_device("normal", device)
    check_std("normal", std)
    tensors = [x for x in (mean, std) if isinstance(x, Tensor)]
    if size is not None:
        shape = size_of("normal", (size,))
    elif tensors:
        shape = np.broadcast_shapes(*[x._shape for x in tensors])
    else:
        raise TypeError("normal() with numbers needs a size; try normal(mean, std, size=(2, 3))")
    otherwise = tensors[0].dtype if tensors else None
    dtype = _float_dtype("normal", dtype, otherwise if out is None else out.dtype)
    inputs = (*next_key(generator), _without_history(mean), _without_history(std))
    return finish("normal", apply(NORMAL, inputs, (shape, dtype)), requires_grad, out)


def bernoulli(
    input: Tensor, p: float | None = None, *, generator: Generator | None = None,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """1 with probability input (or p), else 0, in input's shape and dtype.

    >>> import flambeau
    >>> flambeau.bernoulli(flambeau.tensor([0.0, 1.0]))
    tensor([0., 1.])
    """
    if p is None:
        if not input.dtype.is_floating_point:
            raise RuntimeError(
                f"bernoulli: expected probabilities tensor to have floating type, got "
                f"{input.dtype.name}; try .float()"
            )
        given: Any = input.detach()  # type: ignore[attr-defined]
        check_probabilities("bernoulli", given)
    else:
        given = probability("bernoulli", p)
    result = apply(BERNOULLI, (*next_key(generator), given), (input._shape, input.dtype))
    return result if out is None else into(out, result, "bernoulli")


def check_probabilities(name: str, p: Tensor) -> None:
    if is_capturing():  # values are not looked at then
        return
    values = held_array(p)
    if values.size and not bool(((values >= 0) & (values <= 1)).all()):
        raise RuntimeError(
            f"{name}: Expected p_in >= 0 && p_in <= 1 to be true, but got false: probabilities "
            f"from {values.min()} to {values.max()}; required: 0 to 1; try sigmoid"
        )


def probability(name: str, p: Any) -> float:
    p = float(p)
    if not 0 <= p <= 1:
        raise RuntimeError(f"{name}: {name}_ expects p to be in [0, 1], but got p={p}")
    return p


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *,
    generator: Generator | None = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Indices drawn with probabilities proportional to input's rows.

    input: (n) or (rows, n), not negative; result: (num_samples) or (rows, num_samples), int64.

    >>> import flambeau
    >>> flambeau.multinomial(flambeau.tensor([0.0, 1.0, 0.0]), 2, replacement=True)
    tensor([1, 1])
    """
    if len(input._shape) not in (1, 2):
        raise RuntimeError(
            f"multinomial: prob_dist must be 1 or 2 dim, given {len(input._shape)} dims"
        )
    if not input.dtype.is_floating_point:
        raise RuntimeError(
            "multinomial: multinomial only supports floating-point dtypes for input, got: "
            f"{input.dtype.name}; try .float()"
        )
    if num_samples <= 0:
        raise RuntimeError(f"multinomial: cannot sample n_sample <= 0 samples, given {num_samples}")
    if not replacement and num_samples > input._shape[-1]:
        raise RuntimeError(
            f"multinomial: cannot sample n_sample > prob_dist.size(-1) samples without "
            f"replacement, given {num_samples} of {input._shape[-1]}"
        )
    if not is_capturing():
        _check_weights(held_array(input), num_samples, replacement)
    weights = input.detach()  # type: ignore[attr-defined]
    inputs = (*next_key(generator), weights)
    result = apply(MULTINOMIAL, inputs, (int(num_samples), bool(replacement)))
    return result if out is None else into(out, result, "multinomial")


def _check_weights(weights: np.ndarray, count: int, replacement: bool) -> None:
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise RuntimeError(
            "multinomial: probability tensor contains either `inf`, `nan` or element < 0"
        )
    if weights.size and not (weights.sum(-1) > 0).all():
        raise RuntimeError(
            "multinomial: invalid multinomial distribution (sum of probabilities <= 0)"
        )


# -- the default generator ----------------------------------------------------------------------
def manual_seed(seed: Any) -> Generator:
    """Start the default generator's stream of `seed`; returns the generator.

    >>> import flambeau
    >>> a = flambeau.manual_seed(0) and flambeau.rand(2)
    >>> b = flambeau.manual_seed(0) and flambeau.rand(2)
    >>> flambeau.equal(a, b)
    True
    """
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seed the default generator from the operating system; returns the seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the default generator's stream."""
    return default_generator.initial_seed()


def _get_state(self: Generator) -> Tensor:
    """The state as a uint8 tensor, for `set_state`."""
    words_ = np.array(self.position(), np.uint64)
    return from_array(words_.view(np.uint8), dt.uint8)


def _set_state(self: Generator, new_state: Tensor) -> Generator:
    """Continue where a state was taken with `get_state`."""
    if not isinstance(new_state, Tensor) or new_state.dtype is not dt.uint8:
        raise TypeError("set_state: expected a flambeau.ByteTensor, as get_state returns it")
    if new_state._shape != (16,):
        raise RuntimeError(
            f"set_state: RNG state is wrong size: given {list(new_state._shape)}; required: [16]"
        )
    seed_, draws = np.ascontiguousarray(read(new_state)).view(np.uint64).tolist()
    self.set_position(seed_, draws)
    return self


Generator.get_state = _get_state  # type: ignore[attr-defined]
Generator.set_state = _set_state  # type: ignore[attr-defined]


def get_rng_state() -> Tensor:
    """The default generator's state."""
    return _get_state(default_generator)


def set_rng_state(new_state: Tensor) -> None:
    """Continue the default generator where `get_rng_state` was called."""
    _set_state(default_generator, new_state)


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, **options: Any) -> Iterator[None]:
    """What is drawn inside the block does not change what is drawn after it."""
    before = default_generator.position()
    try:
        yield
    finally:
        if enabled:
            default_generator.set_position(*before)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "rand": rand, "randn": randn, "rand_like": rand_like, "randn_like": randn_like,
    "randint": randint, "randint_like": randint_like, "randperm": randperm, "normal": normal,
    "manual_seed": manual_seed, "seed": seed, "initial_seed": initial_seed,
    "get_rng_state": get_rng_state, "set_rng_state": set_rng_state,
}  # fmt: skip

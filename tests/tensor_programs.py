"""Random programs of tensor operations, views and in-place writes, written once for every
library with PyTorch's names.

Choices depend only on shapes and dtypes, so equal choices give equal programs. Floats are kept
within a few units; comparisons are made on integers only, where all libraries agree exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from math import prod
from typing import Any

import numpy as np

import flambeau

__all__ = ["run_program"]

Choose = Callable[[int], int]  # n -> one of 0 .. n-1
Tensor = Any

SIZES = (3, 4, 5, 2, 1, 7, 8, 17, 0)
MAX_NUMEL = 600


class NothingFits(Exception):
    """No tensor so far is what a step needs."""


class Run:
    """The tensors of a program in one library."""

    def __init__(self, library: Any, choose: Choose, with_grad: bool) -> None:
        self.library = library
        self.choose = choose
        self.with_grad = with_grad
        self.random = np.random.default_rng(choose(1 << 16))
        self.tensors: list[Tensor] = []
        self.bases: list[int] = []  # tensors with equal numbers share memory
        self.leaves: list[Tensor] = []

    def one_of(self, items: Any) -> Any:
        return items[self.choose(len(items))]

    def pick(self, test: Callable[[Tensor], bool] = lambda t: True) -> int:
        found = [i for i, t in enumerate(self.tensors) if test(t)]
        if not found:
            raise NothingFits
        return found[max(self.choose(len(found)), self.choose(len(found)))]

    def tensor(self, test: Callable[[Tensor], bool] = lambda t: True) -> Tensor:
        return self.tensors[self.pick(test)]

    def add(self, t: Tensor, base: int | None = None) -> None:
        """A new tensor; `base` is the number of a tensor whose memory it may share."""
        if prod(t.shape) <= MAX_NUMEL and len(t.shape) < 6:
            self.tensors.append(t)
            self.bases.append(len(self.bases) + 1000 * len(self.tensors) if base is None
                              else self.bases[base])  # fmt: skip

    def shape(self) -> tuple[int, ...]:
        if self.tensors and self.choose(2):
            return tuple(self.one_of(self.tensors).shape)
        shape: tuple[int, ...] = ()
        for _ in range(self.choose(4)):
            shape = (*shape, self.one_of(SIZES))
        return shape if prod(shape) <= MAX_NUMEL else shape[:1]

    def given(self, array: np.ndarray) -> Tensor:
        kind = {"f": "float32", "d": "float64", "l": "int64", "?": "bool"}[array.dtype.char]
        flat = self.library.tensor(array.reshape(-1).tolist(), dtype=getattr(self.library, kind))
        return flat.reshape(array.shape)

    def partner(self, t: Tensor) -> Tensor:
        """A tensor of t's dtype that broadcasts to t's shape."""
        return self.tensor(lambda u: u.dtype == t.dtype and broadcasts(u.shape, t.shape))


def broadcasts(shape: Any, target: Any) -> bool:
    shape, target = tuple(shape), tuple(target)
    return len(shape) <= len(target) and all(
        a in (1, b) for a, b in zip(shape[::-1], target[::-1], strict=False)
    )


def known(name: str, function: Callable[[], Tensor], t: Tensor) -> Callable[[], Tensor]:
    """`function`, or a copy of t in every library while ours has no method `name`."""
    return function if hasattr(flambeau.Tensor, name) else t.clone


def is_float(t: Tensor) -> bool:
    return t.dtype.is_floating_point


def is_int(t: Tensor) -> bool:
    return str(t.dtype).endswith("int64")


def is_bool(t: Tensor) -> bool:
    return str(t.dtype).endswith("bool")


def has_dims(t: Tensor) -> bool:
    return len(t.shape) > 0


def is_full(t: Tensor) -> bool:
    return len(t.shape) > 0 and prod(t.shape) > 0


def is_writable(t: Tensor) -> bool:
    strides = zip(t.shape, t.stride(), strict=True)
    return prod(t.shape) == 0 or all(s != 0 for n, s in strides if n > 1)


# -- steps --------------------------------------------------------------------------------------
def _input(r: Run) -> None:
    shape = r.shape()
    kind = "f" if r.with_grad else r.one_of("ffffdl?")
    if kind in "fd":
        array = r.random.normal(size=shape).astype(kind)
    else:
        array = r.random.integers(0, 2 if kind == "?" else 20, shape).astype(kind)
    t = r.given(np.asarray(array))
    if r.with_grad:
        t = t.detach().requires_grad_()
        r.leaves.append(t)
    r.add(t)


def _unary(r: Run) -> None:
    t = r.tensor(is_float)
    name = r.one_of("tanh sin cos neg sigmoid abs erf atan".split())
    r.add(getattr(t, name)())


def _activation(r: Run) -> None:
    t = r.tensor(is_float)
    functional = r.library.nn.functional
    name = r.one_of(("relu", "gelu", "silu", "softplus", "elu", "leaky_relu"))
    r.add(getattr(functional, name)(t))


def _exponential(r: Run) -> None:
    t = r.tensor(is_float)
    r.add(r.one_of((lambda: (-t.abs()).exp(), lambda: (t.abs() + 0.5).log(),
                    lambda: (t * t + 0.25).sqrt(), lambda: t.abs().log1p()))())  # fmt: skip


def _binary(r: Run) -> None:
    t = r.tensor(is_float)
    u = r.partner(t)
    r.add(r.one_of((
        lambda: (t + u) * 0.5, lambda: (t - u) * 0.5, lambda: (t * u).clamp(-4.0, 4.0),
        lambda: t / (u.abs() + 1.0), lambda: r.library.maximum(t, u), lambda: 0.5 * t + 0.25 * u,
        lambda: r.library.minimum(u, t),
    ))())  # fmt: skip


def _scalar(r: Run) -> None:
    t = r.tensor(is_float)
    number = r.one_of((0.5, 2, -1.0, 0.25))
    r.add((r.one_of((lambda: t + number, lambda: number - t, lambda: t * number,
                     lambda: t / number))()).clamp(-4, 4))  # fmt: skip


def _integers(r: Run) -> None:
    t = r.tensor(is_int)
    u = r.partner(t)
    r.add(r.one_of((
        lambda: t + u, lambda: t - u, lambda: t * u % 97, lambda: t & u, lambda: t | u,
        lambda: t ^ u, lambda: t // 3, lambda: t % 5, lambda: -t, lambda: t.abs(),
        lambda: t.clamp(2, 9), lambda: t << 1,
    ))())  # fmt: skip


def _compare(r: Run) -> None:
    t = r.tensor(is_int)
    u = r.partner(t)
    r.add(r.one_of((lambda: t > u, lambda: t == u, lambda: t <= 4, lambda: ~(t != u)))())


def _where(r: Run) -> None:
    t = r.tensor(is_float)
    u = r.partner(t)
    if r.with_grad:
        mask = r.given(r.random.integers(0, 2, tuple(t.shape)).astype("?"))
    else:
        mask = r.tensor(lambda m: is_bool(m) and broadcasts(m.shape, t.shape))
    r.add(r.library.where(mask, t, u))


def _convert(r: Run) -> None:
    t = r.tensor(lambda t: is_int(t) or is_bool(t))
    r.add(r.one_of((lambda: (t.long() % 7).float(), lambda: t.long() % 50, lambda: t.bool(),
                    lambda: (t.long() % 5).double()))())  # fmt: skip


def _reduce(r: Run) -> None:
    t = r.tensor(lambda t: is_float(t) and is_full(t))
    dim = r.choose(len(t.shape))
    keep = bool(r.choose(2))
    r.add(r.one_of((
        lambda: t.mean(dim, keepdim=keep), lambda: t.sum(dim, keepdim=keep) / t.shape[dim],
        lambda: t.amax(dim, keepdim=keep), lambda: t.amin(dim, keepdim=keep), lambda: t.mean(),
        lambda: t.softmax(dim), lambda: t.log_softmax(dim).clamp(-6, 6),
        known("cumsum", lambda: t.cumsum(dim) / t.shape[dim], t),
        lambda: (t - t.mean(dim, keepdim=True)),
        lambda: t.sum() / max(prod(t.shape), 1), lambda: t.std(dim, unbiased=False).clamp(0, 3)
        if not r.with_grad else t.mean(dim),
        lambda: r.library.nn.functional.layer_norm(t, tuple(t.shape[dim:])).clamp(-4, 4),
    ))())  # fmt: skip


def _count(r: Run) -> None:
    t = r.tensor(lambda t: (is_int(t) or is_bool(t)) and is_full(t))
    dim = r.choose(len(t.shape))
    if is_bool(t):
        r.add(r.one_of((lambda: t.any(dim), lambda: t.all(dim), lambda: t.sum(dim)))())
        return
    r.add(r.one_of((lambda: t.sum(dim) % 101, lambda: t.argmax(dim), lambda: t.argmin(dim),
                    lambda: t.max(dim)[0], known("cumsum", lambda: t.cumsum(dim) % 101, t),
                    known("sort", lambda: t.sort(dim)[0], t)))())  # fmt: skip


def _view(r: Run) -> None:
    at = r.pick(has_dims)
    t = r.tensors[at]
    dim = r.choose(len(t.shape))
    n = t.shape[dim]
    begin, end = r.choose(n + 1), r.choose(n + 1)
    step = r.one_of((1, 1, 2, 3))
    other = r.choose(len(t.shape))
    index: tuple[Any, ...] = (*[slice(None)] * dim, slice(begin, end, step))
    made = r.one_of((
        lambda: t[index], lambda: t[index], lambda: t.transpose(dim, other),
        lambda: t.unsqueeze(dim),
        lambda: t.flip(dim), lambda: t.narrow(dim, min(begin, end), abs(end - begin)),
        lambda: t.select(dim, begin % n) if n else t[...], lambda: t.squeeze(dim),
        lambda: t[..., None], lambda: t.movedim(dim, other), lambda: t.view(t.shape),
        lambda: t.flatten() if t.is_contiguous() else t[:],
        lambda: t.unflatten(dim, (1, n)), lambda: t.diagonal() if len(t.shape) > 1 else t[::1],
        lambda: t.chunk(2, dim)[0], lambda: t.split(2, dim)[-1],
    ))()  # fmt: skip
    r.add(made, at)


def _reshape(r: Run) -> None:
    at = r.pick()
    t = r.tensors[at]
    left = prod(t.shape)
    factor = r.one_of([k for k in (1, 2, 3, 4, 5, 7, 8) if left % k == 0])
    shape = (factor, left // factor) if r.choose(2) else (left // factor, factor)
    shares = t.is_contiguous()
    r.add(t.reshape(shape) if shares else t.reshape(shape).clone(), at if shares else None)


def _expand(r: Run) -> None:
    at = r.pick()
    t = r.tensors[at]
    r.add(t.unsqueeze(0).expand(r.one_of((1, 2, 3)), *t.shape), at)


def _join(r: Run) -> None:
    t = r.tensor(has_dims)
    dim = r.choose(len(t.shape))
    u = r.tensor(lambda u: u.dtype == t.dtype and len(u.shape) == len(t.shape) and all(
        a == b for d, (a, b) in enumerate(zip(u.shape, t.shape, strict=True))
        if d != dim))  # fmt: skip
    if tuple(u.shape) == tuple(t.shape) and r.choose(2):
        r.add(r.library.stack([t, u], dim))
    else:
        r.add(r.library.cat([t, u, t][: 2 + r.choose(2)], dim))


def _matmul(r: Run) -> None:
    t = r.tensor(lambda t: is_float(t) and len(t.shape) >= 2 and is_full(t))
    k = t.shape[-1]
    made = r.one_of((
        lambda: t @ t.transpose(-1, -2), lambda: t.transpose(-1, -2) @ t,
        lambda: t @ r.partner(t).expand(t.shape).transpose(-1, -2),
        lambda: r.library.nn.functional.linear(t, t.reshape(-1, k)[:5]),
    ))()  # fmt: skip
    r.add((made * (1.0 / max(t.shape[-2:]))).clamp(-4, 4))


def _index(r: Run) -> None:
    t = r.tensor(is_full)
    dim = r.choose(len(t.shape))
    index = r.given(r.random.integers(0, t.shape[dim], (3,)))
    wide = r.given(r.random.integers(0, t.shape[dim], tuple(t.shape)))
    r.add(r.one_of((
        lambda: t[(*[slice(None)] * dim, index)],
        known("index_select", lambda: t.index_select(dim, index), t),
        known("gather", lambda: t.gather(dim, wide), t),
        lambda: t[(*[slice(None)] * dim, index - t.shape[dim])],
        lambda: t[(*[slice(None)] * dim, [0, -1])],
    ))())  # fmt: skip


def _pad(r: Run) -> None:
    t = r.tensor(lambda t: is_float(t) and has_dims(t))
    r.add(r.library.nn.functional.pad(t, (r.choose(3), r.choose(3)), value=float(r.choose(2))))


def _copy(r: Run) -> None:
    t = r.tensor()
    r.add(r.one_of((lambda: t.clone(), lambda: t.contiguous().clone(),
                    lambda: t.detach().clone() if not r.with_grad else t.clone()))())  # fmt: skip


FUNCTIONAL = (
    _input, _unary, _unary, _activation, _exponential, _binary, _binary, _binary, _scalar, _where,
    _reduce, _reduce, _reduce, _view, _view, _view, _reshape, _expand, _join, _matmul, _index,
    _pad, _copy,
)  # fmt: skip


# -- writes ---------------------------------------------------------------------------------------
def _target(r: Run, test: Callable[[Tensor], bool]) -> int:
    return r.pick(lambda t: is_writable(t) and test(t))


def _value_for(r: Run, at: int) -> Tensor:
    """A tensor to write into tensor `at`; of the same memory only as a copy, because PyTorch
    refuses or leaves open what overlaps."""
    t = r.tensors[at]
    u = r.partner(t)
    other = next(i for i, x in enumerate(r.tensors) if x is u)
    return u.clone() if r.bases[other] == r.bases[at] else u


def _write(r: Run) -> None:
    at = _target(r, is_float)
    t, u = r.tensors[at], _value_for(r, at)
    r.one_of((
        lambda: t.add_(u).mul_(0.5), lambda: t.mul_(u).clamp_(-4, 4), lambda: t.copy_(u),
        lambda: t.sub_(u, alpha=0.5).clamp_(-4, 4), lambda: t.mul_(0.5),
        lambda: t.add_(1).mul_(0.5),
        lambda: t.zero_(), lambda: t.fill_(0.75), lambda: t.tanh_(), lambda: t.neg_(),
        lambda: t.lerp_(u.expand(t.shape), 0.25), lambda: t.clamp_(-1, 1),
    ))()  # fmt: skip


def _write_integers(r: Run) -> None:
    at = _target(r, is_int)
    t, u = r.tensors[at], _value_for(r, at)
    r.one_of((lambda: t.add_(u), lambda: t.copy_(u), lambda: t.mul_(3).remainder_(53),
              lambda: t.zero_(), lambda: t.bitwise_xor_(u)))()  # fmt: skip


def _write_part(r: Run) -> None:
    at = _target(r, is_full)
    t = r.tensors[at]
    dim = r.choose(len(t.shape))
    n = t.shape[dim]
    begin, end = r.choose(n), 1 + r.choose(n)
    place: tuple[Any, ...] = (*[slice(None)] * dim, slice(begin, end, r.one_of((1, 2))))
    if r.choose(2) or is_bool(t):
        t[place] = r.choose(2)
    else:
        t[place] = t[place].clone() * 0 + 1
    if is_float(t) and r.choose(2):
        t[place] += 0.5
        t.clamp_(-4, 4)


def _write_index(r: Run) -> None:
    at = _target(r, lambda t: is_full(t) and not is_bool(t))
    t = r.tensors[at]
    dim = r.choose(len(t.shape))
    n = t.shape[dim]
    several = r.given(r.random.permutation(n)[: max(1, n // 2)])
    place = (*[slice(None)] * dim, several)
    thin = several.reshape([-1 if d == dim else 1 for d in range(len(t.shape))])
    r.one_of((
        lambda: t.__setitem__(place, 1),
        known("index_fill_", lambda: t.index_fill_(dim, several, 2), t),
        known("index_add_", lambda: t.index_add_(dim, several, t[place].clone()), t),
        lambda: t.masked_fill_(r.given(r.random.integers(0, 2, tuple(t.shape)).astype("?")), 1),
        known("scatter_", lambda: t.scatter_(dim, thin, 1), t),
    ))()  # fmt: skip
    if is_float(t):
        t.clamp_(-4, 4)


def _look(r: Run) -> None:
    """Read a value now: what is pending is evaluated here."""
    float(r.tensor().double().sum())


def _forget(r: Run) -> None:
    if len(r.tensors) > 4:
        at = r.choose(len(r.tensors))
        del r.tensors[at], r.bases[at]


WRITING = (
    *FUNCTIONAL, _integers, _integers, _compare, _convert, _count, _write, _write, _write, _write,
    _write_integers, _write_part, _write_part, _write_index, _write_index, _look, _forget, _forget,
)  # fmt: skip


def run_program(
    library: Any, choose: Choose, with_grad: bool = False, steps: int = 20
) -> list[np.ndarray]:
    """All tensors that a program ends with; with `with_grad` the inputs' gradients."""
    r = Run(library, choose, with_grad)
    for _ in range(2):
        _input(r)
    for _ in range(1 + choose(steps)):
        with suppress(NothingFits):
            r.one_of(FUNCTIONAL if with_grad else WRITING)(r)
    if not with_grad:
        return [to_numpy(t) for t in r.tensors]
    loss = sum((t * t).sum() for t in r.tensors[-3:])
    grads = library.autograd.grad(loss, r.leaves, allow_unused=True)
    zeros = [np.zeros(tuple(t.shape), np.float32) for t in r.leaves]
    return [
        to_numpy(loss),
        *(z if g is None else to_numpy(g) for g, z in zip(grads, zeros, strict=True)),
    ]


def to_numpy(t: Tensor) -> np.ndarray:
    return np.array(t.detach().numpy())

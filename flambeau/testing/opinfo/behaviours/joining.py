"""Behaviour of joining and splitting tensors."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from flambeau.testing.opinfo.behaviours.table import (
    ALIASES,
    ALL,
    Call,
    Error,
    T,
    add_behaviour,
    dim_errors,
)  # fmt: skip

__all__: list[str] = []

_X = ((4, 6, 2),)
_HUGE = 2**62


def _list(*shapes: tuple[int, ...], rest: tuple = ()) -> Call:
    """A call that takes a list of tensors first."""
    return Call((), ([T(s) for s in shapes], *rest))


def _bad(call: Call, text: str, kind: type[Exception] = RuntimeError) -> Error:
    return Error(call, kind, text)


_DEFAULTS: dict[str, Any] = {"exact": True, "dtypes": ALL}


def _add(name: str, reference: Any, *rows: Any, **fields: Any) -> None:
    add_behaviour(name, reference, *rows, **{**_DEFAULTS, **fields})


# -- joining ------------------------------------------------------------------------------------
def _cat(x: Any, dim: int = 0) -> Any:
    return np.concatenate(x, dim)


_NONE = _bad(Call((), ([],)), "non-empty|empty")
_add("cat", _cat, _list((2, 3), (4, 3)), _list((2, 3), (2, 1), (2, 2), rest=(1,)),
     _list((2, 3), (2, 3), rest=(-1,)), _list((3,)),
     _bad(Call((), ([],)), "non-empty", ValueError), _bad(_list((2, 3), (2, 4)), "[Ss]izes"),
     _bad(_list((2, 3), (3,)), "dimension|dims"),
     *dim_errors(lambda dim: _list((2, 3), (2, 3), rest=(dim,)), 2),
     empty=(_list((0, 3), (2, 3)), _list((0, 3), (0, 3))))  # fmt: skip
_add("stack", np.stack, _list((2, 3), (2, 3)), _list((2, 3), (2, 3), rest=(1,)),
     _list((2, 3), (2, 3), rest=(-1,)), _list((), ()), _NONE,
     _bad(_list((2, 3), (2, 4)), "equal|size"),
     *dim_errors(lambda dim: _list((2,), (2,), rest=(dim,)), 2),
     empty=(_list((0, 3), (0, 3)),))  # fmt: skip
for _name, _more in (("hstack", ()), ("vstack", ()), ("dstack", ()), ("column_stack", ())):
    _add(_name, getattr(np, _name), _list((2, 3), (2, 3)), _list((3,), (3,)),
         _list((2, 3, 2), (2, 3, 2)), _NONE, _bad(_list((2, 3), (3, 4)), ""),
         empty=(_list((0, 3), (0, 3)),))  # fmt: skip


def _block_diag(*x: Any) -> Any:
    x = tuple([np.atleast_2d(a) for a in x])
    made = np.zeros(tuple(np.sum([a.shape for a in x], 0)), x[0].dtype)
    row = column = 0
    for a in x:
        made[row : row + a.shape[0], column : column + a.shape[1]] = a
        row, column = row + a.shape[0], column + a.shape[1]
    return made


_add("block_diag", _block_diag, Call(((2, 3), (1, 2))), Call(((2, 2),)), Call(((3,), (2, 1), ())),
     _bad(Call(((2, 3, 4),)), "2|dim"))  # fmt: skip
_add("cartesian_prod", lambda *x: np.array(list(itertools.product(*x)), x[0].dtype).reshape(
     -1, len(x)) if len(x) > 1 else x[0], Call(((3,), (2,))), Call(((2,), (3,), (2,))),
     Call(((3,),)), _bad(Call(((3,), (2, 2))), "1D|1-d|dim|vector"))  # fmt: skip

# -- splitting ----------------------------------------------------------------------------------


def _split(x: Any, size: Any, dim: int = 0) -> Any:
    n = x.shape[dim]
    ends = np.cumsum(size)[:-1] if not isinstance(size, int) else range(size, max(n, 1), size)
    return np.split(x, list(ends), dim)


def _chunk(x: Any, chunks: int, dim: int = 0) -> Any:
    size = -(-x.shape[dim] // chunks)
    return _split(x, max(size, 1), dim) if x.shape[dim] else [x] * chunks


_NEGATIVE = _bad(Call(_X, (-1,)), "negative|non-negative|greater|larger|positive")
_add("split", _split, Call(_X, (2,)), Call(_X, (3, 1)), Call(_X, ([1, 3],)), Call(_X, ([2, 4], -2)),
     Call(_X, (_HUGE,)), _NEGATIVE, _bad(Call(_X, ([1, 2],)), "sum"),
     _bad(Call(_X, ([-1, 5],)), "negative|non-negative"), _bad(Call(_X, (0,)), "split_size|zero|0"),
     *dim_errors(lambda dim: Call(_X, (1, dim)), 3))  # fmt: skip
_add("chunk", _chunk, Call(_X, (2,)), Call(_X, (4, 1)), Call(_X, (9,)), _NEGATIVE,
     _bad(Call(_X, (0,)), "chunks|0"), *dim_errors(lambda dim: Call(_X, (1, dim)), 3))  # fmt: skip
_add("tensor_split", lambda x, n, dim=0: np.array_split(x, n, dim), Call(_X, (3,)), Call(_X, (4,
     1)), Call(_X, ([1, 3],)), Call(_X, ([2, 9], 1)), _bad(Call(_X, (0,)), "0|section"),
     _bad(Call(_X, (-1,)), "-1|section"), *dim_errors(lambda dim: Call(_X, (1, dim)), 3)
     )  # fmt: skip
_add("unbind", lambda x, dim=0: [np.take(x, i, dim) for i in range(x.shape[dim])], Call(_X),
     Call(_X, (-1,)), Call(((3,),)), *dim_errors(lambda dim: Call(_X, (dim,)), 3))  # fmt: skip
for _name, _uneven in (("hsplit", 4), ("vsplit", 3), ("dsplit", 3)):
    _add(_name, getattr(np, _name), Call(_X, (2,)), Call(_X, ([1],)),
         _bad(Call(((),), (1,)), "dim"), _bad(Call(_X, (_uneven,)), "divisible"), empty=()
         )  # fmt: skip
add_behaviour("split_copy", _split, dtypes=ALL, exact=True, calls=(Call(_X, (3,)),))
add_behaviour("split_with_sizes_copy", _split, dtypes=ALL, exact=True, empty=(),
              calls=(Call(_X, ([1, 3],)),))  # fmt: skip
add_behaviour("unbind_copy", lambda x, dim=0: [np.take(x, i, dim) for i in range(x.shape[dim])],
              dtypes=ALL, exact=True, calls=(Call(_X, (1,)),))  # fmt: skip

ALIASES.update({
    "concat": "cat", "concatenate": "cat", "row_stack": "vstack", "unsafe_split": "split",
    "unsafe_split_with_sizes": "split", "unsafe_chunk": "chunk",
})  # fmt: skip

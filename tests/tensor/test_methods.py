"""The tables of methods: what Tensor has, operators, in-place twins, and the public names."""

from __future__ import annotations

import operator
import subprocess
import sys

import numpy as np
import pytest

import flambeau
from flambeau.tensor.methods import FUNCTIONS, METHODS

UNARY = [row.name for row in METHODS if row.in_place and row.name in
         ("abs neg exp log sqrt sin cos tanh sigmoid relu floor ceil round trunc square reciprocal "
          "rsqrt erf log1p expm1 frac sign tril triu").split()]  # fmt: skip
BINARY = ["add", "sub", "mul", "div", "floor_divide", "remainder", "fmod", "pow", "atan2", "eq",
          "lt", "ge", "hypot", "copysign", "xlogy", "true_divide", "subtract", "multiply",
          "clamp_min", "clamp_max"]  # fmt: skip


def operand(seed, shape=(2, 3)):
    return flambeau.from_numpy(np.random.default_rng(seed).uniform(0.5, 2, shape))


# -- rows ---------------------------------------------------------------------------------------
def test_every_row_is_attached_and_named_once():
    names = [row.name for row in METHODS]
    repeated = sorted({n for n in names if names.count(n) > 1})
    assert not repeated
    for row in METHODS:
        assert callable(getattr(flambeau.Tensor, row.name))
        if row.in_place:
            twin = getattr(flambeau.Tensor, f"{row.name}_")
            assert twin.__name__ == f"{row.name}_"


def test_functions_are_public():
    for name in FUNCTIONS:
        assert callable(getattr(flambeau, name))
        assert name in flambeau.__all__ or name.startswith("_")


@pytest.mark.parametrize("name", UNARY)
def test_unary_twins(name):
    x = operand(0)
    expected = getattr(flambeau, name)(x).tolist()
    assert getattr(x.clone(), name)().tolist() == expected
    y = x.clone()
    alias = y.view(3, 2)
    assert getattr(y, f"{name}_")() is y
    assert y.tolist() == expected
    assert alias.flatten().tolist() == y.flatten().tolist()


@pytest.mark.parametrize("name", BINARY)
def test_binary_twins(name):
    x, y = operand(1), operand(2)
    expected = getattr(flambeau, name)(x, y)
    assert flambeau.equal(getattr(x, name)(y), expected)
    z = x.clone()
    assert getattr(z, f"{name}_")(y) is z
    assert z.dtype is x.dtype and z.tolist() == expected.double().tolist()


def test_in_place_results_keep_the_tensors_dtype():
    x = flambeau.ones(2, dtype=flambeau.float32)
    x += flambeau.ones(2, dtype=flambeau.float64)
    assert x.dtype is flambeau.float32 and x.tolist() == [2, 2]
    x.gt_(1)
    assert x.dtype is flambeau.float32 and x.tolist() == [1, 1]


# -- operators ----------------------------------------------------------------------------------
BINARY_OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.pow, operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge,
]  # fmt: skip
OPERANDS = [2, 2.5, np.float32(1.5), np.int64(3), True]


@pytest.mark.parametrize("op", BINARY_OPERATORS)
@pytest.mark.parametrize("other", OPERANDS)
def test_operators_with_numbers(op, other):
    array = np.array([0.5, 1.0, 4.0])
    x = flambeau.from_numpy(array)
    plain = other.item() if isinstance(other, np.generic) else other
    if op is operator.sub and other is True:
        return  # PyTorch refuses it, NumPy does not; see test_errors.py
    np.testing.assert_allclose(op(x, other).numpy(), op(array, plain))
    np.testing.assert_allclose(op(other, x).numpy(), op(plain, array))


@pytest.mark.parametrize("op", [operator.and_, operator.or_, operator.xor])
def test_bitwise_operators(op):
    a, b = np.array([0b1100, 5]), np.array([0b1010, 3])
    x, y = flambeau.from_numpy(a), flambeau.from_numpy(b)
    assert op(x, y).tolist() == op(a, b).tolist()
    assert op(x, 6).tolist() == op(a, 6).tolist() == op(6, x).tolist()
    p, q = flambeau.tensor([True, False]), flambeau.tensor([True, True])
    assert op(p, q).dtype is flambeau.bool


def test_shifts_and_unary_operators():
    x = flambeau.tensor([1, 4])
    assert (
        (x << 2).tolist() == [4, 16]
        and (x >> 1).tolist() == [0, 2]
        and (1 << x).tolist() == [2, 16]
    )
    assert (-x).tolist() == [-1, -4] and (+x).tolist() == [1, 4] and abs(-x).tolist() == [1, 4]
    assert (~x).tolist() == [-2, -5] and (~flambeau.tensor([True])).tolist() == [False]


@pytest.mark.parametrize(
    "op",
    [operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ifloordiv,
     operator.imod, operator.ipow],
)  # fmt: skip
def test_in_place_operators_keep_the_object(op):
    x = flambeau.tensor([3.0, 8.0])
    alias, same = x.view(2, 1), x
    expected = op(np.array([3.0, 8.0]), 2.0)
    x = op(x, 2.0)
    assert x is same and x.tolist() == expected.tolist()
    assert alias.flatten().tolist() == expected.tolist()


def test_in_place_bitwise_operators():
    x = flambeau.tensor([6, 3])
    same = x
    x &= 3
    x |= 8
    x ^= 1
    x <<= 1
    x >>= 1
    assert x is same and x.tolist() == [((6 & 3) | 8) ^ 1, ((3 & 3) | 8) ^ 1]


def test_matmul_operator():
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    x, y = flambeau.from_numpy(a), flambeau.from_numpy(b)
    np.testing.assert_allclose((x @ y).numpy(), a @ b)
    np.testing.assert_allclose((a @ y).numpy(), a @ b)


def test_what_is_no_operand_is_left_to_the_other_side():
    class Other:
        def __radd__(self, x):
            return "radd"

        def __eq__(self, x):
            return "eq"

        __hash__ = None

    x = flambeau.ones(2)
    assert x + Other() == "radd" and (x == Other()) == "eq"
    assert (x == None) is False and (x != None) is True  # noqa: E711
    assert (x == "a") is False


def test_comparisons_between_tensors_and_sequences_of_dims():
    x = flambeau.zeros(2, 3)
    assert x.shape == (2, 3) and x.sum((0, 1)).shape == ()
    assert x.T.shape == x.mT.shape == (3, 2)


# -- against PyTorch ----------------------------------------------------------------------------
CALLS = [
    "x.sum()", "x.sum(0)", "x.sum(dim=(0, 1), keepdim=True)", "x.mean(-1)", "x.prod(1)", "x.var()",
    "x.std(0, unbiased=False)", "x.max()", "x.max(1).values", "x.min(0).indices", "x.argmax()",
    "x.argmin(1, keepdim=True)", "x.amax((0, 1))", "x.any()", "x.all(0)", "x.logsumexp(1)",
    "x.norm()", "x.norm(1, 0)", "x.cumsum(0)", "x.view(3, 2)", "x.view(-1)", "x.reshape(6, 1)",
    "x.t()", "x.T", "x.transpose(0, 1)", "x.permute(1, 0)", "x.unsqueeze(1)", "x[None].squeeze()",
    "x.expand(4, 2, 3)", "x.flatten()", "x.narrow(1, 1, 2)", "x.select(1, 0)", "x.diagonal()",
    "x.unfold(1, 2, 1)", "x.clamp(0.7, 1.2)", "x.clamp(min=1)", "x.clip(max=1)", "x ** 2",
    "2 ** x", "x ** 0.5", "x ** x", "1 / x", "1 - x", "x // 0.3", "x % 0.3", "7 % x", "7 // x",
    "x.add(x, alpha=2)", "x.sub(1, alpha=3)", "x.div(0.3, rounding_mode='floor')",
    "x.div(0.3, rounding_mode='trunc')", "x.lerp(x * 2, 0.3)", "x.addcmul(x, x, value=0.5)",
    "x.addcdiv(x, x + 1, value=2)", "x.masked_fill(x > 1, 0)", "x.where(x > 1, x * 0)",
    "x.round(decimals=2)", "x.nan_to_num()", "x.tril()", "x.triu(1)", "x.type_as(x.int())",
    "x.isclose(x + 1e-9)", "x.count_nonzero()", "x.logit(1e-3)", "x.sum_to_size(1, 3)",
    "x.new_full((2,), 3)", "x.broadcast_to((2, 2, 3))", "x.movedim(0, 1)", "x.swapaxes(0, 1)",
    "x.as_strided((2, 2), (1, 2))", "x.repeat(2, 1)", "x.matmul(x.t())", "x @ x.T", "x[0] @ x[1]",
    "x.unflatten(1, (3, 1))", "x.bool()", "x.long()", "x.half()", "x.real", "x.conj()",
    "x.aminmax()[0]", "x.var_mean(0)[1]" if False else "x.mean()", "x.float().sum(dtype=F.float64)",
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_calls_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    array = np.random.default_rng(3).uniform(0.5, 2, (2, 3))
    expected = eval(call, {"x": torch.from_numpy(array.copy()), "F": torch})
    found = eval(call, {"x": flambeau.from_numpy(array.copy()), "F": flambeau})
    assert str(found.dtype).split(".")[-1] == str(expected.dtype).split(".")[-1]
    assert tuple(found.shape) == tuple(expected.shape)
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-10)


# -- the package --------------------------------------------------------------------------------
def test_names_of_pytorch_are_there():
    wanted = """
        tensor zeros ones full empty arange linspace eye rand randn randint randperm manual_seed
        float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 bool float double half long
        int short add sub mul div matmul mm bmm dot cat stack where sum mean max min exp log no_grad
        enable_grad inference_mode set_grad_enabled is_grad_enabled autograd nn optim utils save
        load compile device dtype Size Tensor Generator from_numpy as_tensor is_tensor allclose
        equal set_printoptions get_default_dtype set_default_dtype finfo iinfo pi inf nan
        set_num_threads get_num_threads strided contiguous_format channels_last
    """.split()
    assert not [name for name in wanted if not hasattr(flambeau, name)]
    assert not [name for name in wanted if name not in dir(flambeau)]


def test_the_package_tensor_can_be_called_and_imported_from():
    import flambeau.tensor.creation as module

    assert module.tensor([1]).tolist() == flambeau.tensor([1]).tolist()
    assert flambeau.tensor.creation is module


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="flambeau has no 'zeroes' yet; the nearest"):
        flambeau.zeroes  # noqa: B018
    with pytest.raises(AttributeError, match="zeroes"):
        flambeau.zeros(1).zeroes  # noqa: B018


def test_import_loads_nothing_heavy():
    code = (
        "import sys, flambeau; "
        "print([m for m in ('llvmlite', 'scipy', 'torch', 'flambeau.nn', 'flambeau.optim') "
        "if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stderr

"""What bad input gets: a clear error at the call that names the operation, and nothing changed."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau as t

# (call, exception, part of the text): the operation, what was given, what to try
CASES = [
    # shapes
    ("t.zeros(2) + t.zeros(3)", RuntimeError, r"add: shapes \[2\] and \[3\] cannot be broadcast"),
    ("t.zeros(2, 3) * t.zeros(2)", RuntimeError, r"must match .* at non-singleton dimension 1"),
    (
        "t.zeros(2).add_(t.zeros(2, 2))",
        RuntimeError,
        r"add_: output with shape \[2\] doesn't match",
    ),
    ("t.zeros(2).copy_(t.zeros(3))", RuntimeError, r"copy_: .*\[3\] and \[2\]"),
    ("t.zeros(2).view(3)", RuntimeError, r"view: shape '\[3\]' is invalid for input of size 2"),
    ("t.zeros(2, 3).t().view(6)", RuntimeError, r"view size is not compatible.*stride \[1, 3\]"),
    ("t.zeros(2, 3).t().view(6)", RuntimeError, r"try \.reshape\(\.\.\.\).*would copy"),
    ("t.zeros(2).view(-1, -1)", RuntimeError, "view: only one dimension can be inferred"),
    ("t.zeros(2).reshape(5)", RuntimeError, r"reshape: shape '\[5\]' is invalid"),
    ("t.zeros(2, 3).expand(3, 3)", RuntimeError, r"expand: The expanded size .* \(3\) .* \(2\)"),
    ("t.zeros(2, 3) @ t.zeros(2, 3)", RuntimeError, r"cannot be multiplied \(2x3 and 2x3\)"),
    ("t.zeros(2).as_strided((3,), (1,))", RuntimeError, "reach element 3, but the storage has 2"),
    ("t.tril(t.zeros(2))", RuntimeError, "tril: input tensor must have at least 2 dimensions"),
    ("t.meshgrid(t.zeros(2, 2))", RuntimeError, "meshgrid: Expected scalar or 1D tensor"),
    ("t.zeros(1).expand(3).add_(1)", RuntimeError, r"single memory location.*try clone\(\)"),
    # dims and indices
    ("t.zeros(2).sum(2)", IndexError, r"sum: Dimension out of range .*\[-1, 0\], but got 2"),
    ("t.zeros(2).mean(dim=1)", IndexError, "mean: Dimension out of range"),
    ("t.zeros(2).sum((0, 0))", RuntimeError, "sum: dim 0 appears multiple times"),
    ("t.zeros(2, 3).transpose(0, 2)", IndexError, "transpose: Dimension out of range"),
    ("t.zeros(2, 3).permute(0)", RuntimeError, "permute: .*number of dimensions"),
    ("t.zeros(2)[5]", IndexError, "index 5 is out of bounds for dimension 0 with size 2"),
    ("t.zeros(2).select(0, 3)", IndexError, "select: index 3 is out of bounds"),
    ("t.zeros(2).narrow(0, 1, 3)", RuntimeError, r"narrow: start \(1\) \+ length \(3\) exceeds"),
    ("t.zeros(2).size(1)", IndexError, "size: Dimension out of range"),
    ("t.zeros(0).argmax()", IndexError, "argmax: Expected reduction dim to have non-zero size"),
    # dtypes
    (
        "t.zeros(2, dtype=t.int64).add_(1.5)",
        RuntimeError,
        "add_: result type float32 can't be cast",
    ),
    ("t.zeros(2, dtype=t.int64).div_(2)", RuntimeError, "div_: result type float32 can't be cast"),
    (
        "t.zeros(2, dtype=t.int64, requires_grad=True)",
        RuntimeError,
        "zeros: Only Tensors of floating",
    ),
    (
        "t.zeros(2, dtype=t.int64).requires_grad_()",
        RuntimeError,
        r"requires_grad_: .*try \.float\(\)",
    ),
    ("t.tensor([1]).mean()", RuntimeError, r"mean\(\): could not infer output dtype.*try \.float"),
    ("t.tensor([True]) - t.tensor([True])", RuntimeError, "sub: Subtraction.*logical_xor"),
    ("1 - t.tensor([True])", RuntimeError, "sub: Subtraction.*a bool tensor"),
    ("-t.tensor([True])", RuntimeError, "neg: Negation.*logical_not"),
    ("~t.zeros(2)", TypeError, "bitwise_not: .*given float32"),
    ("t.zeros(2) & 1", NotImplementedError, "bitwise_and: given float32"),
    ("t.where(t.zeros(2), 1, 2)", RuntimeError, "where: expected condition to be a boolean tensor"),
    ("t.zeros(2).masked_fill(t.zeros(2), 1)", RuntimeError, "masked_fill: .*only supports boolean"),
    ("t.pow(t.tensor([2]), -1)", RuntimeError, "pow: Integers to negative integer powers"),
    ("t.zeros(2, dtype=t.int64) // 0", RuntimeError, "ZeroDivisionError"),
    (
        "t.zeros(2, dtype=t.uint8).fill_(300)",
        RuntimeError,
        "fill_: value cannot be converted .* 300",
    ),
    ("t.rand(2, dtype=t.int64)", NotImplementedError, "rand: not implemented for 'int64'.*randint"),
    ("t.zeros(2, dtype=t.int64).uniform_()", NotImplementedError, "uniform_: .*try random_"),
    (
        "t.add(t.zeros(2), 1, out=t.zeros(2, dtype=t.int8))",
        RuntimeError,
        "add: result type float32",
    ),
    (
        "t.zeros(2).imag",
        RuntimeError,
        "imag is not implemented for tensors with non-complex dtypes",
    ),
    ("t.set_default_dtype(t.int64)", TypeError, "set_default_dtype: given flambeau.int64"),
    ("t.zeros(2).view(t.float64).view(t.int8)[0].view(t.int64)", RuntimeError, "view: "),
    # devices
    ("t.tensor(1.0, device='cuda')", RuntimeError, r"tensor: given device 'cuda'.*device='cpu'"),
    ("t.zeros(2).to('cuda:1')", RuntimeError, "to: given device 'cuda:1'; required: .*present"),
    ("t.zeros(2).cuda()", RuntimeError, "cuda: given device 'cuda'"),
    ("t.zeros(2, device='gpu')", RuntimeError, "device: given 'gpu'; expected one of 'cpu'"),
    ("t.cuda.current_device()", RuntimeError, "cuda.current_device: .*no CUDA device is available"),
    # Python values
    ("t.zeros(2).item()", RuntimeError, "item: a Tensor with 2 elements cannot be converted"),
    ("bool(t.zeros(2))", RuntimeError, r"more than one value is ambiguous.*try any\(\) or all\(\)"),
    ("bool(t.zeros(0))", RuntimeError, "no values is ambiguous"),
    (
        "float(t.zeros(2))",
        ValueError,
        "only one element tensors can be converted to Python scalars",
    ),
    ("len(t.tensor(1.0))", TypeError, r"len\(\) of a 0-d tensor"),
    ("list(t.tensor(1.0))", TypeError, "iteration over a 0-d tensor"),
    ("range(3)[t.tensor(1.0)]", TypeError, "only integer tensors of a single element"),
    ("'a' in t.zeros(3)", RuntimeError, "__contains__ only supports Tensor or scalar"),
    ("t.zeros(2) + 'a'", TypeError, r"unsupported operand type\(s\) for \+: 'Tensor' and 'str'"),
    ("t.zeros(2) < None", TypeError, "'<' not supported between instances of 'Tensor'"),
    ("t.zeros(2) @ 3", TypeError, r"unsupported operand type\(s\) for @"),
    ("t.add('a', 1)", TypeError, r"add\(\): expected a Tensor or a Python number, given str"),
    (
        "t.exp(1.0)",
        TypeError,
        r"exp\(\): argument 'input' \(position 1\) must be Tensor, not float",
    ),
    ("t.sum(3)", TypeError, r"sum\(\): argument 'input' \(position 1\) must be Tensor, not int"),
    ("t.reshape([1, 2], (2,))", TypeError, r"reshape\(\): argument 'input' .* not list"),
    ("t.zeros_like(3)", TypeError, r"zeros_like\(\): argument 'input'"),
    ("t.zeros(2).fill_('a')", TypeError, r"fill_\(\): argument 'value' must be Number"),
    ("t.zeros(2).copy_([1, 2])", TypeError, r"copy_\(\): argument 'src'.*as_tensor"),
    ("t.zeros(2).fill_(t.zeros(2))", RuntimeError, "fill_: .*only supports 0-dimension value"),
    # NumPy
    ("t.zeros(2, requires_grad=True).numpy()", RuntimeError, r"tensor\.detach\(\)\.numpy\(\)"),
    ("np.asarray(t.zeros(2, requires_grad=True))", RuntimeError, r"Can't call numpy\(\)"),
    ("t.zeros(2, dtype=t.bfloat16).numpy()", TypeError, r"BFloat16.*try \.float\(\)\.numpy\(\)"),
    ("t.from_numpy([1])", TypeError, r"from_numpy: expected np.ndarray \(got list\)"),
    ("t.from_numpy(np.array(['a']))", TypeError, "can't convert np.ndarray of type <U1"),
    ("t.from_numpy(np.zeros(3)[::-1])", ValueError, r"strides? .*negative.*try array\.copy\(\)"),
    # data
    ("t.tensor([[1, 2], [3]])", ValueError, r"expected sequence of length 2 at dim 1 \(got 1\)"),
    ("t.tensor([[1, 2], 3])", TypeError, "not a sequence"),
    ("t.tensor([1, [2]])", ValueError, "expected a number at dim 1"),
    ("t.tensor('a')", TypeError, "tensor: new.*invalid data type 'str'"),
    ("t.tensor(['a'])", TypeError, "invalid data type 'str'"),
    ("t.tensor(None)", RuntimeError, "tensor: Could not infer dtype of NoneType"),
    ("t.tensor(300, dtype=t.uint8)", RuntimeError, "tensor: value .* uint8 .*required: 0 to 255"),
    ("t.tensor([1, 300], dtype=t.int8)", RuntimeError, "given 300; required: -128 to 127"),
    ("t.tensor(2**63)", ValueError, "Overflow when unpacking long long"),
    ("t.tensor([2**63])", ValueError, "Overflow when unpacking long long"),
    (
        "t.tensor(1.0, dtype='float32')",
        TypeError,
        "argument 'dtype' must be flambeau.dtype, not str",
    ),
    (
        "t.tensor([1], requires_grad=True)",
        RuntimeError,
        "Only Tensors of floating point and complex",
    ),
    # sizes and ranges
    ("t.zeros(-1)", RuntimeError, r"zeros: .*negative dimension -1: \[-1\]"),
    ("t.zeros(2.5)", TypeError, r"zeros\(\): argument 'size' .*not float"),
    ("t.ones((2, 'a'))", TypeError, r"ones\(\): argument 'size' .*not str"),
    ("t.zeros()", TypeError, r"zeros\(\) received no size"),
    ("t.zeros(2, foo=1)", TypeError, "unexpected keyword argument 'foo'"),
    ("t.full((2,), 'a')", TypeError, r"full\(\): argument 'fill_value' must be Number, not str"),
    ("t.arange(0, 1, 0)", RuntimeError, "arange: step must be nonzero"),
    ("t.arange(0, -1)", RuntimeError, "arange: upper bound and lower bound inconsistent"),
    ("t.arange(0, float('inf'))", RuntimeError, "arange: unsupported range: 0 -> inf"),
    ("t.linspace(0, 1, -1)", RuntimeError, "linspace: number of steps must be non-negative"),
    ("t.eye(-1)", RuntimeError, "eye: n must be greater or equal to 0, got -1"),
    ("t.zeros(2).clamp()", RuntimeError, "clamp: at least one of 'min' or 'max'"),
    ("t.zeros(2).div(2, rounding_mode='up')", RuntimeError, "None, 'trunc', or 'floor'.*'up'"),
    # random
    (
        "t.randint(5, 3, (2,))",
        RuntimeError,
        "randint: .*'from' to be less than 'to'.*from=5 >= to=3",
    ),
    ("t.randint(0, 300, (2,), dtype=t.uint8)", RuntimeError, "out of bounds for uint8: given 299"),
    ("t.randint(3)", TypeError, r"randint\(\) missing 1 required argument: 'size'"),
    ("t.randperm(-1)", RuntimeError, "randperm: .*negative dimension -1"),
    ("t.normal(0.0, -1.0, (2,))", RuntimeError, r"normal: normal expects std >= 0\.0"),
    ("t.bernoulli(t.tensor([2.0]))", RuntimeError, "bernoulli: .*p_in >= 0 && p_in <= 1"),
    (
        "t.multinomial(t.tensor([1.0, 2.0]), 3)",
        RuntimeError,
        "multinomial: cannot sample .* 3 of 2",
    ),
    ("t.multinomial(t.tensor([-1.0, 2.0]), 1)", RuntimeError, "contains either `inf`, `nan` or"),
    ("t.multinomial(t.tensor([0.0]), 1)", RuntimeError, r"sum of probabilities <= 0"),
    ("t.zeros(2).uniform_(3, 1)", RuntimeError, r"uniform_: .*\[from, to\) range.*from=3 > to=1"),
    ("t.zeros(2).exponential_(-1)", RuntimeError, r"exponential_: .*lambda > 0\.0"),
    ("t.zeros(2).bernoulli_(2)", RuntimeError, r"expects p to be in \[0, 1\]"),
    ("t.manual_seed(2**64)", ValueError, "manual_seed: given 18446744073709551616"),
    ("t.Generator().set_state(t.zeros(3))", TypeError, "set_state: expected a flambeau.ByteTensor"),
    # the tape
    ("t.zeros(2, requires_grad=True).add_(1)", RuntimeError, "add_: a leaf Variable that requires"),
    ("t.zeros(2, requires_grad=True)[0].add_(1)", RuntimeError, "a view of a leaf Variable"),
    ("t.zeros(2, requires_grad=True).normal_()", RuntimeError, "normal_: a leaf Variable"),
    ("(t.zeros(2, requires_grad=True) * 2).backward()", RuntimeError, "only for scalar outputs"),
    (
        "t.zeros(2).sum().backward()",
        RuntimeError,
        "does not require grad and does not have a grad_fn",
    ),
    ("t.ones(3, out=t.zeros(3, requires_grad=True))", RuntimeError, "ones: functions with out="),
]


@pytest.mark.parametrize(("call", "exception", "text"), CASES, ids=[c[0] for c in CASES])
def test_the_text_says_what_was_wrong(call, exception, text):
    with pytest.raises(exception, match=f"(?s){text}"):
        eval(call, {"t": t, "np": np})


WRITES = [
    "x.add_(t.zeros(5))", "x.mul_('a')", "x.copy_(t.zeros(5))", "x.fill_(t.zeros(2))",
    "x.uniform_(3, 1)", "x.bernoulli_(2)", "x.view(7)", "x.t_().squeeze_(9)", "x.clamp_()",
    "x.div_(2, rounding_mode='up')", "x.resize_(-3)", "x.bitwise_and_(1)", "x.to('cuda')",
]  # fmt: skip


@pytest.mark.parametrize("call", WRITES)
def test_a_refused_write_changes_nothing(call):
    x = t.arange(6.0).view(2, 3).clone()
    before, version, shape = x.tolist(), x._version, x.shape
    with pytest.raises((RuntimeError, TypeError, IndexError, NotImplementedError, ValueError)):
        eval(call, {"t": t, "x": x})
    if "t_()" in call:
        assert x.t().tolist() == before
    else:
        assert x.tolist() == before and x._version == version and x.shape == shape


def test_errors_come_at_the_call_and_later_work_goes_on():
    x = t.ones(3)
    y = x * 2
    with pytest.raises(RuntimeError):
        y + t.ones(4)
    assert (y + x).tolist() == [3, 3, 3]

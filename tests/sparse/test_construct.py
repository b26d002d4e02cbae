"""Making sparse tensors, their parts, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau.tensor.layouts import NotStrided

INDICES, VALUES = [[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0]
DENSE = [[0.0, 0.0, 3.0], [4.0, 0.0, 5.0]]


def coo(**options):
    return flambeau.sparse_coo_tensor(INDICES, VALUES, (2, 3), **options)


def test_what_a_coo_tensor_says_of_itself():
    x = coo()
    assert isinstance(x, flambeau.Tensor)
    assert x.layout is flambeau.sparse_coo
    assert (x.is_sparse, x.is_sparse_csr) == (True, False)
    assert (x.shape, x.ndim, x.numel(), x._nnz(), len(x)) == ((2, 3), 2, 6, 3, 2)
    assert (x.sparse_dim(), x.dense_dim(), x.size(-1)) == (2, 0, 3)
    assert x.dtype is flambeau.float32
    assert x.device.type == "cpu"
    assert not x.requires_grad
    assert x.is_leaf
    assert x._indices().dtype is flambeau.int64
    assert x._indices().tolist() == INDICES
    assert x._values().tolist() == VALUES
    assert x.to_dense().tolist() == DENSE


def test_coalesce_sorts_and_adds_up():
    x = flambeau.sparse_coo_tensor([[1, 0, 1], [0, 2, 0]], [1.0, 2.0, 3.0], (2, 3))
    assert not x.is_coalesced()
    with pytest.raises(RuntimeError, match="Cannot get indices on an uncoalesced tensor"):
        x.indices()
    with pytest.raises(RuntimeError, match="Cannot get values on an uncoalesced tensor"):
        x.values()
    y = x.coalesce()
    assert y.is_coalesced()
    assert y.coalesce() is y
    assert y.indices().tolist() == [[0, 1], [2, 0]]
    assert y.values().tolist() == [2.0, 4.0]
    assert flambeau.equal(x.to_dense(), y.to_dense())


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "float16", "bfloat16", "complex64"])
def test_other_dtypes(dtype):
    dtype = getattr(flambeau, dtype)
    values = flambeau.tensor([1, 1, 1]).to(dtype)
    x = flambeau.sparse_coo_tensor([[0, 0, 2]], values, (3,))
    assert x.dtype is dtype
    dense = x.to_dense()
    assert dense.dtype is dtype
    expected = [True, False, True] if dtype is flambeau.bool else [2, 0, 1]
    assert dense.tolist() == expected
    assert x.coalesce().to_dense().tolist() == expected


def test_entries_may_have_dims():
    x = flambeau.sparse_coo_tensor([[0, 2, 0]], flambeau.arange(6.0).reshape(3, 2), (3, 2))
    assert (x.sparse_dim(), x.dense_dim()) == (1, 1)
    assert x.to_dense().tolist() == [[4.0, 6.0], [0.0, 0.0], [2.0, 3.0]]
    assert x.coalesce().values().tolist() == [[4.0, 6.0], [2.0, 3.0]]


def test_sizes_are_inferred():
    assert flambeau.sparse_coo_tensor(INDICES, VALUES).shape == (2, 3)
    assert flambeau.sparse_coo_tensor([[4, 1]], flambeau.ones(2, 7)).shape == (5, 7)
    assert flambeau.sparse_csr_tensor([0, 1, 2], [0, 1], [1.0, 2.0]).shape == (2, 2)


def test_nothing_in_it():
    for x in (flambeau.sparse_coo_tensor((2, 3)), flambeau.sparse_coo_tensor(size=(2, 3)),
              flambeau.zeros(2, 3).to_sparse()):  # fmt: skip
        assert (x._nnz(), x.is_coalesced()) == (0, True)
        assert x.to_dense().tolist() == [[0.0] * 3] * 2
        assert (x @ flambeau.ones(3, 2)).tolist() == [[0.0] * 2] * 2
        assert (x + x)._nnz() == 0
        assert x.sum().item() == 0
    for shape in ((0, 3), (3, 0), (0,), (2, 0, 4)):
        x = flambeau.zeros(shape).to_sparse()
        assert x.to_dense().shape == shape
        assert x.coalesce()._nnz() == 0
    scalar = flambeau.tensor(3.0).to_sparse()
    assert (scalar.shape, scalar._nnz(), scalar.to_dense().item()) == ((), 1, 3.0)


def test_compressed_rows_and_columns():
    x = flambeau.sparse_csr_tensor([0, 1, 3], [2, 0, 2], VALUES, (2, 3))
    assert x.layout is flambeau.sparse_csr
    assert (x.is_sparse, x.is_sparse_csr, x._nnz()) == (False, True, 3)
    assert x.crow_indices().tolist() == [0, 1, 3]
    assert x.col_indices().tolist() == [2, 0, 2]
    assert x.values().tolist() == VALUES
    assert x.to_dense().tolist() == DENSE
    y = flambeau.sparse_csc_tensor([0, 1, 1, 3], [1, 0, 1], [4.0, 3.0, 5.0], (2, 3))
    assert y.layout is flambeau.sparse_csc
    assert y.ccol_indices().tolist() == [0, 1, 1, 3]
    assert y.row_indices().tolist() == [1, 0, 1]
    assert y.to_dense().tolist() == DENSE
    z = flambeau.sparse_compressed_tensor([0, 1, 3], [2, 0, 2], VALUES, (2, 3),
                                          layout=flambeau.sparse_csr)  # fmt: skip
    assert z.to_dense().tolist() == DENSE
    named = flambeau.sparse_csr_tensor(crow_indices=[0, 1], col_indices=[0], values=[1.0])
    assert named.shape == (1, 1)


def test_conversions_between_all_layouts():
    dense = flambeau.tensor(DENSE)
    ways = ["to_sparse_coo", "to_sparse_csr", "to_sparse_csc", "to_dense"]
    for first in ways:
        for second in ways:
            x = getattr(getattr(dense, first)(), second)()
            assert x.to_dense().tolist() == DENSE
            assert x.layout.name.endswith(second.removeprefix("to_").replace("dense", "strided"))
    assert dense.to_sparse(layout=flambeau.sparse_csr).layout is flambeau.sparse_csr
    hybrid = dense.to_sparse(1)
    assert (hybrid.sparse_dim(), hybrid.dense_dim(), hybrid._nnz()) == (1, 1, 2)
    assert dense.to_dense() is dense


def test_int32_indices_are_kept_in_compressed_layouts():
    pointers = flambeau.tensor([0, 1, 3], dtype=flambeau.int32)
    x = flambeau.sparse_csr_tensor(pointers, flambeau.tensor([2, 0, 2]).int(), VALUES, (2, 3))
    assert x.crow_indices().dtype is flambeau.int32
    assert (x @ flambeau.eye(3)).tolist() == DENSE
    assert (flambeau.eye(2) @ x).tolist() == DENSE
    assert x.to_sparse_coo().indices().dtype is flambeau.int64


# -- refused ------------------------------------------------------------------------------------
BAD_COO = {
    "index 3 in column 1 of indices\\[1\\]; size is":
        ([[0, 1], [2, 3]], [1.0, 2.0], (2, 3)),
    "found negative index -1 for dim 1": ([[0, 1], [2, -1]], [1.0, 2.0], (2, 3)),
    "indices and values must have same nnz": (INDICES, [1.0, 2.0], (2, 3)),
    "'len\\(size\\) == sparse_dim \\+ dense_dim'": (INDICES, VALUES, (2, 3, 4)),
    "values has incorrect size": (INDICES, np.ones((3, 2)), (2, 3, 4)),
    "negative": (INDICES, VALUES, (2, -3)),
}  # fmt: skip


@pytest.mark.parametrize("text", BAD_COO)
def test_coo_tensors_that_cannot_be(text):
    indices, values, size = BAD_COO[text]
    with pytest.raises(RuntimeError, match=text):
        flambeau.sparse_coo_tensor(indices, flambeau.tensor(values), size)


def test_other_coo_tensors_that_cannot_be():
    with pytest.raises(TypeError, match="indices of dtype float32"):
        flambeau.sparse_coo_tensor(flambeau.ones(2, 3), VALUES, (2, 3))
    with pytest.raises(RuntimeError, match="indices must have shape"):
        flambeau.sparse_coo_tensor(flambeau.tensor([0, 1, 2]), VALUES, (3,))
    with pytest.raises(RuntimeError, match="found negative index -1"):
        flambeau.sparse_coo_tensor([[-1]], [1.0])
    with pytest.raises(RuntimeError, match="cannot set is_coalesced to true"):
        flambeau.sparse_coo_tensor([[0, 0]], [1.0, 2.0], (2,), is_coalesced=True)
    assert coo(is_coalesced=True).is_coalesced()
    with pytest.raises(RuntimeError, match="size is 0 but found index 0"):
        flambeau.sparse_coo_tensor(flambeau.zeros(1, 1).long(), [1.0], (0,))


BAD_CSR = {
    "the number of rows \\+ 1 \\(=3\\), but got 2": ([0, 1], [0, 1], [1.0, 2.0], (2, 3)),
    "`crow_indices\\[..., 0\\] == 0`": ([1, 1, 2], [0, 1], [1.0, 2.0], (2, 3)),
    "`crow_indices\\[..., -1\\] == nnz`": ([0, 1, 1], [0, 1], [1.0, 2.0], (2, 3)),
    "crow_indices\\[1\\] = 3 and crow_indices\\[2\\] = 2": ([0, 3, 2], [0, 1], [1.0, 2.0], (2, 3)),
    "col_indices\\[1\\] = 3; required: `0 <= col_indices < ncols`":
        ([0, 1, 2], [0, 3], [1.0, 2.0], (2, 3)),
    "col_indices\\[1\\] = -1": ([0, 1, 2], [0, -1], [1.0, 2.0], (2, 3)),
    "col_indices\\[0\\] = 1 before col_indices\\[1\\] = 0 in row 0":
        ([0, 2, 2], [1, 0], [1.0, 2.0], (2, 3)),
    "sorted and distinct": ([0, 2, 2], [1, 1], [1.0, 2.0], (2, 3)),
    "must be equal to nnz \\(=3\\)": ([0, 1, 2], [0, 1], [1.0, 2.0, 3.0], (2, 3)),
    "but got 1": ([0, 1, 2], [0, 1], [1.0, 2.0], (3,)),
}  # fmt: skip


@pytest.mark.parametrize("text", BAD_CSR)
def test_csr_tensors_that_cannot_be(text):
    with pytest.raises(RuntimeError, match=text):
        flambeau.sparse_csr_tensor(*BAD_CSR[text])


def test_other_compressed_tensors_that_cannot_be():
    make = flambeau.sparse_csr_tensor
    with pytest.raises(RuntimeError, match="crow_indices and col_indices must have the same dtype"):
        make(flambeau.tensor([0, 1]).int(), flambeau.tensor([0]), [1.0])
    with pytest.raises(RuntimeError, match="must be an int32 or int64 tensor"):
        make(flambeau.tensor([0.0, 1.0]), flambeau.tensor([0]), [1.0])
    with pytest.raises(NotImplementedError, match="a single matrix of numbers"):
        make([[0, 1], [0, 1]], [[0], [0]], [[1.0], [1.0]])
    with pytest.raises(RuntimeError, match="row_indices\\[0\\] = 2"):
        flambeau.sparse_csc_tensor([0, 1], [2], [1.0], (2, 1))
    with pytest.raises(RuntimeError, match="expected sparse compressed tensor layout"):
        flambeau.sparse_compressed_tensor([0, 1], [0], [1.0])
    for block in (flambeau.sparse_bsr_tensor, flambeau.sparse_bsc_tensor):
        with pytest.raises(NotImplementedError, match="there are no layouts of blocks"):
            block([0, 1], [0], [[[1.0]]])
    with pytest.raises(NotImplementedError, match="there are no layouts of blocks"):
        flambeau.ones(2, 2).to_sparse_bsr((1, 1))
    with pytest.raises(RuntimeError, match="only 2-D tensors"):
        flambeau.ones(2, 2, 2).to_sparse_csr()


def test_indices_that_are_spoilt_later_are_noticed():
    x = flambeau.sparse_csr_tensor([0, 1, 3], [2, 0, 2], VALUES, (2, 3))
    x.col_indices().fill_(100)
    with pytest.raises(RuntimeError, match=r"in-place write: .*col_indices\[0\] = 100"):
        x @ flambeau.ones(3, 1)
    y = coo()
    y._indices().fill_(7)
    with pytest.raises(RuntimeError, match="index 7"):
        y @ flambeau.ones(3, 1)
    with pytest.raises(RuntimeError, match="index 7"):
        y.coalesce()
    memory = np.array([2, 0, 2])
    z = flambeau.sparse_csr_tensor([0, 1, 3], flambeau.from_numpy(memory), VALUES, (2, 3))
    memory[0] = 99  # behind its back
    with pytest.raises(RuntimeError, match="= 99"):
        z @ flambeau.ones(3, 1)


def test_the_switch_of_checks_changes_nothing():
    check = flambeau.sparse.check_sparse_tensor_invariants
    with check(False):
        assert not check.is_enabled()
        with pytest.raises(RuntimeError, match="negative index"):
            flambeau.sparse_coo_tensor([[-1]], [1.0], (2,))
    assert check.is_enabled()


WRONG_LAYOUT = {
    "crow_indices: expected sparse row compressed tensor layout": lambda: coo().crow_indices(),
    "ccol_indices: expected sparse column": lambda: coo().to_sparse_csr().ccol_indices(),
    "indices: expected sparse coordinate": lambda: coo().to_sparse_csr().indices(),
    "values: expected sparse tensor layout but got flambeau.strided":
        lambda: flambeau.ones(2).values(),
    "coalesce: expected sparse coordinate": lambda: flambeau.ones(2).coalesce(),
    "_nnz: expected sparse": lambda: flambeau.ones(2)._nnz(),
    "mask must be sparse": lambda: flambeau.ones(2).sparse_mask(flambeau.ones(2)),
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG_LAYOUT)
def test_methods_of_other_layouts(text):
    with pytest.raises(RuntimeError, match=text):
        WRONG_LAYOUT[text]()
    assert (flambeau.ones(2, 3).sparse_dim(), flambeau.ones(2, 3).dense_dim()) == (0, 2)


NO_MEMORY = {
    "reshape: could not run on a tensor of layout flambeau.sparse_coo": lambda x: x.reshape(-1),
    "exp: could not run": lambda x: x.exp(),
    "flip: could not": lambda x: flambeau.flip(x, (0,)),
    "flatten: could not": flambeau.flatten,
    "eq: could not": lambda x: x == x,
    "Cannot access data pointer": lambda x: x.data_ptr(),
    "tolist: Cannot": lambda x: x.tolist(),
    "6 elements cannot be converted": lambda x: x.item(),
    "ambiguous": bool,
    "do not have strides": lambda x: x.stride(),
}  # fmt: skip


@pytest.mark.parametrize("text", NO_MEMORY)
def test_what_needs_memory_is_refused(text):
    with pytest.raises(RuntimeError, match=text):
        NO_MEMORY[text](coo())


def test_errors_are_of_pytorchs_types():
    with pytest.raises(TypeError, match="can't convert Sparse layout tensor to numpy"):
        coo().numpy()
    with pytest.raises(NotStrided):
        coo().sort()
    assert issubclass(NotStrided, NotImplementedError)


def test_resizing_in_place():
    x = coo()
    assert x.sparse_resize_((4, 5), 2, 0) is x
    assert (x.shape, x._nnz()) == ((4, 5), 3)
    with pytest.raises(RuntimeError, match="shrinking the size"):
        x.sparse_resize_((1, 2), 2, 0)
    with pytest.raises(RuntimeError, match="changing the number of sparse or dense"):
        x.sparse_resize_((4, 5), 1, 1)
    with pytest.raises(RuntimeError, match="len\\(size\\)"):
        x.sparse_resize_((4, 5), 2, 1)
    x.sparse_resize_and_clear_((2, 2), 1, 1)
    assert (x.shape, x._nnz(), x.sparse_dim()) == ((2, 2), 0, 1)
    y = flambeau.sparse_coo_tensor([[1]], [[1.0, 2.0]], (2, 2)).sparse_resize_((3, 3), 1, 1)
    assert y.to_dense().tolist() == [[0.0] * 3, [1.0, 2.0, 0.0], [0.0] * 3]

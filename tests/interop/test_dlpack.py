"""DLPack: memory exchanged with NumPy and PyTorch, who owns it, and what is refused."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import flambeau
from flambeau.utils.dlpack import DLDeviceType, from_dlpack, to_dlpack

NAMES = ["bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64",
         "float16", "float32", "float64", "complex64", "complex128"]  # fmt: skip


class Producer:
    """An object that hands out the capsule that `make` makes, and nothing else."""

    def __init__(self, make, device=(1, 0)):
        self.make = make
        self.device = device
        self.asked = []

    def __dlpack__(self, **options):
        self.asked.append(options)
        return self.make(**options)

    def __dlpack_device__(self):
        return self.device


# -- out ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("version", [None, (0, 8), (1, 0), (2, 3)])
def test_numpy_takes_every_dtype(name, version):
    x = flambeau.tensor([[1, 0, 3], [0, 1, 2]], dtype=getattr(flambeau, name))
    capsule = x.__dlpack__(max_version=version)
    is_versioned = version is not None and version >= (1, 0)
    assert ("dltensor_versioned" in repr(capsule)) is is_versioned
    array = np.from_dlpack(Producer(lambda **_: capsule))
    assert array.dtype == x.dtype.numpy and array.tolist() == x.tolist()
    x[0, 0] = 0
    assert array[0, 0] == 0


@pytest.mark.parametrize("name", [*NAMES, "bfloat16"])
def test_pytorch_takes_every_dtype_and_gives_it_back(name):
    torch = pytest.importorskip("torch")
    x = flambeau.tensor([[1, 0, 3], [0, 1, 2]], dtype=getattr(flambeau, name))
    y = torch.from_dlpack(x)
    assert y.dtype is getattr(torch, name) and y.tolist() == x.tolist()
    back = flambeau.from_dlpack(y)
    assert back.dtype is x.dtype and back.tolist() == x.tolist()
    y[0, 1] = 1
    assert back[0, 1].item() == x[0, 1].item() == 1
    back[1, 0] = 1
    assert y[1, 0].item() == x[1, 0].item() == 1


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.t(), lambda x: x[1:, ::2], lambda x: x[:, 1], lambda x: x[0].expand(3, 4),
        lambda x: x[2, 3], lambda x: x[:0], lambda x: x.reshape(2, 1, 6).permute(2, 0, 1),
    ],
)  # fmt: skip
def test_views_are_exported_with_their_strides(view):
    x = flambeau.arange(12.0).reshape(3, 4)
    y = view(x)
    array = np.from_dlpack(y)
    assert array.tolist() == y.tolist() and array.shape == y.shape
    if y.numel():
        assert tuple(s // 4 for s in array.strides) == tuple(y.stride())
        x += 1
        assert array.tolist() == y.tolist()


def test_the_real_part_of_a_complex_tensor_is_a_view():
    x = flambeau.tensor([1 + 2j, 3 + 4j])
    array = np.from_dlpack(x.imag)
    x.mul_(2)
    assert array.tolist() == [4, 8]


def test_memory_outlives_the_producer():
    x = flambeau.arange(1000.0) + 1
    array = np.from_dlpack(x)
    del x
    gc.collect()
    others = [flambeau.zeros(1000) + i for i in range(8)]
    assert others[3].sum().item() == 3000
    assert array.sum() == 500500


def test_a_capsule_that_nobody_consumes_frees_its_memory():
    for make in (lambda x: x.__dlpack__(), lambda x: x.__dlpack__(max_version=(1, 0)), to_dlpack):
        x = flambeau.arange(3.0) + 1
        storage = weakref.ref(x._storage)
        capsule = make(x)
        del x
        gc.collect()
        assert storage() is not None
        del capsule
        gc.collect()
        assert storage() is None


def test_a_consumer_frees_the_memory_and_the_storage_is_ours_again():
    x = flambeau.arange(3.0) + 1
    array = np.from_dlpack(x)
    assert x._storage.external is not None
    del array
    gc.collect()
    assert x._storage.external is None


def test_an_exception_in_flight_survives_the_death_of_a_capsule():
    x = flambeau.ones(2)
    with pytest.raises(TypeError, match="base"):
        int(x.__dlpack__(), 5)  # the capsule dies while the error is raised
    assert x.tolist() == [1, 1]


def test_copy_is_separate_and_says_so():
    x = flambeau.ones(2)
    array = np.from_dlpack(x, copy=True)
    array[0] = 5
    assert x.tolist() == [1, 1]
    shared = np.from_dlpack(x, copy=False)
    shared[0] = 5
    assert x.tolist() == [5, 1]


def test_device():
    x = flambeau.ones(2)
    assert x.__dlpack_device__() == (1, 0)
    assert x.__dlpack_device__()[0] is DLDeviceType.kDLCPU
    np.from_dlpack(Producer(lambda **_: x.__dlpack__(dl_device=(1, 0))))
    with pytest.raises(BufferError, match=r"__dlpack__: given dl_device=\(2, 0\); required"):
        x.__dlpack__(dl_device=(2, 0))


def test_streams_are_for_other_devices():
    x = flambeau.ones(2)
    x.__dlpack__(stream=None)
    x.__dlpack__(stream=-1)
    with pytest.raises(AssertionError, match="stream=None on the CPU"):
        x.__dlpack__(stream=1)
    with pytest.raises(TypeError, match="stream='a'"):
        x.__dlpack__(stream="a")
    with pytest.raises(TypeError, match="positional"):
        x.__dlpack__(None)


def test_tensors_that_require_grad_are_refused():
    x = flambeau.ones(2, requires_grad=True)
    for call in (x.__dlpack__, (x * 2).__dlpack__, lambda: np.from_dlpack(x),
                 lambda: flambeau.from_dlpack(x)):  # fmt: skip
        with pytest.raises(
            BufferError, match=r"Can't export tensors that require gradient.*detach"
        ):
            call()
    assert np.from_dlpack(x.detach()).tolist() == [1, 1]
    assert from_dlpack(to_dlpack(x)).tolist() == [1, 1]  # as PyTorch's


def test_sparse_tensors_are_refused():
    x = flambeau.eye(2).to_sparse()
    for call in (x.__dlpack__, lambda: flambeau.from_dlpack(x)):
        with pytest.raises(BufferError, match=r"layout other than flambeau.strided.*to_dense"):
            call()


# -- in -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
def test_numpy_arrays_are_shared(name):
    array = np.array([[1, 0, 3], [0, 1, 2]], name)
    for owner in (array, array.T, array[:, 1:], array[1], array[1, 1, ...], array[:0]):
        x = flambeau.from_dlpack(owner)
        assert x.dtype is getattr(flambeau, name) and x.tolist() == owner.tolist()
    x = flambeau.from_dlpack(array.T)
    x[0, 1] = 1
    array[0, 1] = 1
    assert array[1, 0] == 1 and x[1, 0].item() == 1


def test_capsules_of_pytorch_are_taken_and_may_be_written():
    torch = pytest.importorskip("torch")
    y = torch.arange(4.0)
    for capsule in (torch.utils.dlpack.to_dlpack(y), y.__dlpack__(max_version=(1, 0))):
        x = flambeau.from_dlpack(capsule)
        x += 1
    assert y.tolist() == [2, 3, 4, 5]
    assert flambeau.from_dlpack(torch.zeros(0, 3)).shape == (0, 3)
    assert flambeau.from_dlpack(torch.ones(2, 3, dtype=torch.bfloat16).t()).stride() == (1, 3)


def test_memory_outlives_a_foreign_producer():
    array = np.arange(1000.0)
    alive = weakref.ref(array)
    x = flambeau.from_dlpack(array)
    view = x[10:20]
    del array, x
    gc.collect()
    assert alive() is not None and view.sum().item() == sum(range(10, 20))
    del view
    gc.collect()
    assert alive() is None


def test_a_capsule_is_consumed_once():
    for make in (lambda: np.ones(2).__dlpack__(), lambda: flambeau.ones(2).__dlpack__()):
        capsule = make()
        assert flambeau.from_dlpack(capsule).tolist() == [1, 1]
        with pytest.raises(RuntimeError, match=r"from_dlpack: given .*consumed only once"):
            flambeau.from_dlpack(capsule)
    with pytest.raises(RuntimeError, match="an object with __dlpack__"):
        flambeau.from_dlpack(3)


def test_read_only_memory_is_read_and_not_written():
    array = np.arange(3.0)
    array.flags.writeable = False
    x = flambeau.from_dlpack(array)
    for write in (lambda: x.add_(1), lambda: x.__setitem__(0, 5), lambda: x[1:].zero_(),
                  lambda: flambeau.add(x, 1, out=x)):  # fmt: skip
        with pytest.raises(RuntimeError, match=r"read-only.*try clone\(\)"):
            write()
    assert array.tolist() == x.tolist() == [0, 1, 2]
    y = x.clone()
    y += 1
    assert (x + 1).tolist() == y.tolist() == [1, 2, 3]
    assert not x.numpy().flags.writeable
    assert not np.from_dlpack(x).flags.writeable  # and the mark is handed on
    with pytest.raises(BufferError, match=r"read-only memory.*clone\(\)"):
        x.__dlpack__()
    copied = flambeau.from_dlpack(array, copy=True)
    copied += 1
    assert array.tolist() == [0, 1, 2]


def test_copies():
    array = np.arange(3.0)
    x = flambeau.from_dlpack(array, copy=True)
    y = flambeau.from_dlpack(array, copy=False, device="cpu")
    array[0] = 7
    assert x.tolist() == [0, 1, 2] and y.tolist() == [7, 1, 2]
    z = flambeau.from_dlpack(y)
    z[0] = 8
    assert array[0] == 8
    w = flambeau.from_dlpack(y, copy=True)
    w[0] = 9
    assert array[0] == 8


def test_negative_strides_are_copied_unless_that_is_forbidden():
    array = np.arange(3.0)
    assert flambeau.from_dlpack(array[::-1]).tolist() == [2, 1, 0]
    with pytest.raises(ValueError, match="negative"):
        flambeau.from_dlpack(array[::-1], copy=False)


def test_producers_of_before_version_1():
    class Old:
        def __dlpack__(self, stream=None):
            return np.ones(2).__dlpack__()

        def __dlpack_device__(self):
            return (1, 0)

    x = flambeau.from_dlpack(Old())
    x += 1
    assert x.tolist() == [2, 2]


def test_memory_elsewhere_is_asked_for_on_the_cpu():
    producer = Producer(lambda **options: np.ones(2).__dlpack__(), device=(2, 0))
    assert flambeau.from_dlpack(producer).tolist() == [1, 1]
    assert producer.asked[0]["dl_device"] == (1, 0)
    with pytest.raises(BufferError, match=r"from_dlpack: given memory of device type kDLCUDA"):
        flambeau.from_dlpack(producer, copy=False)

    class Old:
        def __dlpack__(self):
            raise AssertionError

        def __dlpack_device__(self):
            return (10, 0)

    with pytest.raises(BufferError, match=r"kDLROCM.*try: copying it to the CPU first"):
        flambeau.from_dlpack(Old())
    with pytest.raises(BufferError, match="required: 'cpu'"):
        flambeau.from_dlpack(np.ones(2), device="cuda")


def test_dtypes_that_nobody_has_are_named():
    from flambeau.tensor.dlpack import _look_into

    for field, value, text in (("bits", 24, "float24"), ("lanes", 4, "4 lanes"), ("code", 3, "3")):
        capsule = np.ones(2).__dlpack__()
        setattr(_look_into(capsule).tensor, field, value)
        with pytest.raises(BufferError, match=rf"{text}.*required: one lane of bfloat16, bool"):
            flambeau.from_dlpack(capsule)


def test_newer_major_versions_are_refused():
    from flambeau.tensor.dlpack import _look_into

    capsule = np.ones(2).__dlpack__(max_version=(1, 0))
    _look_into(capsule).major = 2
    with pytest.raises(BufferError, match="a capsule of DLPack 2; required: version 1"):
        flambeau.from_dlpack(capsule)
    _look_into(capsule).major = 1


def test_gradients_reach_tensors_over_borrowed_memory():
    array = np.arange(3.0)
    x = flambeau.from_dlpack(array).requires_grad_(True)
    (x * x).sum().backward()
    assert x.grad.tolist() == [0, 2, 4]

"""Modules that programs import and switches that they set."""

from __future__ import annotations

import warnings

import pytest

import flambeau
from flambeau import jit
from flambeau.autograd import Variable


def test_switches_of_libraries_are_kept():
    cudnn = flambeau.backends.cudnn
    with cudnn.flags(enabled=False, benchmark=True):
        assert cudnn.benchmark and not cudnn.enabled
    assert not cudnn.benchmark and cudnn.enabled
    assert not flambeau.backends.mps.is_available() and not cudnn.is_available()
    with flambeau.backends.cuda.sdp_kernel(enable_flash=False):
        assert not flambeau.backends.cuda.flash_sdp_enabled()
    assert flambeau.backends.cuda.flash_sdp_enabled()
    assert flambeau.backends.cpu.get_cpu_capability() in ("AVX512", "AVX2", "NEON", "DEFAULT")


def test_a_machine_without_a_gpu_answers_as_pytorch_does():
    cuda = flambeau.cuda
    assert cuda.memory_allocated() == 0 and cuda.get_arch_list() == []
    for kind in (AssertionError, RuntimeError):
        with pytest.raises(kind, match="not compiled with CUDA"):
            cuda.current_device()
    assert not isinstance(flambeau.ones(1), cuda.FloatTensor)
    with pytest.raises(TypeError, match="not available"):
        cuda.FloatTensor([1.0])
    with cuda.device(None), cuda.stream(None):
        pass
    assert flambeau.version.cuda is None
    assert flambeau.accelerator.current_accelerator() is None


def test_scripted_functions_are_themselves():
    def double(x):
        return x * 2

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert jit.script(double) is double
        assert jit.trace(double, (flambeau.ones(1),)) is double
    assert jit.ignore(double) is double and jit.ignore(drop=True)(double) is double
    assert jit.isinstance([1], list) and not jit.is_scripting()
    with pytest.raises(RuntimeError, match="state_dict"):
        jit.save(double, "file")


def test_variables_are_tensors():
    x = flambeau.ones(2)
    v = Variable(x, requires_grad=True)
    assert v.requires_grad and isinstance(x, Variable) and v.data_ptr() == x.data_ptr()
    assert issubclass(flambeau.Tensor, Variable) and Variable().numel() == 0
    with pytest.warns(UserWarning, match="volatile was removed"):
        Variable(x, volatile=True)
    with pytest.raises(TypeError, match="Variable data has to be a tensor"):
        Variable([1.0])


def test_files_of_models_are_looked_for_where_pytorch_keeps_them(tmp_path):
    flambeau.hub.set_dir(tmp_path)
    try:
        with pytest.raises(FileNotFoundError, match=r"model\.pth"):
            flambeau.hub.load_state_dict_from_url("https://host/model.pth")
        (tmp_path / "checkpoints").mkdir()
        flambeau.save({"w": flambeau.ones(2)}, tmp_path / "checkpoints" / "model.pth")
        found = flambeau.hub.load_state_dict_from_url("https://host/model.pth")
        assert found["w"].tolist() == [1, 1]
        (tmp_path / "hubconf.py").write_text("def tiny(n=3):\n    return n\n")
        assert flambeau.hub.load(str(tmp_path), "tiny", n=5, source="local") == 5
        with pytest.raises(RuntimeError, match="nothing is downloaded"):
            flambeau.hub.load("owner/name", "tiny")
    finally:
        flambeau.hub._folder.clear()


def test_kernels_of_attention_can_be_named():
    from flambeau.nn.attention import SDPBackend, sdpa_kernel

    x = flambeau.randn(1, 2, 4, 8)
    with sdpa_kernel([SDPBackend.MATH, SDPBackend.FLASH_ATTENTION]):
        y = flambeau.nn.functional.scaled_dot_product_attention(x, x, x)
    assert y.shape == x.shape


def square(rank, folder):
    if rank == 9:
        raise ValueError("rank nine")
    (folder / f"{rank}").write_text(str(rank**2))


def test_processes_and_their_errors(tmp_path):
    flambeau.multiprocessing.spawn(square, (tmp_path,), nprocs=2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["0", "1"]


def fail(rank):
    raise ValueError("this went wrong")


def test_an_error_in_a_process_comes_with_its_traceback():
    with pytest.raises(flambeau.multiprocessing.ProcessRaisedException, match="this went wrong"):
        flambeau.multiprocessing.spawn(fail, nprocs=2)


def test_timers():
    from flambeau.utils.benchmark import Compare, Timer

    timer = Timer("x * 2", globals={"x": flambeau.ones(4)}, label="double", description="four")
    measured = timer.timeit(20)
    assert measured.number_per_run == 20 and measured.median > 0
    assert "double" in repr(measured) and "20 runs" in repr(measured)
    several = timer.blocked_autorange(min_run_time=0.01)
    assert several.iqr >= 0 and "measurement" in repr(several)
    assert "four" in str(Compare([measured, several]))

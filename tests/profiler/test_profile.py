"""The profiler: what ran, for how long, in which operation and line, and what it costs when off."""

from __future__ import annotations

import gzip
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import flambeau as torch
from flambeau import nn
from flambeau.core.config import config
from flambeau.engine.backend.listening import LISTENERS
from flambeau.profiler import (
    ProfilerAction,
    ProfilerActivity,
    profile,
    record_function,
    schedule,
    supported_activities,
    tensorboard_trace_handler,
)


def rows(found: Any) -> dict[str, Any]:
    return {row.key: row for row in found}


def training(size: int = 8) -> Any:
    model = nn.Sequential(nn.Linear(size, 64), nn.ReLU(), nn.Linear(64, 4))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, t = torch.randn(256, size), torch.randint(0, 4, (256,))

    def step(a: Any = x, b: Any = t) -> Any:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(a), b)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step, x, t


def test_operations_of_a_training_step() -> None:
    step, _, _ = training()
    step().item()
    with profile(record_shapes=True, profile_memory=True, with_flops=True) as prof:
        for _ in range(3):
            step().item()
    found = rows(prof.key_averages())
    assert found["linear"].count == 6 and found["relu"].count == 3
    assert found["linear"].flops == 3 * 2 * 256 * (8 * 64 + 64 * 4)
    assert found["linear_weight_backward"].count == 6 and found["sgd_param"].count == 12
    assert found["linear"].cpu_time_total > 0
    assert found["relu"].input_shapes == [[256, 64]]
    assert found["linear"].cpu_time == pytest.approx(found["linear"].cpu_time_total / 6)
    recording = prof._kept[0]
    whole = (recording.end - recording.begin) / 1e3
    assert prof.key_averages().self_cpu_time_total == pytest.approx(whole, rel=1e-6)
    table = prof.key_averages().table(sort_by="cpu_time_total", row_limit=2)
    assert "more rows)" in table and "CPU Mem" in table and "Input Shapes" in table
    assert table.splitlines()[-1].startswith("Of ") and "kernels" in table


def test_nothing_is_left_behind() -> None:
    before = config.TRACE
    with pytest.raises(ZeroDivisionError), profile():
        assert LISTENERS and config.TRACE
        1 / 0  # noqa: B018
    assert not LISTENERS and before == config.TRACE
    value = (torch.ones(2) + 1)._storage.value
    assert not hasattr(value, "line")


def test_results_are_the_same() -> None:
    x = torch.randn(64, 64)
    plain = (x @ x).softmax(1).sum(0).tolist()
    with profile():
        watched = (x @ x).softmax(1).sum(0).tolist()
    assert watched == plain
    with profile(), pytest.raises(IndexError, match=r"out of (range|bounds)"):
        torch.arange(3)[torch.tensor([1, 5])].tolist()


def test_work_outside_is_not_measured() -> None:
    before = torch.ones(5).exp()
    with profile() as prof:
        inside = torch.ones(5).sin()
    torch.ones(5).cos().tolist()
    found = rows(prof.key_averages())
    assert "sin" in found and "exp" not in found and "cos" not in found
    assert before.tolist() and inside.tolist()


def test_lines() -> None:
    x = torch.randn(300, 300)
    with profile(profile_memory=True) as prof:
        a = x @ x
        b = a.exp().sum()
        b.item()
    found = prof.by_line()
    ours = [row for row in found if __file__ in row.key]
    assert sum(row.self_cpu_time_total for row in ours) == pytest.approx(found.self_cpu_time_total)
    first = test_lines.__code__.co_firstlineno
    assert {row.key for row in ours} == {f"{__file__}:{first + n} in test_lines" for n in (3, 4)}
    grouped = prof.key_averages(group_by_stack_n=1)
    (row,) = [row for row in grouped if row.key == "exp"]
    assert row.stack == [f"{__file__}:{first + 4} in test_lines"]
    assert "Source Location" in grouped.table()


def test_kernels_and_blas() -> None:
    x = torch.randn(128, 128)
    y = (x @ x).relu()
    with profile() as prof:
        y.tolist()
    # recorded before: evaluated at the start
    assert not [e for e in prof.events() if e.kind == "BLAS"]
    with profile() as prof:
        (x @ x).relu().tolist()
    (gemm,) = [e for e in prof.events() if e.kind == "BLAS"]
    assert gemm.flops == 2 * 128**3 and "gemm [1x128x128] @ [128x128]" in gemm.name
    assert gemm.nbytes == 2 * 4 * 128**2 and gemm.operations == ("matmul",)
    (kernel,) = [e for e in prof.events() if e.kind == "kernel"]
    assert kernel.operations == ("relu",) and kernel.nbytes == 2 * 4 * 128**2
    text = prof.by_kernel().table()
    assert "GFLOP/s" in text and "GB/s" in text


def test_fused_operations_share_a_kernel() -> None:
    x = torch.randn(1000)
    with profile() as prof:
        (x.sin() * 2 + x.cos()).tolist()
    (kernel,) = [e for e in prof.events() if e.kind == "kernel"]
    assert set(kernel.operations) == {"sin", "mul", "cos", "add"}
    found = rows(prof.key_averages())
    times = [found[name].cpu_time_total for name in kernel.operations]
    assert times == pytest.approx([kernel.cpu_time_total / 4] * 4)


def test_host_routines_are_measured() -> None:
    x = torch.eye(20) * 2
    with profile() as prof:
        torch.linalg.inv(x).tolist()
    assert [e for e in prof.events() if e.kind == "NumPy"]
    assert sum(row.self_cpu_time_total for row in prof.by_kernel()) > 0


def test_planning_and_compilation_have_rows() -> None:
    with config.override(CACHE=0), profile() as prof:
        x = torch.randn(7, 11)
        (x.sin().atan2(x.cos().cosh()) * x.sinh() + 0.12345).sum(1).tolist()
    found = rows(prof.key_averages())
    assert found["[plan]"].cpu_time_total > found["[plan]"].self_cpu_time_total > 0
    if "[compile]" in found:  # else another test has compiled this kernel
        assert found["[compile]"].cpu_time_total <= found["[plan]"].cpu_time_total


@pytest.mark.parametrize("backend", ["interpreter", "simulated"])
def test_other_backends(backend: str) -> None:
    with config.override(BACKEND=backend), profile() as prof:
        (torch.arange(4.0).exp() + 1).tolist()
    found = rows(prof.key_averages())
    assert found["exp"].cpu_time_total > 0 and found["add"].count == 1


# -- captured functions -------------------------------------------------------------------
def test_replays_are_measured_and_with_stack_finds_their_lines() -> None:
    step, x, t = training()
    captured = torch.compile(step)
    for _ in range(3):
        captured(x, t)
    replays = captured.replays
    with profile() as prof:
        for _ in range(4):
            captured(x, t)
    assert captured.replays == replays + 4
    assert rows(prof.key_averages())["linear"].count == 8
    assert "a captured function" in prof.by_line()[0].key
    with profile(with_stack=True) as prof:
        for _ in range(4):
            captured(x, t)
    assert captured.replays >= replays + 4 + 2
    lines = {row.key for row in prof.by_line()}
    assert all(__file__ in line and line.endswith("in step") for line in lines) and len(lines) >= 3
    with profile() as prof:  # known from then on
        captured(x, t)
    assert {row.key for row in prof.by_line()} == lines


# -- ranges -------------------------------------------------------------------------------
def test_record_function_nests() -> None:
    with profile() as prof:
        with record_function("outer"):
            time.sleep(0.02)
            with record_function("inner", "some arguments"):
                time.sleep(0.03)
        with record_function("inner"):
            torch.ones(3).tolist()
    found = rows(prof.key_averages())
    assert found["outer"].count == 1 and found["inner"].count == 2
    assert found["outer"].cpu_time_total >= 50e3
    assert 20e3 <= found["outer"].self_cpu_time_total < found["outer"].cpu_time_total - 29e3
    assert [e.args for e in prof.events() if e.name == "inner"] == ["some arguments", ""]
    top = prof.key_averages().table(top_level_events_only=True)
    assert "outer" in top and "[python]" not in top


def test_record_function_decorates_and_does_nothing_when_off() -> None:
    @record_function("work")
    def work(n: int) -> int:
        return work(n - 1) + 1 if n else 0

    assert work(3) == 3
    with profile() as prof:
        assert work(3) == 3
    assert rows(prof.key_averages())["work"].count == 4


def test_ranges_of_other_threads() -> None:
    def run() -> None:
        with record_function("elsewhere"):
            time.sleep(0.01)
            torch.ones(4).exp().tolist()

    with profile() as prof, record_function("here"):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    found = rows(prof.key_averages())
    assert found["elsewhere"].count == 1
    assert found["here"].self_cpu_time_total == pytest.approx(found["here"].cpu_time_total)
    assert len({e.thread for e in prof.events()}) == 2


# -- schedules ----------------------------------------------------------------------------
def test_schedule() -> None:
    plan = schedule(skip_first=2, wait=1, warmup=1, active=2, repeat=2)
    none, warm, on, save, _ = ProfilerAction
    cycle = [none, warm, on, save]
    assert [plan(i) for i in range(12)] == [none, none, *cycle, *cycle, none, none]
    at_once = schedule(wait=2, warmup=0, active=1, skip_first_wait=1)
    assert [at_once(i) for i in range(4)] == [save, none, none, save]
    for wrong in ({"active": 0}, {"wait": -1}, {"skip_first": -2}):
        with pytest.raises(ValueError, match="schedule: given"):
            schedule(**{"wait": 1, "warmup": 1, "active": 1, **wrong})


def test_schedule_drives_the_profiler() -> None:
    ready: list[tuple[int, dict[str, Any]]] = []
    with profile(
        schedule=schedule(wait=1, warmup=1, active=2, repeat=2),
        on_trace_ready=lambda p: ready.append((p.step_num, rows(p.key_averages()))),
    ) as prof:
        for _ in range(10):
            torch.ones(3).sin().tolist()
            prof.step()
    assert [at for at, _ in ready] == [4, 8]
    assert all(found["sin"].count == 2 for _, found in ready)
    assert {"ProfilerStep#2", "ProfilerStep#3"} <= ready[0][1].keys()
    assert "ProfilerStep#1" not in ready[0][1]
    assert not LISTENERS


def test_stretches_accumulate() -> None:
    for keeps, count in ((False, 1), (True, 3)):
        with profile(schedule=schedule(wait=0, warmup=0, active=1), acc_events=keeps) as prof:
            for i in range(3):
                torch.ones(3).sin().tolist()
                if i < 2:
                    prof.step()
        assert rows(prof.key_averages())["sin"].count == count


def test_a_stretch_that_ends_early_is_ready_as_well() -> None:
    ready = []
    with profile(
        schedule=schedule(wait=0, warmup=0, active=5), on_trace_ready=ready.append
    ) as prof:
        torch.ones(3).sin().tolist()
    assert ready == [prof]
    with profile(
        schedule=schedule(wait=5, warmup=0, active=5), on_trace_ready=ready.append
    ) as prof:
        torch.ones(3).sin().tolist()
    assert len(ready) == 1
    with pytest.raises(RuntimeError, match="key_averages: given a profiler that has recorded"):
        prof.key_averages()


# -- files --------------------------------------------------------------------------------
def test_chrome_trace(tmp_path: Path) -> None:
    step, _, _ = training()
    with profile() as prof, record_function("all"):
        step().item()
    prof.add_metadata("note", "text")
    prof.export_chrome_trace(tmp_path / "trace.json")
    content = json.loads((tmp_path / "trace.json").read_text())
    assert content["note"] == "text"
    events = [e for e in content["traceEvents"] if e["ph"] == "X"]
    assert len(events) == len(prof.events())
    assert {"user_annotation", "kernel"} <= {e["cat"] for e in events}
    assert abs(events[0]["ts"] / 1e6 - time.time()) < 600
    (outer,) = [e for e in events if e["name"] == "all"]
    kernels = [e for e in events if e["cat"] == "kernel"]
    assert all(outer["ts"] - 1 <= k["ts"] for k in kernels)
    assert all(k["ts"] + k["dur"] <= outer["ts"] + outer["dur"] + 1 for k in kernels)
    assert any("linear" in k["args"]["operations"] for k in kernels)
    assert any(__file__ in k["args"]["lines"][0] for k in kernels)


def test_trace_handler(tmp_path: Path) -> None:
    for packed in (False, True):
        folder = tmp_path / str(packed)
        with profile(on_trace_ready=tensorboard_trace_handler(str(folder), "me", packed)):
            torch.ones(3).sin().tolist()
        (path,) = folder.iterdir()
        assert path.name.startswith("me.") and ".pt.trace.json" in path.name
        data = path.read_bytes()
        assert json.loads(gzip.decompress(data) if packed else data)["traceEvents"]


def test_stacks(tmp_path: Path) -> None:
    def inner() -> Any:
        return torch.randn(50).sin()

    with profile(with_stack=True) as prof:
        inner().tolist()
    prof.export_stacks(str(tmp_path / "stacks"), "self_cpu_time_total")
    lines = (tmp_path / "stacks").read_text().splitlines()
    (line,) = [line for line in lines if ";sin " in line]
    frames = line.split(";")
    assert frames[-2].endswith("in_inner") and frames[-3].endswith("in_test_stacks")
    with profile() as prof:
        inner().tolist()
    with pytest.raises(ValueError, match="export_stacks: given with_stack=False"):
        prof.export_stacks(str(tmp_path / "stacks"))


# -- the rest -----------------------------------------------------------------------------
def test_tables() -> None:
    with profile() as prof:
        torch.ones(3).sin().tolist()
    found = prof.key_averages()
    assert str(found) == found.table()
    assert "my header" in found.table(header="my header", time_unit="ms")
    assert "us" not in found.table(time_unit="ms").splitlines()[3]
    assert "(" not in found.table(row_limit=-1).split("Of ")[0].split("rows")[0]
    with pytest.raises(ValueError, match="table: given sort_by 'speed'; required: one of cpu_time"):
        found.table(sort_by="speed")
    with pytest.raises(ValueError, match="table: given time_unit 'h'"):
        found.table(time_unit="h")
    assert found.total_average().self_cpu_time_total == pytest.approx(found.self_cpu_time_total)


def test_activities() -> None:
    assert supported_activities() == {ProfilerActivity.CPU}
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as prof:
        torch.ones(3).sin().tolist()
    assert all(row.cuda_time_total == 0 for row in prof.key_averages())
    with pytest.raises(TypeError, match="profile: given activity 'cpu'; required: members of"):
        profile(activities=["cpu"])


def test_the_older_interface() -> None:
    module = torch.autograd.profiler
    with module.profile(record_shapes=True) as prof, module.record_function("part"):
        torch.ones(3).sin().tolist()
    assert {"sin", "part"} <= rows(prof.key_averages()).keys()
    assert "part" in prof.table(sort_by="cpu_time_total") and "sin" in str(prof)
    assert prof.self_cpu_time_total == pytest.approx(prof.total_average().self_cpu_time_total)
    assert [e.name for e in prof.function_events if e.kind == "user"] == ["part"]
    with module.profile(enabled=False):
        torch.ones(3).sin().tolist()
    with module.emit_nvtx(enabled=False), module.emit_itt(enabled=False):
        pass
    with (
        pytest.raises(RuntimeError, match="emit_nvtx: given a device without it; required: CUDA"),
        module.emit_nvtx(),
    ):
        pass
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        module.nothing  # noqa: B018


def test_names_of_pytorch() -> None:
    oracle = pytest.importorskip("torch")
    import flambeau.profiler as ours

    theirs = oracle.profiler
    for name in ("profile", "record_function", "schedule", "ProfilerAction", "ProfilerActivity",
                 "tensorboard_trace_handler", "supported_activities",
                 "kineto_available"):  # fmt: skip
        assert hasattr(theirs, name) and hasattr(ours, name)
    assert {a.name: a.value for a in ProfilerAction} == {
        a.name: a.value for a in theirs.ProfilerAction
    }
    activities = theirs.ProfilerActivity.__members__
    assert {a.name: int(a) for a in ProfilerActivity} == {n: int(a) for n, a in activities.items()}
    options = {"wait": 1, "warmup": 2, "active": 3, "repeat": 2, "skip_first": 4}
    a, b = schedule(**options), theirs.schedule(**options)
    assert [a(i).name for i in range(30)] == [b(i).name for i in range(30)]
    options["skip_first_wait"] = 1
    a, b = schedule(**options), theirs.schedule(**options)
    assert [a(i).name for i in range(30)] == [b(i).name for i in range(30)]

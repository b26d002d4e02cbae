"""The background thread: nothing is lost or doubled, whatever ends the process."""

from __future__ import annotations

import errno
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flambeau.utils.tensorboard import SummaryWriter
from flambeau.utils.tensorboard import event_file as event_files

Read = Callable[[Any], list[Any]]
START = """
import os, sys
from flambeau.utils.tensorboard import SummaryWriter
writer = SummaryWriter(sys.argv[1])
"""


def run(program: str, folder: Path, code: int = 0) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", START + program, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr
    return done


def numbers(read: Read, folder: Path) -> list[float]:
    return [v.simple_value for event in read(folder) for v in event.summary.value]


# -- the end of a process -------------------------------------------------------------------------
def test_thousands_of_events_in_order(tmp_path: Path, read: Read) -> None:
    with SummaryWriter(tmp_path) as writer:
        for i in range(3000):
            writer.add_scalar("a", i, i)
    assert numbers(read, tmp_path) == list(range(3000))


def test_nothing_is_lost_at_exit_without_close(tmp_path: Path, read: Read) -> None:
    run("for i in range(500): writer.add_scalar('a', i)", tmp_path)
    assert numbers(read, tmp_path) == list(range(500))


def test_nothing_is_lost_when_the_program_fails(tmp_path: Path, read: Read) -> None:
    program = "for i in range(500): writer.add_scalar('a', i)\nraise SystemExit(3)"
    run(program, tmp_path, 3)
    assert numbers(read, tmp_path) == list(range(500))


def test_forgotten_writer_is_closed(tmp_path: Path, read: Read) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("a", 1)
    thread = writer.file_writer.event_writer._thread
    del writer
    gc.collect()
    assert not thread.is_alive()
    assert numbers(read, tmp_path) == [1]


def test_no_thread_or_descriptor_is_left(tmp_path: Path) -> None:
    threads = threading.active_count()
    descriptors = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for i in range(5):
        with SummaryWriter(tmp_path / str(i)) as writer:
            writer.add_scalars("a", {"x": 1, "y": 2})
    assert threading.active_count() == threads
    if descriptors:
        assert len(os.listdir("/proc/self/fd")) == descriptors


def test_others_see_events_at_once(tmp_path: Path, read: Read) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("a", 1)
    deadline = time.monotonic() + 10
    while numbers(read, tmp_path) != [1] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert numbers(read, tmp_path) == [1]
    writer.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("after", [0, 1, 7, 40])
def test_killed_process_leaves_a_readable_file(after: int, tmp_path: Path, read: Read) -> None:
    """What was flushed is there; what follows is a prefix, and no record is damaged."""
    program = START + (
        "import numpy as np\n"
        "writer.add_scalar('a', -1)\n"
        "writer.flush()\n"
        "print('ready', flush=True)\n"
        "i = 0\n"
        "while True:\n"
        "    writer.add_scalar('a', i, i)\n"
        "    writer.add_image('x', np.random.rand(3, 40, 40))\n"
        "    i += 1\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(after / 100)
        process.kill()
    events = read(tmp_path)  # raises if a record that is whole is damaged
    values = [v for event in events for v in event.summary.value if v.tag == "a"]
    assert [v.simple_value for v in values] == list(range(-1, len(values) - 1))


# -- fork -----------------------------------------------------------------------------------------
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@needs_fork
@pytest.mark.parametrize("end", ["sys.exit()", "writer.close(); os._exit(0)"])
def test_fork_gives_the_child_a_file_of_its_own(end: str, tmp_path: Path, read: Read) -> None:
    program = f"""
for i in range(100):
    writer.add_scalar('before', i)
pid = os.fork()
if pid == 0:
    for i in range(100):
        writer.add_scalar('child', i)
    {end}
for i in range(100):
    writer.add_scalar('parent', i)
os.waitpid(pid, 0)
"""
    run(program, tmp_path)
    files = sorted(tmp_path.glob("events*"))
    assert len(files) == 2
    tags = [v.tag for event in read(tmp_path) for v in event.summary.value]
    assert {tag: tags.count(tag) for tag in tags} == {"before": 100, "child": 100, "parent": 100}


@needs_fork
def test_workers_of_multiprocessing(tmp_path: Path, read: Read) -> None:
    """They end with os._exit, which calls nothing that atexit knows."""
    program = """
import multiprocessing
def work(k):
    for i in range(50):
        writer.add_scalar(f'worker{k}', i)
context = multiprocessing.get_context('fork')
workers = [context.Process(target=work, args=(k,)) for k in range(2)]
[w.start() for w in workers]
[w.join() for w in workers]
"""
    run(program, tmp_path)
    tags = [v.tag for event in read(tmp_path) for v in event.summary.value]
    assert {tag: tags.count(tag) for tag in tags} == {"worker0": 50, "worker1": 50}


@needs_fork
def test_child_that_does_not_write_makes_no_file(tmp_path: Path) -> None:
    program = """
pid = os.fork()
if pid == 0:
    sys.exit()
os.waitpid(pid, 0)
"""
    run(program, tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


# -- errors of the thread -------------------------------------------------------------------------
def test_full_disk_reaches_the_caller_and_leaves_whole_records(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = SummaryWriter(tmp_path)
    real, room = os.write, [700]

    def write(descriptor: int, data: Any) -> int:
        if descriptor != writer.file_writer.event_writer._descriptor:  # type: ignore[union-attr]
            return real(descriptor, data)
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = real(descriptor, data[: room[0]])
        room[0] -= done
        return done

    monkeypatch.setattr(event_files.os, "write", write)
    with pytest.raises(OSError, match=r"No space left on device.*; try: freeing space") as caught:
        for i in range(1000):
            writer.add_scalar("a", i)
    assert caught.value.errno == errno.ENOSPC
    with pytest.raises(OSError, match="could not be written"):
        writer.flush()
    with pytest.raises(OSError, match="could not be written"):
        writer.close()
    monkeypatch.undo()
    found = numbers(read, tmp_path)
    assert found == list(range(len(found))) and 5 < len(found) < 30
    writer.add_scalar("a", 7)  # a new file
    writer.close()
    assert 7 in numbers(read, tmp_path)


def test_full_device(tmp_path: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full on this system")
    writer = SummaryWriter(tmp_path)
    file = writer.file_writer.event_writer  # type: ignore[union-attr]
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, file._descriptor)
    os.close(full)
    with pytest.raises(OSError, match="event file that could not be written"):
        writer.add_scalar("a", 1)
        writer.flush()
    with pytest.raises(OSError):
        writer.close()


def test_short_queue_waits_and_keeps_order(tmp_path: Path, read: Read) -> None:
    for size in (1, 0):
        with SummaryWriter(tmp_path / str(size), max_queue=size, flush_secs=0.01) as writer:
            for i in range(200):
                writer.add_scalar("a", i)
            time.sleep(0.05)  # the thread forces what it has onto the disk
            writer.add_scalar("a", 200)
        assert numbers(read, tmp_path / str(size)) == list(range(201))


def test_threads_share_a_writer(tmp_path: Path, read: Read) -> None:
    with SummaryWriter(tmp_path, max_queue=3) as writer:

        def work(k: int) -> None:
            for i in range(200):
                writer.add_scalar(f"t{k}", i)

        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        [t.start() for t in threads]
        [t.join() for t in threads]
    for k in range(4):
        found = [
            v.simple_value for e in read(tmp_path) for v in e.summary.value if v.tag == f"t{k}"
        ]
        assert found == list(range(200))


def test_import_needs_neither_tensorboard_nor_protobuf(tmp_path: Path) -> None:
    names = ("tensorboard", "google", "tensorflow", "PIL", "matplotlib", "moviepy")
    start = f"import sys\nfor name in {names}: sys.modules[name] = None\n"
    program = START + "writer.add_scalar('a', 1)\nwriter.add_text('b', 'c')\nwriter.close()"
    command = [sys.executable, "-c", start + program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr

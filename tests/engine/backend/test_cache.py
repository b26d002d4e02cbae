"""The disk cache: what is damaged, foreign or forbidden only costs a compilation."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flambeau.core.config import config
from flambeau.engine.backend import cache


@pytest.fixture
def folder(tmp_path):
    with config.override(CACHE_DIR=str(tmp_path), CACHE=1):
        yield tmp_path


def test_what_was_stored_is_loaded(folder):
    key = cache.key_of("a", "b")
    assert cache.load(key) is None
    cache.store(key, b"object")
    assert cache.load(key) == b"object"
    assert [p.name for p in folder.iterdir()] == [f"{key}.o"]  # no temporary file stays


def test_keys_keep_their_parts_apart():
    assert cache.key_of("ab", "c") != cache.key_of("a", "bc")


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: data[:10], lambda data: data[:-1],
    lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:], lambda data: b"\0" * len(data),
])  # fmt: skip
def test_a_damaged_file_is_as_good_as_none(folder, damage):
    key = cache.key_of("x")
    cache.store(key, b"0123456789" * 10)
    path = folder / f"{key}.o"
    path.write_bytes(damage(path.read_bytes()))
    assert cache.load(key) is None
    cache.store(key, b"again")
    assert cache.load(key) == b"again"


def test_switched_off_nothing_is_written(folder):
    with config.override(CACHE=0):
        cache.store(cache.key_of("x"), b"y")
        assert cache.load(cache.key_of("x")) is None
    assert not list(folder.iterdir())


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    with config.override(CACHE_DIR=str(blocker / "inside")):
        cache.store(cache.key_of("x"), b"y")
        assert cache.load(cache.key_of("x")) is None


def test_the_oldest_files_go_first(folder):
    with config.override(CACHE_MB=1):
        for i in range(8):
            cache.store(str(i), bytes(200_000))
            os.utime(folder / f"{i}.o", (i, i))
        cache._trim(folder)
    kept = sorted(int(p.stem) for p in folder.glob("*.o"))
    assert kept and kept == list(range(8 - len(kept), 8))
    assert sum(p.stat().st_size for p in folder.iterdir()) <= 1 << 20


PROGRAM = """
import flambeau
x = flambeau.arange(6.0).reshape(2, 3)
print(((x * 2 + 1).tanh() / x.sum(1, keepdim=True)).sum().item())
from flambeau.engine.backend import jit
"""


def run(folder: Path, program: str = PROGRAM, **environment: str) -> str:
    env = {**os.environ, "FLAMBEAU_CACHE_DIR": str(folder), **environment}
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_processes_at_once_with_one_empty_folder_agree(tmp_path):
    env = {**os.environ, "FLAMBEAU_CACHE_DIR": str(tmp_path)}
    running = [
        subprocess.Popen([sys.executable, "-c", PROGRAM], env=env, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    outputs = {p.communicate(timeout=120)[0] for p in running}
    assert len(outputs) == 1 and all(p.returncode == 0 for p in running)
    assert run(tmp_path).encode() in outputs  # and from the warm cache


def test_a_damaged_cache_gives_the_same_result(tmp_path):
    expected = run(tmp_path)
    files = list(tmp_path.glob("*.o"))
    assert files
    for i, path in enumerate(files):
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2] if i % 2 else data[:-3] + b"abc")
    assert run(tmp_path) == expected


def test_without_a_home_or_a_cache_it_works(tmp_path):
    expected = run(tmp_path)
    assert run(tmp_path, FLAMBEAU_CACHE="0") == expected
    assert run(Path("/proc/nowhere"), HOME="/proc/nowhere") == expected

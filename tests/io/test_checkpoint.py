"""Checkpoints: the format is PyTorch's, writing is atomic, and reading runs no code."""

from __future__ import annotations

import io
import pickle
import signal
import subprocess
import sys
import time
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

import flambeau
from flambeau import nn
from flambeau.core.errors import CheckpointError

DTYPES = "float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 bool".split()


def sample(library):
    base = library.arange(24.0).reshape(4, 6)
    tensors = {d: library.tensor([[0, 1], [1, 0], [3, 1]]).to(getattr(library, d)) for d in DTYPES}
    return {
        "tensors": tensors,
        "row": base[1],
        "columns": base[:, ::2].t(),
        "scalar": library.tensor(2.5),
        "empty": library.zeros(0, 3),
        "nested": [1, 2.5, "x", None, True, (1, {"a": [b"bytes"]}), OrderedDict(k=library.ones(2))],
        "grad": library.ones(2, requires_grad=True),
        "parameter": library.nn.Parameter(library.full((2,), 3.0)),
        "size": base.shape,
    }


def plain(x):
    """The same without tensors, for comparing."""
    if hasattr(x, "tolist"):
        kind = (str(x.dtype).split(".")[-1], tuple(x.shape), bool(x.requires_grad))
        return (*kind, x.detach().tolist())
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    return x


def saved(obj) -> io.BytesIO:
    file = io.BytesIO()
    flambeau.save(obj, file)
    return io.BytesIO(file.getvalue())


def test_what_is_saved_is_loaded():
    found = flambeau.load(saved(sample(flambeau)))
    assert plain(found) == plain(sample(flambeau))
    assert isinstance(found["parameter"], nn.Parameter)


@pytest.mark.parametrize("mmap", [False, True])
def test_pytorch_reads_ours(tmp_path, mmap):
    torch = pytest.importorskip("torch")
    flambeau.save(sample(flambeau), tmp_path / "a.pt")
    found = torch.load(tmp_path / "a.pt", weights_only=True, mmap=mmap)
    assert plain(found) == plain(sample(flambeau))


@pytest.mark.parametrize("mmap", [False, True])
def test_we_read_pytorchs(tmp_path, mmap):
    torch = pytest.importorskip("torch")
    torch.save(sample(torch), tmp_path / "a.pt")
    found = flambeau.load(tmp_path / "a.pt", mmap=mmap)
    assert plain(found) == plain(sample(flambeau))


def test_we_read_pytorchs_older_format(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save(sample(torch), tmp_path / "a.pt", _use_new_zipfile_serialization=False)
    assert plain(flambeau.load(tmp_path / "a.pt")) == plain(sample(flambeau))


def test_views_that_share_memory_share_it_afterwards():
    base = flambeau.arange(6.0)
    found = flambeau.load(saved({"all": base, "part": base[2:4], "turned": base.view(2, 3).t()}))
    found["part"].fill_(9)
    assert found["all"].tolist() == [0, 1, 9, 9, 4, 5]
    assert found["turned"].tolist() == [[0, 9], [1, 4], [9, 5]]


def model():
    flambeau.manual_seed(3)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))


def test_training_goes_on_from_a_checkpoint(tmp_path):
    x, y = flambeau.rand(16, 3), flambeau.rand(16, 2)

    def steps(net, optimizer, count):
        for _ in range(count):
            optimizer.zero_grad()
            nn.functional.mse_loss(net(x), y).backward()
            optimizer.step()
        return net

    net = model()
    optimizer = flambeau.optim.Adam(net.parameters(), lr=0.01)
    steps(net, optimizer, 3)
    state = {"model": net.state_dict(), "optimizer": optimizer.state_dict()}
    flambeau.save(state, tmp_path / "c.pt")
    steps(net, optimizer, 3)
    other = model()
    again = flambeau.optim.Adam(other.parameters(), lr=0.5)
    state = flambeau.load(tmp_path / "c.pt")
    other.load_state_dict(state["model"])
    again.load_state_dict(state["optimizer"])
    steps(other, again, 3)
    for a, b in zip(net.state_dict().values(), other.state_dict().values(), strict=True):
        assert a.tolist() == b.tolist()


def test_a_whole_module_needs_trust():
    net = model().eval()
    file = saved(net)
    with pytest.raises(CheckpointError, match="state_dict"):
        flambeau.load(file)
    file.seek(0)
    with pytest.warns(UserWarning, match="only with files that you trust"):
        found = flambeau.load(file, weights_only=False)
    x = flambeau.rand(5, 3)
    assert found(x).tolist() == net(x).tolist() and not found.training


def test_no_code_is_run(tmp_path):
    marker = tmp_path / "ran"

    class Attack:
        def __reduce__(self):
            return (exec, (f"open({str(marker)!r}, 'w')",))

    file = tmp_path / "bad.pt"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("bad/data.pkl", pickle.dumps({"x": Attack()}, 2))
        archive.writestr("bad/version", "3\n")
    with pytest.raises(CheckpointError, match="not among the names"):
        flambeau.load(file)
    (tmp_path / "old.pt").write_bytes(pickle.dumps(Attack(), 2))
    with pytest.raises(CheckpointError):
        flambeau.load(tmp_path / "old.pt")
    assert not marker.exists()


@pytest.mark.parametrize("content, text", [
    (b"", "empty"), (b"hello world, this is text", "no checkpoint"),
    (b"<!DOCTYPE html><html>", "web page"), (b"\x1f\x8b\x08" + bytes(50), "gzip"),
    (b"\x93NUMPY\x01\x00" + bytes(100), "NumPy"), (b"PK\x03\x04" + bytes(100), "damaged|cut short"),
])  # fmt: skip
def test_what_is_no_checkpoint_is_named(tmp_path, content, text):
    path = tmp_path / "x.pt"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=text):
        flambeau.load(path)


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        flambeau.load(tmp_path / "none.pt")
    with pytest.raises(CheckpointError, match="folder"):
        flambeau.load(tmp_path)
    with pytest.raises(TypeError, match="path or a file"):
        flambeau.load(17)


def test_a_file_cut_short_at_any_place_is_refused():
    data = saved({"w": flambeau.arange(50.0), "n": 3}).getvalue()
    for size in range(0, len(data), 7):
        with pytest.raises(CheckpointError):
            flambeau.load(io.BytesIO(data[:size]))


def test_flipped_bits_are_noticed_or_harmless():
    """Never another exception, never a wrong number: the records carry checksums."""
    expected = plain({"w": flambeau.arange(50.0), "n": [1, "two"]})
    data = bytearray(saved({"w": flambeau.arange(50.0), "n": [1, "two"]}).getvalue())
    source = np.random.default_rng(0)
    refused = 0
    for _ in range(500):
        at, bit = int(source.integers(len(data))), 1 << int(source.integers(8))
        data[at] ^= bit
        try:
            assert plain(flambeau.load(io.BytesIO(bytes(data)))) == expected
        except CheckpointError:
            refused += 1
        data[at] ^= bit
    assert refused > 100  # the rest is padding between records


def test_a_header_that_claims_too_much_takes_no_memory():
    data = saved({"w": flambeau.arange(4.0)}).getvalue()
    for size in (0xFFFFFFFE, 1 << 31):
        changed = data.replace((16).to_bytes(4, "little"), size.to_bytes(4, "little"))
        with pytest.raises(CheckpointError):
            flambeau.load(io.BytesIO(changed))


KILLED = """
import sys, flambeau
path = sys.argv[1]
x = flambeau.zeros(200_000)
print("ready", flush=True)
k = 0
while True:
    k += 1
    flambeau.save({"step": k, "x": x + k}, path)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
def test_a_killed_save_leaves_a_whole_file(tmp_path):
    path = tmp_path / "c.pt"
    for round in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE
        )
        process.stdout.readline()
        while not path.exists():
            time.sleep(0.01)
        time.sleep(0.05 + 0.013 * round)
        process.kill()
        process.communicate()
        found = flambeau.load(path)
        assert found["x"][0].item() == found["x"][-1].item() == found["step"]


def test_a_failed_save_keeps_the_old_file(tmp_path):
    path = tmp_path / "c.pt"
    flambeau.save({"x": flambeau.ones(3)}, path)
    before = path.read_bytes()
    with pytest.raises(Exception, match=r"pickle|lambda|local"):
        flambeau.save({"x": flambeau.zeros(3), "f": lambda: None}, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["c.pt"]


def test_places_for_saving_are_checked(tmp_path):
    with pytest.raises(TypeError, match="path or a file"):
        flambeau.save({}, 5)
    with pytest.raises((FileNotFoundError, CheckpointError, RuntimeError)):
        flambeau.save({}, tmp_path / "no" / "folder" / "x.pt")
    with pytest.raises(RuntimeError, match="map_location"):
        flambeau.load(saved({}), map_location="cuda")
    assert flambeau.load(saved({"a": 1}), map_location="cpu") == {"a": 1}


def test_safe_classes_are_made_without_their_code():
    file = saved({"x": Friendly(5)})
    with pytest.raises(CheckpointError, match="Friendly"):
        flambeau.load(file)
    flambeau.io.add_safe_globals([Friendly])
    try:
        file.seek(0)
        assert flambeau.load(file)["x"].value == 5
    finally:
        flambeau.io.clear_safe_globals()


class Friendly:
    def __init__(self, value):
        self.value = value


def test_safetensors_both_ways(tmp_path):
    tensors = {"a": flambeau.arange(6.0).reshape(2, 3), "b": flambeau.tensor([1, 2])}
    flambeau.io.safetensors.save_file(tensors, tmp_path / "x.safetensors", {"by": "test"})
    found = flambeau.io.safetensors.load_file(tmp_path / "x.safetensors")
    assert plain(found) == plain(tensors)
    data = (tmp_path / "x.safetensors").read_bytes()
    (tmp_path / "x.safetensors").write_bytes(data[:-3])
    with pytest.raises(CheckpointError):
        flambeau.io.safetensors.load_file(tmp_path / "x.safetensors")
    (tmp_path / "x.safetensors").write_bytes((1 << 60).to_bytes(8, "little") + data[8:])
    with pytest.raises(CheckpointError):
        flambeau.io.safetensors.load_file(tmp_path / "x.safetensors")

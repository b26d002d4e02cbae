"""SummaryWriter: signatures, what is in the files, PyTorch's own writer beside it, bad input."""

from __future__ import annotations

import inspect
import io
import json
import math
import os
import re
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau.utils.tensorboard import FileWriter, SummaryWriter
from flambeau.utils.tensorboard import summary as summaries

Read = Callable[[Any], list[Any]]
Values = Callable[[Any], dict[str, Any]]


def event_files(folder: Path) -> list[str]:
    return sorted(n for n in os.listdir(folder) if n.startswith("events.out.tfevents."))


# -- the surface ----------------------------------------------------------------------------------
def test_signatures_are_pytorchs() -> None:
    theirs = pytest.importorskip("torch.utils.tensorboard")
    for name in ("SummaryWriter", "FileWriter"):
        mine, other = globals()[name], getattr(theirs, name)
        for method in vars(other):
            if method.startswith("_") and method != "__init__":
                continue
            if not callable(getattr(other, method)):
                continue
            a = inspect.signature(getattr(mine, method)).parameters.values()
            b = inspect.signature(getattr(other, method)).parameters.values()
            left = [(p.name, p.default) for p in a]
            assert left == [(p.name, p.default) for p in b], f"{name}.{method}"


# -- files ----------------------------------------------------------------------------------------
def test_name_and_first_event(tmp_path: Path, read: Read) -> None:
    with SummaryWriter(tmp_path / "a" / "b", filename_suffix=".mine") as writer:
        assert writer.get_logdir() == tmp_path / "a" / "b"
        (name,) = event_files(tmp_path / "a" / "b")
        assert re.fullmatch(rf"events\.out\.tfevents\.\d{{10}}\..+\.{os.getpid()}\.\d+\.mine", name)
        (first,) = read(tmp_path / "a" / "b")
        assert first.file_version == "brain.Event:2"
        assert first.wall_time > 1e9


def test_default_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    SummaryWriter(comment="_lr0.1").close()
    (run,) = os.listdir("runs")
    assert re.fullmatch(r"[A-Z][a-z]{2}\d\d_\d\d-\d\d-\d\d_.+_lr0\.1", run)


def test_steps_and_times(tmp_path: Path, read: Read) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("a", 1, 7, walltime=12.5)
        writer.add_scalar("a", 2, flambeau.tensor(8))
        writer.add_scalar("a", 3, np.int64(9))
        writer.add_scalar("a", 4)
    events = read(tmp_path)[1:]
    assert [e.step for e in events] == [7, 8, 9, 0]
    assert events[0].wall_time == 12.5
    assert [e.summary.value[0].simple_value for e in events] == [1, 2, 3, 4]


def test_purge_step(tmp_path: Path, read: Read) -> None:
    SummaryWriter(tmp_path, purge_step=5).close()
    events = read(tmp_path)
    assert [e.step for e in events] == [0, 5, 5]
    assert events[1].file_version == "brain.Event:2"
    assert events[2].session_log.status == 1


def test_purge_hides_later_steps(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    for start, purge in ((0, None), (4, 4)):
        with SummaryWriter(tmp_path, purge_step=purge, filename_suffix=f".{start}") as writer:
            for step in range(start, start + 6):
                writer.add_scalar("a", start, step)
    found = accumulator.EventAccumulator(str(tmp_path)).Reload().Scalars("a")
    assert [(e.step, e.value) for e in found] == [
        *[(s, 0) for s in range(4)],
        *[(s, 4) for s in range(4, 10)],
    ]


def test_closed_writer_goes_on_in_a_new_file(tmp_path: Path, read: Read) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("a", 1)
    writer.close()
    writer.close()
    writer.flush()
    assert len(event_files(tmp_path)) == 1
    writer.add_scalar("a", 2)
    writer.close()
    assert len(event_files(tmp_path)) == 2
    assert sorted(v.simple_value for e in read(tmp_path) for v in e.summary.value) == [1, 2]


def test_closed_file_writer(tmp_path: Path) -> None:
    writer = FileWriter(tmp_path)
    writer.reopen()
    assert len(event_files(tmp_path)) == 1
    writer.close()
    for call in (writer.flush, lambda: writer.add_summary(summaries.scalar("a", 1))):
        with pytest.raises(OSError, match=r"given a closed writer; required: an open one; try: "):
            call()
    writer.reopen()
    writer.add_summary(summaries.scalar("a", 1))
    writer.close()
    assert len(event_files(tmp_path)) == 2


def test_messages_of_the_protobuf_package(tmp_path: Path, read: Read) -> None:
    event_pb2 = pytest.importorskip("tensorboard.compat.proto.event_pb2")
    summary_pb2 = pytest.importorskip("tensorboard.compat.proto.summary_pb2")
    value = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="x", simple_value=2)])
    writer = FileWriter(tmp_path)
    writer.add_summary(value, 3)
    writer.add_event(event_pb2.Event(summary=value), 4)
    writer.close()
    assert [e.step for e in read(tmp_path)[1:]] == [3, 4]
    assert all(e.summary == value for e in read(tmp_path)[1:])


# -- beside PyTorch's writer ----------------------------------------------------------------------
RNG = np.random.default_rng(0)
VALUES = RNG.standard_normal(1000).astype(np.float32)
LABELS, PREDICTIONS = RNG.integers(0, 2, 200), RNG.random(200).astype(np.float32)

# name, positional arguments, keyword arguments: the same bytes come out
SAME: dict[str, tuple[str, list[Any], dict[str, Any]]] = {
    "scalar": ("add_scalar", ["a", 0.1, 3], {}),
    "scalar_zero": ("add_scalar", ["a", 0, 0], {}),
    "scalar_nan": ("add_scalar", ["a", math.nan, 1], {}),
    "scalar_array": ("add_scalar", ["a", np.array([[2.5]]), 1], {}),
    "scalar_new": ("add_scalar", ["a", 0.1, 3], {"new_style": True}),
    "scalar_double": ("add_scalar", ["a", 0.1, 3], {"new_style": True, "double_precision": True}),
    "text": ("add_text", ["t", "**é**\n", 2], {}),
    "histogram": ("add_histogram", ["h", VALUES, 1], {}),
    "histogram_auto": ("add_histogram", ["h", VALUES, 1], {"bins": "auto"}),
    "histogram_integers": ("add_histogram", ["h", np.arange(10), 1], {}),
    "histogram_zeros": ("add_histogram", ["h", np.zeros(5), 1], {}),
    "histogram_max_bins": ("add_histogram", ["h", VALUES, 1], {"max_bins": 64}),
    "histogram_few": ("add_histogram", ["h", VALUES, 1], {"bins": 5, "max_bins": 2}),
    "histogram_raw": (
        "add_histogram_raw", ["h", 0.0, 1.0, 3, 4.5, 6.75, [0.5, 1.0], [1, 2], 9], {},
    ),
    "audio": ("add_audio", ["s", np.sin(np.arange(100) / 5), 1], {"sample_rate": 8000}),
    "audio_row": ("add_audio", ["s", np.sin(np.arange(100) / 5)[None].astype(np.float32)], {}),
    "pr_curve": ("add_pr_curve", ["p", LABELS, PREDICTIONS, 1], {}),
    "pr_curve_few": ("add_pr_curve", ["p", LABELS, PREDICTIONS, 1], {"num_thresholds": 7}),
    "pr_curve_weights": (
        "add_pr_curve", ["p", LABELS, PREDICTIONS, 1], {"weights": np.arange(200) % 3 / 2},
    ),
    "multiline": ("add_custom_scalars_multilinechart", [["a", "b"]], {"title": "t"}),
    "margin": ("add_custom_scalars_marginchart", [["a", "b", "c"]], {"category": "k"}),
    "layout": (
        "add_custom_scalars",
        [{"x": {"l": ["Multiline", ["a", "b"]], "m": ["Margin", ["a", "b", "c"]]}, "y": {}}], {},
    ),
    "mesh": (
        "add_mesh", ["m", RNG.random((1, 4, 3)).astype(np.float32)],
        {"colors": RNG.integers(0, 255, (1, 4, 3)), "faces": RNG.integers(0, 4, (1, 2, 3)),
         "config_dict": {"b": 1, "a": [2]}, "global_step": 2},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_same_bytes_as_pytorch(name: str, tmp_path: Path, read: Read) -> None:
    theirs = pytest.importorskip("torch.utils.tensorboard")
    method, args, kwargs = SAME[name]
    for folder, kind in (("mine", SummaryWriter), ("theirs", theirs.SummaryWriter)):
        with kind(str(tmp_path / folder)) as writer:
            getattr(writer, method)(*args, **kwargs)
    a, b = read(tmp_path / "mine")[1:], read(tmp_path / "theirs")[1:]
    assert len(a) == len(b) == 1
    assert a[0].step == b[0].step
    assert a[0].summary.SerializeToString() == b[0].summary.SerializeToString()


TENSORS = ["float32", "float64", "int8", "int16", "int32", "int64", "bool", "complex64",
           "complex128"]  # fmt: skip


@pytest.mark.parametrize("dtype", TENSORS)
@pytest.mark.parametrize("shape", [(2, 3), (), (0, 2)])
def test_tensor_same_as_pytorch(dtype: str, shape: tuple, tmp_path: Path, read: Read) -> None:
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torch.utils.tensorboard")
    array = (RNG.random(shape) * 100 - 40).astype(dtype)
    with SummaryWriter(tmp_path / "a") as mine, theirs.SummaryWriter(tmp_path / "b") as other:
        mine.add_tensor("t", flambeau.tensor(array), 1)
        other.add_tensor("t", torch.tensor(array), 1)
    a, b = read(tmp_path / "a")[1], read(tmp_path / "b")[1]
    assert a.summary.SerializeToString() == b.summary.SerializeToString()


@pytest.mark.parametrize("dtype", [*TENSORS, "uint8", "float16", "uint16", "uint32", "uint64"])
def test_tensor_as_tensorboard_reads_it(dtype: str, tmp_path: Path, values: Values) -> None:
    tensor_util = pytest.importorskip("tensorboard.util.tensor_util")
    array = (RNG.random((3, 4)) * 100).astype(dtype)
    with SummaryWriter(tmp_path) as writer:
        writer.add_tensor("t", array)
        writer.add_tensor("transposed", flambeau.tensor(array).T)
    found = values(tmp_path)
    for tag, expected in (("t", array), ("transposed", array.T)):
        back = tensor_util.make_ndarray(found[tag].tensor)
        assert back.dtype == array.dtype
        np.testing.assert_array_equal(back, expected)


def test_bfloat16_tensor_keeps_its_bits(tmp_path: Path, values: Values) -> None:
    x = flambeau.tensor([1.0, -2.5, 1e38]).to(flambeau.bfloat16)
    with SummaryWriter(tmp_path) as writer:
        writer.add_tensor("t", x)
        writer.add_scalar("s", x[2])
    tensor = values(tmp_path)["t"].tensor
    assert tensor.dtype == 14
    bits = np.array(tensor.half_val, np.uint32) << 16
    assert bits.view(np.float32).tolist() == x.float().tolist()
    assert values(tmp_path)["s"].simple_value == pytest.approx(1e38, rel=0.01)


def test_scalars_become_runs(tmp_path: Path, values: Values) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars("loss/all", {"train": 1.5, "test": flambeau.tensor(2.5)}, 3)
        writer.add_scalars("loss/all", {"train": 0.5}, 4)
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == [
        "loss_all_test",
        "loss_all_train",
    ]
    assert values(tmp_path / "loss_all_train")["loss/all"].simple_value == 0.5
    assert values(tmp_path / "loss_all_test")["loss/all"].simple_value == 2.5


def test_tensors_are_read_wherever_they_come_from(tmp_path: Path, values: Values) -> None:
    x = flambeau.tensor([1.0, 2.0], requires_grad=True)
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("grad", (x * x).sum())
        writer.add_histogram("view", flambeau.arange(6.0).reshape(2, 3).T[1:])
    found = values(tmp_path)
    assert found["grad"].simple_value == 5
    assert (found["view"].histo.num, found["view"].histo.sum) == (4, 1 + 4 + 2 + 5)


def test_audio_is_a_wav_file(tmp_path: Path, values: Values) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.warns(UserWarning, match="clipped; try"):
        writer.add_audio("s", flambeau.tensor([0.0, 1.0, -1.0, 3.0]), sample_rate=100)
    audio = values(tmp_path)["s"].audio
    with wave.open(io.BytesIO(audio.encoded_audio_string)) as file:
        frames = np.frombuffer(file.readframes(9), "<i2")
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (1, 100, 4)
    assert frames.tolist() == [0, 32767, -32767, 32767]
    assert (audio.sample_rate, audio.length_frames) == (100, 4)


# -- hyperparameters ------------------------------------------------------------------------------
def test_hparams_same_as_pytorch(tmp_path: Path, read: Read) -> None:
    theirs = pytest.importorskip("torch.utils.tensorboard")
    plugin = pytest.importorskip("tensorboard.plugins.hparams.plugin_data_pb2")
    args = [
        {"lr": 0.1, "n": 3, "name": "x", "none": None},
        {"acc": 0.5, "loss": 2},
        {"n": [3, 5], "name": ["x", "y"]},
    ]
    for folder, kind in (("a", SummaryWriter), ("b", theirs.SummaryWriter)):
        with kind(str(tmp_path / folder)) as writer:
            writer.add_hparams(*args, run_name="run", global_step=4)
    a, b = read(tmp_path / "a" / "run")[1:], read(tmp_path / "b" / "run")[1:]
    assert len(a) == len(b) == 5
    for mine, other in zip(a, b, strict=True):
        (x,), (y,) = mine.summary.value, other.summary.value
        assert (mine.step, x.tag, x.simple_value) == (other.step, y.tag, y.simple_value)
        data = [v.metadata.plugin_data.content for v in (x, y)]
        # the order of a map's entries is free
        first, second = [plugin.HParamsPluginData.FromString(d) for d in data]
        assert first == second


def test_hparams_of_other_kinds(tmp_path: Path, values: Values) -> None:
    plugin = pytest.importorskip("tensorboard.plugins.hparams.plugin_data_pb2")
    given = {"flag": True, "size": np.int32(4), "x": flambeau.tensor(0.5)}
    with SummaryWriter(tmp_path) as writer:
        writer.add_hparams(given, {})
    (run,) = [p for p in tmp_path.iterdir() if p.is_dir()]
    content = values(run)["_hparams_/session_start_info"].metadata.plugin_data.content
    found = plugin.HParamsPluginData.FromString(content).session_start_info.hparams
    assert found["flag"].bool_value is True
    assert (found["size"].number_value, found["x"].number_value) == (4, 0.5)


# -- curves ---------------------------------------------------------------------------------------
def test_curve_by_counting() -> None:
    labels, predictions = LABELS[:50], PREDICTIONS[:50]
    rows = summaries.compute_curve(labels, predictions, 11)
    for k in range(11):
        chosen = np.floor(predictions.astype(float) * 10) >= k
        tp, fp = (labels[chosen] == 1).sum(), (labels[chosen] == 0).sum()
        tn, fn = (labels[~chosen] == 0).sum(), (labels[~chosen] == 1).sum()
        assert rows[:4, k].tolist() == [tp, fp, tn, fn]
        if chosen.any():
            assert rows[4, k] == pytest.approx(tp / (tp + fp))
        assert rows[5, k] == pytest.approx(tp / (tp + fn))


def test_more_thresholds_than_a_byte_counts(tmp_path: Path, values: Values) -> None:
    plugin = pytest.importorskip("tensorboard.plugins.pr_curve.plugin_data_pb2")
    with SummaryWriter(tmp_path) as writer:
        writer.add_pr_curve("p", LABELS, PREDICTIONS, num_thresholds=200)
        rows = [RNG.random(150).tolist() for _ in range(6)]
        writer.add_pr_curve_raw("raw", *rows, num_thresholds=150)
    found = values(tmp_path)
    for tag, count in (("p", 200), ("raw", 150)):
        data = plugin.PrCurvePluginData.FromString(found[tag].metadata.plugin_data.content)
        assert data.num_thresholds == count
        assert [d.size for d in found[tag].tensor.tensor_shape.dim] == [6, count]
    np.testing.assert_allclose(found["raw"].tensor.float_val, np.ravel(rows), rtol=1e-6)


# -- histograms -----------------------------------------------------------------------------------
def test_histogram_counts_everything(tmp_path: Path, values: Values) -> None:
    data = np.array([-1e30, -2.0, 0.0, 1e-20, 3.0, 1e25])
    with SummaryWriter(tmp_path) as writer:
        writer.add_histogram("h", data)
        with pytest.warns(UserWarning, match="given 2 of 4 values that are NaN or infinite"):
            writer.add_histogram("nan", np.array([1.0, math.nan, math.inf, 2.0]))
    found = values(tmp_path)
    histo = found["h"].histo
    assert sum(histo.bucket) == histo.num == 6
    assert (histo.min, histo.max) == (-1e30, 1e25)
    assert histo.bucket_limit[-1] >= 1e25
    assert list(histo.bucket_limit) == sorted(histo.bucket_limit)
    assert (found["nan"].histo.num, found["nan"].histo.sum) == (2, 3)


# -- bad input ------------------------------------------------------------------------------------
BAD: list[tuple[str, list[Any], dict[str, Any], type[Exception], str]] = [
    ("add_scalar", ["a", np.zeros(3)], {}, AssertionError,
     r"add_scalar: given shape \(3,\) and dtype float64 for 'a'; required: one real number; try: "),
    ("add_scalar", ["a", flambeau.zeros(2, 2)], {}, ValueError, r"given shape \(2, 2\)"),
    ("add_scalar", ["a", np.zeros(0)], {}, AssertionError, r"given shape \(0,\)"),
    ("add_scalar", ["a", "x"], {}, ValueError, "add_scalar: given 'x' for 'a'; required"),
    ("add_scalar", ["a", 1j], {}, AssertionError, "complex"),
    ("add_scalar", ["a", [1.0]], {}, NotImplementedError,
     "given an object of class list; required: a tensor, an array or a number"),
    ("add_scalar", ["a", None], {}, TypeError, "class NoneType"),
    ("add_scalar", ["a", 1, "x"], {}, TypeError, "given global_step='x'; required: an int"),
    ("add_scalars", ["a", {"good": 1, "bad": np.zeros(2)}], {}, AssertionError, r"shape \(2,\)"),
    ("add_text", ["a", 3], {}, TypeError, "add_text: given a int for 'a'; required: a str"),
    ("add_tensor", ["a", np.array(["x"])], {}, ValueError, "add_tensor: given dtype str"),
    ("add_histogram", ["a", np.zeros(0)], {}, ValueError, "The input has no element"),
    ("add_histogram", ["a", np.full(3, np.nan)], {}, ValueError, "no finite value"),
    ("add_histogram", ["a", np.array([1j])], {}, TypeError, "dtype complex128"),
    ("add_histogram_raw", ["a", 0, 1, 2, 3, 4, [1], [1, 2]], {}, ValueError,
     "given 1 bucket_limits and 2 bucket_counts"),
    ("add_audio", ["a", np.zeros((2, 5))], {}, AssertionError, r"given shape \(2, 5\)"),
    ("add_audio", ["a", np.zeros(0)], {}, AssertionError, r"given shape \(0,\)"),
    ("add_pr_curve", ["a", np.zeros(3), np.zeros(4)], {}, AssertionError, "labels of shape"),
    ("add_pr_curve", ["a", np.zeros(3), np.full(3, 2.0)], {}, ValueError,
     r"predictions between 2.0 and 2.0.*try: sigmoid"),
    ("add_pr_curve_raw", ["a", *[np.zeros(n) for n in (3, 3, 3, 3, 3, 4)]], {}, AssertionError,
     "six rows"),
    ("add_hparams", [[], {}], {}, TypeError, r"given hparam_dict=\[\]; required: a dict"),
    ("add_hparams", [{}, 3], {}, TypeError, "given metric_dict=3"),
    ("add_hparams", [{"a": [1]}, {}], {}, ValueError, "given 'a': a list; required"),
    ("add_hparams", [{"a": 1}, {}, {"a": ["x"]}], {}, TypeError, "hparam_domain_discrete"),
    ("add_hparams", [{"a": 1}, {"m": np.zeros(2)}], {}, AssertionError, r"shape \(2,\)"),
    ("add_mesh", ["a", np.zeros((4, 3))], {}, ValueError, r"vertices of shape \(4, 3\)"),
    ("add_mesh", ["a", np.zeros((1, 4, 3))], {"faces": np.zeros((1, 4, 2))}, ValueError, "faces"),
    ("add_custom_scalars", [{"a": {"b": ["Margin", ["x"]]}}], {}, AssertionError, "three after"),
    ("add_custom_scalars", [{"a": {"b": ["Lines", ["x"]]}}], {}, ValueError, r"given 'b': \['Lin"),
    ("add_custom_scalars_marginchart", [["a"]], {}, AssertionError, "given 1 tags; required"),
    ("add_graph", [3], {}, TypeError, "add_graph: given a int; required: a module"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "args", "kwargs", "kind", "text"), BAD)
def test_bad_input_is_refused_and_nothing_written(
    method: str, args: list, kwargs: dict, kind: type, text: str, tmp_path: Path, read: Read
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(kind, match=text):
        getattr(writer, method)(*args, **kwargs)
    assert len(read(tmp_path)) == 1
    assert len(list(tmp_path.iterdir())) == 1, "no other file or folder"


def test_folders_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="given log_dir='s3://b/x'; required: a folder of this"):
        SummaryWriter("s3://b/x")
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        SummaryWriter(tmp_path / "file")


# -- the projector --------------------------------------------------------------------------------
def test_embedding_files(tmp_path: Path) -> None:
    config = pytest.importorskip("tensorboard.plugins.projector.projector_config_pb2")
    text_format = pytest.importorskip("google.protobuf.text_format")
    image = pytest.importorskip("PIL.Image")
    points = flambeau.tensor([[0.1, 2.0], [3.0, -4.0], [5.0, 6.0]])
    images = flambeau.zeros(3, 3, 4, 5)
    images[1] = 1
    with SummaryWriter(tmp_path) as writer:
        writer.add_embedding(points, metadata=["a", "b\tc", 'é"'], label_img=images, global_step=2)
        writer.add_embedding(
            points, tag="x/y%", metadata=[["a", 1], ["b", 2], ["c", 3]],
            metadata_header=["name", "n"],
        )  # fmt: skip
        with pytest.warns(UserWarning, match="which is there already"):
            writer.add_embedding(points, tag="x/y%")
    folder = tmp_path / "00002" / "default"
    rows = [line.split("\t") for line in (folder / "tensors.tsv").read_text().splitlines()]
    assert np.array(rows, np.float32).tolist() == points.tolist()
    assert (folder / "metadata.tsv").read_text(encoding="utf-8") == 'a\nb c\né"\n'
    sprite = np.asarray(image.open(folder / "sprite.png"))
    assert sprite.shape == (8, 10, 3)
    assert sprite[:4, 5:].min() == 255 and sprite[4:].max() == 0 == sprite[:4, :5].max()
    other = tmp_path / "00000" / "x%2fy%25"
    assert (other / "metadata.tsv").read_text() == "name\tn\na\t1\nb\t2\nc\t3\n"
    text = (tmp_path / "projector_config.pbtxt").read_text()
    found = text_format.Parse(text, config.ProjectorConfig()).embeddings
    assert [e.tensor_name for e in found] == ["default:00002", "x/y%:00000", "x/y%:00000"]
    assert list(found[0].sprite.single_image_dim) == [5, 4]
    for e in found:
        assert (tmp_path / e.tensor_path).exists()
        assert not e.metadata_path or (tmp_path / e.metadata_path).exists()


@pytest.mark.parametrize("extra", [{}, {"metadata": ["a", "b"]}, {"label_img": True}])
def test_embedding_files_are_pytorchs(extra: dict, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torch.utils.tensorboard")
    image = pytest.importorskip("PIL.Image")
    points = RNG.random((2, 3)).astype(np.float32)
    pictures = RNG.random((2, 3, 4, 4)).astype(np.float32)
    for folder, kind, library in (
        ("a", SummaryWriter, flambeau),
        ("b", theirs.SummaryWriter, torch),
    ):
        given = dict(extra)
        if "label_img" in given:
            given["label_img"] = library.tensor(pictures)
        with kind(str(tmp_path / folder)) as writer:
            writer.add_embedding(points, **given)
    names = sorted(
        p.relative_to(tmp_path / "b") for p in (tmp_path / "b").rglob("*") if p.is_file()
    )
    for name in names:
        if name.name.startswith("events"):
            continue
        a, b = (tmp_path / "a" / name), (tmp_path / "b" / name)
        if name.suffix == ".png":
            np.testing.assert_array_equal(np.asarray(image.open(a)), np.asarray(image.open(b)))
        else:
            assert a.read_text() == b.read_text()


BAD_EMBEDDINGS: list[tuple[dict[str, Any], str]] = [
    ({"mat": np.zeros(3)}, r"mat of shape \(3,\)"),
    ({"mat": np.zeros((3, 2)), "metadata": ["a"]}, "1 labels for 3 points"),
    ({"mat": np.zeros((1, 2)), "metadata": [["a"]], "metadata_header": ["x", "y"]}, "in row 0"),
    ({"mat": np.zeros((1, 2)), "metadata_header": ["x"]}, "no metadata"),
    ({"mat": np.zeros((2, 2)), "label_img": np.zeros((1, 3, 2, 2))}, "label_img of shape"),
    ({"mat": np.zeros((1, 2)), "label_img": np.zeros((1, 2, 2))}, "one image for each"),
]


@pytest.mark.parametrize(("kwargs", "text"), BAD_EMBEDDINGS)
def test_bad_embeddings(kwargs: dict, text: str, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(AssertionError, match=text):
        writer.add_embedding(**kwargs)
    assert len(list(tmp_path.iterdir())) == 1


def test_mesh_config_is_json(tmp_path: Path, values: Values) -> None:
    plugin = pytest.importorskip("tensorboard.plugins.mesh.plugin_data_pb2")
    with SummaryWriter(tmp_path) as writer:
        writer.add_mesh("m", [[[0.0, 1.0, 2.0]]], config_dict={"camera": {"fov": 75}})
    data = plugin.MeshPluginData.FromString(
        values(tmp_path)["m_VERTEX"].metadata.plugin_data.content
    )
    assert json.loads(data.json_config) == {"camera": {"fov": 75}}
    assert list(data.shape) == [1, 1, 3]

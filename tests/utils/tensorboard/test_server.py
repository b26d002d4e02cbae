"""The real TensorBoard on loopback: what it serves over HTTP, and its page in a browser."""

from __future__ import annotations

import importlib.util
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau import nn
from flambeau.utils.tensorboard import SummaryWriter

if importlib.util.find_spec("tensorboard") is None:
    pytest.skip("tensorboard is not installed", allow_module_level=True)

COLOUR = (20, 200, 120)  # of the picture that the screenshot must show
STEPS = 30
# what TensorBoard draws with
BAR, INPUT_NODE, MODULE_NODE = (245, 124, 0), (187, 198, 221), (238, 238, 238)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
        self.head = nn.Linear(8, 2)

    def forward(self, x: Any) -> Any:
        return self.head(self.body(x))


def write(folder: Path) -> None:
    rng = np.random.default_rng(0)
    with SummaryWriter(folder / "run") as writer:
        for step in range(STEPS):
            writer.add_scalar("loss/train", math.exp(-step / 10), step)
            writer.add_scalar("new", step, step, new_style=True)
            writer.add_scalars("both", {"a": step, "b": -step}, step)
        picture = np.zeros((60, 80, 3), np.uint8) + np.array(COLOUR, np.uint8)
        writer.add_image("picture", picture, 3, dataformats="HWC")
        box = np.array([[9, 9, 50, 40]])
        writer.add_image_with_boxes("boxes", picture, box, dataformats="HWC", labels="cat 0.9")
        writer.add_video("clip", rng.random((1, 3, 3, 8, 8)), fps=5)
        writer.add_audio("sound", np.sin(np.arange(800) / 3), 2, sample_rate=8000)
        writer.add_text("note", "**bold** words", 4)
        writer.add_histogram("weights", rng.standard_normal(1000), 5)
        writer.add_pr_curve("curve", rng.integers(0, 2, 50), rng.random(50), num_thresholds=200)
        writer.add_mesh("mesh", rng.random((1, 5, 3)), faces=[[[0, 1, 2]]])
        writer.add_graph(Net(), flambeau.rand(3, 4))
        writer.add_custom_scalars_multilinechart(["loss/train", "new"], "Category", "Both")
        writer.add_embedding(rng.random((4, 3)), metadata=list("abcd"))
        for lr in (0.1, 0.2):
            given = {"lr": lr, "name": "x", "flag": lr > 0.15}
            writer.add_hparams(given, {"acc": lr * 2}, run_name=str(lr))


def find_browser() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a TensorBoard that has read the run."""
    folder = tmp_path_factory.mktemp("logs")
    write(folder)
    command = [
        sys.executable, "-m", "tensorboard.main", "--logdir", str(folder), "--host", "127.0.0.1",
        "--port", "0", "--load_fast=false",
    ]  # fmt: skip
    log = folder.parent / "tensorboard.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + 120
        address = None
        while time.monotonic() < deadline and process.poll() is None:
            found = re.search(r"http://127\.0\.0\.1:\d+/", log.read_text(errors="replace"))
            address = found.group() if found else None
            if address and len(get(address, "data/runs")) >= 5:
                break
            time.sleep(0.3)
        else:
            pytest.fail(f"TensorBoard did not start: {log.read_text(errors='replace')}")
        assert address is not None
        yield address
    finally:
        process.terminate()
        process.wait(30)


# loopback is reached directly, whatever proxy the environment names
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(server: str, path: str, **query: Any) -> bytes:
    text = f"{server}{path}?{urllib.parse.urlencode(query)}"
    with OPENER.open(text, timeout=60) as answer:
        return answer.read()  # type: ignore[no-any-return]


def get(server: str, path: str, **query: Any) -> Any:
    return json.loads(fetch(server, path, **query))


def post(server: str, path: str, body: Any) -> Any:
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{server}{path}", json.dumps(body).encode(), kind)
    with OPENER.open(request, timeout=60) as answer:
        return json.loads(answer.read())


# -- over HTTP ------------------------------------------------------------------------------------
def test_runs(server: str) -> None:
    assert sorted(get(server, "data/runs")) == [
        "run", "run/0.1", "run/0.2", "run/both_a", "run/both_b",
    ]  # fmt: skip


def test_scalars(server: str) -> None:
    found = get(server, "data/plugin/scalars/scalars", run="run", tag="loss/train")
    assert [step for _, step, _ in found] == list(range(STEPS))
    np.testing.assert_allclose([v for *_, v in found], np.exp(-np.arange(STEPS) / 10), rtol=1e-6)
    new = get(server, "data/plugin/scalars/scalars", run="run", tag="new")
    assert [v for *_, v in new] == list(range(STEPS))
    both = get(server, "data/plugin/scalars/scalars", run="run/both_b", tag="both")
    assert both[-1][1:] == [STEPS - 1, 1 - STEPS]


def test_images(server: str) -> None:
    image = pytest.importorskip("PIL.Image")
    tags = get(server, "data/plugin/images/tags")["run"]
    assert set(tags) == {"picture", "boxes", "clip"}
    sizes = {}
    for tag in tags:
        (entry,) = get(server, "data/plugin/images/images", run="run", tag=tag, sample=0)
        data = fetch(server, f"data/plugin/images/individualImage?{entry['query']}&x")
        sizes[tag] = image.open(io.BytesIO(data))
    assert (sizes["picture"].size, sizes["clip"].size) == ((80, 60), (8, 8))
    assert np.unique(np.asarray(sizes["picture"]).reshape(-1, 3), axis=0).tolist() == [list(COLOUR)]
    assert (sizes["clip"].format, sizes["clip"].n_frames) == ("GIF", 3)


def test_graph(server: str) -> None:
    info = get(server, "data/plugin/graphs/info")
    assert info["run"]["run_graph"] is True
    text = fetch(server, "data/plugin/graphs/graph", run="run", conceptual="false").decode()
    assert 'name: "Net/Sequential[body]/Linear[0]/linear"' in text
    assert 'input: "Net/Sequential[body]/ReLU[1]/relu"' in text


def test_histogram(server: str) -> None:
    ((_, step, buckets),) = get(
        server, "data/plugin/histograms/histograms", run="run", tag="weights"
    )
    assert step == 5
    assert sum(count for *_, count in buckets) == pytest.approx(1000)
    expected = np.random.default_rng(0)
    expected.random((1, 3, 3, 8, 8))
    values = expected.standard_normal(1000)
    assert buckets[0][0] <= values.min() and buckets[-1][1] >= values.max()


def test_audio_and_text(server: str) -> None:
    (entry,) = get(server, "data/plugin/audio/audio", run="run", tag="sound", sample=0)
    assert entry["contentType"] == "audio/wav"
    data = fetch(server, f"data/plugin/audio/individualAudio?{entry['query']}&x")
    assert data[:4] == b"RIFF" and len(data) == 44 + 2 * 800
    (note,) = get(server, "data/plugin/text/text", run="run", tag="note/text_summary")
    assert note["step"] == 4 and "<strong>bold</strong> words" in note["text"]


def test_pr_curve(server: str) -> None:
    found = get(server, "data/plugin/pr_curves/pr_curves", run="run", tag="curve")
    (curve,) = found["run"]
    assert 127 < len(curve["precision"]) <= 200  # without the end, where nothing is left
    assert curve["true_positives"][0] + curve["false_positives"][0] == 50


def test_mesh(server: str) -> None:
    tags = get(server, "data/plugin/mesh/tags")["run"]
    assert set(tags) == {"mesh"}
    found = get(server, "data/plugin/mesh/meshes", run="run", tag="mesh")
    assert sorted(entry["content_type"] for entry in found) == [1, 2]
    assert [e["data_shape"] for e in found if e["content_type"] == 1] == [[1, 5, 3]]


def test_layout(server: str) -> None:
    layout = get(server, "data/plugin/custom_scalars/layout")
    (category,) = layout["category"]
    (chart,) = category["chart"]
    assert (category["title"], chart["title"]) == ("Category", "Both")
    assert chart["multiline"]["tag"] == ["loss/train", "new"]


def test_hparams(server: str) -> None:
    experiment = post(server, "data/plugin/hparams/experiment", {"experimentName": ""})
    assert {h["name"]: h["type"] for h in experiment["hparamInfos"]} == {
        "lr": "DATA_TYPE_FLOAT64",
        "name": "DATA_TYPE_STRING",
        "flag": "DATA_TYPE_BOOL",
    }
    ask = {
        "experimentName": "",
        "allowedStatuses": ["STATUS_SUCCESS"],
        "colParams": [{"hparam": h["name"]} for h in experiment["hparamInfos"]],
        "startIndex": 0,
        "sliceSize": 9,
    }
    groups = post(server, "data/plugin/hparams/session_groups", ask)["sessionGroups"]
    found = {
        group["hparams"]["lr"]: [
            metric["value"] for metric in group["metricValues"] if metric["name"]["tag"] == "acc"
        ]
        for group in groups
    }
    assert found == {0.1: [pytest.approx(0.2)], 0.2: [pytest.approx(0.4)]}


def test_projector(server: str) -> None:
    runs = get(server, "data/plugin/projector/runs")
    assert any(name.endswith("run") for name in runs)
    (name,) = [name for name in runs if name.endswith("run")]
    info = get(server, "data/plugin/projector/info", run=name)
    assert [e["tensorName"] for e in info["embeddings"]] == ["default:00000"]
    data = fetch(server, "data/plugin/projector/tensor", run=name, name="default:00000")
    points = np.frombuffer(data, np.float32)
    assert points.shape == (12,)


# -- in a browser ---------------------------------------------------------------------------------
@pytest.fixture
def browse(server: str, tmp_path: Path) -> Callable[[str], tuple[str, Any]]:
    """browse(tab) -> (the page's elements as text, a screenshot as pixels)."""
    browser = find_browser()
    if browser is None:
        pytest.skip("no Chromium (Debian: apt-get install chromium)")
    image = pytest.importorskip("PIL.Image")

    def open_page(tab: str) -> tuple[str, Any]:
        options = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server",
            "--disable-background-networking", "--window-size=1300,900",
            "--virtual-time-budget=20000", f"--user-data-dir={tmp_path / 'profile'}",
        ]  # fmt: skip
        address = f"{server}#{tab}"
        environment = {**os.environ, "HOME": str(tmp_path)}
        text = subprocess.run(
            [*options, "--dump-dom", address], capture_output=True, timeout=120, env=environment
        ).stdout.decode(errors="replace")
        picture = tmp_path / f"{tab}.png"
        subprocess.run(
            [*options, f"--screenshot={picture}", address],
            capture_output=True, timeout=120, env=environment,
        )  # fmt: skip
        return text, np.asarray(image.open(picture).convert("RGB")).astype(int)

    return open_page


def count_near(pixels: Any, colour: tuple[int, int, int], distance: int = 12) -> int:
    return int((np.abs(pixels - colour).max(-1) <= distance).sum())


# What older tabs show is in shadow trees, which --dump-dom leaves out: for them the screenshot.
def test_page_shows_numbers_pictures_and_distributions(
    browse: Callable[[str], tuple[str, Any]],
) -> None:
    text, pixels = browse("timeseries")
    for tag in ("acc", "both", "boxes", "loss", "picture", "weights"):  # groups of cards
        assert re.search(rf">\s*{tag}\s*<", text), tag
    for name in ("Time Series", "Scalars", "Images", "Graphs", "HParams", "Mesh"):
        assert re.search(rf">\s*{name}\s*<", text, re.IGNORECASE), name
    assert count_near(pixels, BAR) > 10_000


def test_page_shows_scalars(browse: Callable[[str], tuple[str, Any]]) -> None:
    _, pixels = browse("scalars")
    drawn = pixels[130:, 340:]
    assert (drawn.max(-1) - drawn.min(-1) > 80).sum() > 300, "lines in colours"


def test_page_shows_images(browse: Callable[[str], tuple[str, Any]]) -> None:
    _, pixels = browse("images")
    assert count_near(pixels, COLOUR) > 20_000
    assert count_near(pixels, (255, 0, 0)) > 100, "the box"


def test_page_shows_the_graph(browse: Callable[[str], tuple[str, Any]]) -> None:
    _, pixels = browse("graphs")
    assert count_near(pixels[70:, 330:], INPUT_NODE) > 3000, "input and output"
    assert count_near(pixels[70:, 330:], MODULE_NODE, 2) > 1500, "the module between them"

"""The main job: data, training to 97 %, checkpoint, picture."""

from __future__ import annotations

import hashlib
import math
import xml.etree.ElementTree as ElementTree
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

import flambeau
from flambeau.demo import picture, train
from flambeau.demo.data import load_digits


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> train.Result:
    return train.run(tmp_path_factory.mktemp("demo"))


def test_data_is_what_its_note_says() -> None:
    folder = files("flambeau.demo")
    with folder.joinpath("digits.npz").open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        digest = hashlib.sha256(arrays["images"].tobytes() + arrays["labels"].tobytes())
    note = folder.joinpath("digits.txt").read_text(encoding="utf-8")
    assert digest.hexdigest() in note
    assert "CC BY 4.0" in note and "10.24432/C50P49" in note


def test_images_and_labels() -> None:
    images, labels = load_digits()
    assert tuple(images.shape) == (1797, 1, 8, 8) and images.dtype is flambeau.float32
    assert labels.dtype is flambeau.int64
    assert images.min().item() == 0.0 and images.max().item() == 1.0
    assert np.bincount(labels.numpy()).tolist() == [
        178, 182, 177, 183, 181, 182, 181, 179, 174, 180
    ]  # fmt: skip


def test_accuracy(result: train.Result) -> None:
    assert result.accuracy >= 0.97
    assert result.seconds < 60  # a few seconds on two cores; a slow machine gets time


def test_curves_fall_and_rise(result: train.Result) -> None:
    losses = [loss for _, loss in result.train_loss]
    assert all(math.isfinite(loss) for loss in losses)
    assert losses[-1] < 0.2 * losses[0]
    assert result.train_accuracy[-1][1] > result.train_accuracy[0][1]


def test_checkpoint_is_read_back(result: train.Result) -> None:
    images, _ = load_digits()
    state = flambeau.load(result.checkpoint)
    model = train.make_model()
    model.load_state_dict(state)
    model.eval()
    with flambeau.no_grad():
        scores = model(images)
    _, labels = load_digits()
    assert (scores.argmax(dim=1) == labels).float().mean().item() > 0.97


def test_damaged_checkpoint_is_noticed(result: train.Result, tmp_path: Path) -> None:
    images, labels = load_digits()
    dataset = flambeau.utils.data.TensorDataset(images[:50], labels[:50])
    with pytest.raises(RuntimeError, match="gives other scores than the one saved"):
        train.check(train.make_model(), result.checkpoint, dataset)


def test_picture(result: train.Result) -> None:
    root = ElementTree.fromstring(result.picture.read_text(encoding="utf-8"))
    assert root.tag.endswith("svg")
    texts = [element.text or "" for element in root.iter() if element.tag.endswith("text")]
    assert any("of the test set" in text for text in texts)
    assert any("CC BY 4.0" in text for text in texts)
    lines = [element for element in root.iter() if element.tag.endswith("polyline")]
    assert len(lines) == 4
    shown = sum(", read as " in text for text in texts)
    wrong = round((1 - result.accuracy) * train.TEST_IMAGES)
    assert shown == len(result.mistakes) == min(wrong, train.SHOWN_MISTAKES)


def test_mistakes_are_mistakes(result: train.Result) -> None:
    for mistake in result.mistakes:
        assert mistake.label != mistake.prediction
        assert 0.1 <= mistake.probability <= 1.0
    sure = [mistake.probability for mistake in result.mistakes]
    assert sure == sorted(sure, reverse=True)


def test_same_seed_gives_the_same_run(tmp_path: Path) -> None:
    first = train.run(tmp_path / "a", epochs=1, seed=3)
    second = train.run(tmp_path / "b", epochs=1, seed=3)
    assert first.train_loss == second.train_loss
    assert first.test_accuracy == second.test_accuracy


def test_text_in_a_picture_is_escaped() -> None:
    curve = picture.Curve("a < b & c", "#000000", [(1.0, 0.5)])
    text = picture.draw_report("<title>", [curve], [curve], [], "a & b")
    ElementTree.fromstring(text)


@pytest.mark.parametrize("top", [1e-5, 0.013, 0.9, 1.0, 7.0, 123.0])
def test_ticks_of_a_loss_cover_it(top: float) -> None:
    ticks = picture._ticks_of_loss([picture.Curve("", "", [(1, top), (2, top / 3)])])
    assert ticks[0] == 0 and ticks[-1] >= top
    assert 3 <= len(ticks) <= 7


@pytest.mark.parametrize("lowest", [0.0, 0.05, 0.33, 0.81, 0.999, 1.0])
def test_ticks_of_an_accuracy_cover_it(lowest: float) -> None:
    ticks = picture._ticks_of_accuracy([picture.Curve("", "", [(1, lowest), (2, 1.0)])])
    assert ticks[-1] == 1.0 and ticks[0] <= lowest
    assert ticks == sorted(ticks) and len(ticks) <= 11

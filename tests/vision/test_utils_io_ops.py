"""Grids, image files, boxes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import flambeau
from flambeau import vision
from flambeau.vision import ops, utils

RANDOM = np.random.default_rng(0)


# -- grids -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "shape", [(5, 6), (1, 5, 6), (3, 5, 6), (1, 3, 5, 6), (7, 1, 5, 6), (10, 3, 4, 5)]
)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"nrow": 3, "padding": 1, "pad_value": 0.5},
        {"normalize": True},
        {"normalize": True, "value_range": (0, 1)},
        {"normalize": True, "scale_each": True, "padding": 0},
    ],
)  # fmt: skip
def test_make_grid_as_in_torchvision(shape: Any, options: Any, torchvision: Any) -> None:
    import torch

    array = RANDOM.normal(size=shape).astype(np.float32)
    wanted = torchvision.utils.make_grid(torch.tensor(array), **options).numpy()
    found = utils.make_grid(flambeau.tensor(array), **options).numpy()
    assert np.allclose(found, wanted, atol=1e-6)


def test_grids_without_torchvision(tmp_path: Path) -> None:
    images = [flambeau.full((1, 2, 2), i / 4) for i in range(5)]
    grid = utils.make_grid(images, nrow=3, padding=1)
    assert grid.shape == (3, 7, 10) and float(grid[2, 4, 5]) == 1.0 and float(grid[0, 0, 0]) == 0.0
    utils.save_image(images, tmp_path / "a.png", nrow=5)
    picture = np.asarray(Image.open(tmp_path / "a.png"))
    assert picture.shape == (6, 22, 3) and picture[3, 3].tolist() == [0, 0, 0]
    assert picture[2, 6].tolist() == [64] * 3 and picture[2, 18].tolist() == [255] * 3
    memory = io.BytesIO()
    utils.save_image(flambeau.ones(3, 4, 4, requires_grad=True), memory, format="png")
    assert Image.open(memory).size == (4, 4)
    with pytest.raises(TypeError, match="tensor or list of tensors expected"):
        utils.make_grid([1])


def test_boxes_on_images(torchvision: Any) -> None:
    import torch

    image = RANDOM.integers(0, 256, (3, 30, 40), dtype=np.uint8)
    boxes = np.array([[2, 3, 20, 22], [10, 5, 35, 28]], np.float32)
    for options in (
        {"colors": ["red", "#00ff00"], "width": 2},
        {"colors": (1, 2, 3), "fill": True},
    ):
        wanted = torchvision.utils.draw_bounding_boxes(
            torch.tensor(image), torch.tensor(boxes), **options
        )
        found = utils.draw_bounding_boxes(flambeau.tensor(image), flambeau.tensor(boxes), **options)
        assert np.array_equal(found.numpy(), wanted.numpy())
    assert utils.draw_bounding_boxes(
        flambeau.tensor(image), flambeau.tensor(boxes), labels=["a", None]
    ).shape == (3, 30, 40)
    with pytest.raises(ValueError, match="mismatch"):
        utils.draw_bounding_boxes(flambeau.tensor(image), flambeau.tensor(boxes), labels=["a"])


def test_masks_on_images() -> None:
    image = flambeau.zeros(3, 2, 2, dtype=flambeau.uint8)
    mask = flambeau.tensor([[True, False], [False, False]])
    made = utils.draw_segmentation_masks(image, mask, alpha=0.5, colors="red")
    assert made[:, 0, 0].tolist() == [127, 0, 0] and made[:, 1, 1].tolist() == [0, 0, 0]


# -- files -----------------------------------------------------------------------------------------
def test_images_in_files(tmp_path: Path) -> None:
    image = flambeau.tensor(RANDOM.integers(0, 256, (3, 5, 6), dtype=np.uint8))
    path = tmp_path / "x.png"
    vision.io.write_png(image, path)
    assert flambeau.equal(vision.io.read_image(path), image)
    data = vision.io.read_file(str(path))
    assert flambeau.equal(vision.io.decode_png(data), image)
    gray = vision.io.read_image(str(path), vision.io.ImageReadMode.GRAY)
    assert gray.shape == (1, 5, 6)
    assert vision.io.decode_image(path, mode="RGB_ALPHA").shape == (4, 5, 6)
    vision.io.write_jpeg(flambeau.full((1, 8, 8), 99, dtype=flambeau.uint8), tmp_path / "y.jpg")
    assert (vision.io.read_image(tmp_path / "y.jpg") == 99).all()
    with pytest.raises(RuntimeError, match="uint8 of shape"):
        vision.io.write_png(image.float(), path)


# -- boxes -----------------------------------------------------------------------------------------
def boxes_of(n: int) -> np.ndarray:
    corner = RANDOM.uniform(0, 5, (n, 2))
    return np.concatenate([corner, corner + RANDOM.uniform(0.1, 5, (n, 2))], 1).astype(np.float32)


@pytest.mark.parametrize(
    "name", ["box_iou", "generalized_box_iou", "distance_box_iou", "complete_box_iou"]
)
def test_pairs_of_boxes_as_in_torchvision(name: str, torchvision: Any) -> None:
    import torch

    a, b = boxes_of(6), boxes_of(4)
    wanted = getattr(torchvision.ops, name)(torch.tensor(a), torch.tensor(b)).numpy()
    found = getattr(ops, name)(flambeau.tensor(a), flambeau.tensor(b)).numpy()
    assert found.shape == (6, 4) and np.allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("start", ["xyxy", "xywh", "cxcywh"])
@pytest.mark.parametrize("end", ["xyxy", "xywh", "cxcywh"])
def test_box_convert(start: str, end: str, torchvision: Any) -> None:
    import torch

    a = boxes_of(5)
    wanted = torchvision.ops.box_convert(torch.tensor(a), start, end).numpy()
    found = ops.box_convert(flambeau.tensor(a), start, end)
    assert np.allclose(found.numpy(), wanted, atol=1e-6)
    assert np.allclose(ops.box_convert(found, end, start).numpy(), a, atol=1e-5)


def test_nms_keeps_what_a_plain_loop_keeps() -> None:
    boxes, scores = boxes_of(60), RANDOM.permutation(60).astype(np.float32)
    share = ops.box_iou(flambeau.tensor(boxes), flambeau.tensor(boxes)).numpy()
    kept: list[int] = []
    for i in np.argsort(-scores):
        if all(share[i, j] <= 0.3 for j in kept):
            kept.append(int(i))
    found = ops.nms(flambeau.tensor(boxes), flambeau.tensor(scores), 0.3)
    assert found.dtype is flambeau.int64 and found.tolist() == kept
    classes = flambeau.arange(60) % 2
    by_class = ops.batched_nms(flambeau.tensor(boxes), flambeau.tensor(scores), classes, 0.3)
    assert len(by_class) > len(kept)
    empty = flambeau.zeros(0, 4)
    assert ops.nms(empty, flambeau.zeros(0), 0.5).shape == (0,)
    with pytest.raises(RuntimeError, match="2d tensor"):
        ops.nms(flambeau.zeros(3), flambeau.zeros(3), 0.5)
    with pytest.raises(ValueError, match="Unsupported Bounding Box"):
        ops.box_convert(empty, "xyxy", "yxyx")


def test_other_operations_on_boxes() -> None:
    boxes = flambeau.tensor([[-1.0, 2, 5, 9], [1, 1, 1.5, 8]])
    assert ops.box_area(boxes).tolist() == [42.0, 3.5]
    assert ops.clip_boxes_to_image(boxes, (6, 4)).tolist() == [[0, 2, 4, 6], [1, 1, 1.5, 6]]
    assert ops.remove_small_boxes(boxes, 1.0).tolist() == [0]
    masks = flambeau.zeros(1, 4, 5, dtype=flambeau.bool)
    masks[0, 1:3, 2:5] = True
    assert ops.masks_to_boxes(masks).tolist() == [[2, 1, 4, 2]]


# -- layers ----------------------------------------------------------------------------------------
def test_layers(torchvision: Any) -> None:
    import torch

    for name, args in (
        ("Conv2dNormActivation", (3, 5)), ("SqueezeExcitation", (4, 2)), ("MLP", (4, [8, 3])),
    ):  # fmt: skip
        assert repr(getattr(ops, name)(*args)) == repr(getattr(torchvision.ops, name)(*args))
    x = RANDOM.normal(size=(4, 5)).astype(np.float32)
    y = (RANDOM.random((4, 5)) < 0.5).astype(np.float32)
    wanted = torchvision.ops.sigmoid_focal_loss(torch.tensor(x), torch.tensor(y), reduction="mean")
    found = ops.sigmoid_focal_loss(flambeau.tensor(x), flambeau.tensor(y), reduction="mean")
    assert abs(float(found) - float(wanted)) < 1e-6


def test_stochastic_depth() -> None:
    flambeau.manual_seed(0)
    x = flambeau.ones(400, 3)
    made = ops.StochasticDepth(0.25, "row")(x)
    rows = made.sum(1)
    assert 60 < int((rows == 0).sum()) < 140
    assert made.unique().tolist() == pytest.approx([0.0, 4 / 3])
    assert ops.StochasticDepth(0.25, "row").eval()(x) is x
    with pytest.raises(ValueError, match="'batch' or 'row'"):
        ops.stochastic_depth(x, 0.5, "all")
    frozen = ops.FrozenBatchNorm2d(3)
    assert not list(frozen.parameters()) and len(frozen.state_dict()) == 4


def test_names_of_the_package() -> None:
    assert vision.get_image_backend() == "PIL"
    with pytest.raises(ValueError, match="'PIL'"):
        vision.set_image_backend("accimage")
    with pytest.raises(AttributeError, match=r"no torchvision\.prototype yet"):
        _ = vision.prototype

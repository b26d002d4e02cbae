"""Images, boxes, figures and videos, decoded by Pillow and beside PyTorch's writer."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau.utils.tensorboard import SummaryWriter
from flambeau.utils.tensorboard.drawing import resize, text_mask
from flambeau.utils.tensorboard.gif import encode_gif
from flambeau.utils.tensorboard.png import encode_png

RNG = np.random.default_rng(0)
Values = Callable[[Any], dict[str, Any]]


def decode(data: bytes) -> Any:
    return pytest.importorskip("PIL.Image").open(io.BytesIO(data))


# -- PNG ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (17, 23), (64, 64)])
def test_png_is_exact(channels: int, size: tuple[int, int]) -> None:
    noise = RNG.integers(0, 256, (*size, channels), np.uint8)
    smooth = np.indices(size).sum(0)[..., None].repeat(channels, 2).astype(np.uint8)
    for pixels in (noise, smooth, noise.transpose(1, 0, 2)):
        image = decode(encode_png(pixels))
        assert image.mode == {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
        np.testing.assert_array_equal(np.asarray(image).reshape(pixels.shape), pixels)


def test_png_filters_make_smooth_images_small() -> None:
    smooth = np.indices((256, 256)).sum(0)[..., None].repeat(3, 2).astype(np.uint8)
    assert len(encode_png(smooth)) < smooth.size / 50


# -- GIF ------------------------------------------------------------------------------------------
def frames_of(data: bytes) -> list[np.ndarray]:
    image = decode(data)
    result = []
    for i in range(image.n_frames):
        image.seek(i)
        result.append(np.asarray(image.convert("RGB")))
    return result


@pytest.mark.parametrize("colours", [1, 2, 3, 5, 17, 256])
@pytest.mark.parametrize("size", [(1, 1), (7, 9), (60, 80), (200, 300)])
def test_gif_of_few_colours_is_exact(colours: int, size: tuple[int, int]) -> None:
    palette = RNG.permutation(1 << 24)[:colours]
    palette = np.stack([palette >> 16, palette >> 8 & 255, palette & 255], 1).astype(np.uint8)
    noise = palette[RNG.integers(0, colours, (3, *size))]
    runs = palette[np.sort(RNG.integers(0, colours, (2, size[0] * size[1]))).reshape(2, *size)]
    for frames in (noise, runs):
        found = frames_of(encode_gif(frames, 10))
        # Pillow joins frames that are equal
        expected = [f for i, f in enumerate(frames) if not i or (f != frames[i - 1]).any()]
        assert len(found) in (len(frames), len(expected))
        np.testing.assert_array_equal(found[0], frames[0])
        np.testing.assert_array_equal(found[-1], frames[-1])


def test_gif_of_many_colours_is_near() -> None:
    y, x = np.mgrid[:128, :128]
    frame = np.stack([x * 2, y * 2, 255 - x - y], -1).clip(0, 255).astype(np.uint8)
    (found,) = frames_of(encode_gif(frame[None], 10))
    error = np.abs(found.astype(int) - frame)
    assert error.mean() < 6 and error.max() < 40


def test_gif_time_and_repetition() -> None:
    frames = RNG.integers(0, 256, (3, 4, 4, 3), np.uint8)
    image = decode(encode_gif(frames, 4))
    assert (image.n_frames, image.info["duration"], image.info["loop"]) == (3, 250, 0)


# -- images ---------------------------------------------------------------------------------------
COLOUR = RNG.random((3, 10, 12)).astype(np.float32)
MANY = RNG.random((11, 3, 4, 5)).astype(np.float32)
BYTES = RNG.integers(0, 256, (3, 10, 12), np.uint8)

SAME: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "chw": ("add_image", COLOUR, {}),
    "bytes": ("add_image", BYTES, {}),
    "hwc": ("add_image", COLOUR.transpose(1, 2, 0), {"dataformats": "HWC"}),
    "lower_case": ("add_image", COLOUR.transpose(1, 2, 0), {"dataformats": "hwc"}),
    "whc": ("add_image", COLOUR.transpose(2, 1, 0), {"dataformats": "WHC"}),
    "hw": ("add_image", COLOUR[0], {"dataformats": "HW"}),
    "one_channel": ("add_image", COLOUR[:1], {}),
    "alpha": ("add_image", RNG.random((4, 6, 6)).astype(np.float32), {}),
    "outside": ("add_image", COLOUR * 4 - 2, {}),
    "bool": ("add_image", COLOUR > 0.5, {}),
    "float64": ("add_image", COLOUR.astype(np.float64), {}),
    "grid": ("add_images", MANY, {}),
    "grid_nhwc": ("add_images", MANY.transpose(0, 2, 3, 1), {"dataformats": "NHWC"}),
    "grid_one_channel": ("add_images", MANY[:, :1], {}),
    "grid_of_one": ("add_images", MANY[:1], {}),
}


@pytest.mark.parametrize("name", SAME)
def test_same_pixels_as_pytorch(name: str, tmp_path: Path, values: Values) -> None:
    theirs = pytest.importorskip("torch.utils.tensorboard")
    method, array, kwargs = SAME[name]
    found = []
    for folder, kind in (("a", SummaryWriter), ("b", theirs.SummaryWriter)):
        with kind(str(tmp_path / folder)) as writer:
            getattr(writer, method)("x", array, 1, **kwargs)
        found.append(values(tmp_path / folder)["x"].image)
    a, b = found
    assert (a.height, a.width, a.colorspace) == (b.height, b.width, b.colorspace)
    mine, other = decode(a.encoded_image_string), decode(b.encoded_image_string)
    assert mine.mode == other.mode
    np.testing.assert_array_equal(np.asarray(mine), np.asarray(other))


def test_tensors_on_the_tape_and_half_precision(tmp_path: Path, values: Values) -> None:
    x = flambeau.tensor(COLOUR, requires_grad=True)
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("grad", x)
        writer.add_image("bfloat16", (x > 0.5).to(flambeau.bfloat16))
        writer.add_image("nan", np.full((1, 2, 2), np.nan))
    found = values(tmp_path)
    pixels = np.asarray(decode(found["bfloat16"].image.encoded_image_string))
    np.testing.assert_array_equal(pixels.transpose(2, 0, 1), (COLOUR > 0.5) * 255)
    assert np.asarray(decode(found["nan"].image.encoded_image_string)).max() == 0


# -- boxes ----------------------------------------------------------------------------------------
def boxed(tmp_path: Path, values: Values, boxes: Any, **kwargs: Any) -> np.ndarray:
    with SummaryWriter(tmp_path) as writer:
        writer.add_image_with_boxes("x", flambeau.zeros(3, 40, 60), boxes, **kwargs)
    return np.asarray(decode(values(tmp_path)["x"].image.encoded_image_string))


def test_boxes_are_drawn(tmp_path: Path, values: Values) -> None:
    pixels = boxed(tmp_path, values, flambeau.tensor([[10.0, 5.0, 30.0, 20.0]]))
    red = (pixels == [255, 0, 0]).all(-1)
    assert red[5, 10:31].all() and red[20, 10:31].all()
    assert red[5:21, 10].all() and red[5:21, 30].all()
    assert not red[8:17, 13:27].any() and not red[:, 34:].any() and not red[24:].any()


def test_boxes_where_pytorch_draws_them(tmp_path: Path, values: Values) -> None:
    theirs = pytest.importorskip("torch.utils.tensorboard")
    boxes = np.array([[10, 5, 30, 20], [2, 2, 50, 35]])
    mine = boxed(tmp_path / "a", values, boxes)
    with theirs.SummaryWriter(str(tmp_path / "b")) as writer:
        writer.add_image_with_boxes("x", np.zeros((3, 40, 60), np.float32), boxes)
    other = np.asarray(decode(values(tmp_path / "b")["x"].image.encoded_image_string))
    np.testing.assert_array_equal(mine, other)


def test_labels_are_legible(tmp_path: Path, values: Values) -> None:
    pixels = boxed(tmp_path, values, np.array([[10, 5, 50, 30]]), labels="cat 1")
    mask = text_mask("cat 1")
    area = pixels[30 - mask.shape[0] : 30, 10 : 10 + mask.shape[1]]
    assert (area[mask] == 0).all()
    inside = ~mask
    inside[:, :2] = inside[-2:] = False  # where the box's own lines are
    assert (area[inside] == [255, 0, 0]).all()


def test_letters_differ() -> None:
    masks = [text_mask(chr(i)).tobytes() for i in range(32, 127)]
    assert len(set(masks)) == 95
    assert (text_mask("é") == text_mask("?")).all()


@pytest.mark.parametrize(
    "box", [[-20, -20, 100, 100], [np.nan, 0, np.inf, 9], [70, 50, 90, 60], [30, 30, 10, 10]]
)
def test_boxes_outside_are_cut_off(box: list, tmp_path: Path, values: Values) -> None:
    assert boxed(tmp_path, values, np.array([box]), labels=["label"]).shape == (40, 60, 3)


def test_rescale(tmp_path: Path, values: Values) -> None:
    assert boxed(tmp_path, values, np.zeros((0, 4)), rescale=1.5).shape == (60, 90, 3)
    image = pytest.importorskip("PIL.Image")
    pixels = RNG.integers(0, 256, (20, 30, 3), np.uint8)
    for factor in (0.5, 1.7, 3):
        size = (int(30 * factor), int(20 * factor))
        other = np.asarray(image.fromarray(pixels).resize(size, image.Resampling.LANCZOS))
        assert np.abs(resize(pixels, factor).astype(int) - other).max() <= 1


def test_labels_of_another_number_are_left_out(tmp_path: Path, values: Values) -> None:
    boxes = np.array([[10, 5, 50, 30], [1, 1, 5, 5]])
    a = boxed(tmp_path / "a", values, boxes, labels=["one"])
    b = boxed(tmp_path / "b", values, boxes)
    np.testing.assert_array_equal(a, b)


# -- figures --------------------------------------------------------------------------------------
def test_figures_same_as_pytorch(tmp_path: Path, values: Values) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    theirs = pytest.importorskip("torch.utils.tensorboard")
    matplotlib.use("Agg")
    plt = pytest.importorskip("matplotlib.pyplot")
    figures = []
    for slope in (1, 2):
        figure, axes = plt.subplots(figsize=(3, 2))
        axes.plot([0, slope])
        figures.append(figure)
    numbers = plt.get_fignums()
    for folder, kind in (("a", SummaryWriter), ("b", theirs.SummaryWriter)):
        with kind(str(tmp_path / folder)) as writer:
            writer.add_figure("one", figures[0], close=False)
            writer.add_figure("two", figures, close=folder == "b")
        assert plt.get_fignums() == ([] if folder == "b" else numbers)
    for tag in ("one", "two"):
        a, b = (values(tmp_path / f)[tag].image.encoded_image_string for f in "ab")
        np.testing.assert_array_equal(np.asarray(decode(a)), np.asarray(decode(b)))


def test_figures_are_closed_and_keep_their_canvas(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib").use("Agg")
    plt = pytest.importorskip("matplotlib.pyplot")
    figure = plt.figure()
    canvas = figure.canvas
    with SummaryWriter(tmp_path) as writer:
        writer.add_figure("f", figure, close=False)
        assert figure.canvas is canvas and plt.get_fignums()
        writer.add_figure("f", figure)
        assert not plt.get_fignums()
        with pytest.raises(TypeError, match="add_figure: given a int; required: a matplotlib"):
            writer.add_figure("f", 3)


# -- video ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_videos_are_tiled(count: int, tmp_path: Path, values: Values) -> None:
    """Each video has one grey level: the places of the tiles are those of PyTorch's rule."""
    tools = pytest.importorskip("torch.utils.tensorboard._utils")
    levels = (np.arange(count) + 1) / 8
    videos = np.zeros((count, 3, 1, 4, 6), np.float32) + levels[:, None, None, None, None]
    videos += (np.arange(3) / 16)[None, :, None, None, None]
    with SummaryWriter(tmp_path) as writer:
        writer.add_video("v", flambeau.tensor(videos), fps=2)
    image = values(tmp_path)["v"].image
    expected = (tools._prepare_video(videos) * 255).astype(np.uint8)
    found = frames_of(image.encoded_image_string)
    assert len(found) == 3
    for mine, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(mine, np.repeat(other, 3, -1))
    assert (image.height, image.width, image.colorspace) == expected.shape[1:]


# -- bad input ------------------------------------------------------------------------------------
BAD: list[tuple[str, tuple, dict[str, Any], type[Exception], str]] = [
    ("add_image", (np.zeros((3, 4)),), {}, AssertionError,
     r"add_image: given shape \(3, 4\) and dtype float64 with dataformats='CHW'; required: 3 dims, "
     r"one for each letter; try: dataformats='HW'"),
    ("add_image", (np.zeros((2, 3, 4, 4)),), {}, ValueError, "try: dataformats='NCHW'"),
    ("add_image", (np.zeros((9, 9, 3)),), {}, AssertionError,
     r"given shape \(9, 3, 9\) .* in the order HWC; required: 1, 3 or 4 channels"),
    ("add_image", (np.zeros((3, 0, 4)),), {}, ValueError, "at least one pixel"),
    ("add_image", (np.zeros((3, 4, 4)),), {"dataformats": "CHH"}, AssertionError,
     "given dataformats='CHH'; required: one letter for each dim"),
    ("add_image", (np.zeros((3, 4, 4)),), {"dataformats": "XYZ"}, ValueError, "'XYZ'"),
    ("add_image", (np.zeros((3, 4, 4)),), {"dataformats": None}, ValueError, "dataformats=None"),
    ("add_image", (np.zeros((3, 4, 4), complex),), {}, ValueError, "given dtype complex128"),
    ("add_images", (np.zeros((2, 5, 4, 4)),), {}, AssertionError, "channels"),
    ("add_images", (np.zeros((0, 3, 4, 4)),), {}, AssertionError, r"given shape \(0, 4, 4, 3\)"),
    ("add_image_with_boxes", (np.zeros((3, 4, 4)), np.zeros(4)), {}, AssertionError,
     r"add_image_with_boxes: given box_tensor of shape \(4,\)"),
    ("add_image_with_boxes", (np.zeros((3, 4, 4)), np.zeros((1, 4))), {"rescale": 0.1}, ValueError,
     "given rescale=0.1"),
    ("add_video", (np.zeros((3, 4, 3, 8)),), {}, AssertionError, r"shape \(N, T, C, H, W\)"),
    ("add_video", (np.zeros((1, 2, 4, 8, 8)),), {}, ValueError, "1 or 3 channels"),
    ("add_video", (np.zeros((1, 2, 3, 8, 8)),), {"fps": 0}, ValueError, "fps=0"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "args", "kwargs", "kind", "text"), BAD)
def test_bad_images_are_refused(
    method: str, args: tuple, kwargs: dict, kind: type, text: str, tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(kind, match=text):
        getattr(writer, method)("x", *args, **kwargs)


def test_integers_beyond_one_warn(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.warns(UserWarning, match=r"try \.to\(uint8\)"):
        writer.add_image("x", flambeau.full((3, 2, 2), 200))

"""Transforms of PIL images and tensors against torchvision, and what they are without it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

import flambeau
from flambeau.vision import transforms as T  # noqa: N812 - as in programs
from flambeau.vision.transforms import InterpolationMode
from flambeau.vision.transforms import functional as F  # noqa: N812


def pixels(h: int = 19, w: int = 26, c: int = 3, seed: int = 0) -> np.ndarray:
    """A picture with edges and slopes."""
    y, x = np.mgrid[:h, :w]
    random = np.random.default_rng(seed)
    waves = [np.sin(x / (3 + i) + i) + np.cos(y / (4 - i)) for i in range(c)]
    noise = random.normal(0, 0.2, (h, w, c))
    return np.clip((np.stack(waves, -1) + noise + 2) * 64, 0, 255).astype(np.uint8)


IMAGE = pixels()
Case = tuple[str, Callable[[Any, Any, Any], Any]]  # name, function of (functional, image, modes)

CASES: list[Case] = [
    ("resize_short", lambda f, x, m: f.resize(x, 12)),
    ("resize_up", lambda f, x, m: f.resize(x, [30, 41])),
    ("resize_max", lambda f, x, m: f.resize(x, 18, max_size=20)),
    ("resize_nearest", lambda f, x, m: f.resize(x, [9, 40], m.NEAREST)),
    ("resize_bicubic", lambda f, x, m: f.resize(x, [11, 31], m.BICUBIC)),
    ("crop", lambda f, x, m: f.crop(x, 3, 4, 10, 12)),
    ("crop_outside", lambda f, x, m: f.crop(x, -3, -2, 40, 20)),
    ("crop_beside", lambda f, x, m: f.crop(x, 12, 20, 10, 12)),
    ("center_crop", lambda f, x, m: f.center_crop(x, [7, 10])),
    ("center_crop_larger", lambda f, x, m: f.center_crop(x, [30, 11])),
    ("pad", lambda f, x, m: f.pad(x, [2, 3], 7)),
    ("pad_four", lambda f, x, m: f.pad(x, [1, 2, 3, 4])),
    ("pad_edge", lambda f, x, m: f.pad(x, 3, padding_mode="edge")),
    ("pad_reflect", lambda f, x, m: f.pad(x, [3, 1, 2, 5], padding_mode="reflect")),
    ("pad_symmetric", lambda f, x, m: f.pad(x, 4, padding_mode="symmetric")),
    ("resized_crop", lambda f, x, m: f.resized_crop(x, 2, 3, 12, 9, [8, 8])),
    ("hflip", lambda f, x, m: f.hflip(x)),
    ("vflip", lambda f, x, m: f.vflip(x)),
    ("rotate", lambda f, x, m: f.rotate(x, 30)),
    ("rotate_bilinear", lambda f, x, m: f.rotate(x, -17.5, m.BILINEAR, fill=[9.0, 8.0, 7.0])),
    ("rotate_expand", lambda f, x, m: f.rotate(x, 40, expand=True)),
    ("rotate_center", lambda f, x, m: f.rotate(x, 75, center=[3, 4])),
    ("affine", lambda f, x, m: f.affine(x, 20, [2, -3], 1.2, [5.0, -8.0])),
    ("affine_bilinear", lambda f, x, m: f.affine(x, -33, [0, 4], 0.7, [10.0], m.BILINEAR)),
    ("affine_center", lambda f, x, m: f.affine(x, 12, [1, 1], 1.0, [0.0, 0.0], center=[0, 0])),
    ("perspective", lambda f, x, m: f.perspective(
        x, [[0, 0], [25, 0], [25, 18], [0, 18]], [[2, 3], [22, 1], [24, 15], [3, 17]])),
    ("brightness", lambda f, x, m: f.adjust_brightness(x, 1.4)),
    ("contrast", lambda f, x, m: f.adjust_contrast(x, 0.6)),
    ("saturation", lambda f, x, m: f.adjust_saturation(x, 1.7)),
    ("hue", lambda f, x, m: f.adjust_hue(x, -0.2)),
    ("gamma", lambda f, x, m: f.adjust_gamma(x, 0.8, 1.1)),
    ("sharpness", lambda f, x, m: f.adjust_sharpness(x, 2.0)),
    ("grayscale", lambda f, x, m: f.rgb_to_grayscale(x)),
    ("grayscale_3", lambda f, x, m: f.rgb_to_grayscale(x, 3)),
    ("invert", lambda f, x, m: f.invert(x)),
    ("posterize", lambda f, x, m: f.posterize(x, 3)),
    ("solarize", lambda f, x, m: f.solarize(x, 100)),
    ("autocontrast", lambda f, x, m: f.autocontrast(x)),
    ("equalize", lambda f, x, m: f.equalize(x)),
    ("blur", lambda f, x, m: f.gaussian_blur(x, [5, 3])),
    ("blur_sigma", lambda f, x, m: f.gaussian_blur(x, 3, [0.8, 1.2])),
    ("five_crop", lambda f, x, m: f.five_crop(x, [5, 6])),
    ("ten_crop", lambda f, x, m: f.ten_crop(x, 6, vertical_flip=True)),
]  # fmt: skip
# tensors whose pixels may differ by one level, or at edges, for another rounding
CLOSE = {
    "resize_short", "resize_up", "resize_max", "resize_bicubic", "resized_crop", "rotate_bilinear",
    "affine_bilinear", "perspective", "hue", "saturation", "contrast", "sharpness", "blur",
    "blur_sigma", "autocontrast",
}  # fmt: skip
FLOAT_ONLY_UINT8 = {"posterize", "equalize", "solarize"}


def many(made: Any) -> tuple:
    return made if isinstance(made, tuple) else (made,)


@pytest.mark.parametrize(("name", "call"), CASES, ids=[name for name, _ in CASES])
def test_pil_images_as_in_torchvision(name: str, call: Any, torchvision: Any) -> None:
    theirs = torchvision.transforms
    image = Image.fromarray(IMAGE)
    found = many(call(F, image, InterpolationMode))
    wanted = many(call(theirs.functional, image, theirs.InterpolationMode))
    assert len(found) == len(wanted)
    for x, y in zip(found, wanted, strict=True):
        assert x.mode == y.mode and x.size == y.size
        assert np.array_equal(np.asarray(x), np.asarray(y))


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize(("name", "call"), CASES, ids=[name for name, _ in CASES])
def test_bytes_as_in_torchvision(name: str, call: Any, batched: bool, torchvision: Any) -> None:
    import torch

    theirs = torchvision.transforms
    array = np.ascontiguousarray(IMAGE.transpose(2, 0, 1))
    if batched:
        array = np.stack([array, array[::-1], 255 - array])
    found = many(call(F, flambeau.tensor(array), InterpolationMode))
    wanted = many(call(theirs.functional, torch.tensor(array), theirs.InterpolationMode))
    for x, y in zip(found, wanted, strict=True):
        assert x.dtype is flambeau.uint8 and tuple(x.shape) == tuple(y.shape)
        apart = np.abs(x.numpy().astype(int) - y.numpy().astype(int))
        if name in CLOSE:
            assert apart.max() <= 1, apart.max()
        elif name in ("rotate", "rotate_expand", "rotate_center", "affine", "affine_center"):
            assert (apart > 0).mean() < 0.01  # points half-way between two pixels
        else:
            assert apart.max() == 0


@pytest.mark.parametrize(("name", "call"), CASES, ids=[name for name, _ in CASES])
def test_floats_as_in_torchvision(name: str, call: Any, torchvision: Any) -> None:
    import torch

    if name in FLOAT_ONLY_UINT8:
        return
    theirs = torchvision.transforms
    array = np.ascontiguousarray(IMAGE.transpose(2, 0, 1) / np.float32(255))
    found = many(call(F, flambeau.tensor(array), InterpolationMode))
    wanted = many(call(theirs.functional, torch.tensor(array), theirs.InterpolationMode))
    for x, y in zip(found, wanted, strict=True):
        assert x.dtype is flambeau.float32 and tuple(x.shape) == tuple(y.shape)
        apart = np.abs(x.numpy() - y.numpy())
        assert (apart > 2e-4).mean() < 0.01, apart.max()


# -- between PIL images, arrays and tensors ------------------------------------------------------
MODES = ["L", "RGB", "RGBA", "1", "I", "F", "I;16", "LA", "CMYK", "YCbCr", "HSV", "P"]


@pytest.mark.parametrize("mode", MODES)
def test_to_tensor_of_each_mode(mode: str, torchvision: Any) -> None:
    image = Image.fromarray(IMAGE)
    image = image.convert("L").convert("I").convert(mode) if mode == "I;16" else image.convert(mode)
    for function in ("to_tensor", "pil_to_tensor"):
        x = getattr(F, function)(image)
        y = getattr(torchvision.transforms.functional, function)(image)
        assert str(x.dtype).split(".")[1] == str(y.dtype).split(".")[1]
        assert np.array_equal(x.numpy(), y.numpy())


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64", "int16", "int32"])
@pytest.mark.parametrize("channels", [0, 1, 2, 3, 4])
def test_to_pil_image(dtype: str, channels: int, torchvision: Any) -> None:
    import torch

    theirs = torchvision.transforms.functional
    array = pixels(5, 6, max(channels, 1)).transpose(2, 0, 1)
    array = (array / 255 if "float" in dtype else array).astype(dtype)
    array = np.ascontiguousarray(array if channels else array[0])
    try:
        wanted = theirs.to_pil_image(torch.tensor(array))
    except (TypeError, ValueError) as error:
        with pytest.raises(type(error)):
            F.to_pil_image(flambeau.tensor(array))
        return
    found = F.to_pil_image(flambeau.tensor(array))
    assert found.mode == wanted.mode and np.array_equal(np.asarray(found), np.asarray(wanted))


def test_modes_of_images_and_their_errors() -> None:
    x = flambeau.zeros(3, 4, 5)
    assert F.to_pil_image(x, "HSV").mode == "HSV"
    with pytest.raises(ValueError, match=r"Only modes \['RGB'"):
        F.to_pil_image(x, "L")
    with pytest.raises(ValueError, match="2/3 dimensional"):
        F.to_pil_image(flambeau.zeros(3))
    with pytest.raises(TypeError, match="Tensor or ndarray"):
        F.to_pil_image([1])
    with pytest.raises(TypeError, match="should be PIL Image or ndarray"):
        T.ToTensor()(x)
    with pytest.raises(ValueError, match="2/3 dimensional"):
        F.to_tensor(np.zeros((1, 2, 3, 4)))
    assert F.to_tensor(np.ones((2, 2, 1))).dtype is flambeau.float64


@pytest.mark.parametrize("before", ["uint8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("after", ["uint8", "int16", "int32", "float32", "float64"])
def test_convert_image_dtype(before: str, after: str, torchvision: Any) -> None:
    import torch

    theirs = torchvision.transforms.functional.convert_image_dtype
    array = (np.linspace(0, 1, 12) if "float" in before else np.arange(12) * 10).astype(before)
    array = array.reshape(3, 2, 2)
    try:
        wanted = theirs(torch.tensor(array), getattr(torch, after))
    except RuntimeError:
        with pytest.raises(RuntimeError, match="cannot be performed safely"):
            F.convert_image_dtype(flambeau.tensor(array), getattr(flambeau, after))
        return
    found = F.convert_image_dtype(flambeau.tensor(array), getattr(flambeau, after))
    assert str(found.dtype).endswith(after)
    assert np.allclose(found.numpy(), wanted.numpy(), rtol=1e-6, atol=0)


def test_normalize() -> None:
    x = flambeau.rand(2, 3, 4, 5)
    mean, std = [0.1, 0.2, 0.3], (0.5, 0.6, 0.7)
    columns = (np.asarray(v, np.float32).reshape(3, 1, 1) for v in (mean, std))
    wanted = (x.numpy() - next(columns)) / next(columns)
    assert np.allclose(T.Normalize(mean, std)(x).numpy(), wanted, atol=1e-6)
    assert not np.allclose(x.numpy(), wanted)
    y = x.clone().requires_grad_()
    F.normalize(y, mean, std).sum().backward()
    assert np.allclose(y.grad[0, :, 0, 0].numpy(), 1 / np.asarray(std))
    assert F.normalize(x, mean, std, inplace=True) is x
    assert np.allclose(x.numpy(), wanted, atol=1e-6)
    half = flambeau.ones(1, 2, 2, dtype=flambeau.bfloat16)
    assert F.normalize(half, 0.5, 0.5).tolist() == [[[1.0, 1.0], [1.0, 1.0]]]


@pytest.mark.parametrize(
    ("image", "error", "text"),
    [
        (Image.new("L", (2, 2)), TypeError, "should be Tensor Image.*ToTensor before it"),
        (flambeau.ones(1, 2, 2, dtype=flambeau.uint8), TypeError, "should be a float tensor"),
        (flambeau.ones(2, 2), ValueError, "size .*C, H, W"),
    ],
)
def test_what_normalize_refuses(image: Any, error: Any, text: str) -> None:
    with pytest.raises(error, match=text):
        F.normalize(image, (0.5,), (0.5,))
    with pytest.raises(ValueError, match="std evaluated to zero"):
        F.normalize(flambeau.ones(1, 2, 2), (0.5,), (0.0,))


# -- classes -------------------------------------------------------------------------------------
RANDOM = [
    T.RandomCrop(8, padding=2), T.RandomCrop((30, 12), pad_if_needed=True), T.RandomResizedCrop(9),
    T.RandomHorizontalFlip(), T.RandomVerticalFlip(), T.RandomRotation(20),
    T.RandomAffine(10, (0.1, 0.2), (0.8, 1.2), 5), T.RandomPerspective(p=1.0),
    T.ColorJitter(0.4, 0.4, 0.4, 0.1), T.RandomGrayscale(0.5), T.GaussianBlur(3), T.RandomInvert(),
    T.RandomPosterize(3), T.RandomSolarize(99), T.RandomAdjustSharpness(2), T.RandomAutocontrast(),
    T.RandomEqualize(), T.RandomApply([T.RandomRotation(20)], p=0.5),
]  # fmt: skip


@pytest.mark.parametrize("transform", RANDOM, ids=lambda t: type(t).__name__)
@pytest.mark.parametrize("kind", ["pil", "tensor"])
def test_seeds_repeat_and_differ(transform: Any, kind: str) -> None:
    image: Any = Image.fromarray(IMAGE // 2 + 30)
    if kind == "tensor":
        image = F.pil_to_tensor(image)

    def made(seed: int) -> list:
        flambeau.manual_seed(seed)
        return [np.asarray(transform(image)).tolist() for _ in range(12)]

    first = made(5)
    assert first == made(5)
    assert first != made(6)
    assert any(x != first[0] for x in first)
    copied = pickle.loads(pickle.dumps(transform)) if transform.__class__ else transform
    flambeau.manual_seed(5)
    assert np.asarray(copied(image)).tolist() == first[0]
    assert repr(copy.deepcopy(transform)) == repr(transform)


def test_chances() -> None:
    image = flambeau.arange(4).reshape(1, 2, 2)
    flambeau.manual_seed(0)
    flipped = sum(bool(T.RandomHorizontalFlip(0.3)(image)[0, 0, 0] == 1) for _ in range(2000))
    assert 500 < flipped < 700
    assert flambeau.equal(T.RandomHorizontalFlip(1.0)(image), image.flip(-1))
    assert T.RandomVerticalFlip(0.0)(image) is image


def test_random_crops_reach_every_place() -> None:
    flambeau.manual_seed(0)
    image = flambeau.arange(12).reshape(1, 3, 4)
    corners = {int(T.RandomCrop(2)(image)[0, 0, 0]) for _ in range(200)}
    assert corners == {0, 1, 2, 4, 5, 6}
    with pytest.raises(ValueError, match=r"larger than input image size.*pad_if_needed"):
        T.RandomCrop(5)(image)


def test_random_resized_crop_keeps_its_limits() -> None:
    image = flambeau.zeros(3, 40, 60)
    for _ in range(100):
        top, left, height, width = T.RandomResizedCrop.get_params(image, (0.2, 0.5), (0.5, 2.0))
        assert 0 <= top <= 40 - height and 0 <= left <= 60 - width
        assert 0.18 < height * width / 2400 < 0.55 and 0.4 < width / height < 2.2
    assert T.RandomResizedCrop.get_params(flambeau.zeros(1, 4, 99), (1, 1), (0.9, 1.1)) == (
        0, 47, 4, 4,
    )  # fmt: skip


def test_random_erasing() -> None:
    image = flambeau.ones(3, 20, 30)
    made = T.RandomErasing(p=1.0, value=(2, 3, 4))(image)
    hole = made[0] == 2
    assert 12 <= int(hole.sum()) <= 200 and flambeau.equal(made[2] == 4, hole)
    assert (image == 1).all()
    assert (T.RandomErasing(p=1.0, value="random")(image) != 1).any()
    assert T.RandomErasing(p=0.0)(image) is image
    with pytest.raises(ValueError, match="one for each channel"):
        T.RandomErasing(p=1.0, value=(1, 2))(image)


def test_containers() -> None:
    image = flambeau.arange(4.0).reshape(1, 2, 2)
    plus, times = T.Lambda(lambda x: x + 1), T.Lambda(lambda x: x * 2)
    assert T.Compose([plus, times])(image)[0, 0, 0] == 2
    assert {float(T.RandomOrder([plus, times])(image)[0, 0, 0]) for _ in range(40)} == {1.0, 2.0}
    assert {float(T.RandomChoice([plus, times])(image)[0, 0, 0]) for _ in range(40)} == {0.0, 1.0}
    assert T.RandomChoice([plus, times], p=[0, 1])(image)[0, 0, 1] == 2
    assert {float(T.RandomApply([plus], 0.5)(image)[0, 0, 0]) for _ in range(40)} == {0.0, 1.0}
    with pytest.raises(TypeError, match="should be callable"):
        T.Lambda(3)  # type: ignore[arg-type]


def test_color_jitter_draws_within_its_ranges() -> None:
    jitter = T.ColorJitter(brightness=0.3, contrast=(0.5, 0.6))
    for _ in range(50):
        order, brightness, contrast, saturation, hue = jitter._draw(None)
        assert sorted(order) == [0, 1, 2, 3] and saturation is None and hue is None
        assert 0.7 <= brightness < 1.3 and 0.5 <= contrast < 0.6
    with pytest.raises(ValueError, match=r"between -0\.5 and 0\.5"):
        T.ColorJitter(hue=0.7)
    with pytest.raises(ValueError, match="must be non negative"):
        T.ColorJitter(brightness=-1)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: t.Compose([t.Resize(5), t.CenterCrop(3), t.ToTensor()]),
        lambda t: t.Normalize((0.5,), (0.25,)),
        lambda t: t.RandomHorizontalFlip(0.3),
        lambda t: t.RandomCrop(32, padding=4),
        lambda t: t.Grayscale(3),
        lambda t: t.Pad(2),
        lambda t: t.FiveCrop(4),
        lambda t: t.ToPILImage(),
        lambda t: t.RandomApply([t.Grayscale()], p=0.3),
    ],
)
def test_text_as_in_torchvision(call: Any, torchvision: Any) -> None:
    assert repr(call(T)) == repr(call(torchvision.transforms))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: F.resize("x", 3), TypeError, "should be PIL Image or Tensor"),
        (lambda: F.resize(flambeau.ones(1, 4, 4), [1, 2, 3]), ValueError, "1 or 2 element"),
        (lambda: F.resize(flambeau.ones(1, 4, 4), 3, max_size=2), ValueError, "strictly greater"),
        (lambda: F.resize(flambeau.ones(1, 4, 4), 3, "best"), TypeError, "InterpolationMode"),
        (lambda: F.resize(flambeau.ones(1, 4, 4), 3, InterpolationMode.BOX), ValueError, "nearest"),
        (lambda: F.hflip(flambeau.ones(3)), TypeError, "not a torch image"),
        (lambda: F.pad(flambeau.ones(1, 4, 4), [1, 2, 3]), ValueError, "1, 2, or 4"),
        (lambda: F.pad(flambeau.ones(1, 4, 4), 1, padding_mode="x"), ValueError, "constant, edge"),
        (lambda: F.adjust_brightness(flambeau.ones(3, 2, 2), -1), ValueError, "non-negative"),
        (lambda: F.adjust_hue(flambeau.ones(3, 2, 2), 0.6), ValueError, "not in"),
        (lambda: F.adjust_saturation(flambeau.ones(4, 2, 2), 1.5), TypeError, "permitted channel"),
        (lambda: F.posterize(flambeau.ones(3, 2, 2), 3), TypeError, "uint8"),
        (lambda: F.gaussian_blur(flambeau.ones(3, 9, 9), 4), ValueError, "odd and positive"),
        (lambda: F.five_crop(flambeau.ones(3, 9, 9), 10), ValueError, "bigger than input size"),
        (lambda: F.affine(flambeau.ones(3, 9, 9), 0, (0, 0), 0.0, 0), ValueError, "positive"),
        (lambda: T.CenterCrop((1, 2, 3)), ValueError, "two dimensions"),
        (lambda: T.RandomRotation(-3), ValueError, "must be non negative"),
        (lambda: F.erase(Image.new("L", (2, 2)), 0, 0, 1, 1, 0), TypeError, "Tensor Image"),
    ],
)
def test_bad_arguments(call: Any, error: Any, text: str) -> None:
    with pytest.raises(error, match=text):
        call()


def test_gradients_pass_through() -> None:
    x = flambeau.rand(3, 6, 6, dtype=flambeau.float64).requires_grad_()

    def function(x: Any) -> Any:
        y = F.adjust_contrast(F.resize(F.pad(F.hflip(x), 1), [5, 5]), 0.5)
        return F.crop(F.rotate(y, 10, InterpolationMode.BILINEAR), 1, 1, 3, 3)

    assert flambeau.autograd.gradcheck(function, (x * 0.5 + 0.2,))

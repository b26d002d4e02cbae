"""Networks: names and shapes of everything in them, results with equal weights, weights' files."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau.vision import models

# published sizes
PARAMETERS = {
    "alexnet": 61_100_840, "densenet121": 7_978_856, "densenet161": 28_681_000,
    "efficientnet_b0": 5_288_548, "efficientnet_b7": 66_347_960, "efficientnet_v2_s": 21_458_488,
    "mobilenet_v2": 3_504_872, "mobilenet_v3_large": 5_483_032, "mobilenet_v3_small": 2_542_856,
    "resnet18": 11_689_512, "resnet50": 25_557_032, "resnet152": 60_192_808,
    "resnext50_32x4d": 25_028_904, "shufflenet_v2_x1_0": 2_278_604, "squeezenet1_0": 1_248_424,
    "squeezenet1_1": 1_235_496, "vgg16": 138_357_544, "vgg19_bn": 143_678_248,
    "vit_b_16": 86_567_656, "wide_resnet50_2": 68_883_240,
}  # fmt: skip
NO_INIT: dict[str, Any] = {"init_weights": False}
OPTIONS = {"inception_v3": NO_INIT, "googlenet": NO_INIT}


def made(name: str, **options: Any) -> Any:
    return models.get_model(name, **OPTIONS.get(name, {}), **options)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_number_of_parameters(name: str) -> None:
    network = getattr(models, name)()
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS[name]


def test_networks_with_second_ways() -> None:
    network = made("inception_v3")
    assert sum(p.numel() for p in network.parameters()) == 27_161_264
    network = made("googlenet", aux_logits=False)
    assert sum(p.numel() for p in network.parameters()) == 6_624_904


FAMILIES = (
    "alexnet densenet201 efficientnet_b5 efficientnet_v2_m googlenet inception_v3 mobilenet_v2 "
    "mobilenet_v3_large mobilenet_v3_small resnet34 resnet101 resnext101_64x4d shufflenet_v2_x2_0 "
    "squeezenet1_0 squeezenet1_1 vgg11 vgg13_bn vit_b_16 wide_resnet101_2"
).split()


@pytest.mark.parametrize("name", FAMILIES)
def test_names_and_shapes_as_in_torchvision(name: str, torchvision: Any) -> None:
    import torch

    with torch.device("meta"):
        theirs = getattr(torchvision.models, name)(**OPTIONS.get(name, {}))
    ours = made(name)
    state = [(k, tuple(x.shape)) for k, x in ours.state_dict().items()]
    assert state == [(k, tuple(x.shape)) for k, x in theirs.state_dict().items()]
    assert [n for n, _ in ours.named_modules()] == [n for n, _ in theirs.named_modules()]
    assert repr(ours) == repr(theirs)


SMALL: dict[str, dict[str, Any]] = {
    "resnet18": {}, "mobilenet_v2": {"width_mult": 0.25}, "mobilenet_v3_small": {"width_mult": 0.5},
    "squeezenet1_0": {}, "shufflenet_v2_x0_5": {}, "googlenet": {}, "inception_v3": {},
    "efficientnet_b0": {},
    "DenseNet": {"growth_rate": 8, "block_config": (2, 3), "num_init_features": 16},
    "ResNet": {"layers": [1, 1, 1, 1], "groups": 4, "width_per_group": 8,
               "replace_stride_with_dilation": [False, True, True]},
    "VisionTransformer": {"image_size": 64, "patch_size": 16, "num_layers": 2, "num_heads": 2,
                          "hidden_dim": 16, "mlp_dim": 24},
}  # fmt: skip


def small(package: Any, name: str) -> Any:
    options = {**OPTIONS.get(name, {}), **SMALL[name], "num_classes": 7}
    if name == "ResNet":
        options["block"] = package.resnet.Bottleneck
    return getattr(package, name)(**options).eval()


@pytest.mark.parametrize("name", sorted(SMALL))
def test_results_with_equal_weights(name: str, torchvision: Any) -> None:
    import torch

    torch.manual_seed(0)
    theirs = small(torchvision.models, name)
    with torch.no_grad():
        for layer in theirs.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.running_var.uniform_(0.5, 1.5)
                layer.running_mean.normal_(0, 0.1)
        for x in list(theirs.parameters())[-2:]:  # ViT's are zero
            x.normal_(0, 0.1)
    ours = small(models, name)
    ours.load_state_dict(
        {k: flambeau.from_numpy(x.numpy()) for k, x in theirs.state_dict().items()}
    )
    size = 80 if name == "inception_v3" else 64
    images = np.random.default_rng(0).normal(size=(2, 3, size, size)).astype(np.float32)
    with torch.no_grad():
        wanted = theirs(torch.tensor(images)).numpy()
    with flambeau.no_grad():
        found = ours(flambeau.tensor(images)).numpy()
    assert np.abs(found - wanted).max() < 2e-5 * np.abs(wanted).max()


def test_a_step_of_training() -> None:
    flambeau.manual_seed(0)
    network = models.resnet18(num_classes=3)
    optimizer = flambeau.optim.SGD(network.parameters(), 0.01)
    images = flambeau.randn(4, 3, 32, 32)
    labels = flambeau.tensor([0, 1, 2, 0])
    losses = []
    for _ in range(4):
        loss = flambeau.nn.functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    assert losses[3] < losses[0]
    assert all(p.grad is not None for p in network.parameters())
    assert int(network.bn1.num_batches_tracked) == 4


@pytest.mark.parametrize(("name", "outputs"), [("googlenet", 3), ("inception_v3", 2)])
def test_second_ways_while_training(name: str, outputs: int) -> None:
    network = made(name, num_classes=5)
    size = 299 if name == "inception_v3" else 64
    result = network(flambeau.randn(2, 3, size, size))
    assert isinstance(result, tuple) and len(result) == outputs
    assert all(x.shape == (2, 5) for x in result)
    assert network.eval()(flambeau.randn(2, 3, size, size)).shape == (2, 5)


def test_first_weights() -> None:
    flambeau.manual_seed(0)
    network = models.resnet18(zero_init_residual=True)
    weight = network.layer2[0].conv2.weight
    assert abs(float(weight.std()) - (2 / (9 * 128)) ** 0.5) < 1e-3  # by fan-out
    assert (network.layer1[0].bn2.weight == 0).all() and (network.bn1.weight == 1).all()
    mobile = models.mobilenet_v2(num_classes=9, width_mult=0.1)
    assert abs(float(mobile.classifier[1].weight.std()) - 0.01) < 1e-3
    vit = models.VisionTransformer(32, 16, 1, 1, 8, 8)  # type: ignore[attr-defined]
    assert (vit.heads.head.weight == 0).all()


# -- weights ---------------------------------------------------------------------------------------
@pytest.fixture
def hub(tmp_path: Path) -> Any:
    before = flambeau.hub.get_dir()
    flambeau.hub.set_dir(str(tmp_path))
    yield tmp_path
    flambeau.hub.set_dir(before)


@pytest.mark.parametrize(
    "arguments",
    [
        {"weights": "DEFAULT"},
        {"weights": "IMAGENET1K_V1"},
        {"weights": models.SqueezeNet1_1_Weights.DEFAULT},  # type: ignore[attr-defined]
        {"pretrained": True},
    ],
)
def test_weights_come_from_files(hub: Path, arguments: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(FileNotFoundError, match=r"squeezenet1_1-b8a52dc0\.pth.*put the file"):
            models.squeezenet1_1(**arguments)
        (hub / "checkpoints").mkdir()
        trained = models.squeezenet1_1()
        path = hub / "checkpoints" / "squeezenet1_1-b8a52dc0.pth"
        flambeau.save(trained.state_dict(), path)
        network = models.squeezenet1_1(**arguments)
    assert flambeau.equal(network.features[0].weight, trained.features[0].weight)


def test_old_ways_to_ask_for_no_weights() -> None:
    for network in (
        models.squeezenet1_0(False), models.squeezenet1_0(pretrained=False),
        models.squeezenet1_0(weights=None, progress=False),
    ):  # fmt: skip
        assert isinstance(network, models.SqueezeNet)
    with pytest.warns(UserWarning, match="SqueezeNet1_0_Weights"), pytest.raises(Exception):  # noqa: B017
        models.squeezenet1_0(True)


def test_old_names_in_densenets_files(hub: Path) -> None:
    network = models.densenet121()
    old = {
        k.replace("norm1", "norm.1").replace("conv2", "conv.2") if "denselayer" in k else k: x
        for k, x in network.state_dict().items()
    }
    other = models.densenet121()
    other.load_state_dict(old)
    for a, b in zip(network.parameters(), other.parameters(), strict=True):
        assert flambeau.equal(a, b)


def test_what_is_said_of_wrong_weights(hub: Path) -> None:
    with pytest.raises(ValueError, match=r"one of ResNet50_Weights\.IMAGENET1K_V1"):
        models.resnet50(weights="IMAGENET21K")
    with pytest.raises(TypeError, match="weights="):
        models.resnet18(weights=models.ResNet50_Weights.DEFAULT)  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="num_classes"):
        models.resnet18(weights="DEFAULT", num_classes=3)
    with pytest.raises(ValueError, match="Unknown model resnet19"):
        models.get_model("resnet19")
    with pytest.raises(ValueError, match="not found"):
        models.get_weight("Nothing.DEFAULT")


def test_weights_say_what_images_they_expect(torchvision: Any) -> None:
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, (300, 280, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    for name in ("ResNet50_Weights.IMAGENET1K_V2", "EfficientNet_B0_Weights.IMAGENET1K_V1"):
        ours, theirs = models.get_weight(name), torchvision.models.get_weight(name)
        assert ours.url == theirs.url and ours.name == theirs.name
        found, wanted = ours.transforms()(image), theirs.transforms()(image)
        assert np.allclose(found.numpy(), wanted.numpy(), atol=1e-6)
    ours = models.get_model_weights("resnet50")
    assert ours.DEFAULT is ours.IMAGENET1K_V2
    assert models.get_model_weights(models.resnet50) is models.ResNet50_Weights  # type: ignore[attr-defined]


def test_all_weights_have_torchvisions_files(torchvision: Any) -> None:
    for name in models.list_models():
        for member in models.get_model_weights(name):
            theirs = torchvision.models.get_model_weights(name)[member.name]
            assert member.url == theirs.url

"""Trained weights by name: which files they are, and what images they expect.

Files are looked for where flambeau.hub looks; nothing is downloaded.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from flambeau import hub
from flambeau.core.errors import message
from flambeau.nn import Module
from flambeau.vision.transforms import functional as F  # noqa: N812 - as in programs
from flambeau.vision.transforms.interpolation import InterpolationMode

__all__ = ["CLASSES", "Preset", "WeightsEnum", "chosen_weights"]

SOURCE = "https://download.pytorch.org/models/"

# function, class of its weights, version of the weights for ImageNet, file, crop, resize and, if
# it is not bilinear, interpolation; the last version is the default
TABLE = """
alexnet AlexNet_Weights V1 alexnet-owt-7be5be79.pth 224 256
vgg11 VGG11_Weights V1 vgg11-8a719046.pth 224 256
vgg11_bn VGG11_BN_Weights V1 vgg11_bn-6002323d.pth 224 256
vgg13 VGG13_Weights V1 vgg13-19584684.pth 224 256
vgg13_bn VGG13_BN_Weights V1 vgg13_bn-abd245e5.pth 224 256
vgg16 VGG16_Weights V1 vgg16-397923af.pth 224 256
vgg16_bn VGG16_BN_Weights V1 vgg16_bn-6c64b313.pth 224 256
vgg19 VGG19_Weights V1 vgg19-dcbb9e9d.pth 224 256
vgg19_bn VGG19_BN_Weights V1 vgg19_bn-c79401a0.pth 224 256
resnet18 ResNet18_Weights V1 resnet18-f37072fd.pth 224 256
resnet34 ResNet34_Weights V1 resnet34-b627a593.pth 224 256
resnet50 ResNet50_Weights V1 resnet50-0676ba61.pth 224 256
resnet50 ResNet50_Weights V2 resnet50-11ad3fa6.pth 224 232
resnet101 ResNet101_Weights V1 resnet101-63fe2227.pth 224 256
resnet101 ResNet101_Weights V2 resnet101-cd907fc2.pth 224 232
resnet152 ResNet152_Weights V1 resnet152-394f9c45.pth 224 256
resnet152 ResNet152_Weights V2 resnet152-f82ba261.pth 224 232
resnext50_32x4d ResNeXt50_32X4D_Weights V1 resnext50_32x4d-7cdf4587.pth 224 256
resnext50_32x4d ResNeXt50_32X4D_Weights V2 resnext50_32x4d-1a0047aa.pth 224 232
resnext101_32x8d ResNeXt101_32X8D_Weights V1 resnext101_32x8d-8ba56ff5.pth 224 256
resnext101_32x8d ResNeXt101_32X8D_Weights V2 resnext101_32x8d-110c445d.pth 224 232
resnext101_64x4d ResNeXt101_64X4D_Weights V1 resnext101_64x4d-173b62eb.pth 224 232
wide_resnet50_2 Wide_ResNet50_2_Weights V1 wide_resnet50_2-95faca4d.pth 224 256
wide_resnet50_2 Wide_ResNet50_2_Weights V2 wide_resnet50_2-9ba9bcbe.pth 224 232
wide_resnet101_2 Wide_ResNet101_2_Weights V1 wide_resnet101_2-32ee1156.pth 224 256
wide_resnet101_2 Wide_ResNet101_2_Weights V2 wide_resnet101_2-d733dc28.pth 224 232
squeezenet1_0 SqueezeNet1_0_Weights V1 squeezenet1_0-b66bff10.pth 224 256
squeezenet1_1 SqueezeNet1_1_Weights V1 squeezenet1_1-b8a52dc0.pth 224 256
densenet121 DenseNet121_Weights V1 densenet121-a639ec97.pth 224 256
densenet161 DenseNet161_Weights V1 densenet161-8d451a50.pth 224 256
densenet169 DenseNet169_Weights V1 densenet169-b2777c0a.pth 224 256
densenet201 DenseNet201_Weights V1 densenet201-c1103571.pth 224 256
googlenet GoogLeNet_Weights V1 googlenet-1378be20.pth 224 256
inception_v3 Inception_V3_Weights V1 inception_v3_google-0cc3c7bd.pth 299 342
mobilenet_v2 MobileNet_V2_Weights V1 mobilenet_v2-b0353104.pth 224 256
mobilenet_v2 MobileNet_V2_Weights V2 mobilenet_v2-7ebf99e0.pth 224 232
mobilenet_v3_large MobileNet_V3_Large_Weights V1 mobilenet_v3_large-8738ca79.pth 224 256
mobilenet_v3_large MobileNet_V3_Large_Weights V2 mobilenet_v3_large-5c1a4163.pth 224 232
mobilenet_v3_small MobileNet_V3_Small_Weights V1 mobilenet_v3_small-047dcff4.pth 224 256
efficientnet_b0 EfficientNet_B0_Weights V1 efficientnet_b0_rwightman-7f5810bc.pth 224 256 bicubic
efficientnet_b1 EfficientNet_B1_Weights V1 efficientnet_b1_rwightman-bac287d4.pth 240 256 bicubic
efficientnet_b1 EfficientNet_B1_Weights V2 efficientnet_b1-c27df63c.pth 240 255
efficientnet_b2 EfficientNet_B2_Weights V1 efficientnet_b2_rwightman-c35c1473.pth 288 288 bicubic
efficientnet_b3 EfficientNet_B3_Weights V1 efficientnet_b3_rwightman-b3899882.pth 300 320 bicubic
efficientnet_b4 EfficientNet_B4_Weights V1 efficientnet_b4_rwightman-23ab8bcd.pth 380 384 bicubic
efficientnet_b5 EfficientNet_B5_Weights V1 efficientnet_b5_lukemelas-1a07897c.pth 456 456 bicubic
efficientnet_b6 EfficientNet_B6_Weights V1 efficientnet_b6_lukemelas-24a108a5.pth 528 528 bicubic
efficientnet_b7 EfficientNet_B7_Weights V1 efficientnet_b7_lukemelas-c5b4e57e.pth 600 600 bicubic
efficientnet_v2_s EfficientNet_V2_S_Weights V1 efficientnet_v2_s-dd5fe13b.pth 384 384
efficientnet_v2_m EfficientNet_V2_M_Weights V1 efficientnet_v2_m-dc08266a.pth 480 480
efficientnet_v2_l EfficientNet_V2_L_Weights V1 efficientnet_v2_l-59c71312.pth 480 480 bicubic
vit_b_16 ViT_B_16_Weights V1 vit_b_16-c867db91.pth 224 256
vit_b_32 ViT_B_32_Weights V1 vit_b_32-d86f8d99.pth 224 256
vit_l_16 ViT_L_16_Weights V1 vit_l_16-852ce7e3.pth 224 242
vit_l_32 ViT_L_32_Weights V1 vit_l_32-c7638314.pth 224 256
shufflenet_v2_x0_5 ShuffleNet_V2_X0_5_Weights V1 shufflenetv2_x0.5-f707e7126e.pth 224 256
shufflenet_v2_x1_0 ShuffleNet_V2_X1_0_Weights V1 shufflenetv2_x1-5666bf0f80.pth 224 256
shufflenet_v2_x1_5 ShuffleNet_V2_X1_5_Weights V1 shufflenetv2_x1_5-3c479a10.pth 224 232
shufflenet_v2_x2_0 ShuffleNet_V2_X2_0_Weights V1 shufflenetv2_x2_0-8be3c8ee.pth 224 232
"""


class Preset(Module):
    """What is done to an image before a network sees it: resize, crop, [0, 1], normalize."""

    def __init__(
        self, *, crop_size: int, resize_size: int = 256, mean: Any = (0.485, 0.456, 0.406),
        std: Any = (0.229, 0.224, 0.225), interpolation: Any = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.crop_size = [crop_size]
        self.resize_size = [resize_size]
        self.mean = list(mean)
        self.std = list(std)
        self.interpolation = interpolation
        self.antialias = antialias

    def forward(self, img: Any) -> Any:
        """A PIL image or a tensor (..., 3, h, w) to (..., 3, crop_size, crop_size)."""
        img = F.resize(img, self.resize_size, self.interpolation, antialias=self.antialias)
        img = F.center_crop(img, self.crop_size)
        x = img if hasattr(img, "dtype") else F.pil_to_tensor(img)
        return F.normalize(F.convert_image_dtype(x), self.mean, self.std)


@dataclass(frozen=True)
class Weights:
    """A file of weights."""

    url: str
    crop: int
    resize: int
    interpolation: str

    def transforms(self) -> Preset:
        """What is done to images before."""
        mode = InterpolationMode(self.interpolation)
        return Preset(crop_size=self.crop, resize_size=self.resize, interpolation=mode)


class WeightsEnum(enum.Enum):
    """The weights there are for one network; DEFAULT is the best of them."""

    @property
    def url(self) -> str:
        """Where the file comes from."""
        return self.value.url

    @property
    def transforms(self) -> Any:
        """Makes what is done to images before."""
        return self.value.transforms

    @property
    def meta(self) -> dict[str, Any]:
        """What else is known."""
        return {"min_size": (1, 1)}

    def get_state_dict(self, *args: Any, **kwargs: Any) -> Any:
        """The tensors in the file, which must be on this machine already."""
        kwargs.pop("progress", None)
        kwargs.pop("check_hash", None)
        return hub.load_state_dict_from_url(self.url)

    @classmethod
    def verify(cls, obj: Any) -> Any:
        """The member that `obj` is or names; None stays None."""
        return chosen_weights(cls.__name__, cls, obj)


def _classes() -> tuple[dict[str, type[WeightsEnum]], dict[str, str]]:
    entries: dict[str, dict[str, Weights]] = {}
    owner = {}
    for line in TABLE.split("\n")[1:-1]:
        function, name, version, file, crop, resize, *rest = line.split()
        weights = Weights(SOURCE + file, int(crop), int(resize), *(rest or ["bilinear"]))
        entries.setdefault(name, {})[f"IMAGENET1K_{version}"] = weights
        owner[function] = name
    classes = {}
    for name, members in entries.items():
        members["DEFAULT"] = list(members.values())[-1]
        made: Any = WeightsEnum(name, members, module=__name__)  # type: ignore[call-arg]
        classes[name] = made
        globals()[name] = made
    return classes, owner


CLASSES, OWNER = _classes()


def chosen_weights(operation: str, kind: Any, weights: Any) -> Any:
    """The member of `kind` that `weights` is or names."""
    if weights is None or (kind is not None and isinstance(weights, kind)):
        return weights
    if kind is not None and isinstance(weights, str):
        name = weights.removeprefix(kind.__name__ + ".")
        if name in kind.__members__:
            return kind[name]
    known = [f"{kind.__name__}.{name}" for name in kind.__members__] if kind else ["None"]
    raise (TypeError if not isinstance(weights, str) else ValueError)(
        message(
            f"models.{operation}", f"weights={weights!r}", f"one of {', '.join(known)}, or None"
        )
    )

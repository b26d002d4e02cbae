"""Networks for images, under torchvision's names; their state dicts have torchvision's keys.

Weights are read from files on this machine, where flambeau.hub looks for them.
"""

# ruff: noqa: F401, F403 - what is imported here is what the package offers

from flambeau.vision.models import mobilenet, weights
from flambeau.vision.models.alexnet import *
from flambeau.vision.models.densenet import *
from flambeau.vision.models.efficientnet import *
from flambeau.vision.models.googlenet import GoogLeNet, GoogLeNetOutputs, googlenet
from flambeau.vision.models.inception import *
from flambeau.vision.models.mobilenetv2 import MobileNetV2, mobilenet_v2
from flambeau.vision.models.mobilenetv3 import MobileNetV3, mobilenet_v3_large, mobilenet_v3_small
from flambeau.vision.models.registry import (
    get_model,
    get_model_builder,
    get_model_weights,
    get_weight,
    list_models,
)
from flambeau.vision.models.resnet import *
from flambeau.vision.models.shufflenetv2 import *
from flambeau.vision.models.squeezenet import *
from flambeau.vision.models.vgg import *
from flambeau.vision.models.vision_transformer import *
from flambeau.vision.models.weights import WeightsEnum

globals().update(weights.CLASSES)

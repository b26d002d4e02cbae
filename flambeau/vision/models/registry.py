"""`builder`: what the functions that make networks have in common; a table of them all."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.vision.models.weights import CLASSES, OWNER, chosen_weights

__all__ = ["builder", "get_model", "get_model_builder", "get_model_weights", "get_weight",
           "list_models", "make_divisible"]  # fmt: skip

BUILDERS: dict[str, Callable[..., Any]] = {}


def builder(make: Callable[..., Any]) -> Callable[..., Any]:
    """`make(**options)` as a function that also takes weights=..., progress=... and, as old
    programs call it, pretrained=... or that as its only positional argument."""
    name = make.__name__
    kind = CLASSES.get(OWNER.get(name, ""))
    takes = inspect.signature(make).parameters

    @functools.wraps(make)
    def build(*args: Any, weights: Any = None, progress: bool = True, **options: Any) -> Any:
        if args:
            options["pretrained"] = args[0]
        if "pretrained" in options:
            weights = _of_pretrained(name, kind, options.pop("pretrained"))
        options.pop("weights_backbone", None)
        found = chosen_weights(name, kind, weights)
        if found is None:
            return make(**options)
        if options.get("num_classes", 1000) != 1000:
            raise ValueError(
                message(f"models.{name}", f"num_classes={options['num_classes']} with weights",
                        "The parameter 'num_classes' expected value 1000",
                        "replacing the last layer afterwards")
            )  # fmt: skip
        state = found.get_state_dict()  # an absent file is found out before anything is made
        network = make(**options, with_weights=True) if "with_weights" in takes else make(**options)
        network.load_state_dict(state)
        finish = getattr(network, "after_loading", None)
        return finish(options) if finish else network

    BUILDERS[name] = build
    return build


def _of_pretrained(name: str, kind: Any, pretrained: Any) -> Any:
    if pretrained is None or isinstance(pretrained, bool):
        if pretrained:
            warnings.warn(
                f"The parameter 'pretrained' of models.{name} is deprecated; try "
                f"weights={kind.__name__}.IMAGENET1K_V1",
                stacklevel=4,
            )
        return kind.IMAGENET1K_V1 if pretrained and kind is not None else None
    return pretrained  # weights in its place


def list_models(module: Any = None, include: Any = None, exclude: Any = None) -> list[str]:
    """The names of all networks."""
    return sorted(BUILDERS)


def get_model_builder(name: str) -> Callable[..., Any]:
    """The function that makes the network of that name."""
    if name.lower() not in BUILDERS:
        raise ValueError(
            message("models.get_model", f"name {name!r}", f"Unknown model {name.lower()}: one of "
                    f"{', '.join(list_models())}")
        )  # fmt: skip
    return BUILDERS[name.lower()]


def get_model(name: str, **config: Any) -> Any:
    """The network of that name: get_model("resnet18", num_classes=10)."""
    return get_model_builder(name)(**config)


def get_model_weights(name: Any) -> Any:
    """The class of a network's weights."""
    return CLASSES[OWNER[name if isinstance(name, str) else name.__name__]]


def get_weight(name: str) -> Any:
    """Weights by their whole name: "ResNet18_Weights.IMAGENET1K_V1"."""
    kind, _, member = name.partition(".")
    if kind not in CLASSES:
        raise ValueError(f"The weight enum '{kind}' was not found.")
    return chosen_weights("get_weight", CLASSES[kind], member)


def make_divisible(v: float, divisor: int, min_value: int | None = None) -> int:
    """The multiple of `divisor` nearest to v, but not less than 90 % of v."""
    result = max(min_value or divisor, int(v + divisor / 2) // divisor * divisor)
    return result + divisor if result < 0.9 * v else result

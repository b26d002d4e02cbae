"""Summaries for TensorBoard's plugins: hyperparameters, precision and recall, meshes, layouts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.tensor.tensor import Tensor
from flambeau.utils.tensorboard.arrays import InputError, as_array, describe, make_np
from flambeau.utils.tensorboard.protos import DTYPES, float_tensor, metadata, shape_proto, summary
from flambeau.utils.tensorboard.wire import Message

__all__ = ["compute_curve", "custom_scalars", "hparams", "mesh", "pr_curve", "pr_curve_raw"]


# -- hyperparameters ------------------------------------------------------------------------------
# class -> (the field of Value, the number of the type in hparams/api.proto)
_KINDS: tuple[tuple[type, str, int], ...] = (
    (bool, "bool_value", 2),
    (int, "number_value", 3),
    (float, "number_value", 3),
    (str, "string_value", 1),
)
SUCCESS = 1


def hparams(
    hparam_dict: dict | None = None, metric_dict: dict | None = None,
    hparam_domain_discrete: dict | None = None,
) -> tuple[Message, Message, Message]:  # fmt: skip
    """What hyperparameters and metrics there are, their values, and that the run ended well."""
    for name, value in (("hparam_dict", hparam_dict), ("metric_dict", metric_dict)):
        if not isinstance(value, dict):
            raise TypeError(message("add_hparams", f"{name}={value!r}", "a dict"))
    domains = hparam_domain_discrete or {}
    if not isinstance(domains, dict):
        raise TypeError(message("add_hparams", f"hparam_domain_discrete={domains!r}", "a dict"))
    given: dict = hparam_dict  # type: ignore[assignment]
    for name, domain in domains.items():
        _check_domain(name, domain, given)
    infos, values = [], []
    for name, value in given.items():
        if value is None:
            continue
        value, field, type = _hparam(name, value)
        discrete = None
        if name in domains:
            members = [Message("Value", **{field: d}) for d in domains[name]]
            discrete = Message("ListValue", values=members)
        infos.append(Message("hparams.HParamInfo", name=name, type=type, domain_discrete=discrete))
        entry = Message("Value", **{field: value})
        values.append(Message("hparams.SessionStartInfo.HparamsEntry", key=name, value=entry))
    metrics = [
        Message("hparams.MetricInfo", name=Message("hparams.MetricName", tag=tag))
        for tag in metric_dict or {}
    ]
    experiment = Message("hparams.Experiment", hparam_infos=infos, metric_infos=metrics)
    return (
        _hparams_summary("experiment", experiment),
        _hparams_summary("session_start_info", Message("hparams.SessionStartInfo", hparams=values)),
        _hparams_summary("session_end_info", Message("hparams.SessionEndInfo", status=SUCCESS)),
    )


def _hparams_summary(field: str, content: Message) -> Message:
    data = Message("hparams.HParamsPluginData", **{field: content})
    return summary(f"_hparams_/{field}", metadata=metadata("hparams", data))


def _hparam(name: str, value: Any) -> tuple[Any, str, int]:
    if isinstance(value, (Tensor, np.ndarray, np.generic)) and np.size(make_np(value)) == 1:
        value = make_np(value).item()
    for kind, field, number in _KINDS:
        if isinstance(value, kind):
            return value, field, number
    raise ValueError(
        message(
            "add_hparams",
            f"{name!r}: a {type(value).__name__}",
            "an int, float, str, bool or None, or a tensor of one element",
            "str(...) of it",
        )
    )


def _check_domain(name: str, domain: Any, given: Mapping) -> None:
    good = name in given and isinstance(domain, list)
    if not good or not all(isinstance(d, type(given[name])) for d in domain):
        raise TypeError(
            message(
                "add_hparams",
                f"hparam_domain_discrete[{name!r}]={domain!r}",
                f"a list of values of the class of hparam_dict[{name!r}]",
            )
        )


# -- precision and recall -------------------------------------------------------------------------
def pr_curve(
    tag: str, labels: Any, predictions: Any, num_thresholds: int = 127, weights: Any = None
) -> Message:
    """The curve of precision over recall, from labels (0 or 1) and predictions in [0, 1]."""
    y, p = make_np(labels, "add_pr_curve"), make_np(predictions, "add_pr_curve")
    w = None if weights is None else make_np(weights, "add_pr_curve")
    if y.shape != p.shape or (w is not None and w.size != 1 and w.shape != y.shape):
        shapes = f"labels of shape {y.shape}, predictions of shape {p.shape}"
        shapes += "" if w is None else f", weights of shape {w.shape}"
        raise InputError(message("add_pr_curve", f"{shapes} for {tag!r}", "the same shape"))
    outside = p.size and not (p.min() >= 0 and p.max() <= 1)
    if outside or num_thresholds < 2 or not p.size:
        given = f"predictions between {p.min()} and {p.max()}" if p.size else "no predictions"
        raise InputError(
            message(
                "add_pr_curve",
                f"{given}, num_thresholds={num_thresholds} for {tag!r}",
                "predictions in [0, 1], at least one, and two thresholds or more",
                "sigmoid() of logits",
            )
        )
    return _curve_summary(tag, compute_curve(y, p, num_thresholds, w))


def pr_curve_raw(
    tag: str, tp: Any, fp: Any, tn: Any, fn: Any, precision: Any, recall: Any,
    num_thresholds: int = 127, weights: Any = None,
) -> Message:  # fmt: skip
    """The curve from counts at each threshold; what is given last, `weights`, has no effect."""
    rows = [as_array(x, "add_pr_curve_raw") for x in (tp, fp, tn, fn, precision, recall)]
    if len({row.shape for row in rows}) != 1 or rows[0].ndim != 1:
        raise InputError(
            message(
                "add_pr_curve_raw",
                f"shapes {[row.shape for row in rows]} for {tag!r}",
                "six rows with one number for each threshold",
            )
        )
    return _curve_summary(tag, np.stack(rows))


def _curve_summary(tag: str, data: np.ndarray) -> Message:
    plugin = Message("PrCurvePluginData", num_thresholds=data.shape[1])
    return summary(tag, tensor=float_tensor(data), metadata=metadata("pr_curves", plugin))


def compute_curve(
    labels: np.ndarray, predictions: np.ndarray, num_thresholds: int = 127, weights: Any = None
) -> np.ndarray:
    """Rows: true and false positives, true and false negatives, precision, recall.

    A column is a threshold; thresholds divide [0, 1] evenly.
    """
    bins = np.floor(predictions.astype(np.float64) * (num_thresholds - 1)).astype(np.int64)
    w = np.broadcast_to(1.0 if weights is None else weights, predictions.shape).reshape(-1)
    positive = labels.reshape(-1).astype(np.float64)

    def above(amounts: np.ndarray) -> np.ndarray:
        """How much lies at each threshold or above it."""
        return np.bincount(bins.reshape(-1), amounts, num_thresholds)[::-1].cumsum()[::-1]

    tp, fp = above(positive * w), above((1 - positive) * w)
    tn, fn = fp[0] - fp, tp[0] - tp
    least = 1e-7  # where nothing was found
    return np.stack(
        [tp, fp, tn, fn, tp / np.maximum(least, tp + fp), tp / np.maximum(least, tp + fn)]
    )


# -- meshes ---------------------------------------------------------------------------------------
# argument -> the number of the content type in mesh/plugin_data.proto
_CONTENTS = {"vertices": ("VERTEX", 1), "faces": ("FACE", 2), "colors": ("COLOR", 3)}


def mesh(
    tag: str, vertices: Any, colors: Any = None, faces: Any = None, config_dict: Any = None,
    display_name: Any = None, description: Any = None,
) -> Message:  # fmt: skip
    """Points (batch, N, 3), their colours, and triangles between them, each (batch, M, 3)."""
    given = {"vertices": vertices, "faces": faces, "colors": colors}
    arrays = {name: as_array(x, f"add_mesh({name})") for name, x in given.items() if x is not None}
    for name, array in arrays.items():
        if array.ndim != 3 or array.shape[2] != 3 or array.dtype.kind not in "fiub":
            raise InputError(
                message(
                    "add_mesh",
                    f"{name} of {describe(array)} for {tag!r}",
                    "real numbers of shape (batch, N, 3)",
                    "unsqueeze(0) for a batch of one",
                )
            )
    if "vertices" not in arrays:
        raise InputError(message("add_mesh", f"vertices=None for {tag!r}", "a tensor"))
    config = "{}" if config_dict is None else json.dumps(config_dict, sort_keys=True)
    components = sum(1 << _CONTENTS[name][1] for name in arrays)
    values = []
    for name, array in arrays.items():
        content, number = _CONTENTS[name]
        plugin = Message(
            "mesh.MeshPluginData", name=tag, content_type=number, json_config=config,
            shape=array.shape, components=components,
        )  # fmt: skip
        values.append(
            Message(
                "Summary.Value", tag=f"{tag}_{content}", tensor=float_tensor(array),
                metadata=metadata("mesh", plugin),
            )
        )  # fmt: skip
    return Message("Summary", value=values)


# -- the layout of charts -------------------------------------------------------------------------
def custom_scalars(layout: Mapping[str, Mapping[str, Sequence]]) -> Message:
    """{category: {chart: ["Multiline", tags] or ["Margin", [value, lower, upper]]}}."""
    categories = [
        Message("Category", title=title, chart=[_chart(name, *row) for name, row in charts.items()])
        for title, charts in layout.items()
    ]
    content = Message("Layout", category=categories).SerializeToString()
    tensor = Message(
        "TensorProto", dtype=DTYPES["str"], tensor_shape=shape_proto(()), string_val=[content]
    )
    return summary("custom_scalars__config__", tensor=tensor, metadata=metadata("custom_scalars"))


def _chart(title: str, kind: str, tags: Sequence[str]) -> Message:
    if kind == "Multiline":
        return Message("Chart", title=title, multiline=Message("MultilineChartContent", tag=tags))
    if kind != "Margin" or len(tags) != 3:
        raise InputError(
            message(
                "add_custom_scalars",
                f"{title!r}: [{kind!r}, {list(tags)!r}]",
                'a list of tags after "Multiline", or three after "Margin": value, lower, upper',
            )
        )
    value, lower, upper = tags
    series = Message("MarginChartContent.Series", value=value, lower=lower, upper=upper)
    return Message("Chart", title=title, margin=Message("MarginChartContent", series=[series]))

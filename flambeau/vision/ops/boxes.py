"""Boxes (n, 4): by default (x1, y1, x2, y2) with x1 <= x2 and y1 <= y2."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.dtype import float32
from flambeau.core.errors import message
from flambeau.tensor.boundary import read
from flambeau.tensor.joining import stack
from flambeau.tensor.sharing import from_numpy

__all__ = [
    "batched_nms", "box_area", "box_convert", "box_iou", "clip_boxes_to_image",
    "complete_box_iou", "distance_box_iou", "generalized_box_iou", "masks_to_boxes", "nms",
    "remove_small_boxes",
]  # fmt: skip


def _need_boxes(operation: str, boxes: Any, dims: int = 2) -> None:
    if boxes.ndim != dims or boxes.shape[-1] != 4:
        raise RuntimeError(
            message(f"ops.{operation}", f"boxes of shape {list(boxes.shape)}",
                    "boxes should be a 2d tensor (n, 4)")
        )  # fmt: skip


def nms(boxes: Any, scores: Any, iou_threshold: float) -> Any:
    """The indices, by falling score, of the boxes that are kept: each removes those below it
    whose intersection over union with it exceeds iou_threshold.

    >>> import flambeau
    >>> boxes = flambeau.tensor([[0.0, 0, 2, 2], [0, 0, 2, 1.9], [5, 5, 6, 6]])
    >>> nms(boxes, flambeau.tensor([0.5, 0.9, 0.1]), 0.5)
    tensor([1, 2])
    """
    _need_boxes("nms", boxes)
    if scores.ndim != 1 or len(scores) != len(boxes):
        raise RuntimeError(
            message("ops.nms", f"{len(boxes)} boxes and scores of shape {list(scores.shape)}",
                    "boxes and scores should have same number of elements in dimension 0")
        )  # fmt: skip
    x1, y1, x2, y2 = read(boxes.detach()).T
    area = (x2 - x1) * (y2 - y1)
    order = np.argsort(-read(scores.detach()), kind="stable")
    kept = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        width = np.minimum(x2[best], x2[rest]) - np.maximum(x1[best], x1[rest])
        height = np.minimum(y2[best], y2[rest]) - np.maximum(y1[best], y1[rest])
        common = np.maximum(width, 0) * np.maximum(height, 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = common / (area[best] + area[rest] - common)
        order = rest[~(share > iou_threshold)]
    return from_numpy(np.asarray(kept, np.int64))


def batched_nms(boxes: Any, scores: Any, idxs: Any, iou_threshold: float) -> Any:
    """`nms` within each class, which idxs (n,) gives."""
    _need_boxes("batched_nms", boxes)
    if not len(boxes):
        return from_numpy(np.empty(0, np.int64))
    apart = idxs.to(boxes.dtype) * (boxes.max() + 1)  # boxes of different classes never meet
    return nms(boxes + apart[:, None], scores, iou_threshold)


def box_area(boxes: Any) -> Any:
    """(n,): width times height."""
    boxes = _wide(boxes)
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def _wide(x: Any) -> Any:
    """In a dtype that products fit in."""
    if x.dtype.is_floating_point:
        return x.to(float32) if x.dtype.itemsize < 4 else x
    return x


def _corners(boxes1: Any, boxes2: Any, outer: bool) -> tuple[Any, Any]:
    """Width and height (n, m) of what two boxes share, or of what holds both."""
    a, b = boxes1[..., :, None, :], boxes2[..., None, :, :]
    if outer:
        size = a[..., 2:].maximum(b[..., 2:]) - a[..., :2].minimum(b[..., :2])
    else:
        size = a[..., 2:].minimum(b[..., 2:]) - a[..., :2].maximum(b[..., :2])
    size = _wide(size).clamp(min=0)
    return size[..., 0], size[..., 1]


def _overlap(boxes1: Any, boxes2: Any) -> tuple[Any, Any]:
    width, height = _corners(boxes1, boxes2, outer=False)
    common = width * height
    union = box_area(boxes1)[..., :, None] + box_area(boxes2)[..., None, :] - common
    return common / union, union


def box_iou(boxes1: Any, boxes2: Any) -> Any:
    """(n, m): the intersection of each pair of boxes over their union.

    >>> import flambeau
    >>> box_iou(flambeau.tensor([[0.0, 0, 2, 2]]), flambeau.tensor([[1.0, 0, 3, 2]]))
    tensor([[0.3333]])
    """
    return _overlap(boxes1, boxes2)[0]


def generalized_box_iou(boxes1: Any, boxes2: Any) -> Any:
    """(n, m): `box_iou` less the share of the smallest box around both that neither covers.

    Rezatofighi et al., "Generalized intersection over union", 2019.
    """
    share, union = _overlap(boxes1, boxes2)
    width, height = _corners(boxes1, boxes2, outer=True)
    around = width * height
    return share - (around - union) / around


def distance_box_iou(boxes1: Any, boxes2: Any, eps: float = 1e-7) -> Any:
    """(n, m): `box_iou` less the squared distance of the centres over the squared diagonal of the
    smallest box around both. Zheng et al., "Distance-IoU loss", 2020."""
    share, _ = _overlap(boxes1, boxes2)
    width, height = _corners(boxes1, boxes2, outer=True)
    diagonal = width**2 + height**2 + eps
    a, b = (_wide(x[..., :2] + x[..., 2:]) / 2 for x in (boxes1, boxes2))
    apart = a[..., :, None, :] - b[..., None, :, :]
    return share - (apart**2).sum(-1) / diagonal


def complete_box_iou(boxes1: Any, boxes2: Any, eps: float = 1e-7) -> Any:
    """(n, m): `distance_box_iou` less a penalty for different shapes. Zheng et al., 2020."""
    share = box_iou(boxes1, boxes2)
    angle1, angle2 = (
        ((x[..., 2] - x[..., 0]) / (x[..., 3] - x[..., 1])).atan() for x in (boxes1, boxes2)
    )
    v = (4 / np.pi**2) * (angle1[..., :, None] - angle2[..., None, :]) ** 2
    alpha = (v / (1 - share + v + eps)).detach()
    return distance_box_iou(boxes1, boxes2, eps) - alpha * v


# -- forms ----------------------------------------------------------------------------------------
def _from_center(b: Any) -> Any:
    cx, cy, w, h = b.unbind(-1)
    return stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], -1)


def _to_center(b: Any) -> Any:
    x1, y1, x2, y2 = b.unbind(-1)
    return stack([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1], -1)


def _from_size(b: Any) -> Any:
    x, y, w, h = b.unbind(-1)
    return stack([x, y, x + w, y + h], -1)


def _to_size(b: Any) -> Any:
    x1, y1, x2, y2 = b.unbind(-1)
    return stack([x1, y1, x2 - x1, y2 - y1], -1)


FORMS = {
    "xyxy": (lambda b: b, lambda b: b),
    "xywh": (_from_size, _to_size),
    "cxcywh": (_from_center, _to_center),
}


def box_convert(boxes: Any, in_fmt: str, out_fmt: str) -> Any:
    """Boxes in another form: "xyxy", "xywh" (corner and size), "cxcywh" (centre and size)."""
    for form in (in_fmt, out_fmt):
        if form not in FORMS:
            raise ValueError(
                message("ops.box_convert", f"form {form!r}", "Unsupported Bounding Box Conversions "
                        f"for given in_fmt {in_fmt} and out_fmt {out_fmt}: one of "
                        f"{', '.join(FORMS)}")
            )  # fmt: skip
    if in_fmt == out_fmt:
        return boxes.clone()
    return FORMS[out_fmt][1](FORMS[in_fmt][0](boxes))


def clip_boxes_to_image(boxes: Any, size: tuple[int, int]) -> Any:
    """Boxes cut off at the edges of an image (height, width)."""
    height, width = size
    limits = boxes.new_tensor([width, height, width, height])
    return boxes.clamp(min=0).minimum(limits)


def remove_small_boxes(boxes: Any, min_size: float) -> Any:
    """The indices of boxes whose sides are both at least min_size."""
    sides = boxes[:, 2:] - boxes[:, :2]
    return (sides >= min_size).all(1).nonzero().squeeze(1)


def masks_to_boxes(masks: Any) -> Any:
    """(n, 4) float32: the smallest boxes around masks (n, h, w)."""
    result = np.zeros((len(masks), 4), np.float32)
    for i, mask in enumerate(read(masks)):
        y, x = np.nonzero(mask)
        result[i] = x.min(), y.min(), x.max(), y.max()
    return from_numpy(result)

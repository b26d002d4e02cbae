"""More calls for the table in cases.py: images resized, sampled, rearranged and unpooled; bags;
rarer losses."""

from __future__ import annotations

import numpy as np

from tests.nn.cases import add, normal, source

IMAGES = normal(2, 3, 5, 6)
ROWS, VOLUMES = normal(2, 3, 7), normal(1, 2, 3, 4, 3)

# -- resizing -------------------------------------------------------------------------------------
SIZES = ((10, 12), (3, 4), (5, 6), (7, 1), (1, 1))
for _size in SIZES:
    for _mode in ("nearest", "nearest-exact", "area", "bilinear", "bicubic"):
        for _align in (False, True) if _mode.startswith("bi") else (None,):
            add(f"interpolate {_mode} {_size} {_align}",
                lambda f, x, s=_size, m=_mode, a=_align: f.interpolate(
                    x, s, mode=m, align_corners=a), IMAGES)  # fmt: skip
    if _size == (7, 1):  # PyTorch 2.13 repeats the first row where the result has one column
        continue
    for _mode in ("bilinear", "bicubic"):
        add(f"interpolate {_mode} {_size} antialias",
            lambda f, x, s=_size, m=_mode: f.interpolate(x, s, mode=m, antialias=True),
            IMAGES)  # fmt: skip
for _scale in (2, 1.5, 0.6, (2.0, 0.5)):
    for _mode in ("nearest", "nearest-exact", "area", "bilinear", "bicubic"):
        for _again in (None, True):
            add(f"interpolate {_mode} by {_scale} {_again}",
                lambda f, x, s=_scale, m=_mode, a=_again: f.interpolate(
                    x, scale_factor=s, mode=m, recompute_scale_factor=a), IMAGES)  # fmt: skip
for _mode in ("nearest", "linear", "area"):
    add(f"interpolate {_mode} of rows", lambda f, x, m=_mode: f.interpolate(x, 11, mode=m), ROWS)
for _mode in ("nearest", "trilinear", "area"):
    add(f"interpolate {_mode} of volumes",
        lambda f, x, m=_mode: f.interpolate(x, (5, 2, 6), mode=m), VOLUMES)  # fmt: skip

# -- sampling -------------------------------------------------------------------------------------
GRID = source.uniform(-1.6, 1.6, (2, 4, 3, 2))
for _padding in ("zeros", "border", "reflection"):
    for _align in (True, False):
        for _mode in ("bilinear", "nearest", "bicubic"):
            add(f"grid_sample {_mode} {_padding} {_align}",
                lambda f, x, g, m=_mode, p=_padding, a=_align: f.grid_sample(x, g, m, p, a),
                IMAGES, GRID)  # fmt: skip
        add(f"grid_sample of volumes {_padding} {_align}",
            lambda f, x, g, p=_padding, a=_align: f.grid_sample(x, g, "bilinear", p, a),
            VOLUMES, source.uniform(-1.4, 1.4, (1, 2, 3, 2, 3)))  # fmt: skip
for _align in (True, False):
    add(f"affine_grid {_align}", lambda f, t, a=_align: f.affine_grid(t, (2, 3, 4, 5), a),
        normal(2, 2, 3))  # fmt: skip
    add(f"affine_grid of volumes {_align}",
        lambda f, t, a=_align: f.affine_grid(t, (2, 1, 3, 1, 4), a), normal(2, 3, 4))  # fmt: skip

# -- rearranging ----------------------------------------------------------------------------------
add("pixel_shuffle", lambda f, x: f.pixel_shuffle(x, 2), normal(2, 8, 3, 4))
add("pixel_shuffle without batch", lambda f, x: f.pixel_shuffle(x, 3), normal(9, 2, 2))
add("pixel_unshuffle", lambda f, x: f.pixel_unshuffle(x, 2), normal(2, 2, 4, 6))
add("channel_shuffle", lambda f, x: f.channel_shuffle(x, 3), normal(2, 6, 3))
add(
    "conv_tbc",
    lambda f, x, w, b: f.conv_tbc(x, w, b, 1),
    normal(6, 2, 3),
    normal(3, 3, 4),
    normal(4),
)
COLUMNS = (
    {"kernel_size": 2}, {"kernel_size": (3, 2), "stride": 2}, {"kernel_size": 2, "padding": 1},
    {"kernel_size": 2, "dilation": (2, 3), "padding": (1, 2), "stride": (2, 1)},
)  # fmt: skip
for _options in COLUMNS:
    add(f"unfold {_options}", lambda f, x, o=_options: f.unfold(x, **o), IMAGES)
    add(f"fold {_options}",
        lambda f, x, o=_options: f.fold(f.unfold(x, **o) ** 2, (5, 6), **o), IMAGES)  # fmt: skip
add("unfold without batch", lambda f, x: f.unfold(x, 2), IMAGES[0])

# -- unpooling ------------------------------------------------------------------------------------
DISTINCT = source.permutation(2 * 3 * 6 * 8).reshape(2, 3, 6, 8) / 10.0
for _n, _x in ((1, DISTINCT[0]), (2, DISTINCT), (3, DISTINCT)):
    add(f"max_unpool{_n}d",
        lambda f, x, n=_n: getattr(f, f"max_unpool{n}d")(
            *getattr(f, f"max_pool{n}d")(x, 2, return_indices=True), 2), _x)  # fmt: skip
add("max_unpool2d of a size",
    lambda f, x: f.max_unpool2d(*f.max_pool2d(x, 3, return_indices=True), 3, output_size=(6, 8)),
    DISTINCT)  # fmt: skip
SAMPLES = source.uniform(0, 1, (2, 3, 3))
for _what in (0, 1):
    add(f"fractional_max_pool2d {_what}",
        lambda f, x, s, w=_what: f.fractional_max_pool2d_with_indices(
            x, (2, 3), (3, 4), _random_samples=s)[w],
        DISTINCT, SAMPLES[..., :2].copy(), constant=(1,), twice=_what == 0)  # fmt: skip
    add(f"fractional_max_pool3d {_what}",
        lambda f, x, s, w=_what: f.fractional_max_pool3d_with_indices(
            x, 2, (1, 3, 4), _random_samples=s)[w],
        DISTINCT[None], SAMPLES[:1, :2].copy(), constant=(1,), twice=_what == 0)  # fmt: skip
    for _n, _x in ((1, DISTINCT[0]), (2, DISTINCT), (3, DISTINCT)):
        add(f"adaptive_max_pool{_n}d with indices {_what}",
            lambda f, x, n=_n, w=_what: getattr(f, f"adaptive_max_pool{n}d_with_indices")(
                x, 3 if n < 3 else (2, 4, 3))[w],
            _x)  # fmt: skip
add("adaptive_max_pool2d of NaN", lambda f, x: f.adaptive_max_pool2d(x, 2),
    np.where(np.arange(9.0) == 4, np.nan, 1).reshape(1, 3, 3), twice=False)  # fmt: skip
add("lp_pool3d", lambda f, x: f.lp_pool3d(x, 2, 2), DISTINCT, twice=False)

# -- bags -----------------------------------------------------------------------------------------
TABLE, LIST, STARTS = normal(7, 3), source.integers(0, 7, 9), np.array([0, 2, 2, 6])
for _mode in ("sum", "mean", "max"):
    for _pad in (None, 2):
        add(f"embedding_bag {_mode} {_pad}",
            lambda f, w, i, m=_mode, p=_pad: f.embedding_bag(i, w, mode=m, padding_idx=p),
            TABLE, source.integers(0, 7, (4, 3)))  # fmt: skip
        add(f"embedding_bag {_mode} of a list {_pad}",
            lambda f, w, i, o, m=_mode, p=_pad: f.embedding_bag(i, w, o, mode=m, padding_idx=p),
            TABLE, LIST, STARTS)  # fmt: skip
add("embedding_bag with the last offset",
    lambda f, w, i, o: f.embedding_bag(i, w, o, mode="sum", include_last_offset=True),
    TABLE, LIST, np.append(STARTS, 9))  # fmt: skip
add("embedding_bag weighted",
    lambda f, w, i, o, p: f.embedding_bag(i, w, o, mode="sum", per_sample_weights=p),
    TABLE, LIST, STARTS, normal(9))  # fmt: skip
add("embedding by frequency", lambda f, w, i: f.embedding(i, w, scale_grad_by_freq=True),
    TABLE, source.integers(0, 4, (4, 3)), twice=False)  # fmt: skip

# -- losses ---------------------------------------------------------------------------------------
SCORES, LABELS = normal(3, 4), np.array([[1, 3, -1, 0], [0, -1, 2, 2], [-1, 0, 0, 0]])
for _red in ("mean", "sum", "none"):
    add(f"multilabel_margin_loss {_red}",
        lambda f, x, t, r=_red: f.multilabel_margin_loss(x, t, reduction=r), SCORES, LABELS,
        twice=False)  # fmt: skip
    add(f"triplet_margin_with_distance_loss {_red}",
        lambda f, a, p, n, r=_red: f.triplet_margin_with_distance_loss(
            a, p, n, swap=True, reduction=r), SCORES, normal(3, 4), normal(3, 4),
        twice=False)  # fmt: skip
    add(f"linear_cross_entropy {_red}",
        lambda f, x, w, b, t, r=_red: f.linear_cross_entropy(
            x, w, t, linear_bias=b, reduction=r, label_smoothing=0.1),
        SCORES, normal(5, 4), normal(5), np.array([0, 4, 2]))  # fmt: skip
add("multilabel_margin_loss of one", lambda f, x, t: f.multilabel_margin_loss(x, t), SCORES[0],
    LABELS[0], twice=False)  # fmt: skip
add("linear_cross_entropy of images",
    lambda f, x, w, t: f.linear_cross_entropy(x, w, t), SCORES, normal(5, 2, 4),
    source.integers(0, 5, (3, 2)))  # fmt: skip
for _p in (1.0, 2.0, 3.0):
    add(f"pdist {_p}", lambda f, x, p=_p: f.pdist(x, p), SCORES, twice=False)

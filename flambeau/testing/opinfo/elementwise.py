"""Samples of the operations on elements."""

from __future__ import annotations

import flambeau
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

ANY = Input((2, 3), -2.0, 2.0)
ROW = Input((3,), -2.0, 2.0)
POSITIVE = Input((2, 3), 0.3, 2.0)
POSITIVE_ROW = Input((3,), 0.3, 2.0)
UNIT = Input((2, 3), -0.8, 0.8)
PROBABILITY = Input((2, 3), 0.1, 0.9)
ABOVE_ONE = Input((2, 3), 1.3, 2.5)
KINKED = Input((2, 3), apart=0.27)  # no two elements equal, none zero
KINKED_ROW = Input((3,), apart=0.31)

# method without arguments: the inputs to try
UNARY = {
    "neg": ANY, "reciprocal": POSITIVE, "square": ANY, "abs": KINKED, "positive": ANY,
    "sqrt": POSITIVE, "rsqrt": POSITIVE, "exp": ANY, "exp2": ANY, "expm1": ANY, "log": POSITIVE,
    "log2": POSITIVE, "log10": POSITIVE, "log1p": POSITIVE, "sin": ANY, "cos": ANY, "tan": UNIT,
    "asin": UNIT, "acos": UNIT, "atan": ANY, "sinh": ANY, "cosh": ANY, "tanh": ANY, "asinh": ANY,
    "acosh": ABOVE_ONE, "atanh": UNIT, "sinc": KINKED, "deg2rad": ANY, "rad2deg": ANY, "erf": ANY,
    "erfc": ANY, "erfinv": UNIT, "sigmoid": ANY, "logit": PROBABILITY, "frac": KINKED,
    "sign": KINKED, "floor": KINKED, "ceil": KINKED, "round": KINKED, "trunc": KINKED,
    "relu": KINKED, "nan_to_num": ANY,
}  # fmt: skip
for _name, _input in UNARY.items():
    add_samples(_name, (lambda x, name=_name: getattr(x, name)(), _input))

# the derivatives that are one operation: checked with what they are the derivative of
for _name in ("relu", "sigmoid", "tanh"):
    add_samples(
        f"{_name}_backward",
        (lambda x, name=_name: getattr(x, name)(), KINKED),
        uses_name=False,
    )
add_samples("lgamma", (lambda x: x.lgamma(), POSITIVE), twice=False)
add_samples("logit", (lambda x: x.logit(0.2), Input((4,), values=(0.1, 0.3, 0.7, 0.9))))
add_samples("round_decimals", (lambda x: x.round(decimals=1), Input((3,), values=(0.12, 0.3, 1))))
add_samples("add_scaled", (lambda x, y: flambeau.add(x, y, alpha=0.5), ANY, ROW))
add_samples("sub_scaled", (lambda x, y: flambeau.sub(x, y, alpha=0.5), ANY, ROW))
add_samples(
    "div_trunc", (lambda x, y: flambeau.div(x, y, rounding_mode="trunc"), KINKED, POSITIVE_ROW)
)
add_samples("floor_divide", (lambda x, y: x // y, KINKED, POSITIVE_ROW))
add_samples("heaviside", (flambeau.heaviside, KINKED, ROW))
add_samples("copysign", (flambeau.copysign, KINKED, KINKED_ROW))
add_samples("fmax", (flambeau.fmax, KINKED, KINKED_ROW))
add_samples("fmin", (flambeau.fmin, KINKED, KINKED_ROW))
add_samples("logaddexp2", (flambeau.logaddexp2, ANY, ROW))
add_samples(
    "clamp_min",
    (lambda x: x.clamp(min=0.0), KINKED),
    (lambda x, y: x.clamp(min=y), KINKED, KINKED_ROW),
)
add_samples(
    "clamp_max",
    (lambda x: x.clamp(max=0.0), KINKED),
    (lambda x, y: x.clamp(max=y), KINKED, KINKED_ROW),
)
add_samples(
    "clamp",
    (lambda x: x.clamp(-0.5, 0.4), KINKED),
    (lambda x, y, z: x.clamp(y, z), KINKED, Input((3,), -0.7, -0.6), Input((3,), 0.3, 0.4)),
)
add_samples("addcmul", (lambda x, y, z: flambeau.addcmul(x, y, z, value=0.5), ANY, ROW, ANY))
add_samples("addcdiv", (lambda x, y, z: flambeau.addcdiv(x, y, z, value=0.5), ANY, ROW, POSITIVE))
add_samples("add", (lambda x, y: x + y, ANY, ROW), (lambda x: 2.0 + x, ANY))
add_samples("sub", (lambda x, y: x - y, ANY, ROW), (lambda x: x - 2.0, ANY))
add_samples("mul", (lambda x, y: x * y, ANY, ROW), (lambda x: x * 2.0, ANY))
add_samples(
    "div",
    (lambda x, y: x / y, ANY, POSITIVE_ROW),
    (lambda x: x / 2.0, ANY),
    (lambda x: 2.0 / x, POSITIVE),
)
add_samples(
    "pow",
    (lambda x, y: x**y, POSITIVE, ROW),
    (lambda x: x**3, ANY),
    (lambda x: x**2, ANY),
    (lambda x: x**1, ANY),
    (lambda x: x**0.5, POSITIVE),
    (lambda x: 2.0**x, ANY),
)
add_samples("remainder", (flambeau.remainder, KINKED, Input((3,), 2.1, 2.9)))
add_samples("fmod", (flambeau.fmod, KINKED, Input((3,), 2.1, 2.9)))
add_samples("logaddexp", (flambeau.logaddexp, ANY, ROW))
add_samples("xlogy", (flambeau.xlogy, ANY, POSITIVE_ROW))
add_samples("atan2", (flambeau.atan2, ANY, POSITIVE_ROW))
add_samples("hypot", (flambeau.hypot, KINKED, KINKED_ROW))
add_samples("maximum", (flambeau.maximum, KINKED, KINKED_ROW))
add_samples("minimum", (flambeau.minimum, KINKED, KINKED_ROW))
add_samples("where", (lambda x, y: flambeau.where(x > 0, x * 2, y), KINKED, ROW))
add_samples(
    "masked_fill",
    (lambda x: x.masked_fill(x > 0, 3.0), KINKED),
    (lambda x, y: x.masked_fill(x > 0, y), KINKED, Input(())),
)
add_samples(
    "lerp",
    (lambda x, y: flambeau.lerp(x, y, 0.3), ANY, ROW),
    (flambeau.lerp, ANY, ROW, PROBABILITY),
)

"""Write the polynomials of special functions: python -m tools.fit_special (needs mpmath)

Each row of ROWS is a function on [-1, 1]: a special function with its growth divided out, in a
variable that maps a range of arguments there. It is interpolated at Chebyshev points in 40
digits, the series is cut where the rest is below 2**-55 of its values, and written in powers,
the highest first. On [-1, 1] these are as accurate as the Chebyshev series itself, as long as the
sum of the coefficients' sizes, which is noted, is not much larger than the function.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath as mp  # type: ignore[import-untyped]

TARGET = Path(__file__).resolve().parent.parent / "flambeau/tensor/special/tables.py"
POINTS = 64
HEAD = '''"""Polynomials on [-1, 1], the highest power first: python -m tools.fit_special

The remark above each one says what it stands for, on which range, and as a function of which t.
"""

from __future__ import annotations

'''


# -- fitting ------------------------------------------------------------------------------------
def chebyshev_series(f: Callable[[Any], Any]) -> tuple[list[Any], list[Any]]:
    """The series of the polynomial that meets f at POINTS points, and f there."""
    angles = [mp.pi * (k + mp.mpf(1) / 2) / POINTS for k in range(POINTS)]
    values = [f(mp.cos(a)) for a in angles]
    series = [
        2 * mp.fsum(v * mp.cos(j * a) for v, a in zip(values, angles, strict=True)) / POINTS
        for j in range(POINTS)
    ]
    series[0] /= 2
    return series, values


def in_powers(series: list[Any]) -> list[Any]:
    """The same polynomial, the constant first."""
    result = [mp.mpf(0)] * len(series)
    before, now = [mp.mpf(0)], [mp.mpf(1)]
    for j, factor in enumerate(series):
        for i, c in enumerate(now):
            result[i] += factor * c
        double = 1 if j == 0 else 2
        after = [mp.mpf(0)] + [double * c for c in now]
        for i, c in enumerate(before):
            after[i] -= c if j else 0
        before, now = now, after
    return result


def fit(f: Callable[[Any], Any], relative: bool) -> tuple[list[Any], Any]:
    """The shortest polynomial that is accurate enough, and the sum of sizes by the value."""
    series, values = chebyshev_series(f)
    scale = (min if relative else max)(abs(v) for v in values)
    rest = mp.mpf(0)
    degree = POINTS - 1
    while rest + abs(series[degree]) < scale * mp.mpf(2) ** -55:
        rest += abs(series[degree])
        degree -= 1
    assert degree < POINTS - 8, "too few points"
    powers = in_powers(series[: degree + 1])
    return powers[::-1], mp.fsum(abs(c) for c in powers) / scale


# -- functions ----------------------------------------------------------------------------------
def erfcx(x: Any) -> Any:
    if x < 100:
        return mp.exp(x * x) * mp.erfc(x)
    terms = [mp.fac2(2 * k - 1) * (-1) ** k / (2 * x * x) ** k for k in range(8)]
    return mp.fsum(terms) / (x * mp.sqrt(mp.pi))


def hankel(order: int, x: Any) -> Any:
    """P + iQ of J + iY = sqrt(2 / (pi x)) exp(i (x - (order / 2 + 1/4) pi)) (P + iQ)."""
    value = mp.besselj(order, x) + 1j * mp.bessely(order, x)
    phase = x - (mp.mpf(order) / 2 + mp.mpf(1) / 4) * mp.pi
    return value * mp.sqrt(mp.pi * x / 2) * mp.exp(-1j * phase)


def y0_rest(x: Any) -> Any:
    return mp.bessely(0, x) - 2 / mp.pi * mp.log(x) * mp.besselj(0, x)


def y1_rest(x: Any) -> Any:
    return (mp.bessely(1, x) - 2 / mp.pi * (mp.log(x) * mp.besselj(1, x) - 1 / x)) / x


def airy_falling(z: Any, order: int) -> Any:
    """|Ai| exp(z) x**(1/4), or |Ai'| exp(z) x**(-1/4), for z = 2/3 x**(3/2)."""
    x = (mp.mpf(3) / 2 * z) ** (mp.mpf(2) / 3)
    power = mp.mpf(1) / 4 if order == 0 else mp.mpf(-1) / 4
    return abs(mp.airyai(x, derivative=order)) * mp.exp(z) * x**power


def airy_turning(z: Any, order: int) -> Any:
    """P + iQ of Ai - iBi = pi**(-1/2) |x|**(-1/4) exp(i (z - pi/4)) (P + iQ), z = 2/3 |x|**(3/2);
    for the derivatives the power is 1/4."""
    x = -((mp.mpf(3) / 2 * z) ** (mp.mpf(2) / 3))
    value = mp.airyai(x, derivative=order) - 1j * mp.airybi(x, derivative=order)
    power = mp.mpf(1) / 4 if order == 0 else mp.mpf(-1) / 4
    return value * (-x) ** power * mp.sqrt(mp.pi) * mp.exp(-1j * (z - mp.pi / 4))


def quantile(q: Any) -> Any:
    """The x > 0 above which lies q of the normal distribution."""
    size = -mp.log(q)
    if q > 1e-3:
        return mp.sqrt(2) * mp.erfinv(1 - 2 * q)
    x = mp.sqrt(2 * size - mp.log(4 * mp.pi * size))
    for _ in range(9):
        step = (q - mp.erfc(x / mp.sqrt(2)) / 2) * mp.sqrt(2 * mp.pi) * mp.exp(x * x / 2)
        x = x - step / (1 + x * step / 2)
    return x


def fraction_of(w: Any) -> Any:
    """The q < 1/2 with 4 q (1 - q) = exp(-w)."""
    e = mp.exp(-w)
    return e / (2 * (1 + mp.sqrt(1 - e)))


def quantile_centre(t: Any) -> Any:
    w = 4 * (t + 1)
    return quantile(fraction_of(w)) / (mp.sqrt(1 - mp.exp(-w)) / 2)


NEAR, FAR = 1 / mp.sqrt(8), 1 / mp.mpf("27.5")


def quantile_tail(t: Any) -> Any:
    s = 1 / (FAR + (t + 1) / 2 * (NEAR - FAR))
    return quantile(fraction_of(s * s)) / s


TWO, FOUR = 4 * mp.sqrt(2) / 3, mp.mpf(16) / 3  # 2/3 x**(3/2) at 2 and 4
Row = tuple[str, str, Callable[[Any], Any], bool]
ROWS: list[Row] = [
    ("ERFCX", "(1 + 2 x) erfcx(x) on [0, inf), t = (x - 4) / (x + 4)",
     lambda t: (lambda x: (1 + 2 * x) * erfcx(x))(4 * (1 + t) / (1 - t)), True),
    ("QUANTILE_CENTRE", "ndtri(p) / (p - 1/2) for w = -log(4 p (1 - p)) in [0, 8], t = w / 4 - 1",
     quantile_centre, True),
    ("QUANTILE_TAIL", "-ndtri(p) / s for 1 / s = w**(-1/2) in [1 / 27.5, 8**(-1/2)], t linear",
     quantile_tail, True),
    ("I0_LARGE", "sqrt(x) exp(-x) I0(x) on [8, inf), t = 16 / x - 1",
     lambda t: (lambda x: mp.sqrt(x) * mp.exp(-x) * mp.besseli(0, x))(16 / (t + 1)), True),
    ("I1_LARGE", "sqrt(x) exp(-x) I1(x) on [8, inf), t = 16 / x - 1",
     lambda t: (lambda x: mp.sqrt(x) * mp.exp(-x) * mp.besseli(1, x))(16 / (t + 1)), True),
    ("K0_LARGE", "sqrt(x) exp(x) K0(x) on [2, inf), t = 4 / x - 1",
     lambda t: (lambda x: mp.sqrt(x) * mp.exp(x) * mp.besselk(0, x))(4 / (t + 1)), True),
    ("K1_LARGE", "sqrt(x) exp(x) K1(x) on [2, inf), t = 4 / x - 1",
     lambda t: (lambda x: mp.sqrt(x) * mp.exp(x) * mp.besselk(1, x))(4 / (t + 1)), True),
    ("J0_SMALL", "J0(x) on [0, 8], t = x**2 / 32 - 1",
     lambda t: mp.besselj(0, mp.sqrt(32 * (t + 1))), False),
    ("J1_SMALL", "J1(x) / x on [0, 8], t = x**2 / 32 - 1",
     lambda t: (lambda x: mp.besselj(1, x) / x)(mp.sqrt(32 * (t + 1))), False),
    ("Y0_SMALL", "Y0(x) - 2 / pi log(x) J0(x) on [0, 8], t = x**2 / 32 - 1",
     lambda t: y0_rest(mp.sqrt(32 * (t + 1))), False),
    ("Y1_SMALL", "(Y1(x) - 2 / pi (log(x) J1(x) - 1 / x)) / x on [0, 8], t = x**2 / 32 - 1",
     lambda t: y1_rest(mp.sqrt(32 * (t + 1))), False),
]  # fmt: skip


def bessel_rows(n: int) -> list[Row]:
    """Beyond 8, of order n."""
    return [
        (f"P{n}", f"P of order {n} on [8, inf), t = 128 / x**2 - 1",
         lambda t: mp.re(hankel(n, mp.sqrt(128 / (t + 1)))), True),
        (f"Q{n}", f"x Q of order {n} on [8, inf), t = 128 / x**2 - 1",
         lambda t: (lambda x: x * mp.im(hankel(n, x)))(mp.sqrt(128 / (t + 1))), True),
    ]  # fmt: skip


def airy_rows(name: str, n: int) -> list[Row]:
    """Of Ai, or of its derivative."""
    word = "Ai" if n == 0 else "Ai'"
    odd = ("P", "z Q") if n == 0 else ("z P", "Q")
    return [
        (f"{name}_LARGE", f"|{word}| exp(z) x**(+-1/4) on [2, inf), t = 2 z(2) / z - 1",
         lambda t: airy_falling(2 * TWO / (t + 1), n), True),
        (f"{name}_RIGHT", f"{word} on [-1, 2], t = (x - 0.5) / 1.5",
         lambda t: mp.airyai(0.5 + 1.5 * t, derivative=n), False),
        (f"{name}_LEFT", f"{word} on [-4, -1], t = (x + 2.5) / 1.5",
         lambda t: mp.airyai(-2.5 + 1.5 * t, derivative=n), False),
        (f"{name}_P", f"{odd[0]} of {word} on (-inf, -4], t = 2 (z(4) / z)**2 - 1",
         lambda t: (lambda z: mp.re(airy_turning(z, n)) * (z if n else 1))(
             FOUR / mp.sqrt((t + 1) / 2)), True),
        (f"{name}_Q", f"{odd[1]} of {word} on (-inf, -4], t = 2 (z(4) / z)**2 - 1",
         lambda t: (lambda z: mp.im(airy_turning(z, n)) * (1 if n else z))(
             FOUR / mp.sqrt((t + 1) / 2)), True),
    ]  # fmt: skip


ROWS += [*bessel_rows(0), *bessel_rows(1), *airy_rows("AI", 0), *airy_rows("AI_SLOPE", 1)]


def main() -> None:
    """Write the file."""
    mp.mp.dps = 40
    parts = []
    for name, text, f, relative in ROWS:
        powers, size = fit(f, relative)
        numbers = ", ".join(repr(float(c)) for c in powers)
        lines = textwrap.fill(numbers, 96, initial_indent="    ", subsequent_indent="    ")
        remark = f"# {text}\n# the sizes of the coefficients sum to {mp.nstr(size, 3)}\n"
        parts.append(f"{remark}{name} = (\n{lines},\n)  # fmt: skip\n")
    names = "".join(f'    "{row[0]}",\n' for row in sorted(ROWS))
    TARGET.write_text(HEAD + f"__all__ = [\n{names}]\n\n" + "\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()

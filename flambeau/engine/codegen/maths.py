"""Elementary functions as inlined polynomials over vectors of any lane count.

float32 `exp log tanh erf` are computed in float32; the rarer functions of float32 in float64,
which leaves half an ULP. What has no polynomial here calls the C library lane by lane (LIBM).
Everything is written with explicit fma, so results do not depend on what is fused.
Sources: Cephes (Moshier) and fdlibm (Sun, 1993) for reductions and coefficients; N. Juffa for
float32 erf.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial

from flambeau.engine.codegen.text import Text
from flambeau.engine.codegen.values import constant, suffix, vector

__all__ = ["FUNCTIONS", "LIBM", "Maths", "elementary"]

# Functions taken from the C library: name -> number of arguments.
LIBM = {
    "asin": 1, "acos": 1, "atan": 1, "sinh": 1, "cosh": 1, "tan": 1, "asinh": 1, "acosh": 1,
    "atanh": 1, "erfc": 1, "lgamma": 1, "log2": 1, "sin": 1, "cos": 1, "pow": 2, "atan2": 2,
    "fmod": 2, "log1p": 1, "expm1": 1,
}  # fmt: skip


class Maths:
    """Arithmetic on one float type of `lanes` lanes (0: scalar). `scalef`: whether the processor
    multiplies a 512-bit vector by powers of two in one instruction (AVX-512's vscalef)."""

    def __init__(self, text: Text, scalar: str, lanes: int, scalef: bool = False) -> None:
        self.text = text
        self.scalar = scalar
        self.lanes = lanes
        self.type = vector(scalar, lanes)
        self.mask = vector("i1", lanes)
        self.bits = 32 if scalar == "float" else 64
        self.int = f"i{self.bits}"
        self.itype = vector(self.int, lanes)
        self.suffix = suffix(scalar, lanes)
        self.scalef = scalef

    def in_double(self) -> Maths:
        """The same lanes in double precision."""
        return Maths(self.text, "double", self.lanes, self.scalef)

    def c(self, value: float) -> str:
        return constant(value, self.scalar, self.lanes)

    def i(self, value: int) -> str:
        return constant(value, self.int, self.lanes)

    def _bin(self, name: str, a: str, b: str) -> str:
        return self.text.op(f"{name} {self.type} {a}, {b}")

    def add(self, a: str, b: str) -> str:
        return self._bin("fadd", a, b)

    def sub(self, a: str, b: str) -> str:
        return self._bin("fsub", a, b)

    def mul(self, a: str, b: str) -> str:
        return self._bin("fmul", a, b)

    def div(self, a: str, b: str) -> str:
        return self._bin("fdiv", a, b)

    def neg(self, a: str) -> str:
        return self.text.op(f"fneg {self.type} {a}")

    def fma(self, a: str, b: str, c: str) -> str:
        args = [(self.type, x) for x in (a, b, c)]
        return self.text.call(self.type, f"llvm.fma.{self.suffix}", *args)

    def unary(self, name: str, a: str) -> str:
        return self.text.call(self.type, f"llvm.{name}.{self.suffix}", (self.type, a))

    def compare(self, name: str, a: str, b: str) -> str:
        return self.text.op(f"fcmp {name} {self.type} {a}, {b}")

    def select(self, mask: str, a: str, b: str) -> str:
        return self.text.op(f"select {self.mask} {mask}, {self.type} {a}, {self.type} {b}")

    def to_int(self, a: str) -> str:
        """An integer-valued float of small magnitude as an integer."""
        made = self.text.op(f"fptosi {self.type} {a} to {self.itype}")
        return self.text.op(f"freeze {self.itype} {made}")

    def iop(self, name: str, a: str, b: str) -> str:
        return self.text.op(f"{name} {self.itype} {a}, {b}")

    def as_int(self, a: str) -> str:
        return self.text.op(f"bitcast {self.type} {a} to {self.itype}")

    def as_float(self, a: str) -> str:
        return self.text.op(f"bitcast {self.itype} {a} to {self.type}")

    def horner(self, x: str, coefficients: Sequence[float]) -> str:
        """The polynomial with the highest coefficient first."""
        result = self.c(coefficients[0])
        for k in coefficients[1:]:
            result = self.fma(result, x, self.c(k))
        return result

    def power_of_two(self, n: str) -> str:
        """2**n for an integer n of the normal range."""
        bias, shift = (127, 23) if self.bits == 32 else (1023, 52)
        return self.as_float(self.iop("shl", self.iop("add", n, self.i(bias)), self.i(shift)))

    def scale(self, x: str, n: str) -> str:
        """x * 2**n for an integer-valued n; results may be denormal or overflow."""
        if self.scalef and self.lanes * self.bits == 512:
            kind, mask = ("ps", "i16") if self.bits == 32 else ("pd", "i8")
            every, rounding = (mask, "-1"), ("i32", "4")  # all lanes; as the mode register says
            vectors = ((self.type, x), (self.type, n), (self.type, x))
            name = f"llvm.x86.avx512.mask.scalef.{kind}.512"
            return self.text.call(self.type, name, *vectors, every, rounding)
        whole = self.to_int(n)  # in two steps: 2**n itself may be out of range
        half = self.iop("ashr", whole, self.i(1))
        x = self.mul(x, self.power_of_two(half))
        return self.mul(x, self.power_of_two(self.iop("sub", whole, half)))

    def copysign(self, a: str, b: str) -> str:
        return self.text.call(
            self.type, f"llvm.copysign.{self.suffix}", (self.type, a), (self.type, b)
        )

    def narrow(self, value: str) -> str:
        """A double of these lanes as float."""
        wide = vector("double", self.lanes)
        return self.text.op(f"fptrunc {wide} {value} to {vector('float', self.lanes)}")

    def widen(self, value: str) -> str:
        wide = vector("double", self.lanes)
        return self.text.op(f"fpext {vector('float', self.lanes)} {value} to {wide}")


# log 2 in two parts, the first with zeros at its end (fdlibm)
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10


def _exp_tail(degree: int) -> list[float]:
    """The series of (exp(r) - 1 - r) / r**2 up to r**degree / degree!, highest first."""
    return [1.0 / factorial(k) for k in range(degree, 1, -1)]


def _exp(m: Maths, x: str) -> str:
    single = m.bits == 32
    low, high = (-104.0, 89.0) if single else (-746.0, 710.0)
    clamped = m.select(m.compare("ogt", x, m.c(high)), m.c(high), x)
    clamped = m.select(m.compare("olt", clamped, m.c(low)), m.c(low), clamped)
    n = m.unary("roundeven", m.mul(clamped, m.c(1.4426950408889634)))
    if single:
        r = m.fma(n, m.c(-0.693359375), clamped)
        r = m.fma(n, m.c(2.12194440e-4), r)
        p = m.horner(r, (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3,
                         4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1))  # fmt: skip
    else:
        r = m.fma(n, m.c(-_LN2_HIGH), clamped)
        r = m.fma(n, m.c(-_LN2_LOW), r)
        p = m.horner(r, _exp_tail(13))
    value = m.add(m.fma(m.mul(r, r), p, r), m.c(1.0))
    return m.scale(value, n)


def _split(m: Maths, x: str) -> tuple[str, str]:
    """x = mantissa * 2**exponent with the mantissa in [sqrt(1/2), sqrt(2)), for positive x."""
    single = m.bits == 32
    tiny = 1.1754943508222875e-38 if single else 2.2250738585072014e-308
    up, steps = (2.0**24, 24) if single else (2.0**54, 54)
    small = m.compare("olt", x, m.c(tiny))
    scaled = m.select(small, m.mul(x, m.c(up)), x)
    bits = m.as_int(scaled)
    # subtracting the bits of sqrt(1/2) puts the exponent's boundary there
    start = 0x3F3504F3 if single else 0x3FE6A09E667F3BCD
    shift = 23 if single else 52
    over = m.iop("sub", bits, m.i(start))
    exponent = m.iop("ashr", over, m.i(shift))
    mantissa = m.as_float(m.iop("sub", bits, m.iop("shl", exponent, m.i(shift))))
    e = m.text.op(f"sitofp {m.itype} {exponent} to {m.type}")
    return mantissa, m.select(small, m.sub(e, m.c(float(steps))), e)


def _log(m: Maths, x: str, correction: str | None = None) -> str:
    """log(x), or log(x) + correction for a correction of less than an ULP (double only)."""
    mantissa, e = _split(m, x)
    f = m.sub(mantissa, m.c(1.0))
    if m.bits == 32:
        z = m.mul(f, f)
        p = m.horner(f, (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1,
                         1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1,
                         3.3333331174e-1))  # fmt: skip
        y = m.mul(m.mul(p, f), z)
        y = m.fma(e, m.c(-2.12194440e-4), y)
        y = m.fma(z, m.c(-0.5), y)
        result = m.fma(e, m.c(0.693359375), m.add(f, y))
    else:
        s = m.div(f, m.add(f, m.c(2.0)))
        z = m.mul(s, s)
        r = m.mul(z, m.horner(z, (
            1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01,
            2.222219843214978396e-01, 2.857142874366239149e-01, 3.999999999940941908e-01,
            6.666666666666735130e-01)))  # fmt: skip
        half = m.mul(m.mul(f, f), m.c(0.5))
        tail = m.mul(e, m.c(_LN2_LOW))
        tail = tail if correction is None else m.add(tail, correction)
        inner = m.fma(s, m.add(half, r), tail)
        result = m.fma(e, m.c(_LN2_HIGH), m.sub(f, m.sub(half, inner)))
    result = m.select(m.compare("oeq", x, m.c(float("inf"))), x, result)
    result = m.select(m.compare("oeq", x, m.c(0.0)), m.c(float("-inf")), result)
    return m.select(m.compare("oge", x, m.c(0.0)), result, m.c(float("nan")))


def _tanh(m: Maths, x: str) -> str:
    size = m.unary("fabs", x)
    z = m.mul(x, x)
    if m.bits == 32:
        p = m.horner(z, (-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
                         1.33314422036e-1, -3.33332819422e-1))  # fmt: skip
        near = m.fma(m.mul(z, x), p, x)
    else:
        p = m.horner(z, (-9.64399179425052238628e-1, -9.92877231001918586564e1,
                         -1.61468768441708447952e3))  # fmt: skip
        q = m.horner(z, (1.0, 1.12811678491632931402e2, 2.23548839060100448583e3,
                         4.84406305325125486048e3))  # fmt: skip
        near = m.fma(m.mul(z, x), m.div(p, q), x)
    e = _exp(m, m.add(size, size))
    far = m.sub(m.c(1.0), m.div(m.c(2.0), m.add(e, m.c(1.0))))
    result = m.select(m.compare("olt", size, m.c(0.625)), near, far)
    result = m.copysign(result, x)  # also that of -0
    return m.select(m.compare("uno", x, x), x, result)


def _erf32(m: Maths, x: str) -> str:
    t = m.unary("fabs", x)
    s = m.mul(x, x)
    r = m.fma(m.c(-1.72853470e-5), t, m.c(3.83197126e-4))
    u = m.fma(m.c(-3.88396438e-3), t, m.c(2.42546219e-2))
    r = m.fma(r, s, u)
    for k in (-1.06777877e-1, -6.34846687e-1, -1.28717512e-1):
        r = m.fma(r, t, m.c(k))
    r = m.fma(r, t, m.neg(t))
    far = m.copysign(m.sub(m.c(1.0), _exp(m, r)), x)
    p = m.horner(s, (-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1,
                     -3.76125336e-1, 1.28379166e-1))  # fmt: skip
    near = m.fma(p, x, x)
    # the polynomial in t overflows to -inf for large t, where erf is 1
    return m.select(m.compare("ogt", t, m.c(0.927734375)), far, near)


_ERF_SMALL = (
    (-2.37630166566501626084e-05, -5.77027029648944159157e-03, -2.84817495755985104766e-02,
     -3.25042107247001499370e-01, 1.28379167095512558561e-01),
    (-3.96022827877536812320e-06, 1.32494738004321644526e-04, 5.08130628187576562776e-03,
     6.50222499887672944485e-02, 3.97917223959155352819e-01, 1.0),
)  # fmt: skip
_ERF_ONE = (
    (-2.16637559486879084300e-03, 3.54783043256182359371e-02, -1.10894694282396677476e-01,
     3.18346619901161753674e-01, -3.72207876035701323847e-01, 4.14856118683748331666e-01,
     -2.36211856075265944077e-03),
    (1.19844998467991074170e-02, 1.36370839120290507362e-02, 1.26171219808761642112e-01,
     7.18286544141962662868e-02, 5.40397917702171048937e-01, 1.06420880400844228286e-01, 1.0),
)  # fmt: skip
_ERF_MIDDLE = (
    (-9.81432934416914548592e+00, -8.12874355063065934246e+01, -1.84605092906711035994e+02,
     -1.62396669462573470355e+02, -6.23753324503260060396e+01, -1.05586262253232909814e+01,
     -6.93858572707181764372e-01, -9.86494403484714822705e-03),
    (-6.04244152148580987438e-02, 6.57024977031928170135e+00, 1.08635005541779435134e+02,
     4.29008140027567833386e+02, 6.45387271733267880336e+02, 4.34565877475229228821e+02,
     1.37657754143519042600e+02, 1.96512716674392571292e+01, 1.0),
)  # fmt: skip
_ERF_LARGE = (
    (-4.83519191608651397019e+02, -1.02509513161107724954e+03, -6.37566443368389627722e+02,
     -1.60636384855821916062e+02, -1.77579549177547519889e+01, -7.99283237680523006574e-01,
     -9.86494292470009928597e-03),
    (-2.24409524465858183362e+01, 4.74528541206955367215e+02, 2.55305040643316442583e+03,
     3.19985821950859553908e+03, 1.53672958608443695994e+03, 3.25792512996573918826e+02,
     3.03380607434824582924e+01, 1.0),
)  # fmt: skip


def _erf64(m: Maths, x: str) -> str:
    t = m.unary("fabs", x)

    def ratio(z: str, pair: tuple) -> str:
        return m.div(m.horner(z, pair[0]), m.horner(z, pair[1]))

    small = m.fma(x, ratio(m.mul(x, x), _ERF_SMALL), x)
    one = m.add(m.c(8.45062911510467529297e-01), ratio(m.sub(t, m.c(1.0)), _ERF_ONE))
    z = m.mul(t, t)
    inverse = m.div(m.c(1.0), z)
    middle = ratio(inverse, _ERF_MIDDLE)
    large = ratio(inverse, _ERF_LARGE)
    tail = m.select(m.compare("olt", t, m.c(1 / 0.35)), middle, large)
    e = m.mul(_exp(m, m.add(m.sub(m.c(-0.5625), z), tail)), m.div(m.c(1.0), t))
    far = m.sub(m.c(1.0), e)
    far = m.select(m.compare("ogt", t, m.c(6.0)), m.c(1.0), far)
    result = m.select(m.compare("olt", t, m.c(1.25)), one, far)
    result = m.copysign(result, x)
    result = m.select(m.compare("olt", t, m.c(0.84375)), small, result)
    return m.select(m.compare("uno", x, x), x, result)


def _sincos32(m: Maths, x: str, quarter: int) -> str:
    """sin (quarter 0) or cos (quarter 1) of a float, in double; the C library beyond 1e8."""
    d = m.in_double()
    w = m.widen(x)
    n = d.unary("roundeven", d.mul(w, d.c(0.6366197723675814)))
    r = d.fma(n, d.c(-1.5707963267948966), w)
    r = d.fma(n, d.c(-6.123233995736766e-17), r)
    z = d.mul(r, r)
    s = d.horner(z, (2.7557319e-6, -1.9841269841e-4, 8.3333333333333e-3, -1.66666666666666666e-1))
    sine = d.fma(d.mul(z, r), s, r)
    c = d.horner(
        z, (-2.7557319e-7, 2.48015873e-5, -1.3888888888888e-3, 4.1666666666666666e-2, -0.5)
    )
    cosine = d.fma(z, c, d.c(1.0))
    small = d.compare("olt", d.unary("fabs", n), d.c(1e9))
    k = d.to_int(d.select(small, n, d.c(0.0)))
    k = d.iop("add", k, d.i(quarter))
    odd = d.text.op(f"icmp ne {d.itype} {d.iop('and', k, d.i(1))}, {d.i(0)}")
    flip = d.text.op(f"icmp ne {d.itype} {d.iop('and', k, d.i(2))}, {d.i(0)}")
    value = d.select(odd, cosine, sine)
    value = d.select(flip, d.neg(value), value)
    result = m.narrow(value)
    if quarter == 0:
        result = m.select(m.compare("oeq", x, m.c(0.0)), x, result)  # -0 keeps its sign
    huge = m.compare("uge", m.unary("fabs", x), m.c(1e8))
    return _where_any(m, huge, result, lambda: _libm(m, "cos" if quarter else "sin", x))


def _where_any(m: Maths, mask: str, usual: str, rare: Callable[[], str]) -> str:
    """`usual`, or `rare()` where the mask is set; rare() runs only if some lane needs it."""
    text = m.text
    variable = text.alloca(m.type)
    text.do(f"store {m.type} {usual}, ptr {variable}")
    some = (
        text.call("i1", f"llvm.vector.reduce.or.v{m.lanes}i1", (m.mask, mask)) if m.lanes else mask
    )
    with text.when(some):
        other = m.select(mask, rare(), usual)
        text.do(f"store {m.type} {other}, ptr {variable}")
    return text.op(f"load {m.type}, ptr {variable}")


def _libm(m: Maths, name: str, *args: str) -> str:
    """The C library's double function, lane by lane."""
    text = m.text
    result = "poison" if m.lanes else ""
    for lane in range(max(m.lanes, 1)):
        inputs = []
        for a in args:
            one = text.op(f"extractelement {m.type} {a}, i64 {lane}") if m.lanes else a
            if m.bits == 32:
                one = text.op(f"fpext float {one} to double")
            inputs.append(("double", one))
        made = text.call("double", name, *inputs)
        if m.bits == 32:
            made = text.op(f"fptrunc double {made} to float")
        if not m.lanes:
            return made
        result = text.op(f"insertelement {m.type} {result}, {m.scalar} {made}, i64 {lane}")
    return result


def _in_double(f: Callable[..., str]) -> Callable[..., str]:
    """A float function computed in double."""

    def wide(m: Maths, *args: str) -> str:
        if m.bits == 64:
            return f(m, *args)
        return m.narrow(f(m.in_double(), *[m.widen(a) for a in args]))

    return wide


def _log1p(m: Maths, x: str) -> str:
    """log(1 + x); what 1 + x lost in rounding goes into the logarithm's tail."""
    u = m.add(m.c(1.0), x)
    large = m.compare("oge", x, m.c(1.0))
    lost = m.select(large, m.sub(m.c(1.0), m.sub(u, x)), m.sub(x, m.sub(u, m.c(1.0))))
    value = _log(m, u, m.div(lost, u))
    # where nothing is left of x in 1 + x, and for -0
    plain = m.compare("oeq", u, m.c(1.0))
    return m.select(plain, x, value)


def _expm1(m: Maths, x: str) -> str:
    """exp(x) - 1 = (2**n - 1 + 2**n r) + 2**n (exp(r) - 1 - r) for x = n log 2 + r; the first sum
    and r are kept with their rounding errors. In halves, so that 2**n exists for the largest x."""
    clamped = m.select(m.compare("ogt", x, m.c(710.0)), m.c(710.0), x)
    clamped = m.select(m.compare("olt", clamped, m.c(-40.0)), m.c(-40.0), clamped)
    n = m.unary("roundeven", m.mul(clamped, m.c(1.4426950408889634)))
    high = m.fma(n, m.c(-_LN2_HIGH), clamped)
    r = m.fma(n, m.c(-_LN2_LOW), high)
    lost = m.fma(n, m.c(-_LN2_LOW), m.sub(high, r))
    p = m.fma(m.mul(r, r), m.horner(r, _exp_tail(16)), lost)
    s = m.power_of_two(m.iop("sub", m.to_int(n), m.i(1)))
    base = m.sub(s, m.c(0.5))
    first = m.fma(s, r, base)
    error = m.fma(s, r, m.sub(base, first))
    half = m.add(first, m.fma(s, p, error))
    tiny = m.compare("olt", m.unary("fabs", x), m.c(1e-17))
    return m.select(tiny, x, m.add(half, half))


def _pow32(m: Maths, x: str, y: str) -> str:
    """exp(y * log|x|) in double, with C's special cases."""
    d = m.in_double()
    a, b = m.widen(x), m.widen(y)
    size = d.unary("fabs", a)
    value = _exp(d, d.mul(b, _log(d, size)))
    whole = d.compare("oeq", d.unary("trunc", b), b)
    half = d.mul(b, d.c(0.5))
    even = d.compare("oeq", d.unary("trunc", half), half)
    bits = d.as_int(a)
    below = d.text.op(f"icmp slt {d.itype} {bits}, {d.i(0)}")
    odd = d.text.op(f"xor {d.mask} {even}, {constant(True, 'i1', d.lanes)}")
    negative = d.text.op(f"and {d.mask} {below}, {d.text.op(f'and {d.mask} {whole}, {odd}')}")
    value = d.select(negative, d.neg(value), value)
    fraction = d.text.op(f"xor {d.mask} {whole}, {constant(True, 'i1', d.lanes)}")
    finite = d.compare("one", size, d.c(float("inf")))
    wrong = d.text.op(f"and {d.mask} {d.compare('olt', a, d.c(0.0))}, {fraction}")
    wrong = d.text.op(f"and {d.mask} {wrong}, {finite}")
    value = d.select(wrong, d.c(float("nan")), value)
    unit = d.text.op(
        f"and {d.mask} {d.compare('oeq', size, d.c(1.0))}, "
        f"{d.compare('oeq', d.unary('fabs', b), d.c(float('inf')))}"
    )
    value = d.select(unit, d.c(1.0), value)
    value = d.select(d.compare("oeq", b, d.c(0.0)), d.c(1.0), value)
    value = d.select(d.compare("oeq", a, d.c(1.0)), d.c(1.0), value)
    return m.narrow(value)


def _rsqrt(m: Maths, x: str) -> str:
    return m.div(m.c(1.0), m.unary("sqrt", x))


FUNCTIONS: dict[str, Callable[..., str]] = {
    "exp": _exp,
    "log": _log,
    "tanh": _tanh,
    "erf": lambda m, x: _erf32(m, x) if m.bits == 32 else _erf64(m, x),
    "log1p": _in_double(_log1p),
    "expm1": _in_double(_expm1),
    "log2": _in_double(lambda m, x: _libm(m, "log2", x)),
    "sin": lambda m, x: _sincos32(m, x, 0) if m.bits == 32 else _libm(m, "sin", x),
    "cos": lambda m, x: _sincos32(m, x, 1) if m.bits == 32 else _libm(m, "cos", x),
    "pow": lambda m, x, y: _pow32(m, x, y) if m.bits == 32 else _libm(m, "pow", x, y),
    "sqrt": lambda m, x: m.unary("sqrt", x),
    "rsqrt": _rsqrt,
    "reciprocal": lambda m, x: m.div(m.c(1.0), x),
}


def elementary(m: Maths, name: str, *args: str) -> str:
    """The function `name` of PRIMITIVES on float values."""
    function = FUNCTIONS.get(name)
    if function is not None:
        return function(m, *args)
    return _libm(m, name, *args)

"""Operators: elementwise primitives on values in registers, one row each where they are plain."""

from __future__ import annotations

from collections.abc import Callable

from flambeau.core import dtype as dt
from flambeau.core.device import Target
from flambeau.core.dtype import DType
from flambeau.core.errors import NotCompiled
from flambeau.engine.codegen.maths import FUNCTIONS, LIBM, Maths, elementary
from flambeau.engine.codegen.text import Text
from flambeau.engine.codegen.values import (
    HALVES,
    constant,
    convert,
    register_type,
    round_half,
    suffix,
    vector,
)

__all__ = ["COMBINE", "HEAVY", "apply", "better", "combine", "neutral"]

COMBINE = {"add": "sum", "mul": "prod", "max": "max", "min": "min"}
HEAVY = frozenset((set(FUNCTIONS) | set(LIBM) | {"random_bits"}) - {"sqrt", "rsqrt", "reciprocal"})

FLOAT_BINARY = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
INT_BINARY = {"add": "add", "sub": "sub", "mul": "mul"}
BITS = {"and": "and", "or": "or", "xor": "xor"}
FLOAT_UNARY = {"abs": "fabs", "floor": "floor", "ceil": "ceil", "trunc": "trunc",
               "round": "roundeven", "sqrt": "sqrt"}  # fmt: skip
FLOAT_COMPARE = {"eq": "oeq", "ne": "une", "lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge"}
INT_COMPARE = {"eq": "eq", "ne": "ne", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge"}


def neutral(operator: str, dtype: DType) -> float | int | bool:
    """The value that changes nothing when combined."""
    if operator == "sum":
        return 0
    if operator == "prod":
        return 1
    lowest = operator in ("max", "argmax")
    if dtype is dt.bool_:
        return not lowest
    if dtype.category == "float":
        return float("-inf") if lowest else float("inf")
    bits = dtype.itemsize * 8
    if dtype.is_signed:
        return -(2 ** (bits - 1)) if lowest else 2 ** (bits - 1) - 1
    return 0 if lowest else 2**bits - 1


def combine(
    text: Text, operator: str, a: str, b: str, dtype: DType, lanes: int, target: Target
) -> str:
    """Two partial results as one."""
    name = {"sum": "add", "prod": "mul", "max": "maximum", "min": "minimum"}[operator]
    if dtype is dt.bool_:
        name = {"add": "or", "mul": "and", "maximum": "or", "minimum": "and"}[name]
    return apply(text, name, [a, b], [dtype, dtype], dtype, lanes, target)


def better(
    text: Text, operator: str, new: str, old: str, at: str, before: str, dtype: DType, lanes: int
) -> str:
    """Whether (new, at) beats (old, before): larger (smaller), NaN first, then the lower index."""
    scalar = register_type(dtype)
    type, mask, itype = vector(scalar, lanes), vector("i1", lanes), vector("i64", lanes)
    up = operator == "argmax"
    valid = text.op(f"icmp sge {itype} {at}, {constant(0, 'i64', lanes)}")
    none = text.op(f"icmp slt {itype} {before}, {constant(0, 'i64', lanes)}")
    earlier = text.op(f"icmp slt {itype} {at}, {before}")
    if dtype.category == "float":
        wins = text.op(f"fcmp {'ogt' if up else 'olt'} {type} {new}, {old}")
        same = text.op(f"fcmp oeq {type} {new}, {old}")
        nan_new = text.op(f"fcmp uno {type} {new}, {new}")
        nan_old = text.op(f"fcmp uno {type} {old}, {old}")
        both = text.op(f"and {mask} {nan_new}, {nan_old}")
        same = text.op(f"or {mask} {same}, {both}")
        number = text.op(f"xor {mask} {nan_old}, {constant(True, 'i1', lanes)}")
        only = text.op(f"and {mask} {nan_new}, {number}")
        wins = text.op(f"or {mask} {wins}, {only}")
    else:
        sign = "s" if dtype.is_signed else "u"
        wins = text.op(f"icmp {sign}{'gt' if up else 'lt'} {type} {new}, {old}")
        same = text.op(f"icmp eq {type} {new}, {old}")
    tie = text.op(f"and {mask} {same}, {earlier}")
    wins = text.op(f"or {mask} {wins}, {tie}")
    wins = text.op(f"or {mask} {wins}, {none}")
    return text.op(f"and {mask} {wins}, {valid}")


def apply(
    text: Text, name: str, args: list[str], dtypes: list[DType], dtype: DType, lanes: int,
    target: Target,
) -> str:  # fmt: skip
    """The primitive `name` on values of `dtypes`, giving `dtype`."""
    if name == "convert":
        return convert(text, args[0], dtypes[0], dtype, lanes)
    if name == "bitcast":
        return _bitcast(text, args[0], dtypes[0], dtype, lanes)
    if name == "where":
        type = vector(register_type(dtype), lanes)
        return text.op(
            f"select {vector('i1', lanes)} {args[0]}, {type} {args[1]}, {type} {args[2]}"
        )
    if name == "random_bits":
        key0, key1, counter = args
        return _threefry(text, key0, key1, counter, lanes)
    source = dtypes[0]
    if source.category == "float":
        value = _float(text, name, args, source, lanes, target)
        return round_half(text, value, dtype, lanes) if dtype in HALVES else value
    if source is dt.bool_:
        return _bool(text, name, args, lanes)
    return _integer(text, name, args, source, lanes)


def _bitcast(text: Text, x: str, source: DType, target: DType, lanes: int) -> str:
    if source in HALVES or target in HALVES:
        raise NotCompiled("bitcast of half types")
    a, b = vector(register_type(source), lanes), vector(register_type(target), lanes)
    return x if a == b else text.op(f"bitcast {a} {x} to {b}")


# -- floats -------------------------------------------------------------------------------------
def _float(text: Text, name: str, args: list[str], dtype: DType, lanes: int, target: Target) -> str:
    scalar = register_type(dtype)
    type = vector(scalar, lanes)
    m = Maths(text, scalar, lanes, scalef=target.has("avx512f"))
    if name in FLOAT_BINARY:
        return text.op(f"{FLOAT_BINARY[name]} {type} {args[0]}, {args[1]}")
    if name in FLOAT_COMPARE:
        return text.op(f"fcmp {FLOAT_COMPARE[name]} {type} {args[0]}, {args[1]}")
    if name in FLOAT_UNARY:
        return m.unary(FLOAT_UNARY[name], args[0])
    if name in ("maximum", "minimum"):
        return _extreme(m, name, *args)
    rule = _FLOAT_RULES.get(name)
    if rule is not None:
        return rule(m, *args)
    if name in FUNCTIONS or name in LIBM:
        return elementary(m, name, *args)
    raise NotCompiled(name)


def _extreme(m: Maths, name: str, a: str, b: str) -> str:
    """maximum or minimum; NaN wins. "a > b ? a : b" is one instruction that gives b where either
    is NaN, so only a NaN in a needs a second choice; LLVM's llvm.maximum also orders the zeros,
    which PyTorch does not promise."""
    best = m.select(m.compare("ogt" if name == "maximum" else "olt", a, b), a, b)
    return m.select(m.compare("uno", a, a), a, best)


def _sign(m: Maths, x: str) -> str:
    up = m.select(m.compare("ogt", x, m.c(0.0)), m.c(1.0), m.c(0.0))
    down = m.select(m.compare("olt", x, m.c(0.0)), m.c(-1.0), up)
    return down


def _fmod(m: Maths, a: str, b: str) -> str:
    return m.text.op(f"frem {m.type} {a}, {b}")


def _remainder(m: Maths, a: str, b: str) -> str:
    r = _fmod(m, a, b)
    is_negative, is_below = m.compare("olt", r, m.c(0.0)), m.compare("olt", b, m.c(0.0))
    differs = m.text.op(f"xor {m.mask} {is_negative}, {is_below}")
    wrong = m.text.op(f"and {m.mask} {m.compare('one', r, m.c(0.0))}, {differs}")
    return m.select(wrong, m.add(r, b), r)


def _floor_div(m: Maths, a: str, b: str) -> str:
    """Python's floor division as PyTorch rounds it: from the remainder, not the quotient."""
    mod = _fmod(m, a, b)
    quotient = m.div(m.sub(a, mod), b)
    signs = m.text.op(
        f"xor {m.mask} {m.compare('olt', mod, m.c(0.0))}, {m.compare('olt', b, m.c(0.0))}"
    )
    wrong = m.text.op(f"and {m.mask} {m.compare('une', mod, m.c(0.0))}, {signs}")
    quotient = m.select(wrong, m.sub(quotient, m.c(1.0)), quotient)
    floor = m.unary("floor", quotient)
    up = m.compare("ogt", m.sub(quotient, floor), m.c(0.5))
    floor = m.select(up, m.add(floor, m.c(1.0)), floor)
    zero = m.copysign(m.c(0.0), m.div(a, b))
    result = m.select(m.compare("une", quotient, m.c(0.0)), floor, zero)
    return m.select(m.compare("oeq", b, m.c(0.0)), m.div(a, b), result)


_FLOAT_RULES: dict[str, Callable[..., str]] = {
    "neg": lambda m, x: m.neg(x),
    "sign": _sign,
    "fmod": _fmod,
    "remainder": _remainder,
    "floor_div": _floor_div,
}


# -- booleans and integers ----------------------------------------------------------------------
def _bool(text: Text, name: str, args: list[str], lanes: int) -> str:
    type = vector("i1", lanes)
    true = constant(True, "i1", lanes)
    if name in BITS:
        return text.op(f"{BITS[name]} {type} {args[0]}, {args[1]}")
    if name == "not":
        return text.op(f"xor {type} {args[0]}, {true}")
    if name in ("add", "maximum"):
        return text.op(f"or {type} {args[0]}, {args[1]}")
    if name in ("mul", "minimum"):
        return text.op(f"and {type} {args[0]}, {args[1]}")
    if name in INT_COMPARE:
        kind = name if name in ("eq", "ne") else f"u{name}"
        return text.op(f"icmp {kind} {type} {args[0]}, {args[1]}")
    if name in ("abs", "sign"):
        return args[0]
    raise NotCompiled(f"{name} on bool")


def _integer(text: Text, name: str, args: list[str], dtype: DType, lanes: int) -> str:
    scalar = register_type(dtype)
    type = vector(scalar, lanes)
    mask = vector("i1", lanes)
    signed = dtype.is_signed
    zero = constant(0, scalar, lanes)
    if name in INT_BINARY or name in BITS:
        return text.op(f"{INT_BINARY.get(name) or BITS[name]} {type} {args[0]}, {args[1]}")
    if name in INT_COMPARE:
        kind = name if name in ("eq", "ne") else f"{'s' if signed else 'u'}{name}"
        return text.op(f"icmp {kind} {type} {args[0]}, {args[1]}")
    if name == "not":
        return text.op(f"xor {type} {args[0]}, {constant(-1, scalar, lanes)}")
    if name == "neg":
        return text.op(f"sub {type} {zero}, {args[0]}")
    if name in ("floor", "ceil", "trunc", "round"):
        return args[0]
    if name in ("maximum", "minimum"):
        kind = f"{'s' if signed else 'u'}{'max' if name == 'maximum' else 'min'}"
        return text.call(
            type, f"llvm.{kind}.{suffix(scalar, lanes)}", (type, args[0]), (type, args[1])
        )
    if name == "abs":
        if not signed:
            return args[0]
        return text.call(
            type, f"llvm.abs.{suffix(scalar, lanes)}", (type, args[0]), ("i1", "false")
        )
    if name == "sign":
        up = text.op(f"icmp {'s' if signed else 'u'}gt {type} {args[0]}, {zero}")
        one = text.op(f"zext {mask} {up} to {type}")
        if not signed:
            return one
        down = text.op(f"icmp slt {type} {args[0]}, {zero}")
        return text.op(f"sub {type} {one}, {text.op(f'zext {mask} {down} to {type}')}")
    if name in ("shift_left", "shift_right"):
        return _shift(text, name, args, dtype, lanes)
    if name in ("div", "floor_div", "fmod", "remainder"):
        return _divide(text, name, args, dtype, lanes)
    if name == "pow":
        return _power(text, args, dtype, lanes)
    raise NotCompiled(f"{name} on {dtype.name}")


def _shift(text: Text, name: str, args: list[str], dtype: DType, lanes: int) -> str:
    """Shifts by at least the width give 0 (or the sign)."""
    scalar = register_type(dtype)
    type, mask = vector(scalar, lanes), vector("i1", lanes)
    bits = dtype.itemsize * 8
    wide = text.op(f"icmp uge {type} {args[1]}, {constant(bits, scalar, lanes)}")
    by = text.op(
        f"select {mask} {wide}, {type} {constant(bits - 1, scalar, lanes)}, {type} {args[1]}"
    )
    if name == "shift_right":
        made = text.op(f"{'ashr' if dtype.is_signed else 'lshr'} {type} {args[0]}, {by}")
        if dtype.is_signed:
            return made
    else:
        made = text.op(f"shl {type} {args[0]}, {by}")
    return text.op(f"select {mask} {wide}, {type} {constant(0, scalar, lanes)}, {type} {made}")


def _divide(text: Text, name: str, args: list[str], dtype: DType, lanes: int) -> str:
    """Integer division that never traps: by zero it gives 0, minimum / -1 wraps."""
    scalar = register_type(dtype)
    type, mask = vector(scalar, lanes), vector("i1", lanes)
    a, b = args
    zero, one = constant(0, scalar, lanes), constant(1, scalar, lanes)
    none = text.op(f"icmp eq {type} {b}, {zero}")
    unsafe = none
    if dtype.is_signed:
        minus = text.op(f"icmp eq {type} {b}, {constant(-1, scalar, lanes)}")
        unsafe = text.op(f"or {mask} {none}, {minus}")
    divisor = text.op(f"select {mask} {unsafe}, {type} {one}, {type} {b}")
    sign = "s" if dtype.is_signed else "u"
    if name in ("div", "floor_div"):
        result = text.op(f"{sign}div {type} {a}, {divisor}")
        if dtype.is_signed:
            if name == "floor_div":
                rest = text.op(f"srem {type} {a}, {divisor}")
                result = text.op(
                    f"sub {type} {result}, {_crossed(text, rest, divisor, type, mask, zero)}"
                )
            negated = text.op(f"sub {type} {zero}, {a}")
            result = text.op(f"select {mask} {minus}, {type} {negated}, {type} {result}")
    else:
        result = text.op(f"{sign}rem {type} {a}, {divisor}")
        if dtype.is_signed:
            if name == "remainder":
                move = _crossed(text, result, divisor, type, mask, zero)
                back = text.op(f"mul {type} {move}, {divisor}")
                result = text.op(f"add {type} {result}, {back}")
            result = text.op(f"select {mask} {minus}, {type} {zero}, {type} {result}")
    return text.op(f"select {mask} {none}, {type} {zero}, {type} {result}")


def _crossed(text: Text, rest: str, divisor: str, type: str, mask: str, zero: str) -> str:
    """1 where the remainder is not zero and has the other sign than the divisor, else 0."""
    some = text.op(f"icmp ne {type} {rest}, {zero}")
    mixed = text.op(f"xor {type} {rest}, {divisor}")
    other = text.op(f"icmp slt {type} {mixed}, {zero}")
    return text.op(f"zext {mask} {text.op(f'and {mask} {some}, {other}')} to {type}")


def _power(text: Text, args: list[str], dtype: DType, lanes: int) -> str:
    """Integer power by squaring; negative exponents give 0 except for bases 1 and -1."""
    scalar = register_type(dtype)
    type, mask = vector(scalar, lanes), vector("i1", lanes)
    zero, one = constant(0, scalar, lanes), constant(1, scalar, lanes)
    base, exponent = args
    result, factor, left = one, base, exponent
    for _ in range(min(dtype.itemsize * 8, 64)):
        bit = text.op(f"and {type} {left}, {one}")
        on = text.op(f"icmp ne {type} {bit}, {zero}")
        product = text.op(f"mul {type} {result}, {factor}")
        result = text.op(f"select {mask} {on}, {type} {product}, {type} {result}")
        factor = text.op(f"mul {type} {factor}, {factor}")
        left = text.op(f"lshr {type} {left}, {one}")
    if not dtype.is_signed:
        return result
    negative = text.op(f"icmp slt {type} {exponent}, {zero}")
    unit = text.op(f"icmp eq {type} {base}, {one}")
    minus = text.op(f"icmp eq {type} {base}, {constant(-1, scalar, lanes)}")
    odd = text.op(f"icmp ne {type} {text.op(f'and {type} {exponent}, {one}')}, {zero}")
    sign = text.op(f"select {mask} {odd}, {type} {constant(-1, scalar, lanes)}, {type} {one}")
    small = text.op(f"select {mask} {minus}, {type} {sign}, {type} {zero}")
    small = text.op(f"select {mask} {unit}, {type} {one}, {type} {small}")
    return text.op(f"select {mask} {negative}, {type} {small}, {type} {result}")


# -- random bits --------------------------------------------------------------------------------
ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))


def _threefry(text: Text, key0: str, key1: str, counter: str, lanes: int) -> str:
    """Threefry-2x32 with 20 rounds (Salmon et al., 2011): the first output word."""
    type, wide = vector("i32", lanes), vector("i64", lanes)
    x0 = text.op(f"trunc {wide} {counter} to {type}")
    high = text.op(f"lshr {wide} {counter}, {constant(32, 'i64', lanes)}")
    x1 = text.op(f"trunc {wide} {high} to {type}")
    mixed = text.op(f"xor {type} {key0}, {key1}")
    keys = [key0, key1, text.op(f"xor {type} {mixed}, {constant(0x1BD11BDA, 'i32', lanes)}")]
    x0 = text.op(f"add {type} {x0}, {keys[0]}")
    x1 = text.op(f"add {type} {x1}, {keys[1]}")
    for block in range(5):
        for r in ROTATIONS[block % 2]:
            x0 = text.op(f"add {type} {x0}, {x1}")
            by = constant(r, "i32", lanes)
            x1 = text.call(
                type, f"llvm.fshl.{suffix('i32', lanes)}", (type, x1), (type, x1), (type, by)
            )
            x1 = text.op(f"xor {type} {x1}, {x0}")
        x0 = text.op(f"add {type} {x0}, {keys[(block + 1) % 3]}")
        x1 = text.op(f"add {type} {x1}, {keys[(block + 2) % 3]}")
        x1 = text.op(f"add {type} {x1}, {constant(block + 1, 'i32', lanes)}")
    return x0

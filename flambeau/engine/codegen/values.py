"""Types of values in registers and in memory, and conversions between dtypes."""

from __future__ import annotations

import struct

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.codegen.text import Text

__all__ = ["constant", "convert", "memory_type", "register_type", "round_half", "splat", "vector"]

HALVES = (dt.float16, dt.bfloat16)


def register_type(dtype: DType) -> str:
    """The scalar LLVM type that arithmetic on `dtype` uses; halves are float."""
    if dtype is dt.bool_:
        return "i1"
    if dtype.category == "int":
        return f"i{dtype.itemsize * 8}"
    return "double" if dtype is dt.float64 else "float"


def memory_type(dtype: DType) -> str:
    """The scalar LLVM type of an element in memory."""
    if dtype is dt.float16:
        return "half"
    if dtype is dt.bfloat16:
        return "i16"
    return "i8" if dtype is dt.bool_ else register_type(dtype)


def vector(scalar: str, lanes: int) -> str:
    """`lanes` of a scalar type; the scalar type itself for 0 lanes."""
    return f"<{lanes} x {scalar}>" if lanes else scalar


def suffix(scalar: str, lanes: int) -> str:
    """The overload suffix of intrinsics on that type."""
    short = {"float": "f32", "double": "f64", "half": "f16"}.get(scalar, scalar)
    return f"v{lanes}{short}" if lanes else short


def splat(text: Text, value: str, scalar: str, lanes: int) -> str:
    """A vector with `value` in every lane."""
    if not lanes:
        return value
    one = text.op(f"insertelement <{lanes} x {scalar}> poison, {scalar} {value}, i64 0")
    return text.op(
        f"shufflevector <{lanes} x {scalar}> {one}, <{lanes} x {scalar}> poison, "
        f"<{lanes} x i32> zeroinitializer"
    )


def constant(value: bool | int | float, scalar: str, lanes: int = 0) -> str:
    """A literal of a register type."""
    if scalar == "i1":
        one = "true" if value else "false"
    elif scalar[0] == "i":
        bits = int(scalar[1:])
        one = str((int(value) + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1))
    else:
        number = float(value)
        if scalar == "float":  # the text form of a float is the double with the same value
            try:
                number = struct.unpack("f", struct.pack("f", number))[0]
            except OverflowError:
                number = float("inf") if number > 0 else float("-inf")
        one = f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
    if not lanes:
        return one
    return f"<{', '.join([f'{scalar} {one}'] * lanes)}>"


def round_half(text: Text, value: str, dtype: DType, lanes: int) -> str:
    """A float rounded to the nearest float16 or bfloat16, as a float."""
    f = vector("float", lanes)
    if dtype is dt.float16:
        h = text.op(f"fptrunc {f} {value} to {vector('half', lanes)}")
        return text.op(f"fpext {vector('half', lanes)} {h} to {f}")
    bits = bfloat_bits(text, value, lanes)
    i = vector("i32", lanes)
    wide = text.op(f"shl {i} {bits}, {constant(16, 'i32', lanes)}")
    return text.op(f"bitcast {i} {wide} to {f}")


def bfloat_bits(text: Text, value: str, lanes: int) -> str:
    """The 16 bits of the nearest bfloat16 (ties to even, NaN kept), in the low half of an i32."""
    f, i = vector("float", lanes), vector("i32", lanes)
    bits = text.op(f"bitcast {f} {value} to {i}")
    high = text.op(f"lshr {i} {bits}, {constant(16, 'i32', lanes)}")
    odd = text.op(f"and {i} {high}, {constant(1, 'i32', lanes)}")
    bump = text.op(f"add {i} {odd}, {constant(0x7FFF, 'i32', lanes)}")
    rounded = text.op(f"add {i} {bits}, {bump}")
    result = text.op(f"lshr {i} {rounded}, {constant(16, 'i32', lanes)}")
    nan = text.op(f"fcmp uno {f} {value}, {value}")
    quiet = text.op(f"or {i} {high}, {constant(0x40, 'i32', lanes)}")
    return text.op(f"select {vector('i1', lanes)} {nan}, {i} {quiet}, {i} {result}")


def convert(text: Text, value: str, source: DType, target: DType, lanes: int) -> str:
    """C's conversion; to bool it is != 0; what C leaves open: see _to_integer."""
    if source is target:
        return value
    a, b = register_type(source), register_type(target)
    va, vb = vector(a, lanes), vector(b, lanes)
    if target is dt.bool_:
        if a[0] == "i":
            return text.op(f"icmp ne {va} {value}, {constant(0, a, lanes)}")
        return text.op(f"fcmp une {va} {value}, {constant(0.0, a, lanes)}")
    if a[0] == "i":
        unsigned = source is dt.bool_ or not source.is_signed
        if b[0] == "i":
            if a == b:
                return value
            if int(a[1:]) > int(b[1:]):
                return text.op(f"trunc {va} {value} to {vb}")
            return text.op(f"{'zext' if unsigned else 'sext'} {va} {value} to {vb}")
        made = text.op(f"{'uitofp' if unsigned else 'sitofp'} {va} {value} to {vb}")
    elif b[0] == "i":
        return _to_integer(text, value, a, target, lanes)
    elif a == b:
        made = value
    else:
        made = text.op(f"{'fpext' if b == 'double' else 'fptrunc'} {va} {value} to {vb}")
    return round_half(text, made, target, lanes) if target in HALVES else made


def _to_integer(text: Text, value: str, scalar: str, target: DType, lanes: int) -> str:
    """Truncate to int32 (int64 for wider types and uint32), where NaN and what does not fit give
    the least integer, as on x86; narrower types take the low bits of that."""
    vf, mask = vector(scalar, lanes), vector("i1", lanes)
    is_narrow = target.itemsize < 4 or (target.itemsize == 4 and target.is_signed)
    integer = "i32" if is_narrow else "i64"
    bits = int(integer[1:])
    vi = vector(integer, lanes)
    least = constant(-(1 << bits - 1), integer, lanes)
    limit = constant(2.0 ** (bits - 1), scalar, lanes)
    upper = None
    if target.itemsize == 8 and not target.is_signed:  # uint64: the upper half, moved down
        upper = text.op(f"fcmp oge {vf} {value}, {limit}")
        moved = text.op(f"fsub {vf} {value}, {limit}")
        value = text.op(f"select {mask} {upper}, {vf} {moved}, {vf} {value}")
    below = text.op(f"fcmp olt {vf} {value}, {limit}")
    if scalar == "double" and is_narrow:  # the numbers between -2**31 - 1 and -2**31 fit too
        above = text.op(f"fcmp ogt {vf} {value}, {constant(-(2.0**31) - 1, scalar, lanes)}")
    else:
        above = text.op(f"fcmp oge {vf} {value}, {constant(-(2.0 ** (bits - 1)), scalar, lanes)}")
    fits = text.op(f"and {mask} {below}, {above}")
    whole = text.op(f"fptosi {vf} {value} to {vi}")  # no value at all where it does not fit
    whole = text.op(f"select {mask} {fits}, {vi} {whole}, {vi} {least}")
    if upper is not None:
        raised = text.op(f"xor {vi} {whole}, {least}")
        whole = text.op(f"select {mask} {upper}, {vi} {raised}, {vi} {whole}")
    b = register_type(target)
    return whole if b == integer else text.op(f"trunc {vi} {whole} to {vector(b, lanes)}")

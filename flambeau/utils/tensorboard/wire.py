"""Messages in the wire format of Protocol Buffers, from the table in messages.py.

Source: https://protobuf.dev/programming-guides/encoding. A field is a tag (its number and how
its length is told), then its value: a varint, 4 or 8 bytes, or a length and that many bytes.
Numbers that are zero are left out; lists of numbers are packed into one field.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from flambeau.utils.tensorboard.messages import MESSAGES, Field

__all__ = ["Message", "encode", "varint"]

VARINT, EIGHT_BYTES, COUNTED, FOUR_BYTES = 0, 1, 2, 5


class Message:
    """A message: its name in the table, and the fields that are filled.

    >>> Message("TextPluginData", version=150).SerializeToString().hex()
    '089601'
    """

    __slots__ = ("fields", "name")

    def __init__(self, name: str, /, **fields: Any) -> None:
        self.name = name
        self.fields = fields

    def SerializeToString(self) -> bytes:
        """The message as bytes; the name is what messages of the protobuf package have."""
        return encode(self)

    def __repr__(self) -> str:
        inside = ", ".join(f"{k}={v!r}" for k, v in self.fields.items())
        return f"{self.name}({inside})"


def encode(message: Any) -> bytes:
    """The bytes of a Message, of a message of the protobuf package, or bytes as they are."""
    if isinstance(message, bytes):
        return message
    if not isinstance(message, Message):
        return message.SerializeToString()  # type: ignore[no-any-return]
    given = message.fields
    parts = []
    left = len(given)
    for field in MESSAGES[message.name]:  # in rising order of numbers
        if field.name in given:
            left -= 1
            value = given[field.name]
            if value is not None:
                parts.append(_field(field, value))
    assert not left, f"{message.name} has no fields {sorted(given)}"
    return b"".join(parts)


def varint(n: int) -> bytes:
    """Seven bits a byte, the lowest first; a set top bit says that more follow."""
    if 0 <= n < 128:
        return bytes((n,))
    n &= 0xFFFF_FFFF_FFFF_FFFF  # negative numbers are 64-bit two's complement
    result = bytearray()
    while n > 127:
        result.append(n & 127 | 128)
        n >>= 7
    result.append(n)
    return bytes(result)


def _counted(number: int, data: bytes) -> bytes:
    return varint(number << 3 | COUNTED) + varint(len(data)) + data


def _text(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")


def _single(value: Any) -> bytes:
    with np.errstate(over="ignore"):  # what is too large becomes infinite
        return np.array(value, "<f4").tobytes()


def _integer(value: Any) -> bytes:
    return varint(int(value))


# kind -> (how the length is told, the bytes of one value)
_NUMBERS: dict[str, tuple[int, Callable[[Any], bytes]]] = {
    "double": (EIGHT_BYTES, struct.Struct("<d").pack),
    "float": (FOUR_BYTES, _single),
    **{kind: (VARINT, _integer) for kind in "int32 int64 uint32 uint64 bool enum".split()},
}
_ARRAYS = {"double": "<f8", "float": "<f4"}


def _field(field: Field, value: Any) -> bytes:
    number, _, kind, mode = field
    if kind in _NUMBERS:
        if mode == "*":
            data = _packed(kind, value)
            return _counted(number, data) if data else b""
        wire, pack = _NUMBERS[kind]
        data = pack(value)
        return varint(number << 3 | wire) + data if mode == "?" or any(data) else b""
    convert = _text if kind in ("string", "bytes") else encode
    if mode == "*":
        return b"".join([_counted(number, convert(x)) for x in value])
    data = convert(value)
    # messages are written even if nothing is in them
    return _counted(number, data) if data or mode == "?" or convert is encode else b""


def _packed(kind: str, values: Iterable) -> bytes:
    if kind in _ARRAYS:
        if not isinstance(values, np.ndarray):
            values = np.array(list(values))
        with np.errstate(over="ignore"):
            return values.astype(_ARRAYS[kind]).tobytes()
    return b"".join([varint(int(x)) for x in values])

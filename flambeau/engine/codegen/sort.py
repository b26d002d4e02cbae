"""Sorting: kernels that find the order of the unsigned keys of each row, as LLVM text.

Words of both kernels, all int64:

     0 keys     address: rows of n uint32 or uint64, one after the other
     1 order    address: rows of n int64, the indices that put each row in ascending order
     2 scratch  address of working memory: `stride` bytes for each piece of `chunk` rows
     3 n  4 chunk  5 stride

Equal keys keep their order. Iteration t sorts row t; a piece begins at a multiple of `chunk`.

An *entry* is a key with its index. For uint32 keys it is one word, the key above the index, so no
two entries are equal; for uint64 keys it is a pair.

    short rows   the place of an entry is the number of entries before it: n * n comparisons, a
                 vector of them at a time, and no branches
    long rows    radix sort from the least byte to the most: count how often each byte has each
                 value, add up, move the entries to their places; a byte that is the same in all
                 keys is skipped

Which rows are short, and how much working memory long ones need: engine/kernel/sorting.py.
"""

from __future__ import annotations

from flambeau.core.device import Target
from flambeau.engine.codegen.text import Text
from flambeau.engine.kernel.sorting import BYTE_VALUES as VALUES
from flambeau.engine.kernel.sorting import SHORT_ROW

__all__ = ["sort_text"]

SIGN = -(1 << 63)

_NAMES = "keys order scratch n chunk stride".split()


def sort_text(name: str, bits: int, is_short: bool, target: Target) -> str:
    """The kernel for keys of this many bits and for short or long rows."""
    t = Text()
    words = {}
    for i, label in enumerate(_NAMES):
        pointer = t.op(f"getelementptr i64, ptr %words, i64 {i}")
        words[label] = t.op(f"load i64, ptr {pointer}")
    (_short if is_short else _long)(t, words, bits, target)
    attributes = f'nounwind "prefer-vector-width"="{target.vector_bits}"'
    function = t.function(name, "ptr %words, i64 %begin, i64 %end", attributes)
    return "\n".join([function, *t.declared.values()]) + "\n"


def _row(t: Text, base: str, row: str, n: str, itemsize: int) -> str:
    """The address of a row of n elements."""
    pointer = t.op(f"inttoptr i64 {base} to ptr")
    first = t.op(f"mul i64 {row}, {n}")
    nbytes = t.op(f"mul i64 {first}, {itemsize}")
    return t.op(f"getelementptr i8, ptr {pointer}, i64 {nbytes}")


def _at(t: Text, base: str, type: str, index: str) -> str:
    return t.op(f"getelementptr {type}, ptr {base}, i64 {index}")


def _key(t: Text, keys: str, i: str, bits: int) -> str:
    """Key i of a row as an i64."""
    key = t.op(f"load i{bits}, ptr {_at(t, keys, f'i{bits}', i)}")
    return key if bits == 64 else t.op(f"zext i32 {key} to i64")


def _packed(t: Text, key: str, index: str) -> str:
    """A one-word entry."""
    return t.op(f"or i64 {t.op(f'shl i64 {key}, 32')}, {index}")


# -- short rows ---------------------------------------------------------------------------------
def _short(t: Text, words: dict[str, str], bits: int, target: Target) -> None:
    lanes = max(2, target.vector_bits // 64)
    vector = f"<{lanes} x i64>"
    # a whole vector behind the last entry; the greatest number there is before no other
    row_of_entries = t.alloca(f"[{SHORT_ROW + lanes} x i64], align 64")
    n = words["n"]
    highest = t.op(f"insertelement {vector} poison, i64 {-SIGN - 1}, i32 0")
    padding = _splat(t, highest, lanes)
    steps = ", ".join(f"i64 {j}" for j in range(lanes))
    with t.loop("%begin", "%end") as row:
        keys = _row(t, words["keys"], row, n, bits // 8)
        order = _row(t, words["order"], row, n, 8)
        with t.loop("0", n) as i:
            entry = _key(t, keys, i, bits)
            if bits == 32:
                entry = _packed(t, entry, i)
            signed = t.op(f"xor i64 {entry}, {SIGN}")  # vectors compare signed numbers
            t.do(f"store i64 {signed}, ptr {_at(t, row_of_entries, 'i64', i)}")
        t.do(f"store {vector} {padding}, ptr {_at(t, row_of_entries, 'i64', n)}, align 8")
        with t.loop("0", n) as i:
            mine = _broadcast(t, t.op(f"load i64, ptr {_at(t, row_of_entries, 'i64', i)}"), lanes)
            my_index = _broadcast(t, i, lanes) if bits == 64 else ""
            count = t.alloca(vector)
            t.do(f"store {vector} zeroinitializer, ptr {count}")
            with t.loop("0", n, str(lanes)) as j:
                theirs = t.op(f"load {vector}, ptr {_at(t, row_of_entries, 'i64', j)}, align 8")
                before = t.op(f"icmp slt {vector} {theirs}, {mine}")
                if bits == 64:  # equal keys: the earlier is before the later
                    index = t.op(f"add {vector} {_broadcast(t, j, lanes)}, <{steps}>")
                    earlier = t.op(f"icmp slt {vector} {index}, {my_index}")
                    equal = t.op(f"icmp eq {vector} {theirs}, {mine}")
                    flags = f"<{lanes} x i1>"
                    before = t.op(f"or {flags} {before}, {t.op(f'and {flags} {equal}, {earlier}')}")
                ones = t.op(f"sext <{lanes} x i1> {before} to {vector}")
                so_far = t.op(f"load {vector}, ptr {count}")
                t.do(f"store {vector} {t.op(f'sub {vector} {so_far}, {ones}')}, ptr {count}")
            total = t.op(f"load {vector}, ptr {count}")
            place = t.call("i64", f"llvm.vector.reduce.add.v{lanes}i64", (vector, total))
            t.do(f"store i64 {i}, ptr {_at(t, order, 'i64', place)}")


def _splat(t: Text, first: str, lanes: int) -> str:
    """The first lane in all lanes."""
    vector = f"<{lanes} x i64>"
    zeros = f"<{lanes} x i32> zeroinitializer"
    return t.op(f"shufflevector {vector} {first}, {vector} poison, {zeros}")


def _broadcast(t: Text, value: str, lanes: int) -> str:
    return _splat(t, t.op(f"insertelement <{lanes} x i64> poison, i64 {value}, i32 0"), lanes)


# -- long rows ----------------------------------------------------------------------------------
class _Entries:
    """How entries are written, read and taken apart."""

    def __init__(self, t: Text, bits: int) -> None:
        self.t = t
        self.bits = bits
        self.type = "i64" if bits == 32 else "<2 x i64>"

    def make(self, key: str, index: str) -> str:
        if self.bits == 32:
            return _packed(self.t, key, index)
        pair = self.t.op(f"insertelement <2 x i64> poison, i64 {key}, i32 0")
        return self.t.op(f"insertelement <2 x i64> {pair}, i64 {index}, i32 1")

    def store(self, entry: str, base: str, place: str) -> None:
        at = _at(self.t, base, self.type, place)
        self.t.do(f"store {self.type} {entry}, ptr {at}, align 8")

    def load(self, base: str, place: str) -> str:
        at = _at(self.t, base, self.type, place)
        return self.t.op(f"load {self.type}, ptr {at}, align 8")

    def key(self, entry: str) -> str:
        if self.bits == 32:
            return self.t.op(f"lshr i64 {entry}, 32")
        return self.t.op(f"extractelement <2 x i64> {entry}, i32 0")

    def index(self, entry: str) -> str:
        if self.bits == 32:
            return self.t.op(f"and i64 {entry}, {(1 << 32) - 1}")
        return self.t.op(f"extractelement <2 x i64> {entry}, i32 1")


def _long(t: Text, words: dict[str, str], bits: int, target: Target) -> None:
    entries = _Entries(t, bits)
    n = words["n"]
    number = t.op(f"sdiv i64 %begin, {words['chunk']}")
    base = t.op(f"inttoptr i64 {words['scratch']} to ptr")
    counts = _at(t, base, "i8", t.op(f"mul i64 {number}, {words['stride']}"))
    nbytes = bits // 8 * VALUES * 8
    spare = _at(t, counts, "i8", str(nbytes))
    now, other = t.alloca("ptr"), t.alloca("ptr")
    total = t.alloca("i64")
    with t.loop("%begin", "%end") as row:
        keys = _row(t, words["keys"], row, n, bits // 8)
        order = _row(t, words["order"], row, n, 8)
        # one-word entries start in the row of the result, which is as long
        first = order if bits == 32 else _at(t, spare, entries.type, n)
        t.do(f"store ptr {first}, ptr {now}")
        t.do(f"store ptr {spare}, ptr {other}")
        with t.loop("0", str(nbytes), "64") as i:
            t.do(f"store <8 x i64> zeroinitializer, ptr {_at(t, counts, 'i8', i)}, align 8")
        with t.loop("0", n) as i:
            key = _key(t, keys, i, bits)
            entries.store(entries.make(key, i), first, i)
            for digit in range(bits // 8):
                place = _count(t, counts, key, digit)
                before = t.op(f"load i64, ptr {place}")
                t.do(f"store i64 {t.op(f'add i64 {before}, 1')}, ptr {place}")
        sample = _key(t, keys, "0", bits)
        for digit in range(bits // 8):
            alike = t.op(f"load i64, ptr {_count(t, counts, sample, digit)}")
            with t.when(t.op(f"icmp ne i64 {alike}, {n}")):
                _pass(t, entries, n, _at(t, counts, "i64", str(digit * VALUES)), digit,
                      now, other, total)  # fmt: skip
        last = t.op(f"load ptr, ptr {now}")
        with t.loop("0", n) as i:
            index = entries.index(entries.load(last, i))
            t.do(f"store i64 {index}, ptr {_at(t, order, 'i64', i)}")


def _digit(t: Text, key: str, digit: int) -> str:
    shifted = t.op(f"lshr i64 {key}, {8 * digit}") if digit else key
    return t.op(f"and i64 {shifted}, {VALUES - 1}")


def _count(t: Text, counts: str, key: str, digit: int) -> str:
    """The address of the count of the key's digit."""
    table = _at(t, counts, "i64", str(digit * VALUES))
    return _at(t, table, "i64", _digit(t, key, digit))


def _pass(
    t: Text, entries: _Entries, n: str, counts: str, digit: int, now: str, other: str, total: str
) -> None:
    """Move all entries from `now` to `other`, in order of one digit."""
    t.do(f"store i64 0, ptr {total}")
    with t.loop("0", str(VALUES)) as value:  # counts become the places of the first of each
        place = _at(t, counts, "i64", value)
        count = t.op(f"load i64, ptr {place}")
        start = t.op(f"load i64, ptr {total}")
        t.do(f"store i64 {start}, ptr {place}")
        t.do(f"store i64 {t.op(f'add i64 {start}, {count}')}, ptr {total}")
    source, result = t.op(f"load ptr, ptr {now}"), t.op(f"load ptr, ptr {other}")
    with t.loop("0", n) as i:
        entry = entries.load(source, i)
        place = _at(t, counts, "i64", _digit(t, entries.key(entry), digit))
        free = t.op(f"load i64, ptr {place}")
        t.do(f"store i64 {t.op(f'add i64 {free}, 1')}, ptr {place}")
        entries.store(entry, result, free)
    t.do(f"store ptr {result}, ptr {now}")
    t.do(f"store ptr {source}, ptr {other}")

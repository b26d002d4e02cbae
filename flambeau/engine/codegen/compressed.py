"""Products with a sparse matrix whose rows are compressed (CSR), as LLVM text.

The entries of row r are numbers pointers[r] to pointers[r + 1] - 1; entry e lies in column
columns[e]. Two kernels:

    product    out[r] = sum over the entries e of row r of values[e] * x[columns[e]]
    sampled    out[e] = sum over j of x[r, j] * y[columns[e], j], for each entry e of each row r

Words of both, all int64; rows of x, y and out are elements behind one another:

     0 pointers  1 columns              addresses of int32 or int64
     2 values, or y                     address
     3 x                                address
     4 out                              address
     5 rows  6 entries                  of the sparse matrix
     7 width                            columns of x, which are those of out or are summed
     8 share                            of a piece: rows and entries

Iteration t computes piece t. Pieces are cut where the rows and entries before are t shares, so
that they cost about the same however the entries are spread; a row is never cut, so a result
depends neither on the pieces nor on who computes them.

    product    the accumulators of a strip of x's columns stay in registers while the entries of a
               row go by; strips of 8, 4, 2 and 1 vectors; in the narrow ones several entries at a
               time, so that there are always 8 sums to add to
    sampled    four sums of vectors, added up in the end
"""

from __future__ import annotations

from flambeau.core.device import Target
from flambeau.engine.codegen.text import Text
from flambeau.engine.codegen.values import constant, splat, suffix

__all__ = ["compressed_text"]

_NAMES = "pointers columns values x out rows entries width share".split()
SUMS = 8  # accumulators of a strip: enough to hide the latency of a multiply-add
_ITEMSIZE = {"float": 4, "double": 8}


def compressed_text(name: str, kind: str, scalar: str, index_bits: int, target: Target) -> str:
    """The kernel `kind` ("product" or "sampled") for values of `scalar` ("float", "double")."""
    k = _Kernel(scalar, index_bits, target)
    t = k.text
    first, last = k.boundary("%begin"), k.boundary("%end")
    with t.loop(first, last) as row:
        following = t.op(f"add i64 {row}, 1")
        begin, end = k.index("pointers", row), k.index("pointers", following)
        (_product if kind == "product" else _sampled)(k, row, begin, end)
    attributes = f'nounwind "prefer-vector-width"="{target.vector_bits}"'
    function = t.function(name, "ptr %words, i64 %begin, i64 %end", attributes)
    return "\n".join([function, *t.declared.values()]) + "\n"


class _Kernel:
    """The text, the words, and how elements are read."""

    def __init__(self, scalar: str, index_bits: int, target: Target) -> None:
        self.text = t = Text()
        self.scalar = scalar
        self.bits = index_bits
        self.itemsize = _ITEMSIZE[scalar]
        self.lanes = max(2, target.vector_bits // (8 * self.itemsize))
        self.vector = f"<{self.lanes} x {scalar}>"
        self.words: dict[str, str] = {}
        for i, label in enumerate(_NAMES):
            word = t.op(f"load i64, ptr {t.op(f'getelementptr i64, ptr %words, i64 {i}')}")
            is_address = label in ("pointers", "columns", "values", "x", "out")
            self.words[label] = t.op(f"inttoptr i64 {word} to ptr") if is_address else word

    def index(self, array: str, at: str) -> str:
        """Element `at` of the pointers or columns, as an i64."""
        t, type = self.text, f"i{self.bits}"
        place = t.op(f"getelementptr {type}, ptr {self.words[array]}, i64 {at}")
        found = t.op(f"load {type}, ptr {place}")
        return found if self.bits == 64 else t.op(f"sext i32 {found} to i64")

    def element(self, array: str, at: str) -> str:
        """The address of an element."""
        return self.text.op(f"getelementptr {self.scalar}, ptr {self.words[array]}, i64 {at}")

    def boundary(self, piece: str) -> str:
        """The first row of a piece: the least r with r + pointers[r] >= its share."""
        t = self.text
        all_ = t.op(f"add i64 {self.words['rows']}, {self.words['entries']}")
        share = t.op(f"mul i64 {piece}, {self.words['share']}")
        share = t.call("i64", "llvm.smin.i64", ("i64", share), ("i64", all_))
        low, high = t.alloca("i64"), t.alloca("i64")
        t.do(f"store i64 0, ptr {low}")
        t.do(f"store i64 {self.words['rows']}, ptr {high}")
        digits = t.call("i64", "llvm.ctlz.i64", ("i64", self.words["rows"]), ("i1", "false"))
        with t.loop("0", t.op(f"sub i64 64, {digits}")):  # halves what is left
            a, b = t.op(f"load i64, ptr {low}"), t.op(f"load i64, ptr {high}")
            middle = t.op(f"lshr i64 {t.op(f'add i64 {a}, {b}')}, 1")
            before = t.op(f"add i64 {middle}, {self.index('pointers', middle)}")
            is_short = t.op(f"icmp slt i64 {before}, {share}")
            after = t.op(f"add i64 {middle}, 1")
            above = t.op(f"select i1 {is_short}, i64 {after}, i64 {a}")
            below = t.op(f"select i1 {is_short}, i64 {b}, i64 {middle}")
            t.do(f"store i64 {above}, ptr {low}")
            t.do(f"store i64 {below}, ptr {high}")
        return t.op(f"load i64, ptr {low}")

    def variable(self, type: str) -> str:
        """A sum that begins with zero."""
        t = self.text
        name = t.alloca(type)
        t.do(f"store {type} {self.zero(type)}, ptr {name}")
        return name

    def zero(self, type: str) -> str:
        return constant(0.0, self.scalar) if type == self.scalar else "zeroinitializer"

    def add_product(self, total: str, type: str, a: str, b: str) -> None:
        """total += a * b, fused where the machine can."""
        t = self.text
        before = t.op(f"load {type}, ptr {total}")
        name = f"llvm.fmuladd.{suffix(self.scalar, 0 if type == self.scalar else self.lanes)}"
        after = t.call(type, name, (type, a), (type, b), (type, before))
        t.do(f"store {type} {after}, ptr {total}")

    def sum_of(self, totals: list[str], type: str) -> str:
        """All sums added up, in pairs."""
        t = self.text
        values = [t.op(f"load {type}, ptr {x}") for x in totals]
        while len(values) > 1:
            half = len(values) // 2
            values = [
                t.op(f"fadd {type} {a}, {b}")
                for a, b in zip(values[:half], values[half:], strict=True)
            ]
        return values[0]

    def load(self, place: str, mask: str | None) -> str:
        t, type = self.text, self.vector
        if mask is None:
            return t.op(f"load {type}, ptr {place}, align {self.itemsize}")
        return t.call(
            type, f"llvm.masked.load.{suffix(self.scalar, self.lanes)}.p0",
            (f"ptr align {self.itemsize}", place), (f"<{self.lanes} x i1>", mask),
            (type, "zeroinitializer"),
        )  # fmt: skip

    def mask(self, count: str) -> str:
        """The first `count` lanes."""
        t, ints = self.text, f"<{self.lanes} x i64>"
        numbers = ", ".join(f"i64 {i}" for i in range(self.lanes))
        return t.op(f"icmp slt {ints} <{numbers}>, {splat(t, count, 'i64', self.lanes)}")


# -- product ------------------------------------------------------------------------------------
def _product(k: _Kernel, row: str, begin: str, end: str) -> None:
    t, width = k.text, k.words["width"]
    at_row = t.op(f"mul i64 {row}, {width}")
    done = t.alloca("i64")  # columns of the row that are finished
    t.do(f"store i64 0, ptr {done}")
    for vectors in (8, 4, 2, 1):
        columns = vectors * k.lanes
        last = t.op(f"sub i64 {width}, {columns - 1}")
        start = t.op(f"load i64, ptr {done}")
        with t.loop(start, last, str(columns)) as j:
            _strip(k, at_row, begin, end, j, vectors, None)
            t.do(f"store i64 {t.op(f'add i64 {j}, {columns}')}, ptr {done}")
    start = t.op(f"load i64, ptr {done}")
    rest = t.op(f"sub i64 {width}, {start}")
    with t.when(t.op(f"icmp eq i64 {rest}, 1")):
        _column(k, at_row, begin, end, start)
    with t.when(t.op(f"icmp sgt i64 {rest}, 1")):
        _strip(k, at_row, begin, end, start, 1, k.mask(rest))


def _strip(
    k: _Kernel, at_row: str, begin: str, end: str, j: str, vectors: int, mask: str | None
) -> None:
    """Some vectors of columns of one row, from column j on."""
    t = k.text
    together = SUMS // vectors  # entries at a time
    sums = [[k.variable(k.vector) for _ in range(vectors)] for _ in range(together)]

    def entry(e: str, totals: list[str]) -> None:
        at = t.op(f"mul i64 {k.index('columns', e)}, {k.words['width']}")
        place = k.element("x", t.op(f"add i64 {at}, {j}"))
        value = t.op(f"load {k.scalar}, ptr {k.element('values', e)}")
        factor = splat(t, value, k.scalar, k.lanes)
        for i, total in enumerate(totals):
            there = t.op(f"getelementptr {k.scalar}, ptr {place}, i64 {i * k.lanes}")
            k.add_product(total, k.vector, factor, k.load(there, mask))

    _entries(t, begin, end, together, lambda e, i: entry(e, sums[i]))
    target = k.element("out", t.op(f"add i64 {at_row}, {j}"))
    for i in range(vectors):
        result = k.sum_of([s[i] for s in sums], k.vector)
        there = t.op(f"getelementptr {k.scalar}, ptr {target}, i64 {i * k.lanes}")
        if mask is None:
            t.do(f"store {k.vector} {result}, ptr {there}, align {k.itemsize}")
        else:
            t.call("void", f"llvm.masked.store.{suffix(k.scalar, k.lanes)}.p0",
                   (k.vector, result), (f"ptr align {k.itemsize}", there),
                   (f"<{k.lanes} x i1>", mask))  # fmt: skip


def _column(k: _Kernel, at_row: str, begin: str, end: str, j: str) -> None:
    """One column of one row."""
    t = k.text
    sums = [k.variable(k.scalar) for _ in range(4)]

    def entry(e: str, i: int) -> None:
        at = t.op(f"mul i64 {k.index('columns', e)}, {k.words['width']}")
        x = t.op(f"load {k.scalar}, ptr {k.element('x', t.op(f'add i64 {at}, {j}'))}")
        value = t.op(f"load {k.scalar}, ptr {k.element('values', e)}")
        k.add_product(sums[i], k.scalar, value, x)

    _entries(t, begin, end, 4, entry)
    target = k.element("out", t.op(f"add i64 {at_row}, {j}"))
    t.do(f"store {k.scalar} {k.sum_of(sums, k.scalar)}, ptr {target}")


def _entries(t: Text, begin: str, end: str, together: int, entry) -> None:  # type: ignore[no-untyped-def]
    """Call entry(e, sum) for all entries, `together` of them in each turn with sums of their
    own, and the rest one by one with the first sum."""
    if together == 1:
        with t.loop(begin, end) as e:
            entry(e, 0)
        return
    count = t.op(f"sub i64 {end}, {begin}")
    whole = t.op(f"and i64 {count}, {-together}")
    middle = t.op(f"add i64 {begin}, {whole}")
    with t.loop(begin, middle, str(together)) as e:
        for i in range(together):
            entry(t.op(f"add i64 {e}, {i}") if i else e, i)
    with t.loop(middle, end) as e:
        entry(e, 0)


# -- sampled ------------------------------------------------------------------------------------
def _sampled(k: _Kernel, row: str, begin: str, end: str) -> None:
    t, width = k.text, k.words["width"]
    left = k.element("x", t.op(f"mul i64 {row}, {width}"))
    step = 4 * k.lanes
    many = t.op(f"sub i64 {width}, {t.op(f'urem i64 {width}, {step}')}")
    whole = t.op(f"sub i64 {width}, {t.op(f'urem i64 {width}, {k.lanes}')}")
    rest = t.op(f"sub i64 {width}, {whole}")
    mask = k.mask(rest)
    has_rest = t.op(f"icmp sgt i64 {rest}, 0")
    with t.loop(begin, end) as e:
        right = k.element("values", t.op(f"mul i64 {k.index('columns', e)}, {width}"))
        sums = [k.variable(k.vector) for _ in range(4)]

        def part(j: str, total: str, mask: str | None = None, right: str = right) -> None:
            a, b = (
                k.load(t.op(f"getelementptr {k.scalar}, ptr {base}, i64 {j}"), mask)
                for base in (left, right)
            )
            k.add_product(total, k.vector, a, b)

        with t.loop("0", many, str(step)) as j:
            for i in range(4):
                part(t.op(f"add i64 {j}, {i * k.lanes}"), sums[i])
        with t.loop(many, whole, str(k.lanes)) as j:
            part(j, sums[0])
        with t.when(has_rest):
            part(whole, sums[1], mask)
        total = _across(k, k.sum_of(sums, k.vector))
        t.do(f"store {k.scalar} {total}, ptr {k.element('out', e)}")


def _across(k: _Kernel, vector: str) -> str:
    """The sum of a vector's lanes: halves are added to halves."""
    t = k.text
    lanes = k.lanes
    while lanes > 1:
        half = lanes // 2
        type = f"<{lanes} x {k.scalar}>"
        parts = [
            t.op(f"shufflevector {type} {vector}, {type} poison, <{half} x i32> <"
                 + ", ".join(f"i32 {i}" for i in range(start, start + half)) + ">")
            for start in (0, half)
        ]  # fmt: skip
        vector = t.op(f"fadd <{half} x {k.scalar}> {parts[0]}, {parts[1]}")
        lanes = half
    return t.op(f"extractelement <1 x {k.scalar}> {vector}, i32 0")

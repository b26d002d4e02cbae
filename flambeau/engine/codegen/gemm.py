"""Matrix products: the kernel that hands tiles of C = A @ B to a BLAS routine.

Words of the kernel, all int64:

     0 a  1 b  2 c                      addresses
     3 batch_a  4 batch_b  5 batch_c    elements between matrices of a batch
     6 m  7 n  8 k                      C is (m, n); k is summed
     9 lda  10 ldb  11 ldc              elements between rows as they lie in memory
    12 trans_a  13 trans_b              1 if the matrix lies transposed
    14 tile_m  15 tile_n  16 tiles_m  17 tiles_n

Iteration t computes tile (t // tiles_n) % tiles_m, t % tiles_n of matrix t // (tiles_m * tiles_n).
"""

from __future__ import annotations

from flambeau.engine.codegen.text import Text

__all__ = ["blas_thunk"]

ROW_MAJOR, NO_TRANS, TRANS = 101, 111, 112  # CBLAS' enumerations

_NAMES = (
    "a b c batch_a batch_b batch_c m n k lda ldb ldc trans_a trans_b tile_m tile_n tiles_m tiles_n"
).split()


def blas_thunk(name: str, ctype: str, itemsize: int) -> str:
    """The kernel as LLVM text; it calls `blas_sgemm` or `blas_dgemm`."""
    routine = "blas_sgemm" if ctype == "float" else "blas_dgemm"
    signature = f"i32, i32, i32, i32, i32, i32, {ctype}, ptr, i32, ptr, i32, {ctype}, ptr, i32"
    t = Text()
    word = {}
    for i, label in enumerate(_NAMES):
        pointer = t.op(f"getelementptr i64, ptr %words, i64 {i}")
        word[label] = t.op(f"load i64, ptr {pointer}")

    def product(x: str, y: str) -> str:
        return t.op(f"mul i64 {x}, {y}")

    def address(base: str, elements: str) -> str:
        pointer = t.op(f"inttoptr i64 {base} to ptr")
        offset = product(elements, str(itemsize))
        return t.op(f"getelementptr i8, ptr {pointer}, i64 {offset}")

    def int32(x: str) -> str:
        return t.op(f"trunc i64 {x} to i32")

    def size(start: str, tile: str, total: str) -> str:
        left = t.op(f"sub i64 {total}, {start}")
        whole = t.op(f"icmp slt i64 {tile}, {left}")
        return t.op(f"select i1 {whole}, i64 {tile}, i64 {left}")

    def choose(flag: str, x: str, y: str, type: str) -> str:
        is_set = t.op(f"icmp ne i64 {flag}, 0")
        return t.op(f"select i1 {is_set}, {type} {x}, {type} {y}")

    with t.loop("%begin", "%end") as at:
        column = t.op(f"urem i64 {at}, {word['tiles_n']}")
        rest = t.op(f"udiv i64 {at}, {word['tiles_n']}")
        row = t.op(f"urem i64 {rest}, {word['tiles_m']}")
        batch = t.op(f"udiv i64 {rest}, {word['tiles_m']}")
        i0, j0 = product(row, word["tile_m"]), product(column, word["tile_n"])
        rows = size(i0, word["tile_m"], word["m"])
        columns = size(j0, word["tile_n"], word["n"])
        # row i0 of A, column j0 of B: the step between them depends on how they lie
        step_a = choose(word["trans_a"], "1", word["lda"], "i64")
        step_b = choose(word["trans_b"], word["ldb"], "1", "i64")
        at_a = t.op(f"add i64 {product(batch, word['batch_a'])}, {product(i0, step_a)}")
        at_b = t.op(f"add i64 {product(batch, word['batch_b'])}, {product(j0, step_b)}")
        at_c = t.op(f"add i64 {product(batch, word['batch_c'])}, {product(i0, word['ldc'])}")
        at_c = t.op(f"add i64 {at_c}, {j0}")
        a, b, c = address(word["a"], at_a), address(word["b"], at_b), address(word["c"], at_c)
        trans_a = choose(word["trans_a"], str(TRANS), str(NO_TRANS), "i32")
        trans_b = choose(word["trans_b"], str(TRANS), str(NO_TRANS), "i32")
        t.do(
            f"call void @{routine}(i32 {ROW_MAJOR}, i32 {trans_a}, i32 {trans_b}, "
            f"i32 {int32(rows)}, i32 {int32(columns)}, i32 {int32(word['k'])}, {ctype} 1.0, "
            f"ptr {a}, i32 {int32(word['lda'])}, ptr {b}, i32 {int32(word['ldb'])}, "
            f"{ctype} 0.0, ptr {c}, i32 {int32(word['ldc'])})"
        )
    body = t.function(name, "ptr %words, i64 %begin, i64 %end", "nounwind")
    return f"declare void @{routine}({signature})\n{body}"

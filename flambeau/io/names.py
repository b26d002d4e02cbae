"""What PyTorch calls things in its files, and what they are here."""

from __future__ import annotations

from flambeau.core import dtype as dt
from flambeau.core.dtype import DTYPES, DType

__all__ = ["DTYPE_OF_GLOBAL", "DTYPE_OF_STORAGE", "STORAGE_OF_DTYPE", "UNTYPED"]

# the class of a typed storage, by dtype; PyTorch has none for the wider unsigned integers
STORAGE_OF_DTYPE: dict[DType, str] = {
    dt.float64: "DoubleStorage",
    dt.float32: "FloatStorage",
    dt.float16: "HalfStorage",
    dt.bfloat16: "BFloat16Storage",
    dt.int64: "LongStorage",
    dt.int32: "IntStorage",
    dt.int16: "ShortStorage",
    dt.int8: "CharStorage",
    dt.uint8: "ByteStorage",
    dt.bool_: "BoolStorage",
    dt.complex64: "ComplexFloatStorage",
    dt.complex128: "ComplexDoubleStorage",
}
DTYPE_OF_STORAGE = {name: dtype for dtype, name in STORAGE_OF_DTYPE.items()}
UNTYPED = "UntypedStorage"  # bytes; the tensor itself says of which dtype

# names in the module `torch` that are dtypes, with their older synonyms
DTYPE_OF_GLOBAL: dict[str, DType] = {
    **DTYPES,
    "double": dt.float64, "float": dt.float32, "half": dt.float16, "long": dt.int64,
    "int": dt.int32, "short": dt.int16, "cfloat": dt.complex64, "cdouble": dt.complex128,
}  # fmt: skip

"""Names of PyTorch that are left out on purpose, and the words for names that are not there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

__all__ = ["OMITTED", "no_such_name"]

# pattern of whole names: why they are not here, and what to use
OMITTED: dict[str, str] = {
    r"q(u)?int\d.*|quantize.*|quantized_.*|dequantize|q_.*|qscheme|int_repr|empty_quantized|fake_.*"
    r"|per_(tensor|channel)_.*|choose_qparams.*|fused_moving_avg.*|fbgemm_.*|quantization|ao":
        "quantised tensors are left out; try float16 or bfloat16",
    r"cudnn_.*|miopen_.*|mkldnn_.*|.*_cudnn|to_mkldnn|is_mkldnn|batch_norm_(backward|elemt|gather|"
    r"stats|update).*": "it is a call into one library; try the operation of nn.functional",
    r"mps|xpu|mtia|ipu|maia|is_(mps|xpu|mtia|ipu|maia|vulkan|xla).*|record_stream":
        "there is no such device; the devices are in flambeau.cuda and the CPU",
    r"(.*Type|Script.*|Graph.*|FunctionSchema|CompilationUnit|Block|Code|Capsule|Future.*|"
    r"parse_.*|import_ir.*|merge_type.*|unify_type_list|fx|library|package|_dynamo|_inductor)":
        "TorchScript and PyTorch's compiler are left out; try flambeau.compile",
    r"sym_.*|Sym(Int|Float|Bool).*": "shapes are plain numbers; a new size compiles nothing",
    r"nested|jagged|to_padded_tensor|is_nested":
        "nested tensors are left out; try nn.utils.rnn.pad_sequence or PackedSequence",
    r"names|rename_?|align_(to|as|tensors)|refine_names|has_names|is_named":
        "named dims are left out; PyTorch never finished them",
    r"float(8|4)_.*|bits\d.*|u?int[1-7]|complex32|chalf":
        "dtypes below 16 bits are left out; try float16 or bfloat16",
    r"while_loop|cond": "try a Python loop or if: flambeau records what happens",
}  # fmt: skip


def no_such_name(owner: str, name: str, known: Iterable[str]) -> str:
    """What to say of a name that is not there: why, or which names are near it.

    >>> no_such_name("flambeau", "matmull", ["matmul", "mean"])
    "flambeau has no 'matmull' yet; the nearest name is 'matmul'"
    >>> no_such_name("flambeau", "quantize_per_tensor", [])
    "flambeau has no 'quantize_per_tensor': quantised tensors are left out; try float16 or bfloat16"
    """
    for pattern, reason in OMITTED.items():
        if re.fullmatch(pattern, name):
            return f"{owner} has no {name!r}: {reason}"
    near = difflib.get_close_matches(name, [k for k in known if not k.startswith("__")], 3, 0.7)
    if not near:
        return f"{owner} has no {name!r} yet"
    words = " or ".join(repr(n) for n in near)
    return f"{owner} has no {name!r} yet; the nearest name is {words}"

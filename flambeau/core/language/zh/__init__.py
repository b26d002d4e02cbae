"""Chinese: technical terms as Chinese texts on PyTorch use them.

Names stay as they are: of operations, arguments, dtypes, methods, and code to try.
"""

from flambeau.core.language.zh import (
    autograd,
    core,
    debug,
    distributions,
    io,
    linear_algebra,
    nn,
    nn_functional,
    optim,
    sparse,
    tensor_a_to_g,
    tensor_h_to_p,
    tensor_q_to_z,
    utils,
    vision,
)

__all__ = ["TEXTS", "WORDS"]

WORDS = {
    "given": "给出：", "required": "要求：", "try": "可尝试：", "in module": "在模块", "; ": "；",
}  # fmt: skip

TEXTS = [
    autograd.TEXTS,
    core.TEXTS,
    debug.TEXTS,
    distributions.TEXTS,
    io.TEXTS,
    linear_algebra.TEXTS,
    nn.TEXTS,
    nn_functional.TEXTS,
    optim.TEXTS,
    sparse.TEXTS,
    tensor_a_to_g.TEXTS,
    tensor_h_to_p.TEXTS,
    tensor_q_to_z.TEXTS,
    utils.TEXTS,
    vision.TEXTS,
]

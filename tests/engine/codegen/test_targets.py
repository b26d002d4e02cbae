"""Kernels compile for every target of the table, whatever machine the tests run on."""

from __future__ import annotations

import pytest

from flambeau.core import dtype as dt
from flambeau.core.config import config
from flambeau.core.device import Target
from flambeau.engine.backend.cpu import host_target
from flambeau.engine.backend.jit import compile_kernels
from flambeau.engine.codegen.compile import compile_text
from flambeau.engine.codegen.emit import emit_kernel, module_text
from flambeau.engine.codegen.program import program_text
from flambeau.engine.codegen.targets import TARGETS, family_of
from flambeau.engine.graph import build
from flambeau.engine.schedule.plan import KernelStep, make_plan
from tests.engine.running import parameters

TRIPLES = {"x86": "x86_64-unknown-linux-gnu", "aarch64": "aarch64-unknown-linux-gnu"}


def kernels():
    x, y = parameters((dt.float32, (40, 30)), (dt.bfloat16, (40, 30)))
    power = build.apply("exp", build.apply("sub", x, build.reduce("max", x, (1,))))
    softmax = build.apply("div", power, build.reduce("sum", power, (1,)))
    wide = build.apply("tanh", build.convert(y, dt.float64))
    steps = make_plan([softmax, wide, build.reduce("argmax", x, (0,))]).steps
    return [s.lowered.kernel for s in steps if isinstance(s, KernelStep)]


@pytest.mark.parametrize(
    ("family", "bits", "feature", "registers"),
    [(f.name, *row) for f in TARGETS.values() for row in f.vectors],
)
def test_kernels_compile_for_every_width(
    family: str, bits: int, feature: str, registers: int
) -> None:
    features = tuple(f for f in (feature, "fma" if feature else "") if f)
    target = Target(family, TRIPLES[family], "", features, bits, registers)
    texts = [emit_kernel(k, target, f"kernel{i}") for i, k in enumerate(kernels())]
    assert b"ELF" in compile_text(module_text(texts), target)[:8]


@pytest.mark.parametrize("family", TRIPLES)
def test_executor_compiles_for_every_family(family: str) -> None:
    row = TARGETS[family].vectors[-1]
    target = Target(family, TRIPLES[family], "", (), row[0], row[2])
    assert len(compile_text(program_text(target), target)) > 100


def test_host_without_wide_vectors_gets_narrower_ones() -> None:
    wide, narrow = host_target(), host_target("avx512f,avx2,avx")
    assert narrow.vector_bits <= wide.vector_bits
    assert "avx2" not in narrow.features
    assert len(compile_kernels(kernels(), narrow)) == len(kernels())


def test_unknown_processor_is_named() -> None:
    with pytest.raises(NotImplementedError, match=r"riscv64.*required.*try FLAMBEAU_BACKEND"):
        family_of("riscv64-unknown-linux-gnu")


def test_equal_kernels_of_other_sizes_are_compiled_once() -> None:
    addresses = []
    with config.override(CACHE=0):
        for shape in ((64, 100), (17, 33), (128, 1000)):
            (x,) = parameters((dt.float32, shape))
            (step,) = make_plan([build.apply("add", build.apply("exp", x), x)]).steps
            assert isinstance(step, KernelStep)
            addresses += compile_kernels([step.lowered.kernel], host_target())
    assert len(set(addresses)) == 1

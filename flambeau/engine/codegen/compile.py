"""Compile: LLVM text to the bytes of an object file for a target."""

from __future__ import annotations

import threading

import llvmlite
import llvmlite.binding as llvm

from flambeau.core.config import config, log
from flambeau.core.device import Target

__all__ = ["compile_text", "initialize", "llvm_version"]

# The code is written with its final vectors, so the pipeline only cleans up: variables become
# registers, addresses become simple, common subexpressions merge. LLVM's own -O1 takes three
# times as long and made no kernel faster.
PASSES = ("sroa", "instruction_combine", "loop_rotate", "new_gvn", "simplify_cfg")

_lock = threading.Lock()
_ready = False


def initialize() -> None:
    """Make LLVM's targets known; done once."""
    global _ready
    if not _ready:
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
        _ready = True


def llvm_version() -> str:
    """Versions that the compiled code depends on."""
    return f"llvmlite {llvmlite.__version__}, LLVM {'.'.join(map(str, llvm.llvm_version_info))}"


def compile_text(text: str, target: Target) -> bytes:
    """Optimise and assemble one module."""
    with _lock:
        initialize()
        module = llvm.parse_assembly(text)
        if config.CHECK:
            module.verify()
        features = ",".join(f"+{f}" for f in target.features)
        # a machine of its own for each compilation: engines take ownership of theirs
        machine = llvm.Target.from_triple(target.triple).create_target_machine(
            cpu=target.cpu, features=features, opt=3, reloc="pic", codemodel="default"
        )
        module.triple = target.triple
        module.data_layout = str(machine.target_data)
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
        passes = llvm.create_new_module_pass_manager()
        for name in PASSES:
            getattr(passes, f"add_{name}_pass")()
        passes.run(module, builder)
        log(5, str(module))
        if config.DEBUG >= 6:
            log(6, machine.emit_assembly(module))
        return machine.emit_object(module)

"""Kernel IR to machine code: LLVM text, vector mathematics, targets, compilation."""

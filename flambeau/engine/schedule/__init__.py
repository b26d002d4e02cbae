"""Graph to plan: decomposition, partition into kernels, library calls, memory, order."""

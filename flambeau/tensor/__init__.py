"""PyTorch's surface: tensors, their operations, views, in-place writes, printing."""

"""The compiler and run time underneath the tensors."""

"""Event files for TensorBoard, written without TensorBoard, with PyTorch's names."""

from flambeau.utils.tensorboard.file_writer import FileWriter
from flambeau.utils.tensorboard.writer import SummaryWriter

__all__ = ["FileWriter", "SummaryWriter"]

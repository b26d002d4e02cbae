"""flambeau.utils.dlpack: tensors as DLPack capsules, and back."""

from __future__ import annotations

from flambeau.tensor.dlpack import DLDeviceType, from_dlpack, to_dlpack

__all__ = ["DLDeviceType", "from_dlpack", "to_dlpack"]

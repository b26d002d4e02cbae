"""Modules that learn the size of their input from the first one they are given."""

from __future__ import annotations

from typing import Any

from flambeau.core.dtype import int64
from flambeau.core.errors import message
from flambeau.nn.conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from flambeau.nn.linear import Linear
from flambeau.nn.norm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)
from flambeau.nn.parameter import UninitializedBuffer, UninitializedParameter, is_lazy
from flambeau.tensor.creation import zeros
from flambeau.tensor.tensor import Tensor

__all__ = [
    "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d", "LazyConv1d", "LazyConv2d",
    "LazyConv3d", "LazyConvTranspose1d", "LazyConvTranspose2d", "LazyConvTranspose3d",
    "LazyInstanceNorm1d", "LazyInstanceNorm2d", "LazyInstanceNorm3d", "LazyLinear",
    "LazyModuleMixin",
]  # fmt: skip


class LazyModuleMixin:
    """Makes a module's parameters when it is first called, or loaded; then it is an ordinary one.

    A class of its own makes `UninitializedParameter`s in __init__ and overrides
    `initialize_parameters(*args)`, which gets the arguments of the first call and materializes
    them. `cls_to_become`: the class that the module then has.
    """

    cls_to_become: type[Any] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        me: Any = self
        self._load_hook = me._register_load_state_dict_pre_hook(self._lazy_load_hook)
        self._initialize_hook = me.register_forward_pre_hook(
            self._infer_parameters, with_kwargs=True
        )

    def _save_to_state_dict(self, destination: dict, prefix: str, keep_vars: bool) -> None:
        me: Any = self
        for name, x in me._own_state():
            destination[prefix + name] = x if keep_vars or is_lazy(x) else x.detach()

    def _lazy_load_hook(self, state_dict: Any, prefix: str, *rest: Any) -> None:
        """Give parameters that have no shape yet that of what will be loaded into them."""
        me: Any = self
        for name, x in (*me._parameters.items(), *me._buffers.items()):
            given = state_dict.get(prefix + name)
            if is_lazy(x) and isinstance(given, Tensor) and not is_lazy(given):
                x.materialize(given._shape)

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Materialize the parameters for the arguments of the first call; to be overridden."""
        raise NotImplementedError(
            f"initialize_parameters is not implemented for {type(self).__name__}"
        )

    def has_uninitialized_params(self) -> bool:
        """Whether there are parameters or buffers without a shape."""
        me: Any = self
        return any(is_lazy(x) for x in (*me._parameters.values(), *me._buffers.values()))

    def _infer_parameters(self, module: Any, args: tuple, kwargs: dict | None = None) -> None:
        module.initialize_parameters(*args, **(kwargs or {}))
        if module.has_uninitialized_params():
            raise RuntimeError(f"module {module._get_name()} has not been fully initialized")
        module._initialize_hook.remove()
        module._load_hook.remove()
        del module._initialize_hook, module._load_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become


class LazyLinear(LazyModuleMixin, Linear):
    """`Linear` whose in_features is the last dim of its first input.

    >>> import flambeau
    >>> layer = flambeau.nn.LazyLinear(4)
    >>> layer(flambeau.ones(2, 3)).shape, layer
    (flambeau.Size([2, 4]), Linear(in_features=3, out_features=4, bias=True))
    """

    cls_to_become = Linear

    def __init__(
        self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(0, 0, False)
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_features = out_features
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, if they are there."""
        if not self.has_uninitialized_params() and self.in_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input: Any) -> None:  # type: ignore[override]
        """Make weight and bias for this input."""
        features = input._shape[-1]
        if self.has_uninitialized_params():
            self.in_features = features
            own: Any = self._parameters  # type: ignore[attr-defined]
            own["weight"].materialize((self.out_features, features))
            if own["bias"] is not None:
                own["bias"].materialize((self.out_features,))
            self.reset_parameters()
        elif self.in_features == 0:  # loaded before the first call
            if self.weight._shape[-1] != features:
                raise AssertionError(
                    message("LazyLinear", f"an input of {features} features",
                            f"in_features of the loaded weight, {self.weight._shape[-1]}")
                )  # fmt: skip
            self.in_features = features


class _LazyConv(LazyModuleMixin):
    """What lazy convolutions share."""

    groups: int
    in_channels: int
    out_channels: int
    kernel_size: tuple[int, ...]
    weight: Any
    bias: Any
    _spatial: int
    _transposed: bool

    def _make_lazy(self, out_channels: int, bias: bool, device: Any, dtype: Any) -> None:
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, if they are there."""
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()  # type: ignore[misc]

    def initialize_parameters(self, input: Any, *args: Any, **kwargs: Any) -> None:
        """Make weight and bias for this input."""
        channels = self._channels(input)
        if not self.has_uninitialized_params():
            if self.in_channels == 0:  # loaded before the first call
                self.in_channels = channels
            return
        if channels % self.groups:
            raise ValueError("in_channels must be divisible by groups")
        self.in_channels = channels
        first, second = self.out_channels, channels // self.groups
        if self._transposed:
            first, second = channels, self.out_channels // self.groups
        self.weight.materialize((first, second, *self.kernel_size))
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()

    def _channels(self, input: Any) -> int:
        dims, n = len(input._shape), self._spatial
        if dims not in (n + 1, n + 2):
            raise RuntimeError(
                f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to "
                f"{type(self).__name__}, but got input of size: {list(input._shape)}"
            )
        return int(input._shape[dims - n - 1])


class _LazyDirect(_LazyConv):
    def __init__(
        self, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros",
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode, device,
            dtype,
        )  # fmt: skip
        self._make_lazy(out_channels, bias, device, dtype)


class _LazyTransposed(_LazyConv):
    def __init__(
        self, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        output_padding: Any = 0, groups: int = 1, bias: bool = True, dilation: Any = 1,
        padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation,
            padding_mode, device, dtype,
        )  # fmt: skip
        self._make_lazy(out_channels, bias, device, dtype)


class LazyConv1d(_LazyDirect, Conv1d):  # type: ignore[misc]
    """`Conv1d` whose in_channels is that of its first input."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyDirect, Conv2d):  # type: ignore[misc]
    """`Conv2d` whose in_channels is that of its first input."""

    cls_to_become = Conv2d


class LazyConv3d(_LazyDirect, Conv3d):  # type: ignore[misc]
    """`Conv3d` whose in_channels is that of its first input."""

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyTransposed, ConvTranspose1d):  # type: ignore[misc]
    """`ConvTranspose1d` whose in_channels is that of its first input."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyTransposed, ConvTranspose2d):  # type: ignore[misc]
    """`ConvTranspose2d` whose in_channels is that of its first input."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyTransposed, ConvTranspose3d):  # type: ignore[misc]
    """`ConvTranspose3d` whose in_channels is that of its first input."""

    cls_to_become = ConvTranspose3d


# -- normalization --------------------------------------------------------------------------------
class _LazyNorm(LazyModuleMixin):
    """What lazy normalization layers share."""

    _affine = True
    _tracks = True
    num_features: int
    weight: Any
    bias: Any
    running_mean: Any
    running_var: Any

    def _make_lazy(self, affine: bool, bias: bool, tracks: bool, options: dict) -> None:
        self.affine = affine
        self.track_running_stats = tracks
        if affine:
            self.weight = UninitializedParameter(**options)
            if bias:
                self.bias = UninitializedParameter(**options)
        if tracks:
            self.running_mean = UninitializedBuffer(**options)
            self.running_var = UninitializedBuffer(**options)
            self.num_batches_tracked = zeros((), dtype=int64, device=options["device"])

    def reset_parameters(self) -> None:
        """Forget the running statistics; weight 1, bias 0; if they are there."""
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()  # type: ignore[misc]

    def initialize_parameters(self, input: Any) -> None:  # type: ignore[override]
        """Make parameters and statistics for this input."""
        self._check_input_dim(input)  # type: ignore[attr-defined]
        if not self.has_uninitialized_params():
            if self.num_features == 0:  # loaded before the first call
                self.num_features = input._shape[1]
            return
        self.num_features = input._shape[1]
        for x in (self.weight, self.bias, self.running_mean, self.running_var):
            if is_lazy(x):
                x.materialize((self.num_features,))
        self.reset_parameters()


class _LazyBatchNorm(_LazyNorm):
    def __init__(
        self, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True,
        track_running_stats: bool = True, device: Any = None, dtype: Any = None, *,
        bias: bool = True,
    ) -> None:  # fmt: skip
        options = {"device": device, "dtype": dtype}
        super().__init__(0, eps, momentum, False, False, **options)
        self._make_lazy(affine, bias, track_running_stats, options)


class _LazyInstanceNorm(_LazyNorm):
    def __init__(
        self, eps: float = 1e-5, momentum: float = 0.1, affine: bool = True,
        track_running_stats: bool = True, device: Any = None, dtype: Any = None, *,
        bias: bool = True,
    ) -> None:  # fmt: skip
        options = {"device": device, "dtype": dtype}
        super().__init__(0, eps, momentum, False, False, **options)
        self._make_lazy(affine, bias, track_running_stats, options)


class LazyBatchNorm1d(_LazyBatchNorm, BatchNorm1d):  # type: ignore[misc]
    """`BatchNorm1d` whose num_features is that of its first input."""

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyBatchNorm, BatchNorm2d):  # type: ignore[misc]
    """`BatchNorm2d` whose num_features is that of its first input."""

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyBatchNorm, BatchNorm3d):  # type: ignore[misc]
    """`BatchNorm3d` whose num_features is that of its first input."""

    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(_LazyInstanceNorm, InstanceNorm1d):  # type: ignore[misc]
    """`InstanceNorm1d` whose num_features is that of its first input."""

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyInstanceNorm, InstanceNorm2d):  # type: ignore[misc]
    """`InstanceNorm2d` whose num_features is that of its first input."""

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyInstanceNorm, InstanceNorm3d):  # type: ignore[misc]
    """`InstanceNorm3d` whose num_features is that of its first input."""

    cls_to_become = InstanceNorm3d

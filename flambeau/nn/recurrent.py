"""Recurrent layers: RNN, LSTM, GRU and their cells."""

from __future__ import annotations

import math
import warnings
from typing import Any

from flambeau.core.errors import message
from flambeau.nn import init
from flambeau.nn.functional.recurrent import (
    Packing,
    Weights,
    recurrent_layer,
    recurrent_network,
)
from flambeau.nn.module import Module
from flambeau.nn.operations.recurrent import GATES
from flambeau.nn.parameter import Parameter
from flambeau.nn.utils.rnn import PackedSequence
from flambeau.tensor.boundary import read
from flambeau.tensor.creation import empty
from flambeau.tensor.indexing import getitem
from flambeau.tensor.tensor import Tensor

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell", "RNNCellBase"]


def _check_options(dropout: Any, num_layers: int, **flags: Any) -> None:
    if not isinstance(dropout, (int, float)) or not 0 <= dropout <= 1 or isinstance(dropout, bool):
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an "
            f"element being zeroed; given {dropout!r}"
        )
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout "
            f"expects num_layers greater than 1, but got dropout={dropout} and num_layers=1",
            stacklevel=4,
        )
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise TypeError(f"{name} should be of type bool, got: {type(value).__name__}")


def _check_sizes(num_layers: int, proj_size: int, **sizes: Any) -> None:
    for name, value in sizes.items():
        if not isinstance(value, int):
            raise TypeError(f"{name} should be of type int, got: {type(value).__name__}")
        if value <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= sizes["hidden_size"]:
        raise ValueError("proj_size has to be smaller than hidden_size")


class RNNBase(Module):
    """What RNN, LSTM and GRU share: parameters, checks, layers in both directions."""

    __constants__ = (
        "mode", "input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout",
        "bidirectional", "proj_size",
    )  # fmt: skip

    def __init__(
        self, mode: str, input_size: int, hidden_size: int, num_layers: int = 1,
        bias: bool = True, batch_first: bool = False, dropout: float = 0.0,
        bidirectional: bool = False, proj_size: int = 0, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        _check_options(dropout, num_layers, bias=bias, batch_first=batch_first)
        _check_sizes(num_layers, proj_size, input_size=input_size, hidden_size=hidden_size)
        if mode not in GATES:
            raise ValueError(f"Unrecognized RNN mode: {mode}")
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            for suffix in ("", "_reverse") if bidirectional else ("",):
                self._add_weights(layer, suffix, {"device": device, "dtype": dtype})
        self.reset_parameters()

    @property
    def _states(self) -> int:
        """How many states there are: layers times directions."""
        return self.num_layers * (2 if self.bidirectional else 1)

    @property
    def _output_size(self) -> int:
        return self.proj_size or self.hidden_size

    def _add_weights(self, layer: int, suffix: str, options: dict[str, Any]) -> None:
        gates = GATES[self.mode] * self.hidden_size
        features = self.input_size
        if layer:
            features = self._output_size * (2 if self.bidirectional else 1)
        shapes: dict[str, Any] = {
            "weight_ih": (gates, features),
            "weight_hh": (gates, self._output_size),
        }
        if self.bias:
            shapes.update(bias_ih=(gates,), bias_hh=(gates,))
        if self.proj_size:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        names = []
        for name, shape in shapes.items():
            names.append(f"{name}_l{layer}{suffix}")
            setattr(self, names[-1], Parameter(empty(shape, **options)))
        self._all_weights.append(names)

    @property
    def all_weights(self) -> list[list[Any]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights(self) -> list[Any]:
        return [w for weights in self.all_weights for w in weights]

    def flatten_parameters(self) -> None:
        """Nothing: the parameters need not lie side by side."""

    def reset_parameters(self) -> None:
        """Draw all parameters anew: uniform in +-1 / sqrt(hidden_size)."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        for name, default in (
            ("proj_size", 0),
            ("num_layers", 1),
            ("bias", True),
            ("batch_first", False),
            ("dropout", 0),
            ("bidirectional", False),
        ):
            value = getattr(self, name)
            if value != default:
                text += f", {name}={value}"
        return text

    # -- the call -----------------------------------------------------------------------------
    def _layers(self) -> list[list[Weights]]:
        own = self._parameters
        made = []
        for names in self._all_weights:
            found: list[Any] = []
            for name in names:
                # a weight that was pruned or parametrized is no parameter
                found.append(own[name] if name in own else getattr(self, name))
            projection = found.pop() if self.proj_size else None
            biases = found[2:] if self.bias else [None, None]
            made.append(Weights(found[0], found[1], biases[0], biases[1], projection))
        each = 2 if self.bidirectional else 1
        return [made[i : i + each] for i in range(0, len(made), each)]

    def _name(self) -> str:
        return "RNN" if self.mode.startswith("RNN") else self.mode

    def _check_input(self, x: Any, dims: tuple[int, ...]) -> None:
        name = self._name()
        if not isinstance(x, Tensor):
            raise TypeError(f"{name}(): argument 'input' must be Tensor, not {type(x).__name__}")
        if len(x._shape) not in dims:
            raise ValueError(
                f"{name}: Expected input to be 2D or 3D, got {len(x._shape)}D tensor instead; "
                "try shape (time, batch, features), or (time, features)"
            )
        weight = self._flat_weights[0]
        if x.dtype is not weight.dtype:
            raise ValueError(
                f"{name} input dtype ({x.dtype}) does not match weight dtype ({weight.dtype}). "
                "Convert input: input.to(weight.dtype), or convert model: model.to(input.dtype)"
            )
        if x._shape[-1] != self.input_size:
            raise RuntimeError(
                message(name, f"input {list(x._shape)}", "input.size(-1) must be equal to "
                        f"input_size. Expected {self.input_size}, got {x._shape[-1]}")
            )  # fmt: skip
        if dims != (2,) and not x._shape[0 if len(x._shape) == 2 else int(self.batch_first)]:
            raise RuntimeError(f"{name}: Expected sequence length to be larger than 0 in RNN")

    def _checked_states(self, states: tuple, batch: int, is_batched: bool) -> tuple:
        """The initial states, each (layers * directions, batch, size)."""
        name = self._name()
        sizes = (self._output_size, self.hidden_size)
        found = []
        for i, s in enumerate(states):
            wanted_dims = 3 if is_batched else 2
            if len(s._shape) != wanted_dims:
                kind = "batched 3-D" if is_batched else "unbatched 2-D"
                raise RuntimeError(
                    f"{name}: For {kind} input, hx{f'[{i}]' if len(states) > 1 else ''} should "
                    f"also be {wanted_dims}-D but got {len(s._shape)}-D tensor"
                )
            s = s if is_batched else s.unsqueeze(1)
            wanted = (self._states, batch, sizes[i])
            if tuple(s._shape) != wanted:
                which = f"hidden[{i}]" if len(states) > 1 else "hidden"
                raise RuntimeError(
                    f"{name}: Expected {which} size {wanted}, got {list(s._shape)}; that is "
                    "(layers * directions, batch, size)"
                )
            found.append(s)
        return tuple(found)

    def _initial(self, x: Any, batch: int) -> tuple:
        sizes = (self._output_size, self.hidden_size)
        count = 2 if self.mode == "LSTM" else 1
        return tuple([x.new_zeros(self._states, batch, n) for n in sizes[:count]])

    def _given_states(self, hx: Any) -> tuple | None:
        if hx is None:
            return None
        if self.mode != "LSTM":
            return (hx,)
        if not isinstance(hx, (tuple, list)) or len(hx) != 2:
            raise RuntimeError(
                message("LSTM", f"an initial state of type {type(hx).__name__}",
                        "a pair (h_0, c_0)")
            )  # fmt: skip
        return tuple(hx)

    def _run(self, x: Any, states: tuple, packing: Packing | None) -> tuple[Any, tuple]:
        p = self.dropout if self.training else 0.0
        return recurrent_network(self.mode, x, states, self._layers(), p, packing)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """(output, last state) of a sequence, from the initial state (zeros by default).

        Shapes: input (t, b, input_size), (b, t, input_size) if batch_first, (t, input_size) of
        one sequence, or a PackedSequence; states (layers * directions, b, size).
        """
        given = self._given_states(hx)
        if isinstance(input, PackedSequence):
            output, last = self._forward_packed(input, given)
        else:
            output, last = self._forward_padded(input, given)
        return output, (last if self.mode == "LSTM" else last[0])

    def _forward_padded(self, input: Any, given: tuple | None) -> tuple[Any, tuple]:
        self._check_input(input, (2, 3))
        is_batched = len(input._shape) == 3
        x = input if is_batched else input.unsqueeze(1)
        if is_batched and self.batch_first:
            x = x.transpose(0, 1)
        batch = x._shape[1]
        if given is None:
            states = self._initial(x, batch)
        else:
            states = self._checked_states(given, batch, is_batched)
        y, last = self._run(x, states, None)
        if not is_batched:
            return y.squeeze(1), tuple([s.squeeze(1) for s in last])
        return (y.transpose(0, 1) if self.batch_first else y), last

    def _forward_packed(self, input: PackedSequence, given: tuple | None) -> tuple[Any, tuple]:
        data, batch_sizes, order, back = input
        self._check_input(data, (2,))
        packing = Packing(read(batch_sizes))
        if given is None:
            states = self._initial(data, packing.batch)
        else:
            states = self._checked_states(given, packing.batch, True)
            if order is not None:
                states = tuple([_reordered(s, order) for s in states])
        y, last = self._run(data, states, packing)
        if back is not None:
            last = tuple([_reordered(s, back) for s in last])
        return PackedSequence(y, batch_sizes, order, back), last


def _reordered(state: Tensor, order: Tensor) -> Tensor:
    return getitem(state, (slice(None), order))


class RNN(RNNBase):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh) along a sequence; or with relu.

    >>> import flambeau
    >>> y, h = flambeau.nn.RNN(3, 4, num_layers=2)(flambeau.ones(5, 2, 3))
    >>> y.shape, h.shape
    (flambeau.Size([5, 2, 4]), flambeau.Size([2, 2, 4]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _no_projection(kwargs)
        if len(args) > 3:
            self_nonlinearity = args[3]
            args = args[:3] + args[4:]
        else:
            self_nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if self_nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"Unknown nonlinearity '{self_nonlinearity}'. Select from 'tanh' or 'relu'."
            )
        super().__init__(f"RNN_{self_nonlinearity.upper()}", *args, **kwargs)
        self.nonlinearity = self_nonlinearity


class LSTM(RNNBase):
    """Long short-term memory along a sequence; Hochreiter & Schmidhuber 1997.

    The state is a pair (h, c). proj_size: h is projected to this size (Sak et al. 2014).

    >>> import flambeau
    >>> y, (h, c) = flambeau.nn.LSTM(3, 4, bidirectional=True)(flambeau.ones(5, 2, 3))
    >>> y.shape, h.shape, c.shape
    (flambeau.Size([5, 2, 8]), flambeau.Size([2, 2, 4]), flambeau.Size([2, 2, 4]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)


class GRU(RNNBase):
    """Gated recurrent units along a sequence; Cho et al. 2014.

    >>> import flambeau
    >>> y, h = flambeau.nn.GRU(3, 4, batch_first=True)(flambeau.ones(2, 5, 3))
    >>> y.shape, h.shape
    (flambeau.Size([2, 5, 4]), flambeau.Size([1, 2, 4]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _no_projection(kwargs)
        super().__init__("GRU", *args, **kwargs)


def _no_projection(kwargs: dict[str, Any]) -> None:
    if "proj_size" in kwargs:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")


# -- one step -------------------------------------------------------------------------------------
class RNNCellBase(Module):
    """What the cells share."""

    __constants__: Any = ("input_size", "hidden_size", "bias")

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        options = {"device": device, "dtype": dtype}
        gates = num_chunks * hidden_size
        self.weight_ih = Parameter(empty((gates, input_size), **options))
        self.weight_hh = Parameter(empty((gates, hidden_size), **options))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(empty(gates, **options)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters anew: uniform in +-1 / sqrt(hidden_size)."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text

    def _step(self, mode: str, input: Any, states: tuple | None) -> tuple:
        """The next states of one step."""
        name = type(self).__name__
        for what, x in (("input", input), *[("hidden", s) for s in states or ()]):
            if len(x._shape) not in (1, 2):
                raise ValueError(
                    f"{name}: Expected {what} to be 1D or 2D, got {len(x._shape)}D instead"
                )
        is_batched = len(input._shape) == 2
        x = input if is_batched else input.unsqueeze(0)
        batch, features = x._shape
        if features != self.input_size:
            raise RuntimeError(
                message(name, f"input {list(input._shape)}", "input has inconsistent input_size: "
                        f"got {features} expected {self.input_size}")
            )  # fmt: skip
        if states is None:
            zeros = x.new_zeros(batch, self.hidden_size)
            states = (zeros,) * (2 if mode == "LSTM" else 1)
        else:
            states = tuple([s if is_batched else s.unsqueeze(0) for s in states])
            for s in states:
                if tuple(s._shape) != (batch, self.hidden_size):
                    raise RuntimeError(
                        message(name, f"a state of shape {list(s._shape)}",
                                f"[{batch}, {self.hidden_size}]: (batch, hidden_size)")
                    )  # fmt: skip
        weights = Weights(self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        _, last = recurrent_layer(mode, x.unsqueeze(0), states, weights, False, None)
        return last if is_batched else tuple([s.squeeze(0) for s in last])


class RNNCell(RNNCellBase):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu; (b, input_size) to (b, hidden_size)."""

    __constants__ = ("input_size", "hidden_size", "bias", "nonlinearity")

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh",
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next hidden state."""
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        states = None if hx is None else (hx,)
        return self._step(f"RNN_{self.nonlinearity.upper()}", input, states)[0]


class LSTMCell(RNNCellBase):
    """One step of an LSTM: (h', c') of x and (h, c)."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: Any = None) -> tuple[Tensor, Tensor]:
        """The next hidden and cell state."""
        h, c = self._step("LSTM", input, None if hx is None else tuple(hx))
        return h, c


class GRUCell(RNNCellBase):
    """One step of a GRU."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next hidden state."""
        return self._step("GRU", input, None if hx is None else (hx,))[0]

"""Ready-made parametrizations: orthogonal matrices, weight and spectral normalization."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.autograd.modes import no_grad
from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.nn.module import Module
from flambeau.nn.utils import matrices, parametrize
from flambeau.nn.utils.norms import (
    as_matrix,
    default_dim,
    norm_except,
    power_iteration,
    random_unit,
)
from flambeau.tensor.joining import cat
from flambeau.tensor.tensor import Tensor

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


def _tensor(module: Module, name: str) -> Any:
    found = getattr(module, name, None)
    if not isinstance(found, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return found


# -- orthogonal -----------------------------------------------------------------------------------
_MAPS = ("matrix_exp", "cayley", "householder")


class _Orthogonal(Module):
    """A matrix with orthonormal rows or columns; Lezcano-Casado 2019."""

    base: Any

    def __init__(self, weight: Any, map_name: str, *, use_trivialization: bool = True) -> None:
        super().__init__()
        self.shape = weight._shape
        self.orthogonal_map = map_name
        self._has_base = use_trivialization
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Any) -> Tensor:
        """The orthogonal matrix that x stands for."""
        n, k = x._shape[-2:]
        is_wide = n < k
        if is_wide:
            x = x.mT
            n, k = k, n
        q = self._by_reflections(x) if self.orthogonal_map == "householder" else self._by_skew(x)
        if self._has_base:
            q = self.base @ q
        return q.mT if is_wide else q  # type: ignore[no-any-return]

    def _by_skew(self, x: Any) -> Any:
        """exp, or Cayley's map, of the skew-symmetric matrix with x's lower triangle."""
        n, k = x._shape[-2:]
        x = x.tril()
        if n != k:
            x = cat([x, x.new_zeros(*x._shape[:-1], n - k)], -1)
        a = x - x.mT
        if self.orthogonal_map == "matrix_exp":
            q = matrices.matrix_exp(a)
        else:
            one = matrices.eye(n, a)
            q = matrices.solve(one - a * 0.5, one + a * 0.5)
        return q if n == k else q.narrow(-1, 0, k)

    def _by_reflections(self, x: Any) -> Any:
        a = x.tril(-1)
        tau = 2.0 / (1.0 + (a * a).sum(-2))
        # the diagonal holds signs, which are not trained
        signs = x.detach().diagonal(0, -2, -1).trunc()
        return matrices.reflections(a, tau) * signs.unsqueeze(-2)

    def right_inverse(self, q: Any) -> Any:
        """What the orthogonal matrix nearest to q is computed from."""
        if tuple(q._shape) != tuple(self.shape):
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. "
                f"Got a tensor of shape {q.shape}."
            )
        with no_grad():
            n, k = q._shape[-2:]
            tall = q.mT if n < k else q
            if not self._has_base:
                found = self._reflectors(tall)
                return found.mT if n < k else found
            self._set_base(tall)
            rows, columns = q._shape[-2:]
            eyes = np.broadcast_to(-np.eye(rows, columns), tuple(q._shape))
            return matrices.tensor_of(eyes, q)

    def _set_base(self, tall: Any) -> None:
        n, k = tall._shape[-2:]
        if n != k:
            rest = tall.new_empty(*tall._shape[:-1], n - k).normal_()
            self.base = matrices.orthonormal(cat([tall, rest], -1))
            return
        array = matrices.array_of(tall)
        tolerance = 10 * n * {8: 2.2e-16}.get(tall.dtype.itemsize, 1.2e-7)
        error = np.abs(array.swapaxes(-1, -2) @ array - np.eye(n)).max(initial=0.0)
        self.base = tall.clone() if error < tolerance else matrices.orthonormal(tall)

    def _reflectors(self, tall: Any) -> Any:
        if self.orthogonal_map != "householder":
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley "
                "parametrizations when use_trivialization=False."
            )
        array = matrices.array_of(tall)
        found = np.empty_like(array)
        for at in np.ndindex(array.shape[:-2]):
            raw, tau = np.linalg.qr(array[at], mode="raw")
            a = raw.T.copy()
            signs = np.sign(np.diagonal(a))
            np.fill_diagonal(a, np.where(tau == 0, -signs, signs))
            found[at] = a
        return matrices.tensor_of(found, tall)


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *,
    use_trivialization: bool = True,
) -> Module:  # fmt: skip
    """Make module.NAME a matrix with orthonormal rows or columns; returns the module.

    orthogonal_map: "matrix_exp" (default of square matrices), "cayley", "householder".
    use_trivialization: as a change of what the matrix has been, which may be assigned to.

    >>> import flambeau
    >>> nn = flambeau.nn
    >>> w = nn.utils.parametrizations.orthogonal(nn.Linear(4, 2)).weight
    >>> flambeau.allclose(w @ w.T, flambeau.eye(2), atol=1e-5)
    True
    """
    weight = _tensor(module, name)
    if len(weight._shape) < 2:
        raise ValueError(
            "orthogonal: Expected a matrix or batch of matrices. Got a tensor of "
            f"{len(weight._shape)} dimensions."
        )
    if orthogonal_map is None:
        is_square = weight._shape[-2] == weight._shape[-1]
        orthogonal_map = "matrix_exp" if is_square else "householder"
    if orthogonal_map not in _MAPS:
        raise ValueError(
            'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: '
            f"{orthogonal_map}"
        )
    made = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return parametrize.register_parametrization(module, name, made, unsafe=True)


# -- weight normalization -------------------------------------------------------------------------
class _WeightNorm(Module):
    """v * g / norm(v); Salimans & Kingma 2016."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, g: Any, v: Any) -> Tensor:
        """The weight of norms g and directions v."""
        return v * (g / norm_except(v, self.dim))  # type: ignore[no-any-return]

    def right_inverse(self, weight: Any) -> tuple[Tensor, Tensor]:
        """(norms, directions)."""
        return norm_except(weight, self.dim), weight.clone()


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Make module.NAME v * g / norm(v), of norms g and directions v; returns the module.

    dim: one norm for each element along it; None: one of all. g is `original0`, v `original1`.
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def take_old_names(state_dict: Any, prefix: str, *rest: Any) -> None:
        old = [f"{prefix}{name}_g", f"{prefix}{name}_v"]
        if all(key in state_dict for key in old):
            for i, key in enumerate(old):
                new = f"{prefix}parametrizations.{name}.original{i}"
                state_dict[new] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(take_old_names)
    return module


# -- spectral normalization -----------------------------------------------------------------------
class _SpectralNorm(Module):
    """weight / its greatest singular value, by power iteration; Miyato et al. 2018."""

    _u: Any
    _v: Any

    def __init__(
        self, weight: Any, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12
    ) -> None:
        super().__init__()
        ndim = len(weight._shape)
        if not -ndim <= dim < ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but "
                f"got {dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                "Expected n_power_iterations to be positive, but got "
                f"n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight.detach(), self.dim)
            self.register_buffer("_u", random_unit(matrix, 0, eps))
            self.register_buffer("_v", random_unit(matrix, 1, eps))
            self._iterate(matrix, 15)

    def _iterate(self, matrix: Any, times: int) -> None:
        with no_grad():
            power_iteration(matrix, self._u, self._v, times, self.eps, u_first=True)

    def forward(self, weight: Any) -> Tensor:
        """weight / its greatest singular value."""
        if len(weight._shape) == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._iterate(matrix.detach(), self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()
        return weight / (u * (matrix @ v)).sum()  # type: ignore[no-any-return]

    def right_inverse(self, value: Tensor) -> Tensor:
        """The value itself."""
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
    dim: int | None = None,
) -> Module:  # fmt: skip
    """Make module.NAME what it was, divided by its greatest singular value; returns the module.

    Each look at it in training improves the estimate by n_power_iterations. dim: the matrix's
    rows.
    """
    weight = _tensor(module, name)
    dim = default_dim(module) if dim is None else dim
    made = _SpectralNorm(weight, n_power_iterations, dim, eps)
    return parametrize.register_parametrization(module, name, made)

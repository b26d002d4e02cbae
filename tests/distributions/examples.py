"""Distributions that the tests are about: a line for each, in terms that PyTorch has as well.

T makes a float64 tensor; D is the module of distributions, L the library.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

CONTINUOUS = """
Normal(T([0.0, -1.5]), T([1.0, 0.3]))
Normal(T(0.5), 2.0)
LogNormal(T([0.0, -0.5]), T([1.0, 0.3]))
HalfNormal(T([0.4, 2.0]))
Laplace(T([0.0, 1.0]), T([1.0, 0.2]))
Cauchy(T([0.0, 1.0]), T([1.0, 3.0]))
HalfCauchy(T([0.5, 2.0]))
Exponential(T([0.5, 3.0]))
Gamma(T([0.3, 2.5]), T([1.0, 0.2]))
Chi2(T([1.0, 4.5]))
InverseGamma(T([0.7, 4.5]), T([1.0, 2.0]))
Beta(T([0.5, 2.5]), T([0.7, 4.0]))
Kumaraswamy(T([0.5, 2.5]), T([0.7, 4.0]))
FisherSnedecor(T([1.5, 5.0]), T([4.5, 6.0]))
StudentT(T([1.5, 5.0, 0.7]), T([0.0, 1.0, 2.0]), T([1.0, 0.5, 3.0]))
Gumbel(T([0.0, 1.0]), T([1.0, 0.5]))
Weibull(T([1.0, 0.5]), T([0.7, 3.0]))
Pareto(T([1.0, 0.5]), T([0.7, 5.0]))
GeneralizedPareto(T([0.0, 1.0, 2.0]), T([1.0, 0.5, 2.0]), T([0.3, 0.0, -0.4]))
Uniform(T([0.0, -2.0]), T([1.0, 5.0]))
ContinuousBernoulli(T([0.2, 0.4995, 0.9]))
ContinuousBernoulli(logits=T([-1.5, 0.0, 2.0]))
VonMises(T([0.0, 3.0]), T([0.3, 20.0]))
RelaxedBernoulli(T(0.7), T([0.2, 0.9]))
RelaxedBernoulli(T(2.0), logits=T([-1.0, 3.0]))
TransformedDistribution(D.Normal(T([0.0, 1.0]), T([1.0, 0.5])), [D.TanhTransform()])
TransformedDistribution(D.Exponential(T([2.0])), D.AffineTransform(T([1.0]), T([-2.0])))
"""

DISCRETE = """
Bernoulli(T([0.2, 0.9]))
Bernoulli(logits=T([[-1.0], [2.0]]))
Binomial(5, T([0.2, 0.9]))
Binomial(T(3), logits=T([0.5, -2.0]))
Categorical(T([[0.1, 0.2, 0.7], [3.0, 1.0, 1.0]]))
Categorical(logits=T([0.5, -2.0, 0.0, 1.0]))
Geometric(T([0.2, 0.9]))
Geometric(logits=T([-2.0, 0.7]))
NegativeBinomial(T([3.0, 0.5]), T([0.2, 0.7]))
NegativeBinomial(4, logits=T([0.5, -2.0]))
Poisson(T([0.3, 8.0]))
"""

VECTORS = """
Multinomial(4, T([[0.1, 0.2, 0.7], [3.0, 1.0, 1.0]]))
Multinomial(3, logits=T([0.5, -2.0, 0.0, 1.0]))
OneHotCategorical(T([[0.1, 0.2, 0.7], [3.0, 1.0, 1.0]]))
OneHotCategoricalStraightThrough(logits=T([0.5, -2.0, 0.0, 1.0]))
RelaxedOneHotCategorical(T(0.8), T([[0.1, 0.2, 0.7], [3.0, 1.0, 1.0]]))
Dirichlet(T([[0.5, 2.0, 1.0], [3.0, 1.5, 4.0]]))
LogisticNormal(T([[0.5, -1.0], [0.0, 0.3]]), T([1.0, 0.4]))
MultivariateNormal(T([0.5, -1.0]), T([[2.0, 0.5], [0.5, 1.0]]))
MultivariateNormal(T([[0.5, -1.0], [1.0, 2.0]]), scale_tril=T([[2.0, 0.0], [0.5, 1.0]]))
MultivariateNormal(T([0.5, -1.0]), precision_matrix=T([[[2.0, 0.5], [0.5, 1.0]]]))
LowRankMultivariateNormal(T([0.5, -1.0, 2.0]), T([[1.0], [0.5], [-2.0]]), T([1.0, 0.3, 2.0]))
LowRankMultivariateNormal(T([[0.5, -1.0]]), T([[[1.0, 3.0], [0.5, 1.0]]]), T([1.0, 0.3]))
Wishart(T([4.5, 7.0]), T([[2.0, 0.5], [0.5, 1.0]]))
Wishart(T(3.5), scale_tril=T([[2.0, 0.0], [0.5, 1.0]]))
Wishart(6, precision_matrix=T([[2.0, 0.5], [0.5, 1.0]]))
LKJCholesky(3, T([0.5, 2.0]))
LKJCholesky(2, T(1.5))
Independent(D.Normal(T([[0.5, -1.0], [0.0, 0.3]]), T([1.0, 0.4])), 1)
Independent(D.Bernoulli(T([0.3, 0.8])), 1)
"""

MIXTURES = """
MixtureSameFamily(D.Categorical(T([0.3, 0.7])), D.Normal(T([0.0, 2.0]), T([1.0, 0.5])))
MixtureSameFamily(D.Categorical(T([[0.3, 0.7], [0.5, 0.5]])), D.Poisson(T([[1.0, 4.0], [2.0, 9.0]])))
MixtureSameFamily(D.Categorical(logits=T([[0.3, 0.7], [1.0, -1.0]])), D.Independent(D.Normal(T([[[0.0, 1.0, 2.0], [1.0, 1.0, -1.0]]]), T(1.0)).expand((2, 2, 3)), 1))
"""  # noqa: E501


def lines(*tables: str) -> list[str]:
    return [line for table in tables for line in table.strip().splitlines()]


ALL = lines(CONTINUOUS, DISCRETE, VECTORS, MIXTURES)


def make(
    library: ModuleType, line: str, made: list[Any] | None = None, dtype: str = "float64"
) -> Any:
    """The distribution of a line, of one library; its tensors are added to `made`."""

    def tensor(data: Any) -> Any:
        x = library.tensor(data, dtype=getattr(library, dtype))
        if made is not None:
            made.append(x.requires_grad_())
        return x

    names = {"T": tensor, "D": library.distributions, "L": library}
    return eval(f"D.{line}", names)

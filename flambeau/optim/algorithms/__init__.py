"""The algorithms: each is a formula, the names of its state, and checks of its numbers."""

from flambeau.optim.algorithms.adam import Adam, Adamax, AdamW, NAdam, RAdam
from flambeau.optim.algorithms.adaptive import Adadelta, Adagrad, RMSprop
from flambeau.optim.algorithms.factored import Adafactor
from flambeau.optim.algorithms.lbfgs import LBFGS
from flambeau.optim.algorithms.orthogonal import Muon
from flambeau.optim.algorithms.sgd import ASGD, SGD, Rprop
from flambeau.optim.algorithms.sparse import SparseAdam

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Muon",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SparseAdam",
]

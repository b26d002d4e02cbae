"""The algorithms: each is a formula, the names of its state, and checks of its numbers."""

from flambeau.optim.algorithms.adam import Adam, Adamax, AdamW, NAdam, RAdam
from flambeau.optim.algorithms.adaptive import Adadelta, Adagrad, RMSprop
from flambeau.optim.algorithms.sgd import ASGD, SGD, Rprop

__all__ = [
    "ASGD",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
]

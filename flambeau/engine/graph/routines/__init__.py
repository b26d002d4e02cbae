"""ROUTINES: what is computed on the host as a whole, by NumPy or a library: decompositions.

A routine is one node of the graph for each of its outputs (primitive `routine`); nodes that
differ in the output alone are computed by one call.
"""

from __future__ import annotations

from flambeau.engine.graph.routines.factors import FACTORS
from flambeau.engine.graph.routines.fourier import FOURIER
from flambeau.engine.graph.routines.integers import INTEGERS
from flambeau.engine.graph.routines.linalg import LINALG
from flambeau.engine.graph.routines.parts import on_parts
from flambeau.engine.graph.routines.special import SPECIAL
from flambeau.engine.graph.routines.table import Routine
from flambeau.engine.graph.routines.variates import VARIATES

__all__ = ["ROUTINES", "Routine"]

ROUTINES: dict[str, Routine] = {**FOURIER, **LINALG, **FACTORS, **INTEGERS, **VARIATES, **SPECIAL}
ROUTINES["on_parts"] = on_parts(ROUTINES)

"""The operations of neural networks that users see as one, each one node on the tape.

An operation is a formula that expands into a few primitives, which the compiler fuses. Formulas
are written once and read twice: on nodes (`Expression`) they make one operation, and on tensors
they make ordinary operations, which are differentiable again. See expression.py and composed.py.
"""

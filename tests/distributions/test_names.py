"""The module's names, and when it is loaded."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

import flambeau

MODULES = "constraint_registry constraints distribution exp_family kl transforms utils".split()


def test_names_are_pytorchs():
    torch = pytest.importorskip("torch")
    assert set(flambeau.distributions.__all__) == set(torch.distributions.__all__)
    for name in MODULES:
        theirs = importlib.import_module(f"torch.distributions.{name}")
        ours = importlib.import_module(f"flambeau.distributions.{name}")
        missing = [n for n in getattr(theirs, "__all__", ()) if not hasattr(ours, n)]
        assert not missing, name


def test_classes_have_pytorchs_arguments_and_attributes():
    torch = pytest.importorskip("torch")
    for name in flambeau.distributions.__all__:
        ours, theirs = getattr(flambeau.distributions, name), getattr(torch.distributions, name)
        if not inspect.isclass(ours):
            continue
        missing = [n for n in dir(theirs) if n[0] != "_" and not hasattr(ours, n)]
        assert not missing, name
        arguments = [
            [(p.name, p.default) for p in inspect.signature(x.__init__).parameters.values()]
            for x in (ours, theirs)
        ]
        assert arguments[0] == arguments[1], name
        assert importlib.import_module(ours.__module__)


def test_importing_the_package_does_not_load_it():
    program = (
        "import sys, flambeau\n"
        "print('flambeau.distributions' in sys.modules)\n"
        "print(flambeau.distributions.Normal(0.0, 1.0).mean.item())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["False", "0.0"], done.stderr

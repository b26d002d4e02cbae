"""The import hook: `torch` and every `torch.x.y` become flambeau's modules.

`torch` is a module of its own that passes every name on to flambeau, so that it can say which
surface it offers (`torch.__version__`); `torch.nn` and all others are flambeau's own modules under
a second name. A PyTorch that is installed is not looked for.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, ClassVar

import flambeau
from flambeau.compat.report import REPORT
from flambeau.core.omitted import no_such_name

__all__ = ["SURFACE", "install", "is_installed", "uninstall"]

SURFACE = "2.13.0"  # the version of PyTorch whose names are offered

PACKAGES = {"torch": "flambeau", "torchvision": "flambeau.vision"}
# modules that have another name here
ELSEWHERE = {
    "torch.utils.data.dataloader": "flambeau.utils.data.loader",
}


class Torch(ModuleType):
    """`torch`: every name is flambeau's, looked up when it is asked for."""

    __version__ = f"{SURFACE}+flambeau.{flambeau.__version__}"
    __path__: ClassVar[list[str]] = []  # type: ignore[misc]  # a package: it has submodules
    __all__ = flambeau.__all__  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(flambeau, name)
        except AttributeError:
            if not name.startswith("__"):
                REPORT.missing(f"torch.{name}")
            raise AttributeError(_missing("torch", name, dir(flambeau))) from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__") or isinstance(value, ModuleType):
            super().__setattr__(name, value)
        else:
            setattr(flambeau, name, value)

    def __dir__(self) -> list[str]:
        return dir(flambeau)


def _missing(owner: str, name: str, known: Sequence[str]) -> str:
    """As `no_such_name`, with the whole name of PyTorch's: flambeau has no torch.zeroes yet."""
    return no_such_name("flambeau", name, known).replace(repr(name), f"{owner}.{name}", 1)


class _Submodule(ModuleType):
    """What flambeau's modules become under the hook: they say which name of torch is missing."""

    def __getattr__(self, name: str) -> Any:
        owner = self.__name__.replace("flambeau", "torch", 1)
        if name.startswith("__"):
            raise AttributeError(f"module {owner!r} has no attribute {name!r}")
        found = importlib.util.find_spec(f"{self.__name__}.{name}") if self._is_package() else None
        if found is not None:
            return importlib.import_module(f"{self.__name__}.{name}")
        REPORT.missing(f"{owner}.{name}")
        raise AttributeError(_missing(owner, name, list(vars(self))))

    def _is_package(self) -> bool:
        return "__path__" in vars(self)


class _Loader(Loader):
    """Gives the module that is there already."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        if spec.name == "torch":
            return Torch("torch", flambeau.__doc__)
        module = importlib.import_module(self.target)
        if type(module) is ModuleType:
            module.__class__ = _Submodule
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        if self.spec is not None:  # the import system has put the alias there
            module.__spec__ = self.spec


class _Finder(MetaPathFinder):
    """Answers for `torch` and all below it, and says of the rest of PyTorch what is missing."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        top, dot, rest = name.partition(".")
        if top not in PACKAGES:
            return None
        there = ELSEWHERE.get(name) or PACKAGES[top] + dot + rest
        is_package = _is_package(there)
        if is_package is None:
            REPORT.missing(name)
            raise ModuleNotFoundError(f"flambeau has no {name} yet", name=name)
        return ModuleSpec(name, _Loader(there), is_package=is_package)


def _is_package(name: str) -> bool | None:
    """Whether the module is a package; None if there is no such module."""
    parent = name.rpartition(".")[0]
    try:
        if parent:
            importlib.import_module(parent)  # some modules are made by their package
        loaded = sys.modules.get(name)
        if loaded is not None:
            return hasattr(loaded, "__path__")
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return None
    return None if found is None else found.submodule_search_locations is not None


_FINDER = _Finder()


def _ours(name: str) -> bool:
    return name.partition(".")[0] in PACKAGES


def install() -> None:
    """Let `import torch` mean flambeau from here on; again is nothing.

    RuntimeError if PyTorch itself is loaded already, whose modules programs would get in part.

        from flambeau import compat
        compat.install()
        import torch  # flambeau
    """
    if is_installed():
        return
    loaded = sys.modules.get("torch")
    if loaded is not None and not isinstance(loaded, Torch):
        raise RuntimeError(
            "compat.install: given a process that has imported PyTorch already; required: none of "
            "its modules loaded; try calling flambeau.compat.install() first, or `flambeau run`"
        )
    sys.meta_path.insert(0, _FINDER)


def uninstall() -> None:
    """Let `import torch` mean PyTorch again; what was imported meanwhile stays as it is."""
    if is_installed():
        sys.meta_path.remove(_FINDER)
    for name in [n for n in sys.modules if _ours(n)]:
        module = sys.modules[name]
        if isinstance(module, Torch) or module.__name__.partition(".")[0] == "flambeau":
            del sys.modules[name]


def is_installed() -> bool:
    """Whether `import torch` means flambeau."""
    return _FINDER in sys.meta_path

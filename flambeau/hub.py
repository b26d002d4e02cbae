"""flambeau.hub: files of models that lie on this machine; nothing is downloaded.

Files are looked for under their name in `get_dir()/checkpoints`, as PyTorch keeps them.
"""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlparse

from flambeau.core.errors import message
from flambeau.io import load as load_file

__all__ = ["download_url_to_file", "get_dir", "load", "load_state_dict_from_url", "set_dir"]

_folder: list[str] = []


def get_dir() -> str:
    """The folder: what set_dir named, or TORCH_HOME/hub, or torch/hub in the user's cache."""
    if _folder:
        return _folder[-1]
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", os.path.join(cache, "torch"))
    return os.path.join(os.path.expanduser(home), "hub")


def set_dir(d: str | os.PathLike[str]) -> None:
    """Name the folder."""
    _folder[:] = [os.path.expanduser(d)]


def load_state_dict_from_url(
    url: str, model_dir: str | None = None, map_location: Any = None, progress: bool = True,
    check_hash: bool = False, file_name: str | None = None, weights_only: bool = True,
) -> Any:  # fmt: skip
    """What the file of the url's name holds, which must be on this machine already."""
    folder = Path(model_dir or os.path.join(get_dir(), "checkpoints"))
    path = folder / (file_name or os.path.basename(urlparse(url).path))
    if not path.exists():
        raise FileNotFoundError(
            message("hub.load_state_dict_from_url", f"url {url}", f"its file at {path}; nothing is "
                    "downloaded", "put the file there yourself")
        )  # fmt: skip
    return load_file(str(path), map_location=map_location, weights_only=weights_only)


def _refuse(name: str, what: str) -> NoReturn:
    raise RuntimeError(
        message(f"hub.{name}", what, "files on this machine; nothing is downloaded, and no code of "
                "others is run", "cloning the repository and importing from it")
    )  # fmt: skip


def load(repo_or_dir: str, model: str, *args: Any, source: str = "github", **kwargs: Any) -> Any:
    """The result of the function `model` in the hubconf.py of a local folder."""
    path = Path(repo_or_dir) / "hubconf.py"
    if source != "local":
        _refuse("load", f"source={source!r}")
    if not path.exists():
        raise FileNotFoundError(
            message("hub.load", f"folder {repo_or_dir}", "a file hubconf.py in it")
        )
    for option in ("trust_repo", "force_reload", "verbose", "skip_validation"):
        kwargs.pop(option, None)
    return runpy.run_path(str(path))[model](*args, **kwargs)


def download_url_to_file(url: str, dst: str, *args: Any, **kwargs: Any) -> NoReturn:
    """RuntimeError: nothing is downloaded."""
    _refuse("download_url_to_file", f"url {url}")

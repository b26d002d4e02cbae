"""Event files read back by the real TensorBoard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def read() -> Callable[[Any], list[Any]]:
    """read(folder) -> the events of all event files there, read by TensorBoard itself."""
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    event = pytest.importorskip("tensorboard.compat.proto.event_pb2")

    def events(folder: Any) -> list[Any]:
        files = sorted(Path(folder).glob("events.out.tfevents.*"))
        found = [data for path in files for data in loader.RawEventFileLoader(str(path)).Load()]
        return [event.Event.FromString(data) for data in found]

    return events


@pytest.fixture
def values(read: Callable[[Any], list[Any]]) -> Callable[[Any], dict[str, Any]]:
    """values(folder) -> {tag: the last summary value with this tag}."""

    def last(folder: Any) -> dict[str, Any]:
        return {v.tag: v for event in read(folder) for v in event.summary.value}

    return last

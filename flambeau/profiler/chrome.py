"""Events in the JSON format of chrome://tracing and ui.perfetto.dev.

Source: "Trace Event Format", Google; complete events (ph "X") with times in microseconds.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable
from typing import Any

__all__ = ["write_chrome_trace"]

CATEGORIES = {
    "user": "user_annotation", "step": "user_annotation", "plan": "compile", "compile": "compile",
}  # fmt: skip
ENGINE_ROW = 1_000_000  # kernels are shown in a row of their own below their thread's


def write_chrome_trace(
    path: Any, events: Iterable[Any], epoch_us: int, metadata: dict[str, Any]
) -> None:
    """Write the file (compressed if its name ends in .gz); `epoch_us` is the time of second 0."""
    pid = os.getpid()
    threads: dict[int, int] = {}
    entries: list[dict[str, Any]] = []
    for event in events:
        row = threads.setdefault(event.thread, len(threads))
        is_host = event.kind in CATEGORIES
        args: dict[str, Any] = {}
        if event.operations:
            args["operations"] = list(event.operations)
        if event.stack:
            args["lines"] = list(event.stack)
        if event.nbytes:
            args["bytes"] = event.nbytes
        if event.flops:
            args["flops"] = event.flops
        if event.result:
            args["result"] = event.result
        if event.args:
            args["args"] = event.args
        entries.append(
            {
                "ph": "X", "cat": CATEGORIES.get(event.kind, "kernel"), "name": event.name,
                "pid": pid, "tid": row if is_host else ENGINE_ROW + row,
                "ts": round(epoch_us + event.time_range.start, 3),
                "dur": round(event.time_range.elapsed_us(), 3), "args": args,
            }
        )  # fmt: skip
    names: list[dict[str, Any]] = [
        {"ph": "M", "name": "process_name", "pid": pid, "args": {"name": "flambeau"}}
    ]
    for thread, row in threads.items():
        for tid, name in ((row, f"thread {thread}"), (ENGINE_ROW + row, f"kernels of {thread}")):
            names.append(
                {"ph": "M", "name": "thread_name", "pid": pid, "tid": tid, "args": {"name": name}}
            )
    content = {
        "schemaVersion": 1, "displayTimeUnit": "ms", "deviceProperties": [], **metadata,
        "traceEvents": [*names, *entries],
    }  # fmt: skip
    text = json.dumps(content)
    name = os.fspath(path)
    if name.endswith(".gz"):
        with gzip.open(name, "wt", encoding="utf-8") as file:
            file.write(text)
    else:
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)

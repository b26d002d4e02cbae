"""`FileWriter`: events into one event file."""

from __future__ import annotations

import time
import weakref
from collections.abc import Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.utils.tensorboard.event_file import EventFile
from flambeau.utils.tensorboard.wire import Message

__all__ = ["FileWriter", "as_step"]


class FileWriter:
    """Writes events to one event file in `log_dir`, through a queue that a thread empties.

    max_queue: how many events may wait before adding one waits itself. flush_secs: after so many
    seconds events are forced onto the disk; other processes see them at once. filename_suffix:
    the end of the file's name. Errors of the thread (a full disk) are raised by the next call.
    """

    def __init__(
        self, log_dir: Any, max_queue: int = 10, flush_secs: float = 120, filename_suffix: str = ""
    ) -> None:
        self._settings = (str(log_dir), max_queue, flush_secs, filename_suffix)
        self._open()

    def _open(self) -> None:
        self.event_writer = EventFile(*self._settings)
        # nothing is lost when the writer is forgotten, or the interpreter ends
        self._end = weakref.finalize(self, self.event_writer.close)

    def get_logdir(self) -> str:
        """The folder of the event file."""
        return self._settings[0]

    def add_event(self, event: Any, step: Any = None, walltime: float | None = None) -> None:
        """Add an event: a Message of wire.py, or a message of the protobuf package."""
        walltime = time.time() if walltime is None else float(walltime)
        if isinstance(event, Message):
            event.fields["wall_time"] = walltime
            if step is not None:
                event.fields["step"] = as_step(step)
        else:
            event.wall_time = walltime
            if step is not None:
                event.step = as_step(step)
        self.event_writer.add(event.SerializeToString())

    def add_summary(
        self, summary: Any, global_step: Any = None, walltime: float | None = None
    ) -> None:
        """Add a summary, which the functions of summary.py make."""
        self.add_event(Message("Event", summary=summary), global_step, walltime)

    def add_graph(self, graph_profile: Sequence[Any], walltime: float | None = None) -> None:
        """Add a graph and what is known about its run."""
        nodes, run = graph_profile
        self.add_event(Message("Event", graph_def=nodes.SerializeToString()), None, walltime)
        data = run.SerializeToString()
        tagged = Message("TaggedRunMetadata", tag="step1", run_metadata=data)
        self.add_event(Message("Event", tagged_run_metadata=tagged), None, walltime)

    def add_onnx_graph(self, graph: Any, walltime: float | None = None) -> None:
        """Add a GraphDef."""
        self.add_event(Message("Event", graph_def=graph.SerializeToString()), None, walltime)

    def flush(self) -> None:
        """Wait until what was added can be read by others."""
        self.event_writer.flush()

    def close(self) -> None:
        """Write what waits, force it onto the disk, and end the thread."""
        self.event_writer.close()

    def reopen(self) -> None:
        """After `close`: go on in a new file."""
        if self.event_writer.is_closed:
            self._open()


def as_step(step: Any) -> int:
    """A global_step as an int."""
    try:
        return int(step)
    except (TypeError, ValueError):
        raise TypeError(message("SummaryWriter", f"global_step={step!r}", "an int")) from None

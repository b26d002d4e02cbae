"""A file of records that is written by a thread of its own.

What is added goes into a queue; the thread hands all that is there to the operating system at
once, without a buffer of its own: a reader sees it immediately, and a process that is killed
loses what was in the queue at that moment, never more. A record that could not be written whole
is cut off again, so the file stays readable.
"""

from __future__ import annotations

import errno
import itertools
import os
import socket
import sys
import threading
import time
import weakref

from flambeau.core.errors import message
from flambeau.utils.tensorboard.records import frame
from flambeau.utils.tensorboard.wire import Message, encode

__all__ = ["EventFile"]

_count = itertools.count()
_is_child = False  # of a fork
_files: weakref.WeakSet[EventFile] = weakref.WeakSet()


class EventFile:
    """The event file that one process writes in `folder`.

    max_queue   records that wait before `add` waits itself; none waits for ever if it is 0
    flush_secs  after so many seconds what was written is forced onto the disk (fsync)
    suffix      the end of the file's name

    After `os.fork` the child's copy writes a file of its own, and what waited in the queue is
    written once, by the parent.
    """

    def __init__(
        self, folder: str, max_queue: int = 10, flush_secs: float = 120, suffix: str = ""
    ) -> None:
        if "://" in folder:
            raise ValueError(
                message(
                    "SummaryWriter",
                    f"log_dir={folder!r}",
                    "a folder of this machine",
                    "writing to a local folder, and copying it",
                )
            )
        self.folder = folder
        self._max_queue = max_queue
        self._flush_secs = flush_secs
        self._suffix = suffix
        self._begin()
        self._open()
        _files.add(self)

    def _begin(self) -> None:
        """The state before anything is open: at the start, and in the child of a fork."""
        self._changed = threading.Condition()
        self._queue: list[bytes] = []
        self._added = self._written = 0  # records so far
        self._error: BaseException | None = None
        self.is_closed = False
        self._thread: threading.Thread | None = None
        self._descriptor = -1
        self.path = ""

    # -- the caller's side ------------------------------------------------------------------------
    def add(self, record: bytes) -> None:
        """Write a record, some time soon."""
        with self._changed:
            if self._thread is None and not self.is_closed:
                self._open()  # in the child of a fork
            while 0 < self._max_queue <= len(self._queue) and self._error is None:
                self._changed.wait()
            self._check()
            self._queue.append(record)
            self._added += 1
            self._changed.notify_all()

    def flush(self) -> None:
        """Wait until what was added is handed to the operating system."""
        with self._changed:
            self._check()
            until = self._added
            while self._written < until and self._error is None:
                self._changed.wait()
            self._check()

    def close(self) -> None:
        """Write what is left, force it onto the disk, and end the thread."""
        with self._changed:
            if self.is_closed:
                return
            self.is_closed = True
            self._changed.notify_all()
            thread = self._thread
        # garbage collection may have come here from the thread itself
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        if self._error is not None:
            raise self._failure()

    def _check(self) -> None:
        if self._error is not None:
            raise self._failure()
        if self.is_closed:
            raise OSError(
                message("FileWriter", "a closed writer", "an open one", "reopen(), or a new writer")
            )

    def _failure(self) -> OSError:
        error = self._error
        text = message(
            "FileWriter", f"an event file that could not be written ({error})",
            f"room and permission to write {self.path}",
            "freeing space, then a new writer: the file is good up to the last whole record",
        )  # fmt: skip
        failure = OSError(error.errno, text) if isinstance(error, OSError) else OSError(text)
        failure.__cause__ = error
        return failure

    # -- opening ----------------------------------------------------------------------------------
    def _open(self) -> None:
        os.makedirs(self.folder, exist_ok=True)
        # what tells TensorBoard that a file is one of its own
        start = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}"
        self.path = os.path.join(self.folder, f"{start}.{next(_count)}{self._suffix}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(self.path, flags, 0o666)
        self._queue.append(encode(_first_event()))
        self._added += 1
        self._thread = threading.Thread(target=self._run, name="flambeau events", daemon=True)
        self._thread.start()
        self._end_with_process()
        self.flush()

    def _end_with_process(self) -> None:
        """A forked worker of multiprocessing ends without calling what atexit knows."""
        found = sys.modules.get("multiprocessing.util")
        if found is not None and _is_child:
            found.Finalize(self, self.close, exitpriority=0)

    # -- the thread's side ------------------------------------------------------------------------
    def _run(self) -> None:
        try:
            self._write_all()
        except BaseException as error:
            with self._changed:
                self._error = error
                self._queue.clear()
                self._changed.notify_all()
        finally:
            os.close(self._descriptor)
            self._descriptor = -1

    def _write_all(self) -> None:
        due: float | None = None  # when what was written has to be on the disk
        while True:
            with self._changed:
                while not self._queue and not self.is_closed:
                    left = None if due is None else due - time.monotonic()
                    if left is not None and left <= 0:
                        break
                    self._changed.wait(left)
                batch, self._queue = self._queue, []
                self._changed.notify_all()  # there is room
            if batch:
                self._write([frame(record) for record in batch])
                if due is None:
                    due = time.monotonic() + self._flush_secs
                with self._changed:
                    self._written += len(batch)
                    self._changed.notify_all()
            if due is not None and (self.is_closed or time.monotonic() >= due):
                _force(self._descriptor)
                due = None
            if not batch and self.is_closed:
                return

    def _write(self, frames: list[bytes]) -> None:
        """Write records; at an error the file ends with the last whole one."""
        data = memoryview(b"".join(frames))
        done = 0
        try:
            while done < len(data):
                done += os.write(self._descriptor, data[done:])
        except OSError:
            whole = 0
            for record in frames:
                if whole + len(record) > done:
                    break
                whole += len(record)
            if done > whole:
                end = os.lseek(self._descriptor, 0, os.SEEK_CUR)
                os.ftruncate(self._descriptor, end - (done - whole))
            raise


def _first_event() -> Message:
    source = Message("SourceMetadata", writer="flambeau.utils.tensorboard")
    return Message(
        "Event", wall_time=time.time(), file_version="brain.Event:2", source_metadata=source
    )


def _force(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        # some file systems cannot; a full disk is an error
        if error.errno not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
            raise


def _forget_in_child() -> None:
    """The parent's file and queue are the parent's: give them up without writing."""
    global _is_child
    _is_child = True
    for file in list(_files):
        descriptor, is_closed = file._descriptor, file.is_closed
        file._begin()
        file.is_closed = is_closed
        if descriptor >= 0:
            os.close(descriptor)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)

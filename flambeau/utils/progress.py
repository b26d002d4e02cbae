"""A progress bar for training loops: loss, accuracy, samples a second, time left.

On a terminal one line is redrawn in place; elsewhere (a file, a pipe, a log) plain lines are
written now and then.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

__all__ = ["Progress"]

REDRAW = 0.1  # seconds between two drawings on a terminal
PLAIN = 5.0  # seconds between two plain lines
FULL, PARTS = "█", " ▏▎▍▌▋▊▉"  # a cell of the bar, and its eighths


class Progress:
    """Shows how far a loop over `total` steps has come; use it in a `with` block.

    Call `update` after every step with the number of samples and any figures by name. Figures
    may be tensors: they are read only when the line is drawn, so a loop is not slowed down.
    `stream` is standard error unless given.

    >>> import io
    >>> with Progress(2, "demo", stream=io.StringIO()) as progress:
    ...     for loss in (0.5, 0.25):
    ...         progress.update(samples=64, loss=loss)
    >>> progress.done, progress.samples
    (2, 128)
    """

    def __init__(
        self, total: int, label: str = "", *, stream: TextIO | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:  # fmt: skip
        self.total = total
        self.label = label
        self.done = 0
        self.samples = 0
        self.figures: dict[str, Any] = {}
        self._stream = sys.stderr if stream is None else stream
        self._is_terminal = bool(getattr(self._stream, "isatty", lambda: False)())
        self._clock = clock
        self._begin = self._shown = clock()
        # the first step compiles: the rate is counted from its end
        self._first: tuple[float, int, int] | None = None
        self._width = 0  # of what stands on the terminal's line

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def update(self, steps: int = 1, samples: int = 0, **figures: Any) -> None:
        """Count `steps` steps over `samples` samples, and remember figures to show."""
        self.done += steps
        self.samples += samples
        self.figures.update(figures)
        now = self._clock()
        if self._first is None:
            self._first = (now, self.done, self.samples)
        if now - self._shown >= (REDRAW if self._is_terminal else PLAIN):
            self._show(now)

    def note(self, text: str) -> None:
        """Write a line of its own above the bar."""
        self._wipe()
        self._stream.write(text + "\n")
        if self._is_terminal:
            self._show(self._clock())
        self._stream.flush()

    def close(self) -> None:
        """Show the last state and end the line."""
        if self.done:
            self._show(self._clock())
        if self._is_terminal and self._width:
            self._stream.write("\n")
            self._width = 0
        self._stream.flush()

    # -- what the line says ---------------------------------------------------------------------
    def text(self, now: float | None = None) -> str:
        """The figures as text, without the bar."""
        now = self._clock() if now is None else now
        elapsed = now - self._begin
        steps_rate, samples_rate = self._rates(now)
        parts = [f"{name} {_number(value)}" for name, value in self.figures.items()]
        if self.samples:
            parts.append(f"{samples_rate:,.0f} samples/s")
        if self.done >= self.total:
            parts.append(f"{_duration(elapsed)} in all")
        elif steps_rate:
            parts.append(f"{_duration((self.total - self.done) / steps_rate)} left")
        return ", ".join(parts)

    def _rates(self, now: float) -> tuple[float, float]:
        """Steps and samples a second."""
        then, steps, samples = self._begin, 0, 0
        if self._first is not None and self.done > self._first[1]:
            then, steps, samples = self._first
        seconds = max(now - then, 1e-9)
        return (self.done - steps) / seconds, (self.samples - samples) / seconds

    def _show(self, now: float) -> None:
        self._shown = now
        part = min(self.done / self.total, 1.0) if self.total else 1.0
        label = f"{self.label} " if self.label else ""
        if not self._is_terminal:
            self._stream.write(f"{label}{part:4.0%} {self.text(now)}\n")
            self._stream.flush()
            return
        text = self.text(now)
        columns = shutil.get_terminal_size().columns - 1
        cells = max(5, min(30, columns - len(label) - len(text) - 8))
        line = f"{label}{part:4.0%} {_bar(part, cells)} {text}"[:columns]
        self._stream.write("\r" + line.ljust(self._width))
        self._width = len(line)
        self._stream.flush()

    def _wipe(self) -> None:
        if self._is_terminal and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._width = 0


def _bar(part: float, cells: int) -> str:
    """A bar of `cells` characters, `part` of it full, drawn in eighths of a character."""
    eighths = round(part * cells * 8)
    bar = FULL * (eighths // 8)
    if len(bar) < cells:
        bar += PARTS[eighths % 8]
    return f"▕{bar.ljust(cells)}▏"


def _number(value: Any) -> str:
    """A figure as text: tensors are read, and what is no number stays as it is."""
    if isinstance(value, str):
        return value
    return f"{float(value):.3g}"


def _duration(seconds: float) -> str:
    """Seconds as people write them: 3.2 s, 1:05, 2:03:10."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    return f"{hours}:{m:02d}:{s:02d}" if hours else f"{m}:{s:02d}"

"""flambeau.utils.benchmark: timing statements as PyTorch's Timer does."""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flambeau.tensor.boundary import get_num_threads, set_num_threads, synchronize

__all__ = ["Compare", "Measurement", "Timer"]

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))


@dataclass
class Measurement:
    """Times of several blocks of runs, in seconds; `times` are those of one run."""

    number_per_run: int
    raw_times: list[float]
    stmt: str = ""
    label: str | None = None
    sub_label: str | None = None
    description: str | None = None
    num_threads: int = 1
    env: str | None = None
    metadata: dict[Any, Any] = field(default_factory=dict)

    @property
    def times(self) -> list[float]:
        """Seconds of one run, for each block."""
        return [t / self.number_per_run for t in self.raw_times]

    @property
    def median(self) -> float:
        """The median of `times`."""
        return statistics.median(self.times)

    @property
    def mean(self) -> float:
        """The mean of `times`."""
        return statistics.fmean(self.times)

    @property
    def iqr(self) -> float:
        """The distance between the quartiles of `times`."""
        if len(self.times) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.times, n=4, method="inclusive")
        return high - low

    @property
    def title(self) -> str:
        """What was measured."""
        words = [w for w in (self.label or self.stmt, self.sub_label) if w]
        return ": ".join(words)

    def __repr__(self) -> str:
        unit, name = _unit(self.median)
        threads = "thread" if self.num_threads == 1 else "threads"
        runs = len(self.raw_times)
        if runs == 1:
            last = f"1 measurement, {self.number_per_run} runs , {self.num_threads} {threads}"
            middle = f"  {self.median / unit:.2f} {name}"
        else:
            middle = (
                f"  Median: {self.median / unit:.2f} {name}\n  IQR:    {self.iqr / unit:.2f} {name}"
            )
            last = f"{runs} measurements, {self.number_per_run} runs per measurement, "
            last += f"{self.num_threads} {threads}"
        return f"{type(self).__name__} of\n{self.title}\n{middle}\n  {last}"


def _unit(seconds: float) -> tuple[float, str]:
    return next(((u, n) for u, n in _UNITS if seconds >= u), _UNITS[-1])


class Timer:
    """Times `stmt`, as timeit.Timer does, with all work done that it recorded.

    >>> import flambeau
    >>> from flambeau.utils.benchmark import Timer
    >>> Timer("x + 1", globals={"x": flambeau.ones(3)}).timeit(10).number_per_run
    10
    """

    def __init__(
        self, stmt: str = "pass", setup: str = "pass", global_setup: str = "",
        timer: Callable[[], float] = timeit.default_timer, globals: dict[str, Any] | None = None,
        label: str | None = None, sub_label: str | None = None, description: str | None = None,
        env: str | None = None, num_threads: int = 1, language: Any = "python",
    ) -> None:  # fmt: skip
        if str(language).lower() not in ("python", "py", "language.python"):
            raise ValueError(f"Timer: given language={language!r}; required: 'python'")
        self._threads = num_threads
        self._names: dict[str, Any] = {
            "stmt": stmt, "label": label, "sub_label": sub_label, "description": description,
            "num_threads": num_threads, "env": env,
        }  # fmt: skip
        names = {**(globals or {}), "_synchronize": synchronize}
        lines = [line for line in stmt.splitlines() if line.strip()] or ["pass"]
        indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
        body = "\n".join(line.removeprefix(indent) for line in lines)
        self._timer = timeit.Timer(f"{body}\n_synchronize()", setup, timer, names)

    def timeit(self, number: int = 1_000_000) -> Measurement:
        """`number` runs in one block, after a few that are not counted."""
        with self._with_threads():
            self._timer.timeit(max(number // 100, 2))
            return self._measurement(number, [self._timer.timeit(number)])

    def blocked_autorange(
        self, callback: Callable[..., Any] | None = None, min_run_time: float = 0.2
    ) -> Measurement:
        """Blocks of runs, each long enough for the clock, for `min_run_time` seconds in all."""
        with self._with_threads():
            number = 1
            times: list[float] = []
            while True:
                took = self._timer.timeit(number)
                if (took >= min_run_time / 1000 and took > 1e-5) or number >= 10**7:
                    break
                number *= 10
            while sum(times) < min_run_time:
                times.append(self._timer.timeit(number))
                if callback is not None:
                    callback(number, times[-1])
            return self._measurement(number, times)

    adaptive_autorange = blocked_autorange

    @contextmanager
    def _with_threads(self) -> Any:
        before = get_num_threads()
        set_num_threads(self._threads)
        try:
            yield
        finally:
            set_num_threads(before)

    def _measurement(self, number: int, times: list[float]) -> Measurement:
        return Measurement(number, times, **self._names)


class Compare:
    """A table of measurements: a row for each sub_label, a column for each description."""

    def __init__(self, results: Sequence[Measurement]) -> None:
        self._results = list(results)

    def extend_results(self, results: Sequence[Measurement]) -> None:
        """Add measurements."""
        self._results.extend(results)

    def trim_significant_figures(self) -> None:
        """Times are shown with four digits anyway."""

    def colorize(self, rowwise: bool = False) -> None:
        """The table has no colours."""

    def __str__(self) -> str:
        columns = list(dict.fromkeys(m.description or "" for m in self._results))
        rows = list(dict.fromkeys((m.title, m.num_threads) for m in self._results))
        cells = {((m.title, m.num_threads), m.description or ""): m.median for m in self._results}
        unit, name = _unit(min(cells.values(), default=1.0))
        width = max([len(t) for t, _ in rows], default=0)
        lines = [" " * width + "".join(f"  {c:>12}" for c in ("threads", *columns))]
        for row in rows:
            values = [cells.get((row, c)) for c in columns]
            shown = "".join(f"  {'' if v is None else f'{v / unit:.4g}':>12}" for v in values)
            lines.append(f"{row[0]:<{width}}  {row[1]:>12}{shown}")
        return "\n".join([*lines, f"times in {name}"])

    def print(self) -> None:
        """Print the table."""
        print(str(self))

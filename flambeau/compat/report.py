"""What a program asked for that is missing, and what was not compiled: `flambeau run --report`."""

from __future__ import annotations

from collections import Counter

__all__ = ["REPORT", "Report"]


class Report:
    """Counts of what a program met."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()

    def missing(self, name: str) -> None:
        """A program asked for `name`, which is not there."""
        self.names[name] += 1

    def text(self, interpreted: dict[str, int]) -> str:
        """The report; `interpreted` counts the runs of primitives that NumPy computed."""
        lines = ["flambeau run: report"]
        if self.names:
            lines.append("  names that are missing:")
            lines += [f"    {name}  ({count} times)" for name, count in self.names.most_common()]
        else:
            lines.append("  no name was missing")
        if interpreted:
            lines.append("  ran in NumPy, between native calls:")
            ranked = sorted(interpreted.items(), key=lambda item: -item[1])
            lines += [f"    {name}  ({count} times)" for name, count in ranked]
        else:
            lines.append("  everything ran in compiled code")
        return "\n".join(lines)


REPORT = Report()

"""python -m bench: flambeau and PyTorch on the same work, by turns in one process."""

from __future__ import annotations

import argparse
import json
import re
import sys
import warnings
from pathlib import Path

from bench.library import Library, load_libraries
from bench.measure import interleaved
from bench.report import (
    Line,
    as_json,
    as_markdown,
    describe_machine,
    format_line,
    header,
    put_into_page,
)
from bench.rows import BASICS, ROWS, Row
from bench.startup import STARTUPS, Startup, measure_startup
from flambeau.engine.backend.pool import available_threads

PAGES = (Path("README.md"), Path("README.zh.md"))


def main() -> int:
    options = _parse()
    threads = options.threads or available_threads()
    every: list[Row | Startup] = [*ROWS, *STARTUPS]
    rows = [row for row in every if options.only.search(row.name)]
    if options.list:
        print("\n".join(row.name for row in rows))
        return 0
    if not rows:
        print(f"bench: no row's name matches {options.only.pattern!r}; try --list")
        return 2
    libraries = load_libraries(threads, options.compile)
    if options.alone:
        libraries = libraries[:1]
    machine = describe_machine(libraries, threads)
    print(header(machine))
    lines = []
    for row in rows:
        line = _measure(row, libraries, threads, options.seconds)
        print(format_line(line), flush=True)
        lines.append(line)
    if options.json:
        Path(options.json).write_text(json.dumps(as_json(machine, lines), indent=1) + "\n")
    for page in PAGES if options.pages else ():
        chosen = {row.name for row in (*BASICS, *STARTUPS)}
        shown = [line for line in lines if line.name in chosen]
        text = put_into_page(page.read_text(encoding="utf-8"), as_markdown(machine, shown))
        page.write_text(text, encoding="utf-8")
    return 1 if any(line.error for line in lines) else 0


def _measure(row: Row | Startup, libraries: list[Library], threads: int, seconds: float) -> Line:
    try:
        if isinstance(row, Startup):
            samples = measure_startup(row, [library.name for library in libraries], threads)
        else:
            calls = [library.finished(row.make(library)) for library in libraries]
            samples = interleaved(calls, seconds)
    except Exception as error:  # one broken row must not hide the others
        return Line(row.name, None, None, row.target, f"{type(error).__name__}: {error}")
    ours, theirs = [*samples, None][:2]
    return Line(row.name, ours, theirs, row.target)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only",
        type=re.compile,
        default=re.compile(""),
        metavar="REGEX",
        help="only rows whose name this matches",
    )
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    parser.add_argument(
        "--compile",
        action="store_true",
        help="let PyTorch use torch.compile on the model in the rows that compile",
    )
    parser.add_argument("--threads", type=int, default=0, help="for both (all there are)")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each row (2)")
    parser.add_argument("--alone", action="store_true", help="without PyTorch")
    parser.add_argument(
        "--pages",
        action="store_true",
        help="put the table between the marks of README.md and README.zh.md",
    )
    parser.add_argument("--list", action="store_true", help="only name the rows")
    return parser.parse_args()


if __name__ == "__main__":
    warnings.simplefilter("default")
    sys.exit(main())

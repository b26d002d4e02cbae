"""The `flambeau` command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from flambeau.doctor import format_report, inspect_machine, package_version

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with `arguments` (those of the process unless given); the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    return options.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="flambeau",
        description="A deep-learning framework with PyTorch's surface, wholly in Python.",
    )
    parser.add_argument(
        "--version", action="version", version=f"flambeau {package_version('flambeau')}"
    )
    commands = parser.add_subparsers(dest="command", metavar="command")

    demo = commands.add_parser(
        "demo",
        help="train a small network on handwritten digits",
        description="Trains a small convolutional network on 1,437 handwritten digits, tests it "
        "on 360 others, saves a checkpoint, loads it again, and draws a picture.",
    )
    demo.add_argument("--folder", default="flambeau-demo", help="where results go (%(default)s)")
    demo.add_argument("--epochs", type=_positive, default=12, help="passes over the data (12)")
    demo.add_argument("--seed", type=int, default=0, help="of split, weights and order (0)")
    demo.set_defaults(run=_demo)

    run = commands.add_parser(
        "run",
        help="run a PyTorch program, unmodified, on flambeau",
        description="Runs a Python program in which `import torch` is flambeau.",
    )
    run.add_argument("--report", action="store_true",
                     help="list missing names, and what was not compiled")  # fmt: skip
    run.add_argument("-m", dest="module", help="a module to run, instead of a script")
    run.add_argument("program", nargs=argparse.REMAINDER, metavar="script.py [ARGS]",
                     help="a script with its arguments")  # fmt: skip
    run.set_defaults(run=_run)

    doctor = commands.add_parser(
        "doctor",
        help="say what was found on this machine",
        description="Says what was found: versions, processor, threads, LLVM, BLAS, GPU, cache.",
    )
    doctor.add_argument("--markdown", action="store_true", help="as text for a bug report")
    doctor.set_defaults(run=_doctor)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"given {number}; required: 1 or more")
    return number


def _demo(options: argparse.Namespace) -> int:
    from flambeau.demo.train import run  # only this command loads all of the package

    run(options.folder, options.epochs, options.seed)
    return 0


def _run(options: argparse.Namespace) -> int:
    from flambeau.compat.run import run  # only this command changes what `import torch` means

    program = [*(["-m", options.module] if options.module else []), *options.program]
    if not program:
        print("flambeau run: given no script; try flambeau run script.py", file=sys.stderr)
        return 2
    return run(program, report=options.report)


def _doctor(options: argparse.Namespace) -> int:
    findings = inspect_machine()
    print(format_report(findings, markdown=options.markdown))
    return 0 if all(f.is_good for f in findings) else 1


if __name__ == "__main__":
    sys.exit(main())

"""The `flambeau` command and what `flambeau doctor` finds, broken parts included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flambeau import cli, doctor

ROOT = Path(__file__).resolve().parents[1]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith("flambeau ")


def test_help_without_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    text = capsys.readouterr().out
    assert "demo" in text and "doctor" in text


def test_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["dance"])
    assert stop.value.code == 2
    assert "dance" in capsys.readouterr().err


def test_number_of_epochs_must_be_positive(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["demo", "--epochs", "0"])
    assert "given 0; required: 1 or more" in capsys.readouterr().err


def test_doctor_names_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 0
    text = capsys.readouterr().out
    for title, _ in doctor.DOCTOR:
        assert title in text
    assert "everything works" in text
    assert "LLVM" in text and "numpy" in text


def test_doctor_as_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["doctor", "--markdown"])
    text = capsys.readouterr().out.strip()
    assert text.startswith("```text\n") and text.endswith("```")


def test_doctor_goes_on_past_a_broken_part(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise OSError("the library is for another machine")

    rows = [(title, broken if title == "LLVM" else row) for title, row in doctor.DOCTOR]
    monkeypatch.setattr(doctor, "DOCTOR", rows)
    assert cli.main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert "FAILED: OSError: the library is for another machine" in text
    assert "not working: LLVM" in text
    assert "threads" in text


def test_doctor_without_llvmlite() -> None:
    """A missing compiler is reported, and the rest still answers."""
    program = (
        "import sys; sys.modules['llvmlite'] = None\n"
        "from flambeau import cli\n"
        "sys.exit(cli.main(['doctor']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert done.returncode == 1, done.stderr
    assert "not working: generated code, " in done.stdout
    assert "processor" in done.stdout


def test_threads_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    config = doctor._config()
    with config.override(NUM_THREADS=3):
        assert doctor._threads().startswith("3: FLAMBEAU_NUM_THREADS says so")
    with config.override(NUM_THREADS=0):
        number, _, reason = doctor._threads().partition(": ")
        assert int(number) >= 1 and reason


def test_cache_that_cannot_be_used_is_reported(tmp_path: Path) -> None:
    config = doctor._config()
    with config.override(CACHE=0):
        assert doctor._cache() == "switched off by FLAMBEAU_CACHE=0"
    (tmp_path / "k.o").write_bytes(bytes(2**20))
    with config.override(CACHE_DIR=str(tmp_path), CACHE=1, CACHE_MB=7):
        assert doctor._cache() == f"{tmp_path}, 1 kernels, 1.0 MiB of at most 7 MiB"


def test_home_folder_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/somebody"))
    text = doctor._without_home(Path("/home/somebody/.cache/flambeau"))
    assert "somebody" not in text

"""The progress bar: what it says, when it draws, and that it reads tensors only then."""

from __future__ import annotations

import io

from flambeau.utils.progress import Progress, _bar, _duration


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Figure:
    """A number that knows how often it was read."""

    reads = 0

    def __float__(self) -> float:
        Figure.reads += 1
        return 0.123456


def test_rates_leave_the_first_step_out() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = Progress(11, stream=stream, clock=clock)
    clock.now = 100.0  # compiling
    progress.update(samples=10)
    for _ in range(5):
        clock.now += 1.0
        progress.update(samples=10, loss=0.5)
    assert progress.text() == "loss 0.5, 10 samples/s, 5.0 s left"


def test_plain_lines_now_and_then() -> None:
    clock, stream = Clock(), io.StringIO()
    with Progress(100, "training", stream=stream, clock=clock) as progress:
        for _ in range(100):
            clock.now += 0.2
            progress.update(samples=64, loss=1.0)
    lines = stream.getvalue().splitlines()
    assert 3 <= len(lines) <= 6
    assert all(line.startswith("training") for line in lines)
    assert "\r" not in stream.getvalue()
    assert "100%" in lines[-1] and "in all" in lines[-1]


def test_terminal_line_is_redrawn_in_place() -> None:
    clock, stream = Clock(), Terminal()
    with Progress(10, "training", stream=stream, clock=clock) as progress:
        for _ in range(10):
            clock.now += 1.0
            progress.update(loss=0.5)
    text = stream.getvalue()
    assert text.count("\n") == 1 and text.endswith("\n")
    assert text.count("\r") >= 10
    assert "█" in text


def test_note_stands_on_a_line_of_its_own() -> None:
    clock, stream = Clock(), Terminal()
    with Progress(2, stream=stream, clock=clock) as progress:
        clock.now = 1.0
        progress.update()
        progress.note("epoch 1 done")
        progress.update()
    assert any(line.split("\r")[-1] == "epoch 1 done" for line in stream.getvalue().split("\n"))


def test_figures_are_read_only_when_drawn() -> None:
    clock, stream = Clock(), io.StringIO()
    Figure.reads = 0
    with Progress(1000, stream=stream, clock=clock) as progress:
        for _ in range(1000):
            progress.update(loss=Figure())
        assert Figure.reads == 0
    assert Figure.reads == 1
    assert "loss 0.123" in stream.getvalue()


def test_figure_may_be_text_or_tensor() -> None:
    import flambeau

    progress = Progress(2, stream=io.StringIO(), clock=Clock())
    progress.update(stage="warm-up", loss=flambeau.tensor(2.5))
    assert progress.text().startswith("stage warm-up, loss 2.5")


def test_narrow_terminal_is_not_overrun(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    clock, stream = Clock(), Terminal()
    with Progress(10, "training", stream=stream, clock=clock) as progress:
        clock.now = 1.0
        progress.update(samples=64, loss=0.5, accuracy=0.25)
    assert max(len(part) for part in stream.getvalue().split("\r")) <= 40


def test_error_inside_the_loop_passes_through() -> None:
    stream = Terminal()
    try:
        with Progress(3, stream=stream) as progress:
            progress.update()
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert stream.getvalue().endswith("\n")


def test_empty_loop() -> None:
    with Progress(0, stream=io.StringIO()) as progress:
        pass
    assert progress.done == 0


def test_bar_and_durations() -> None:
    assert _bar(0.0, 4) == "▕    ▏"
    assert _bar(0.5, 4) == "▕██  ▏"
    assert _bar(1.0, 4) == "▕████▏"
    assert len(_bar(0.33, 7)) == 9
    assert [_duration(s) for s in (0.04, 9.96, 59.7, 3725)] == ["0.0 s", "10 s", "1:00", "1:02:05"]

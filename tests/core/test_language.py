"""The language that is shown: how it is chosen, where text is translated, and that all of it is."""

# ruff: noqa: E501, RUF001 - Chinese punctuation

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest

import flambeau as t
from flambeau.core.config import config
from flambeau.core.language import showing
from flambeau.core.language.choice import get_language, language_of
from flambeau.core.language.translation import (
    HOLE,
    Table,
    entries_of,
    read_entries,
    table_of,
    translate,
)
from tools.list_messages import differences, erased, has_sentence

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = entries_of("zh")


def run(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "FLAMBEAU_L"))}
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=120,
        encoding="utf-8", env={**kept, "PYTHONIOENCODING": "utf-8", **environment},
    )  # fmt: skip


# -- the table ------------------------------------------------------------------------------------
def test_the_table_has_every_text_and_no_other() -> None:
    """What is missing is printed by: python -m tools.list_messages"""
    lacking, unneeded = differences("zh")
    assert not lacking, f"no Chinese for: {lacking}"
    assert not unneeded, f"no longer raised: {unneeded}"


def test_texts_are_found_in_all_that_raises() -> None:
    from tools.list_messages import messages

    found = {erased(text) for text in messages()}
    for text in (
        "{} cannot be reached, because it is not there",
        "shape '{}' is invalid for input of size {}",
    ):
        assert text not in found
    for text in (
        "shapes {} and {}",  # message
        "prob_dist must be 1 or 2 dim, given {} dims",  # raise
        "Initializing zero-element tensors is a no-op",  # warn
        "dim {}: {} and {} differ and neither is 1",  # a note below shapes
        "not contiguous: {}",  # say
        "the result",  # an argument that becomes part of a text
        "{} is no checkpoint of this format; if it is a safetensors file, try "
        "flambeau.io.safetensors.load_file",
    ):
        assert text in found, text


def test_an_entry_translates_its_own_text_and_keeps_what_is_in_the_holes() -> None:
    table = table_of("zh")
    for source, target in ENTRIES.items():
        names = HOLE.findall(source)
        assert len(set(names)) == len(names), f"holes of one name: {source}"
        assert set(names) == set(HOLE.findall(target)), source
        filled = {name: f"<{i}>" for i, name in enumerate(names)}
        text, wanted = (HOLE.sub(lambda m: filled[m[1]], s) for s in (source, target))  # noqa: B023
        assert table.find(text) == wanted
        assert source == target or not target.isascii(), f"not translated: {source}"


def test_chinese_is_written_with_chinese_punctuation() -> None:
    for target in ENTRIES.values():
        words = HOLE.sub("", target)
        for mark in (",", ";", "!", "?", ":"):
            for i, c in enumerate(words):
                after = words[i + 1 : i + 2]
                assert not (c == mark and "\u4e00" <= after <= "\u9fff"), target


def test_has_sentence() -> None:
    assert has_sentence("a tensor") and has_sentence("{} must be positive; try abs()")
    assert not has_sentence(".float()") and not has_sentence("x.to({}.dtype)")
    assert not has_sentence("(1, 2)") and not has_sentence("matmul")


# -- translating ----------------------------------------------------------------------------------
CASES = [
    # (call, English, Chinese): one of each way in which texts are made
    ("t.zeros(2) + t.zeros(3)", "cannot be broadcast together", "不能一起广播"),
    ("t.zeros(2) + t.zeros(3)", "neither is 1; try unsqueeze", "都不是 1；可尝试对其中之一用 unsqueeze"),
    ("t.zeros(2, 3) @ t.zeros(4, 5)", "given shapes [2, 3] and [4, 5]", "给出：形状 [2, 3] 和 [4, 5]"),
    ("t.zeros(2, 3) @ t.zeros(4, 5)", "^ 3, not 4", "^ 3，应为 4"),
    ("t.zeros(2, 3) @ t.zeros(4, 5)", "; try: transpose one", "；可尝试：转置其中之一"),
    ("t.mm(t.zeros(2), t.zeros(2, 2))", "required: a matrix, got", "要求：矩阵，得到 1-D 张量"),
    ("t.zeros(2, 3).view(4, 2)", "is invalid for input of size 6", "对大小为 6 的输入无效"),
    ("t.zeros(2, 3).view(4, 2)", "(6 elements)", "(6 个元素)"),
    ("t.zeros(2, 3).view(4, 2)", "^ 8 elements; 3 or -1", "^ 8 个元素；此处写 3 或 -1 就合适"),
    ("t.zeros(2, 3).t().view(6)", "try .reshape(...) instead", "可改用 .reshape(...)"),
    ("t.zeros(2, 3).expand(4, 3)", "must match the existing size", "必须等于非单一维度 0 上已有的尺寸（2）"),
    ("t.zeros(2).gather(0, t.zeros(2))", "an index of dtype float32", "dtype 为 float32 的下标"),
    ("t.zeros(2).sum(2)", "Dimension out of range", "sum: 维度越界"),
    ("t.nn.Linear(3, 4)(t.zeros(2, 5))", "in module Linear(", "在模块 Linear(in_features=3"),
    ("t.nn.Linear(3, 4)(t.zeros(2, 5))", "is in_features (3)", "in_features（3，即权重的最后一维）"),
    ("t.zeros(2, requires_grad=True).add_(1)", "a leaf Variable", "需要梯度的叶子变量"),
    ("t.zeros(1).expand(3).add_(1)", "single memory location", "同一内存位置"),
    ("t.tensor([1]).requires_grad_()", "only Tensors of floating", "只有浮点和复数 dtype"),
    ("t.zeros(2).backward()", "does not require grad", "不需要梯度，也没有 grad_fn"),
    ("t.zeros(2, requires_grad=True).exp().backward()", "scalar outputs", "只有标量输出"),
    ("t.optim.SGD([], lr=1)", "empty parameter list", "优化器得到空的参数列表"),
    ("t.tensor([[1], [2, 3]])", "all rows must have the same length", "所有行的长度必须相同"),
    ("t.zeros(2)[5]", "index 5 is out of bounds", "下标 5 超出维度 0（尺寸 2）的范围"),
]  # fmt: skip


def raised(call: str) -> BaseException:
    with pytest.raises(Exception) as caught:
        eval(call)
    return caught.value


@pytest.mark.parametrize(("call", "english", "chinese"), CASES)
def test_exceptions_carry_english_and_show_chinese(call: str, english: str, chinese: str) -> None:
    with config.override(LANG="zh"):
        error = raised(call)
        assert english in str(error)
        assert chinese in showing.text_of(error), showing.text_of(error)
        assert english in str(error), "shown, not changed"
        assert t.debug.text_of(error) == showing.text_of(error)
    with config.override(LANG="en"):
        assert showing.text_of(error) == str(error)


def test_texts_of_others_stay_as_they_are() -> None:
    with config.override(LANG="zh"):
        assert showing.text_of(raised("t.load('/no/such/file')")).startswith("[Errno 2]")
        error = ValueError("a tensor")  # a text that the table has, raised by somebody else
        assert showing.text_of(error) == "a tensor"
        assert translate("nothing that the table has: at all") == (
            "nothing that the table has: at all"
        )
    with config.override(LANG="en"):
        assert translate("a tensor") == "a tensor"


def test_causes_are_translated_too() -> None:
    with config.override(LANG="zh"):
        try:
            try:
                t.zeros(2).view(3)
            except RuntimeError as error:
                raise KeyError("mine") from error
        except KeyError as error:
            with showing.shown(error):
                assert "无效" in str(error.__cause__) and "mine" in str(error)
            assert "is invalid" in str(error.__cause__)


def test_a_table_of_ones_own() -> None:
    texts = read_entries(
        "no {what}: {why}\n没有 {what}：{why}\n\na file\n文件\n\nso\\nit\n就\\n此\n"
    )
    table = Table(
        texts, {"given": "A ", "required": "B ", "try": "C ", "; ": "；", "in module": "D"}
    )
    assert table.translate("no a file: x") == "没有 文件：x"
    assert table.translate("load: a file") == "load: 文件"
    assert table.translate("f: given a file; required: 2; try: 3") == "f: A 文件；B 2；C 3"
    assert table.translate("f: given 1; required: a file") == "f: A 1；B 文件"
    assert table.translate("so\nit") == "就\n此"
    assert table.translate("a file\n  in module 0: X") == "文件\n  D 0: X"
    assert table.translate("other\n    x  2\n       ^ a file") == "other\n    x  2\n       ^ 文件"
    assert table.translate("other\n    x  2  (a file)") == "other\n    x  2  (文件)"
    assert table.translate("other") == "other"


# -- choosing -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LC_MESSAGES": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
    ],
)
def test_the_locale_chooses(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_flambeau_lang_goes_before_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with config.override(LANG=""):
        assert get_language() == "zh"
    with config.override(LANG="en"):
        assert get_language() == "en"
    monkeypatch.setenv("LC_ALL", "C")
    with config.override(LANG="zh_CN"):
        assert get_language() == "zh"
    with config.override(LANG="fr"):
        assert get_language() == "en"


def test_set_language() -> None:
    with config.override(LANG=""), pytest.raises(ValueError, match="given 'fr'; required: one of"):
        t.set_language("fr")
    program = (
        "import flambeau as t\nt.set_language('zh')\nprint(t.get_language())\n"
        "t.set_language('en')\nt.set_language('zh')\nt.zeros(2).view(3)"
    )
    done = run(program)
    assert done.stdout == "zh\n" and done.stderr.count("无效") == 1
    done = run(program.replace("'zh')\nt.zeros", "'en')\nt.zeros"))
    assert "is invalid for input" in done.stderr and "无效" not in done.stderr


# -- where it is shown ----------------------------------------------------------------------------
ERROR = "import flambeau as t\nt.zeros(2).view(3)"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "is invalid for input of size 2"),
        ({"FLAMBEAU_LANG": "zh"}, "RuntimeError: view: 形状 '[3]' 对大小为 2 的输入无效"),
        ({"LC_ALL": "zh_CN.UTF-8"}, "对大小为 2 的输入无效"),
        ({"LANG": "zh_CN.UTF-8", "FLAMBEAU_LANG": "en"}, "is invalid for input of size 2"),
    ],
)
def test_uncaught_exceptions(environment: dict[str, str], words: str) -> None:
    done = run(ERROR, **environment)
    assert done.returncode == 1 and words in done.stderr, done.stderr
    assert 'File "<string>", line 2' in done.stderr


def test_warnings() -> None:
    program = "import flambeau as t\nt.nn.init.ones_(t.zeros(0))\nt.nn.init.kaiming_normal_(t.zeros(0, 1))"
    assert "初始化没有元素的张量不起作用" in run(program, FLAMBEAU_LANG="zh").stderr
    assert "is a no-op" in run(program).stderr
    with config.override(LANG="zh"), warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        t.nn.init.kaiming_normal_(t.zeros(0, 1))
    assert str(seen[0].message) == "Initializing zero-element tensors is a no-op"


def test_threads() -> None:
    program = (
        "import flambeau as t, threading\n"
        "x = threading.Thread(target=lambda: t.zeros(2).view(3))\nx.start()\nx.join()"
    )
    assert "对大小为 2 的输入无效" in run(program, FLAMBEAU_LANG="zh").stderr


def test_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    def showtraceback(exc_tuple: tuple | None = None) -> None:
        shown.append(str((exc_tuple or sys.exc_info())[1]))

    shell = SimpleNamespace(showtraceback=showtraceback)
    monkeypatch.setattr("builtins.get_ipython", lambda: shell, raising=False)
    showing._hook_notebook()
    with config.override(LANG="zh"):
        try:
            t.zeros(2).view(3)
        except RuntimeError as error:
            shell.showtraceback()
            shell.showtraceback((RuntimeError, error, error.__traceback__))
            assert "is invalid" in str(error)
    assert len(shown) == 2 and all("对大小为 2 的输入无效" in text for text in shown)


def test_nothing_is_hooked_or_loaded_in_english() -> None:
    program = (
        "import sys, warnings, threading\n"
        "before = sys.excepthook, warnings.showwarning, threading.excepthook\n"
        "import flambeau as t\n"
        "try:\n    t.zeros(2).view(3)\nexcept RuntimeError as e:\n    str(e)\n"
        "print(before == (sys.excepthook, warnings.showwarning, threading.excepthook),\n"
        "      'flambeau.core.language.zh' in sys.modules)"
    )
    assert run(program).stdout == "True False\n"
    assert run(program, FLAMBEAU_LANG="zh").stdout == "False False\n"


def test_explanations_are_chinese_throughout() -> None:
    x = t.randn(4, 6, requires_grad=True)
    held = x.exp()
    things = [x, x.t()[1:3], (x * 2).sum(), t.ones(3, 1).expand(3, 4), held, t.zeros(4).real]
    things += [t.arange(9).unfold(0, 3, 1), t.zeros(4, dtype=t.complex64).imag]
    with config.override(LANG="zh"):
        for y in things:
            text = str(t.debug.explain(y))
            for word in (
                "strides",
                "contiguous",
                "pending",
                "backward",
                "view of",
                "nobody",
                "grad;",
            ):
                assert word not in text, text
            assert text.startswith("张量")
    assert "求导" not in str(t.debug.explain(x)) or get_language() == "zh"


def test_a_thread_is_not_disturbed_by_anothers_display() -> None:
    error = raised("t.zeros(2).view(3)")
    texts = []
    with config.override(LANG="zh"), showing.shown(error):
        thread = threading.Thread(target=lambda: texts.append(translate("a tensor")))
        thread.start()
        thread.join()
    assert texts == ["一个张量"]

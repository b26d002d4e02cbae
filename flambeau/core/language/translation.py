"""Translating a finished text: the pattern that it fits, with the holes filled again.

A text is looked up as it is, then without the operation before it, then in its four parts (see
`core.errors.message`), then line by line. What stands in a hole is translated in turn if the table
knows it. What the table does not know stays English.
"""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import Any

from flambeau.core.language.choice import get_language

__all__ = ["HOLE", "Table", "entries_of", "read_entries", "say", "table_of", "translate"]

HOLE = re.compile(r"\{([a-z_]\w*)\}")
_OPERATION = re.compile(r"[^\n;]{1,80}?: (?=\S)")  # what stands before most texts
_FOUR_PARTS = re.compile(r"(.*?)given (.*?); required: (.*?)(?:; try: (.*))?")
_MODULE = re.compile(r"(.*)\n  in module (.*)", re.DOTALL)  # what nn.Module adds
_CARETS = re.compile(r"(\s+\^+ )(.*)")
_BEHIND = re.compile(r"(    .*  \()(.*)(\))")  # a note behind a shape
# what a hole holds, with none of its lists cut in two: in "shapes [2, 3] and [4]" it is not "[2"
_WHOLE_LISTS = r"(?:\[(?:[^\[\]]|\[[^\[\]]*\])*\]|[^\[])*?"
TELLING = 24  # written characters from which a pattern cannot fit a text by chance


class Table:
    """English patterns and what they are in another language; holes are written {name}."""

    def __init__(self, texts: dict[str, str], words: dict[str, str]) -> None:
        self.words = words  # given, required, try, in module
        self.exact = {k: v for k, v in texts.items() if not HOLE.search(k)}
        patterns = [_Pattern(k, v) for k, v in texts.items() if k not in self.exact]
        # the most telling first: most written characters
        self.patterns = sorted(patterns, key=lambda p: -p.weight)

    def translate(self, text: str) -> str:
        """The whole of a message."""
        module = _MODULE.fullmatch(text)
        if module:
            return f"{self.translate(module[1])}\n  {self.words['in module']} {module[2]}"
        found = self.sentence(text, TELLING)
        if found is not None:
            return found
        first, *rest = text.split("\n")
        lines = [
            self.sentence(first, TELLING)
            or self._four_parts(first)
            or self.sentence(first)
            or first
        ]
        return "\n".join([*lines, *map(self._line, rest)])

    def sentence(self, text: str, weight: int = 0) -> str | None:
        """What one entry says, perhaps after the name of an operation."""
        found = self.find(text, weight)
        name = _OPERATION.match(text)
        if found is None and name:
            rest = self.find(text[name.end() :], weight)
            return None if rest is None else name.group() + rest
        return found

    def find(self, text: str, weight: int = 0) -> str | None:
        """What one entry, of so many written characters, says of all of `text`; or None."""
        found = self.exact.get(text)
        if found is not None:
            return found
        likely = [p for p in self.patterns if p.weight >= weight and p.anchor in text]
        for holes in (_WHOLE_LISTS, ".*?"):
            for pattern in likely:
                match = pattern.fullmatch(text, holes)
                if match:
                    return self._filled(pattern.target, match.groupdict())
        return None

    def _filled(self, target: str, holes: dict[str, str]) -> str:
        return HOLE.sub(lambda m: self._part(holes[m[1]]), target)

    def _part(self, text: str) -> str:
        if "\n" in text:
            return "\n".join(map(self._line, text.split("\n")))
        return (self.sentence(text) or text) if " " in text else text

    def _four_parts(self, line: str) -> str | None:
        match = _FOUR_PARTS.fullmatch(line)
        if match is None:
            return None
        before, given, required, hint = match.groups()
        words = self.words
        parts = [(words["given"], given), (words["required"], required), (words["try"], hint)]
        return before + words["; "].join(f"{w}{self._part(p)}" for w, p in parts if p)

    def _line(self, line: str) -> str:
        """A line below the first: a note under or behind a shape, or a sentence."""
        for form in (_CARETS, _BEHIND):
            match = form.fullmatch(line)
            if match:
                return match[1] + self._part(match[2]) + "".join(match.groups()[2:])
        return self.sentence(line) or line


class _Pattern:
    """One entry with holes."""

    def __init__(self, source: str, target: str) -> None:
        self.source, self.target = source, target
        written = HOLE.split(source)[::2]
        self.anchor = max(written, key=len)
        self.weight = sum(map(len, written))
        self.compiled: dict[str, re.Pattern[str]] = {}

    def fullmatch(self, text: str, hole: str) -> re.Match[str] | None:
        """The match in which each hole fits the expression `hole`; no hole spans lines if the
        entry is one line."""
        if "\n" in text and "\n" not in self.source:
            return None
        compiled = self.compiled.get(hole)
        if compiled is None:
            parts = HOLE.split(self.source)
            text_of = [re.escape(p) for p in parts[::2]]
            holes = [f"(?P<{name}>{hole})" for name in parts[1::2]] + [""]
            expression = "".join(a + b for a, b in zip(text_of, holes, strict=True))
            compiled = self.compiled[hole] = re.compile(expression, re.DOTALL)
        return compiled.fullmatch(text)


def read_entries(text: str) -> dict[str, str]:
    r"""Texts of a table: a pattern, below it its translation, then an empty line.

    `\n` in an entry is a line break, `\t` a tab.

    >>> read_entries("no file\n没有文件\n")
    {'no file': '没有文件'}
    """
    entries = {}
    for block in text.strip("\n").split("\n\n"):
        source, target = (
            line.replace("\\n", "\n").replace("\\t", "\t") for line in block.split("\n")
        )
        entries[source] = target
    return entries


def entries_of(language: str) -> dict[str, str]:
    """All entries of a language."""
    texts: dict[str, str] = {}
    for text in _module(language).TEXTS:
        texts.update(read_entries(text))
    return texts


def _module(language: str) -> Any:
    """The tables of a language are the package of its name beside this module."""
    return importlib.import_module(f"flambeau.core.language.{language}")


@cache
def table_of(language: str) -> Table:
    """The table of a language, read when it is first needed."""
    return Table(entries_of(language), _module(language).WORDS)


def translate(text: str, language: str | None = None) -> str:
    """A message of the package in another language; the present one unless it is named.

    >>> translate("add: given none", "en")
    'add: given none'
    """
    language = language or get_language()
    return text if language == "en" else table_of(language).translate(text)


def say(text: str) -> str:
    """A text of our own making, in the present language."""
    return translate(text)

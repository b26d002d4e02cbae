"""Translating a finished text: the pattern that it fits, with the holes filled again.

A text is looked up as it is, then without the operation before it, then in its four parts (see
`core.errors.message`), then line by line. What stands in a hole is translated in turn if the table
knows it. What the table does not know stays English.
"""

from __future__ import annotations

import importlib
import re
from functools import cache

from flambeau.core.language.choice import get_language

__all__ = ["Table", "say", "table_of", "translate"]

_HOLE = re.compile(r"\{([a-z_]\w*)\}")
_OPERATION = re.compile(r"[\w.<>]+(?:\(\))?: (?=\S)")
_FOUR_PARTS = re.compile(r"(.*?)given (.*?); required: (.*?)(?:; try: (.*))?")
_MODULE = re.compile(r"(.*)\n  in module (.*)", re.DOTALL)  # what nn.Module adds
_CARETS = re.compile(r"(\s+\^+ )(.*)")
TELLING = 24  # written characters from which a pattern cannot fit a text by chance
_BEHIND = re.compile(r"(    .*  \()(.*)(\))")  # a note behind a shape


class Table:
    """English patterns and what they are in another language; holes are written {name}."""

    def __init__(self, texts: dict[str, str], words: dict[str, str]) -> None:
        self.words = words  # given, required, try, in module
        self.exact = {k: v for k, v in texts.items() if not _HOLE.search(k)}
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
        if found is None:
            name = _OPERATION.match(text)
            if name:
                found = self.find(text[name.end() :], weight)
                found = None if found is None else name.group() + found
        return found

    def find(self, text: str, weight: int = 0) -> str | None:
        """What one entry, of so many written characters, says of all of `text`; or None."""
        found = self.exact.get(text)
        if found is not None:
            return found
        for pattern in self.patterns:
            if pattern.weight < weight:
                break
            if pattern.anchor in text:
                match = pattern.fullmatch(text)
                if match:
                    return self._filled(pattern.target, match.groupdict())
        return None

    def _filled(self, target: str, holes: dict[str, str]) -> str:
        return _HOLE.sub(lambda m: self._part(holes[m[1]]), target)

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
        return before + words["; "].join(f"{w} {self._part(p)}" for w, p in parts if p)

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
        written = _HOLE.split(source)[::2]
        self.anchor = max(written, key=len)
        self.weight = sum(map(len, written))
        self.compiled: re.Pattern[str] | None = None

    def fullmatch(self, text: str) -> re.Match[str] | None:
        if self.compiled is None:
            parts = _HOLE.split(self.source)
            text_of = [re.escape(p) for p in parts[::2]]
            holes = [f"(?P<{name}>.*?)" for name in parts[1::2]] + [""]
            expression = "".join(a + b for a, b in zip(text_of, holes, strict=True))
            self.compiled = re.compile(expression, re.DOTALL if "\n" in self.source else 0)
        return self.compiled.fullmatch(text)


def read_entries(text: str) -> dict[str, str]:
    r"""A file of entries: a pattern, below it its translation, then an empty line.

    `\n` in an entry is a line break.

    >>> read_entries("no file\n没有文件\n")
    {'no file': '没有文件'}
    """
    entries = {}
    for block in text.strip("\n").split("\n\n"):
        source, target = (line.replace("\\n", "\n") for line in block.split("\n"))
        entries[source] = target
    return entries


@cache
def table_of(language: str) -> Table:
    """The table of a language, which is the module of its name beside this one."""
    module = importlib.import_module(f"flambeau.core.language.{language}")
    texts: dict[str, str] = {}
    for text in module.TEXTS:
        texts.update(read_entries(text))
    return Table(texts, module.WORDS)


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

"""List every text that the package can raise, warn of or explain: python -m tools.list_messages

The texts are read off the code: what exceptions, `warnings.warn`, `message` and `say` are called
with, and the notes below shapes. `{}` stands for what is only known at the call. The tests compare
the list with the table of each language in flambeau/core/language; the command prints what the
Chinese one lacks and what it has for nothing.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

from flambeau.core.language.translation import entries_of

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "flambeau"
# what only developers and tests see
LEFT_OUT = (
    "testing/", "demo/", "cli.py", "doctor.py", "__main__.py", "core/language/", "engine/codegen/",
    "engine/kernel/",
)  # fmt: skip
HOLE = "\0{}\1"  # around the name of what stands there
MAX_TEXTS = 48  # alternatives of one text that are written out

OPERATION = re.compile(r"^[\w.{}]+(\(\))?: (?=\S)")  # before most texts, in every language the same

# exceptions that carry no sentence: a name, a node, an exit status
NO_SENTENCE = {"NotCompiled", "NeedsBuffer", "StopIteration", "AssertionError", "SystemExit"}
EXCEPTIONS = {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}


class File:
    """One module: its tree, and which function each node is in."""

    def __init__(self, path: Path) -> None:
        self.name = path.relative_to(PACKAGE).as_posix()
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.scope: dict[ast.AST, ast.AST] = {}
        self.functions: dict[str, list[ast.FunctionDef]] = {}
        self._walk(self.tree, self.tree)

    def _walk(self, node: ast.AST, scope: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self.scope[child] = scope
            if isinstance(child, ast.FunctionDef):
                self.functions.setdefault(child.name, []).append(child)
                self._walk(child, child)
            else:
                self._walk(child, scope)


class Texts:
    """Finds the texts of the package."""

    def __init__(self, files: Iterable[File]) -> None:
        self.files = list(files)
        self.found: dict[str, list[str]] = {}
        self.named: dict[str, str] = {}
        self.functions: dict[str, list[tuple[File, ast.FunctionDef]]] = {}
        self.calls: dict[str, list[tuple[File, ast.Call]]] = {}
        for file in self.files:
            for name, functions in file.functions.items():
                self.functions.setdefault(name, []).extend((file, f) for f in functions)
            for node in ast.walk(file.tree):
                if isinstance(node, ast.Call):
                    self.calls.setdefault(_name(node.func), []).append((file, node))
        self.passed: set[tuple[int, str]] = set()  # parameters whose arguments are texts
        for file in self.files:
            for node in ast.walk(file.tree):
                for text in _texts_of(node):
                    self.add(file, text)
                if isinstance(node, ast.FunctionDef) and _marks_rows(node):
                    for text in _notes(node):
                        self.add(file, text)

    def add(self, file: File, expression: ast.expr) -> None:
        """Note the texts that `expression` may be."""
        for text in self.read(file, expression, frozenset()):
            if has_sentence(text):
                place = f"{file.name}:{expression.lineno}"
                places = self.found.setdefault(self._key(text), [])
                if place not in places:
                    places.append(place)

    def _key(self, text: str) -> str:
        """The text under which one that differs in names alone was found first."""
        text = OPERATION.sub("", _named_holes(text.replace("{}", HOLE.format("x"))))
        return self.named.setdefault(erased(text), text)

    def read(self, file: File, e: ast.expr, seen: frozenset) -> list[str]:
        """The texts that `e` may be, with holes for what is not written there."""
        if isinstance(e, ast.Constant):
            return [e.value if isinstance(e.value, str) else _hole(e)]
        if isinstance(e, ast.JoinedStr):
            parts = [self.read(file, p, seen) for p in e.values]
            return self._joined(file, parts, e)
        if isinstance(e, ast.FormattedValue):
            if e.conversion == ord("r") or e.format_spec is not None:
                return [_hole(e.value)]
            return self.read(file, e.value, seen)
        if isinstance(e, ast.BinOp) and isinstance(e.op, ast.Add):
            return self._joined(
                file, [self.read(file, e.left, seen), self.read(file, e.right, seen)], e
            )
        if isinstance(e, ast.IfExp):
            return _unique(self.read(file, e.body, seen) + self.read(file, e.orelse, seen))
        if isinstance(e, ast.BoolOp) and isinstance(e.op, ast.Or):
            return _unique([t for v in e.values for t in self.read(file, v, seen)])
        if isinstance(e, ast.Name):
            return self._variable(file, e, seen)
        if isinstance(e, ast.Call):
            return self._call(file, e, seen)
        if isinstance(e, ast.Subscript) and isinstance(e.value, ast.Dict):
            return [t for v in e.value.values for t in self.read(file, v, seen)]
        if isinstance(e, ast.Subscript) and isinstance(e.value, ast.Name):
            return self._entry(file, e.value.id, seen)
        return [_hole(e)]

    def _joined(self, file: File, parts: list[list[str]], e: ast.expr) -> list[str]:
        count = 1
        for p in parts:
            count *= len(p)
        if count > MAX_TEXTS:  # alternatives become texts of their own, which fill a hole
            for p in parts:
                if len(p) > 1:
                    for text in p:
                        if has_sentence(text):
                            self.found.setdefault(self._key(text), []).append(
                                f"{file.name}:{e.lineno}"
                            )
            parts = [p if len(p) == 1 else [HOLE.format("what")] for p in parts]
        return _unique(["".join(words) for words in product(*parts)])

    def _variable(self, file: File, e: ast.Name, seen: frozenset) -> list[str]:
        """A local variable's or a constant's texts; what is passed as an argument is noted."""
        scope = file.scope.get(e)
        key = (id(scope), e.id)
        if scope is None or key in seen:
            return [_hole(e)]
        seen = seen | {key}
        while scope is not None:
            written = _assigned(file, scope, e.id)
            if written is not None:
                base, more = written
                texts = [t for b in base for t in self.read(file, b, seen)]
                for value, is_certain in more:
                    added = [a + b for a in texts for b in self.read(file, value, seen)]
                    texts = added if is_certain else texts + added
                texts = _unique(texts)
                return texts if len(texts) <= MAX_TEXTS else [_hole(e)]
            if isinstance(scope, ast.FunctionDef):
                position = _parameter(scope, e.id)
                if position is not None:
                    self._note_arguments(scope, e.id, position)
                    return [_hole(e)]
            scope = file.scope.get(scope)
        return [_hole(e)]

    def _entry(self, file: File, name: str, seen: frozenset) -> list[str]:
        """What a module's table of texts has."""
        for node in file.tree.body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Dict)
                and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
            ):
                texts = [t for v in node.value.values for t in self.read(file, v, seen)]
                return _unique(texts) if any(has_sentence(t) for t in texts) else [_hole_of(name)]
        return [_hole_of(name)]

    def _note_arguments(self, function: ast.FunctionDef, name: str, position: int) -> None:
        if (id(function), name) in self.passed:
            return
        self.passed.add((id(function), name))
        is_only = len(self.functions.get(function.name, ())) == 1
        for file, call in self.calls.get(function.name, ()):
            if not is_only and function not in file.functions.get(function.name, ()):
                continue  # perhaps another function of this name
            given = [k.value for k in call.keywords if k.arg == name]
            method = bool(function.args.args) and function.args.args[0].arg in ("self", "cls")
            at = position - method
            if (
                not given
                and 0 <= at < len(call.args)
                and not any(isinstance(a, ast.Starred) for a in call.args[: at + 1])
            ):
                given = [call.args[at]]
            for value in given:
                self.add(file, value)

    def _call(self, file: File, e: ast.Call, seen: frozenset) -> list[str]:
        if isinstance(e.func, ast.Attribute) and e.func.attr == "format":
            texts = self.read(file, e.func.value, seen)
            return [re.sub(r"\{[^{}]*\}", HOLE.format("x"), t) for t in texts]
        if isinstance(e.func, ast.Attribute) and e.func.attr == "get" and e.args:
            table = e.func.value
            if isinstance(table, ast.Dict):
                texts = [t for v in table.values for t in self.read(file, v, seen)]
            else:
                texts = self._entry(file, _name(table), seen)
            texts += [t for v in e.args[1:] for t in self.read(file, v, seen)]
            return _unique(texts) if any(has_sentence(t) for t in texts) else [_hole(e)]
        if isinstance(e.func, ast.Attribute) and e.func.attr in ("join", "replace", "rstrip"):
            return [_hole(e)]
        name = _name(e.func)
        if name in ("str", "dict.get"):
            return self.read(file, e.args[0], seen) if e.args else [_hole(e)]
        if name in ("message", "align_shapes", "mark_shapes", "say") or name in seen:
            return [_hole(e)]
        own = file.functions.get(name)
        found = [(file, f) for f in own] if own else self.functions.get(name, [])
        if len(found) != 1:
            return [_hole(e)]
        home, function = found[0]
        texts = []
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                if home.scope.get(node) is not function and not _inside(home, node, function):
                    continue
                texts += self.read(home, node.value, seen | {name})
        texts = _unique(texts)
        return texts if texts and any(has_sentence(t) for t in texts) else [_hole(e)]


def _inside(file: File, node: ast.AST, function: ast.FunctionDef) -> bool:
    return file.scope.get(node) is function


def _unique(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _name(e: ast.expr) -> str:
    return e.id if isinstance(e, ast.Name) else e.attr if isinstance(e, ast.Attribute) else ""


def _parameter(function: ast.FunctionDef, name: str) -> int | None:
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    if name in names:
        return names.index(name)
    return len(names) if name in [a.arg for a in function.args.kwonlyargs] else None


def _assigned(
    file: File, scope: ast.AST, name: str
) -> tuple[list[ast.expr], list[tuple[ast.expr, bool]]] | None:
    """What `name` is set to in a scope, and what is then added to it (and whether always)."""
    base: list[ast.expr] = []
    more: list[tuple[ast.expr, bool]] = []
    body = getattr(scope, "body", [])
    for node, own in file.scope.items():
        if own is not scope:
            continue
        if isinstance(node, ast.Assign):
            if any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                base.append(node.value)
        elif isinstance(node, ast.AnnAssign):
            if isinstance(node.target, ast.Name) and node.target.id == name and node.value:
                base.append(node.value)
        elif isinstance(node, ast.NamedExpr):
            if node.target.id == name:
                base.append(node.value)
        elif (
            isinstance(node, ast.AugAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id == name
        ):
            more.append((node.value, node in body))
    return (base, more) if base else None


def _texts_of(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions under a call that are shown to people."""
    if not isinstance(node, ast.Call):
        return
    name = _name(node.func)
    if name == "message":
        yield from node.args[1:4]
        yield from (k.value for k in node.keywords if k.arg in ("given", "required", "hint"))
    elif name == "mark_shapes":
        yield from _notes(node)
    elif name == "align_shapes":
        yield node.args[2]
    elif name == "warn" or name == "say":
        yield from node.args[:1]
    elif name in NO_SENTENCE:
        return
    elif (name in EXCEPTIONS or re.search(r"(Error|Range|Exception|NotAnOperand)$", name)) and (
        node.args
    ):
        text = node.args[0]
        if not (isinstance(text, ast.Call) and _name(text.func) == "message"):
            yield text


def _hole(e: ast.expr) -> str:
    return _hole_of(_hole_name(e))


def _hole_of(name: str) -> str:
    return HOLE.format(name.strip("_").lower())


def _hole_name(e: ast.expr) -> str:
    """A word for what an expression stands for."""
    if isinstance(e, ast.Name):
        return e.id.strip("_").lower() or "x"
    if isinstance(e, ast.Attribute):
        word = e.attr.strip("_").lower()
        if word in ("name", "value"):
            outer = _hole_name(e.value)
            return outer if outer not in ("self", "x") else word
        return word or "x"
    if isinstance(e, ast.Call):
        name = _name(e.func)
        if name in ("list", "tuple", "str", "sorted", "int", "bool", "repr") and e.args:
            return _hole_name(e.args[0])
        return {"len": "count", "type": "type"}.get(name, name.strip("_").lower() or "x")
    if isinstance(e, ast.Subscript | ast.Starred):
        return _hole_name(e.value)
    if isinstance(e, ast.UnaryOp):
        return _hole_name(e.operand)
    if isinstance(e, ast.BinOp):
        return _hole_name(e.left)
    return "x"


def _notes(node: ast.AST) -> Iterator[ast.expr]:
    """The notes of the rows (name, shape, dim, note) within `node`."""
    for row in ast.walk(node):
        if isinstance(row, ast.Tuple) and len(row.elts) == 4:
            yield row.elts[3]


def _marks_rows(function: ast.FunctionDef) -> bool:
    """Whether it makes rows for `mark_shapes` beforehand."""
    return any(
        isinstance(node, ast.Call)
        and _name(node.func) == "mark_shapes"
        and any(isinstance(a, ast.Starred) and isinstance(a.value, ast.Name) for a in node.args)
        for node in ast.walk(function)
    )


def _named_holes(text: str) -> str:
    """The text with {name} for each hole; names that come again are numbered."""
    text = re.sub("(?:\0\\w*\1){2,}", lambda m: m.group().split("\1")[0] + "\1", text)
    taken: list[str] = []

    def named(match: re.Match[str]) -> str:
        word = match.group(1) or "x"
        name, number = word, 2
        while name in taken:
            name, number = f"{word}{number}", number + 1
        taken.append(name)
        return f"{{{name}}}"

    return re.sub("\0(\\w*)\1", named, text)


def erased(text: str) -> str:
    """A text without the names of its holes and without the operation before it.

    >>> erased("{name}: dim {d} of {shape}"), erased("save: no file")
    ('dim {} of {}', 'no file')
    """
    text = re.sub(r"\{\w*\}", "{}", text)
    return OPERATION.sub("", text)


def has_sentence(text: str) -> bool:
    """Whether there is a word to translate: not only code, names and numbers.

    >>> has_sentence("a tensor"), has_sentence(".float()"), has_sentence("x.to({}.dtype)")
    (True, False, False)
    """
    text = OPERATION.sub("", re.sub("\0\\w*\1", "{}", text))
    text = re.sub(r"`[^`]*`", "", text)
    words = re.findall(r"(?<![\w.({\[=\"'])[A-Za-z][a-z]+(?:'s)?(?=[\s,.;:?!)]|$)(?!\()", text)
    return " " in text.strip() and bool(words)


def messages() -> dict[str, list[str]]:
    """Each text, with holes written {}, and where it is."""
    paths = sorted(PACKAGE.rglob("*.py"))
    names = [p.relative_to(PACKAGE).as_posix() for p in paths]
    return Texts([
        File(path) for path, name in zip(paths, names, strict=True) if not name.startswith(LEFT_OUT)
    ]).found  # fmt: skip


def differences(language: str) -> tuple[dict[str, list[str]], list[str]]:
    """What the table of a language lacks, and which of its entries no text needs."""
    found = messages()
    needed = {erased(text): text for text in found}
    known = {erased(entry): entry for entry in entries_of(language)}
    lacking = {text: found[text] for key, text in needed.items() if key not in known}
    return lacking, [entry for key, entry in known.items() if key not in needed]


def main() -> None:
    """Print what the Chinese table lacks, as entries to be filled in, and what it has too much."""
    lacking, unneeded = differences("zh")
    for text, places in sorted(lacking.items(), key=lambda item: item[1][0]):
        shown = text.replace("\n", "\\n").replace("\t", "\\t")
        print(f"# {places[0]}\n{shown}\n")
    for entry in unneeded:
        print(f"# not needed: {entry!r}")


if __name__ == "__main__":
    main()

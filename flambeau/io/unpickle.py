"""Reading a pickle without running code: an interpreter of its instructions with an allow-list.

Only names in the table are looked up, only they are called, and what may be done to a made
object is decided here and not by the object. Numbers in the file allocate nothing: every length
is checked against what is there.
"""

from __future__ import annotations

import pickle
import struct
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

from flambeau.core.errors import CheckpointError

__all__ = ["SAFE_CLASSES", "Allowed", "unpickle"]

# classes that the user declared harmless: (module, name) -> class
SAFE_CLASSES: dict[tuple[str, str], type] = {}


class Allowed:
    """A name from the allow-list that a file may call; nothing else can be done to it."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call


class _Safe(Allowed):
    """A class that the user allowed: it may be called, made and given its state."""

    __slots__ = ()


def _bytes_of(text: Any, encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise CheckpointError("the pickle asks to encode something other than bytes")
    return text.encode("latin1")


def _bytearray_of(*args: Any) -> bytearray:
    if not args:
        return bytearray()
    return bytearray(args[0] if isinstance(args[0], bytes) else _bytes_of(*args))


def _defaultdict_of(factory: Any = None, *rest: Any) -> defaultdict:
    factories = {id(a): cls for cls, a in _FACTORIES.items()}
    if factory is not None and id(factory) not in factories:
        raise CheckpointError("the pickle has a defaultdict of something other than containers")
    return defaultdict(None if factory is None else factories[id(factory)], *rest)


_SIZED = (list, tuple, dict, set, frozenset, str, bytes, bytearray, OrderedDict, defaultdict)
_PLAIN_TYPES = (*_SIZED, int, float, bool, complex, type(None), Counter)


def _container(cls: type) -> Allowed:
    """`cls`, called with plain values only: iterating over a tensor could go on for ever."""

    def call(*args: Any) -> Any:
        for x in args:
            if type(x) not in _PLAIN_TYPES:
                raise CheckpointError(f"the pickle makes a {cls.__name__} of a {type(x).__name__}")
        return cls(*args)

    return Allowed(call)


_FACTORIES = {cls: _container(cls) for cls in (dict, list, set, int, float, OrderedDict)}

# every file may use these; a checkpoint adds tensors (io/checkpoint.py)
PLAIN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): _FACTORIES[OrderedDict],
    ("collections", "Counter"): _container(Counter),
    ("collections", "defaultdict"): Allowed(_defaultdict_of),
    ("_codecs", "encode"): Allowed(_bytes_of),
    **{
        (module, cls.__name__): _FACTORIES[cls]
        for cls in (dict, list, set, int, float)
        for module in ("builtins", "__builtin__")
    },
    **{
        (module, name): made
        for name, made in {
            "frozenset": _container(frozenset), "tuple": _container(tuple),
            "complex": _container(complex), "bytearray": Allowed(_bytearray_of),
        }.items()
        for module in ("builtins", "__builtin__")
    },
}  # fmt: skip


def unpickle(
    data: bytes | memoryview, names: dict[tuple[str, str], Any],
    persistent: Callable[[Any], Any], states: dict[type, Callable[[Any, Any], None]],
) -> tuple[Any, int]:  # fmt: skip
    """The object in `data`, and where its pickle ends.

    `names` are the globals besides PLAIN; `persistent` gives what a persistent id stands for;
    `states` says for further classes how an object gets its state.
    """
    machine = _Machine(bytes(data), names, persistent, states)
    try:
        return machine.run(), machine.at
    except CheckpointError:
        raise
    except (
        AttributeError, IndexError, KeyError, LookupError, OverflowError, RecursionError, TypeError,
        UnicodeError, ValueError, struct.error,
    ) as error:  # fmt: skip
        raise CheckpointError(
            f"the pickle is damaged near byte {machine.at}: {type(error).__name__}: {error}"
        ) from error


_MARK = object()


class _Machine:
    def __init__(
        self, data: bytes, names: dict[tuple[str, str], Any], persistent: Callable[[Any], Any],
        states: dict[type, Callable[[Any, Any], None]],
    ) -> None:  # fmt: skip
        self.data = data
        self.names = names
        self.persistent = persistent
        self.states = states
        self.at = 0
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.copied = 0  # elements copied by calls

    def run(self) -> Any:
        data, actions = self.data, ACTIONS
        end = len(data)
        while self.at < end:
            code = data[self.at]
            self.at += 1
            if code == _STOP:
                return self.stack.pop()
            action = actions.get(code)
            if action is None:
                raise CheckpointError(
                    f"the pickle has the instruction {code:#04x} at byte {self.at - 1}, which is "
                    "unknown or not allowed"
                )
            action(self)
        raise CheckpointError("the pickle ends in the middle")

    # -- reading ------------------------------------------------------------------------------
    def take(self, n: int) -> bytes:
        if n < 0 or self.at + n > len(self.data):
            raise CheckpointError("the pickle ends in the middle, or a length in it is damaged")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def line(self) -> str:
        end = self.data.find(b"\n", self.at)
        if end < 0:
            raise CheckpointError("the pickle ends in the middle")
        text = self.data[self.at : end]
        self.at = end + 1
        return text.decode()

    def pop_mark(self) -> list[Any]:
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:  # IndexError if there is none
            at -= 1
            if at < 0:
                raise CheckpointError("the pickle is damaged: a mark is missing")
        items = self.stack[at + 1 :]
        del self.stack[at:]
        return items

    def push(self, x: Any) -> None:
        self.stack.append(x)

    # -- names and calls ----------------------------------------------------------------------
    def look_up(self, module: Any, name: Any) -> None:
        key = (module, name)
        found = self.names.get(key) or PLAIN.get(key)
        if found is None and key in SAFE_CLASSES:
            found = _Safe(SAFE_CLASSES[key])
        if found is None:
            raise CheckpointError(
                f"the file asks for {module}.{name}, which is not among the names that may be "
                "used without trusting the file; try to save the state_dict() instead of the "
                "object, or add_safe_globals([...]) for a class you know, or "
                "load(..., weights_only=False) if you trust where the file comes from: it can "
                "then run any code"
            )
        self.push(found)

    def call(self, function: Any, args: Any) -> None:
        if not isinstance(function, Allowed) or not isinstance(args, tuple):
            raise CheckpointError(
                f"the pickle calls {type(function).__name__}, which may not be called"
            )
        self.charge(args)
        self.push(function.call(*args))

    def charge(self, args: tuple) -> None:
        """Calls copy containers; an honest file copies each of its elements at most once or so."""
        self.copied += sum(len(x) for x in args if type(x) in _SIZED)
        if self.copied > 4 * len(self.data) + 1000:
            raise CheckpointError("the pickle would fill memory with copies")

    def make(self, cls: Any, args: Any) -> None:
        if isinstance(cls, _Safe):
            self.charge(args)
            self.push(cls.call.__new__(cls.call, *args))  # type: ignore[call-overload,arg-type]
        else:
            self.call(cls, args)

    def build(self) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if type(target) is OrderedDict and isinstance(state, dict):
            target.__dict__.update(state)  # the _metadata of a module's state dict
        elif type(target) in SAFE_CLASSES.values():
            set_state = getattr(target, "__setstate__", None)
            if set_state is not None:
                set_state(state)
            else:
                target.__dict__.update(state)
        elif type(target) in self.states:
            self.states[type(target)](target, state)
        else:
            raise CheckpointError(
                f"the pickle sets the state of a {type(target).__name__}, which is not allowed"
            )

    # -- containers ---------------------------------------------------------------------------
    def extend(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise CheckpointError(f"the pickle appends to a {type(target).__name__}")
        target.extend(items)

    def set_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) not in (dict, OrderedDict, defaultdict, Counter):
            raise CheckpointError(f"the pickle sets items of a {type(target).__name__}")
        if len(items) % 2:
            raise CheckpointError("the pickle is damaged: a key has no value")
        for i in range(0, len(items), 2):
            target[items[i]] = items[i + 1]

    def add_items(self) -> None:
        items = self.pop_mark()
        target = self.stack[-1]
        if type(target) is not set:
            raise CheckpointError(f"the pickle adds items to a {type(target).__name__}")
        target.update(items)

    def tuple_of(self, n: int) -> None:
        if len(self.stack) < n:
            raise CheckpointError("the pickle is damaged: the stack is empty")
        items = tuple(self.stack[-n:])
        del self.stack[-n:]
        self.push(items)

    def dict_of(self, items: list[Any]) -> None:
        self.push({})
        self.set_items(items)


def _decimal(text: str) -> Any:
    if text in ("00", "01"):
        return text == "01"
    return int(text.rstrip("L"))


def _quoted(text: str) -> str:
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "\"'":
        raise CheckpointError("the pickle is damaged: a string has no quotes")
    return text[1:-1].encode().decode("unicode_escape")


_STOP = pickle.STOP[0]

ACTIONS: dict[int, Callable[[_Machine], Any]] = {
    code[0]: action
    for code, action in {
        pickle.PROTO: lambda m: m.take(1),
        pickle.FRAME: lambda m: m.take(8),
        pickle.MARK: lambda m: m.push(_MARK),
        pickle.POP: lambda m: m.stack.pop(),
        pickle.POP_MARK: lambda m: m.pop_mark(),
        pickle.DUP: lambda m: m.push(m.stack[-1]),
        # plain values
        pickle.NONE: lambda m: m.push(None),
        pickle.NEWTRUE: lambda m: m.push(True),
        pickle.NEWFALSE: lambda m: m.push(False),
        pickle.INT: lambda m: m.push(_decimal(m.line())),
        pickle.LONG: lambda m: m.push(_decimal(m.line())),
        pickle.BININT: lambda m: m.push(m.number("<i")),
        pickle.BININT1: lambda m: m.push(m.number("<B")),
        pickle.BININT2: lambda m: m.push(m.number("<H")),
        pickle.LONG1: lambda m: m.push(pickle.decode_long(m.take(m.number("<B")))),
        pickle.LONG4: lambda m: m.push(pickle.decode_long(m.take(m.number("<i")))),
        pickle.FLOAT: lambda m: m.push(float(m.line())),
        pickle.BINFLOAT: lambda m: m.push(m.number(">d")),
        # text and bytes; 8-bit strings of Python 2 are text in latin-1
        pickle.STRING: lambda m: m.push(_quoted(m.line())),
        pickle.BINSTRING: lambda m: m.push(m.take(m.number("<i")).decode("latin1")),
        pickle.SHORT_BINSTRING: lambda m: m.push(m.take(m.number("<B")).decode("latin1")),
        pickle.UNICODE: lambda m: m.push(m.line().encode().decode("raw_unicode_escape")),
        pickle.BINUNICODE: lambda m: m.push(_text(m, "<I")),
        pickle.SHORT_BINUNICODE: lambda m: m.push(_text(m, "<B")),
        pickle.BINUNICODE8: lambda m: m.push(_text(m, "<Q")),
        pickle.BINBYTES: lambda m: m.push(m.take(m.number("<I"))),
        pickle.SHORT_BINBYTES: lambda m: m.push(m.take(m.number("<B"))),
        pickle.BINBYTES8: lambda m: m.push(m.take(m.number("<Q"))),
        pickle.BYTEARRAY8: lambda m: m.push(bytearray(m.take(m.number("<Q")))),
        # containers
        pickle.EMPTY_LIST: lambda m: m.push([]),
        pickle.APPEND: lambda m: m.extend([m.stack.pop()]),
        pickle.APPENDS: lambda m: m.extend(m.pop_mark()),
        pickle.LIST: lambda m: m.push(m.pop_mark()),
        pickle.EMPTY_TUPLE: lambda m: m.push(()),
        pickle.TUPLE: lambda m: m.push(tuple(m.pop_mark())),
        pickle.TUPLE1: lambda m: m.tuple_of(1),
        pickle.TUPLE2: lambda m: m.tuple_of(2),
        pickle.TUPLE3: lambda m: m.tuple_of(3),
        pickle.EMPTY_DICT: lambda m: m.push({}),
        pickle.DICT: lambda m: m.dict_of(m.pop_mark()),
        pickle.SETITEM: lambda m: m.set_items([m.stack.pop(-2), m.stack.pop()]),
        pickle.SETITEMS: lambda m: m.set_items(m.pop_mark()),
        pickle.EMPTY_SET: lambda m: m.push(set()),
        pickle.ADDITEMS: lambda m: m.add_items(),
        pickle.FROZENSET: lambda m: m.push(frozenset(m.pop_mark())),
        # the memo
        pickle.GET: lambda m: m.push(m.memo[int(m.line())]),
        pickle.BINGET: lambda m: m.push(m.memo[m.number("<B")]),
        pickle.LONG_BINGET: lambda m: m.push(m.memo[m.number("<I")]),
        pickle.PUT: lambda m: m.memo.__setitem__(int(m.line()), m.stack[-1]),
        pickle.BINPUT: lambda m: m.memo.__setitem__(m.number("<B"), m.stack[-1]),
        pickle.LONG_BINPUT: lambda m: m.memo.__setitem__(m.number("<I"), m.stack[-1]),
        pickle.MEMOIZE: lambda m: m.memo.__setitem__(len(m.memo), m.stack[-1]),
        # names, calls and references to storages
        pickle.GLOBAL: lambda m: m.look_up(m.line(), m.line()),
        pickle.STACK_GLOBAL: lambda m: m.look_up(m.stack.pop(-2), m.stack.pop()),
        pickle.REDUCE: lambda m: m.call(m.stack.pop(-2), m.stack.pop()),
        pickle.NEWOBJ: lambda m: m.make(m.stack.pop(-2), m.stack.pop()),
        pickle.BUILD: lambda m: m.build(),
        pickle.BINPERSID: lambda m: m.push(m.persistent(m.stack.pop())),
    }.items()
}


def _text(m: _Machine, form: str) -> str:
    return m.take(m.number(form)).decode("utf-8", "surrogatepass")

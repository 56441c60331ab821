"""A team's own texts in place of ours: templates that others wrote, and are not trusted.

They see what our own template of that name sees, and nothing else: no files, no other templates,
none of Python's insides. What takes too long, or says too much, is stopped.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, Literal, NamedTuple

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.meta import TrackingCodeGenerator
from jinja2.sandbox import ImmutableSandboxedEnvironment

from xlcrm.values import dataclass
from xlcrm.wording import render, source_of

REPLACEABLE = ("narrative", "late")
LARGEST = 65_536  # bytes of a file: ours is a sixth of it
_LONGEST, _LONGEST_PART = 2_000, 20_000  # characters of a text, and of any on its way to it
_SECONDS = 1.0  # for a text; ours takes a thousandth of it
_FILTERS = (
    *("abs", "default", "first", "float", "int", "join", "last", "length", "list", "lower"),
    *("map", "max", "min", "reject", "rejectattr", "replace", "reverse", "round", "select"),
    *("selectattr", "sort", "string", "sum", "trim", "unique", "upper"),
)
_PLACE = "<template>"  # what jinja2 calls one without a file
_METHODS = frozenset({"strip", "startswith", "endswith", "split", "upper", "lower", "items", "get"})


class Fault(NamedTuple):
    """Why a team's text is not used: what is wrong in which line, and the word it is about."""

    file: str
    line: int
    reason: Literal["syntax", "unknown", "forbidden", "endless", "failed", "unreadable"]
    word: str = ""


class _TooMuch(Exception):
    """A text takes too long, or has become too long."""


class _Unreckoned(CodeGenerator):
    """Reckons nothing as it reads a text: nobody watches then how long that takes."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)


class _Names(_Unreckoned, TrackingCodeGenerator):
    """Finds the names that a text asks for."""

    optimizer = property(lambda self: None, lambda self, value: None)  # which reckons too


class _Sandbox(ImmutableSandboxedEnvironment):
    """Without what makes much out of little: repeated texts, ranges, padding."""

    code_generator_class = _Unreckoned

    intercepted_binops = frozenset({"*", "**", "%"})  # "%" pads texts too

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
            optimized=False,
        )
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS}

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not all(isinstance(each, int | float) for each in (left, right)):
            raise SecurityError(operator)
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> None:
        """Give no text's ``format``: it pads."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if callable(value) and attr not in _METHODS:
            return False
        return super().is_safe_attribute(obj, attr, value)


_ENVIRONMENT = _Sandbox()


@dataclass(frozen=True)
class OwnWording:
    """Texts of a team by the names of their files, each known to be well written; ``faults`` are
    those that fail all the same when they are filled in, and gather there."""

    templates: Mapping[str, Template]
    faults: dict[str, Fault]

    @classmethod
    def of(cls, sources: Mapping[str, str]) -> OwnWording:
        """Return texts that ``fault_in`` finds nothing wrong in."""
        return cls({n: _ENVIRONMENT.from_string(text) for n, text in sources.items()}, {})

    def render(self, name: str, language: str, **context: object) -> str:
        """Return a text filled in: the team's, or ours where they have none, or theirs fails."""
        file = f"{name}.{language}.j2"
        if file in self.templates and file not in self.faults:
            try:
                return _filled(self.templates[file], context)
            except Exception as error:  # whatever a text of somebody's may do
                self.faults[file] = _failed(file, error)
        return render(name, language, **context)


def fault_in(file: str, source: str) -> Fault | None:
    """Return what is wrong with a text before it is filled in; None where nothing is."""
    try:
        tree = _ENVIRONMENT.parse(source)
        _ENVIRONMENT.from_string(source)
    except TemplateSyntaxError as error:
        return Fault(file, error.lineno, "syntax", error.message or "")
    except (TemplateError, RecursionError, SyntaxError, MemoryError) as error:
        return Fault(file, 1, "syntax", str(error))
    known = _names(_ENVIRONMENT.parse(source_of(file)))
    for name in sorted(_names(tree) - known):
        found = (n.lineno for n in tree.find_all(nodes.Name) if n.name == name)
        return Fault(file, min(found, default=1), "unknown", name)
    return None


def _names(tree: nodes.Template) -> set[str]:
    found = _Names(_ENVIRONMENT)
    found.visit(tree)
    return found.undeclared_identifiers


def _filled(template: Template, context: Mapping[str, object]) -> str:
    with _watched():
        text = template.render(context)
    if len(text) > _LONGEST:
        raise _TooMuch
    return text


@contextmanager
def _watched() -> Iterator[None]:
    """Stop whatever takes too long in this block, or makes a text too long, at its next line."""
    end, before = time.monotonic() + _SECONDS, sys.gettrace()

    def watch(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        made = [argument] if event == "return" else []  # by a filter, say
        if frame.f_code.co_filename == _PLACE:
            made += frame.f_locals.values()
        if time.monotonic() > end or any(map(_is_too_long, made)):
            raise _TooMuch
        return watch

    sys.settrace(watch)
    try:
        yield
    finally:
        sys.settrace(before)


def _is_too_long(made: object) -> bool:
    return isinstance(made, str) and len(made) > _LONGEST_PART


def _failed(file: str, error: Exception) -> Fault:
    line, trace = 1, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == _PLACE:
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, _TooMuch | RecursionError | MemoryError):
        return Fault(file, line, "endless")
    if isinstance(error, SecurityError):
        return Fault(file, line, "forbidden")
    return Fault(file, line, "failed", str(error))

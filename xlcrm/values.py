"""Classes of values: dataclasses, sooner made.

For each class ``dataclasses`` writes six methods as text and compiles them, which would take a
seventh of the time in which a small file is checked. Here that is done of ``__init__`` alone: the
others are the same functions of any class's fields. That nothing sets a frozen class's fields is
the type checker's to see, who knows no difference.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(given=None, /, *, frozen=False, eq=True, slots=False):
        """Make a dataclass; frozen ones have a hash where they have ``eq``."""
        if given is None:
            return lambda each: dataclass(each, frozen=frozen, eq=eq, slots=slots)
        made = dataclasses.dataclass(given, repr=False, eq=False, slots=slots)
        fields = dataclasses.fields(made)
        made.__repr__ = _repr([each.name for each in fields if each.repr])
        if eq:
            said = _said([each.name for each in fields if each.compare])
            made.__eq__ = _eq(said)
            made.__hash__ = _hash(said) if frozen else None
        return made

    def _said(names):
        """Return what gives the values of some fields, one or several, at once."""
        return attrgetter(*names) if names else type

    def _eq(said):
        def __eq__(self, other):
            if other.__class__ is not self.__class__:
                return NotImplemented
            return said(self) == said(other)

        return __eq__

    def _hash(said):
        return lambda self: hash(said(self))

    def _repr(names):
        def __repr__(self):
            values = (f"{name}={getattr(self, name)!r}" for name in names)
            return f"{self.__class__.__qualname__}({', '.join(values)})"

        return __repr__

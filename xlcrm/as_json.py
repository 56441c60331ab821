"""Values as JSON in UTF-8: of what travels between processes and is kept, much of it."""

from __future__ import annotations

import json
from typing import Any

import orjson


def to_json(value: Any) -> bytes:
    """Return JSON values as bytes without a line end."""
    try:
        return orjson.dumps(value)
    except TypeError:  # text that is not whole, or a number of more than 64 bits
        return json.dumps(value).encode()


def from_json(data: bytes) -> Any:
    """Return what ``to_json`` was given. Raises ValueError where it is no JSON."""
    try:
        return orjson.loads(data)
    except ValueError:
        return json.loads(data)

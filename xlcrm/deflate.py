"""zlib, or what is the same and several times as fast, where the platform has it."""

from __future__ import annotations

import importlib
import zlib
from typing import Any

codec: Any
try:
    codec = importlib.import_module("isal.isal_zlib")
except ImportError:  # a platform for which nobody builds it
    codec = zlib

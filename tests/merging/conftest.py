"""Lets the tests of this folder import the modules beside them, and say what they compared."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.register_assert_rewrite("merging_team")
sys.path.insert(0, str(Path(__file__).parent))

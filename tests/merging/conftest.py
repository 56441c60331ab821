"""Lets the tests of this folder import the modules beside them, and say what they compared."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from xlcrm.metrics import catalogue

pytest.register_assert_rewrite("merging_team")
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="module", autouse=True)
def _few_figures() -> Iterator[None]:
    """Few figures in these masters: a third of a merge goes into those that nobody looks at."""
    with pytest.MonkeyPatch.context() as patch:
        few = {key: catalogue.CATALOGUE[key] for key in ("satisfaction", "contact_frequency")}
        patch.setattr(catalogue, "CATALOGUE", few)
        yield

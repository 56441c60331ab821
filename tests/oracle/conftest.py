"""The sample team as the oracle sees it, whose modules the tests of this folder can import."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from xlcrm import resources

sys.path.insert(0, str(Path(__file__).parent))
from oracle_facts import Team


@pytest.fixture(scope="module", autouse=True)
def _without_borders(borders_alone: None) -> None:
    """Figures are in cells, not in their borders."""


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Copies the sample team's folder."""

    def copied() -> Path:
        folder = tmp_path_factory.mktemp("team")
        resources.copy_tree(resources.sample_workbooks(), folder)
        return folder

    return copied


@pytest.fixture(scope="session")
def folder(new_folder: Callable[[], Path]) -> Path:
    """A copy of the sample team's folder."""
    return new_folder()


@pytest.fixture(scope="session")
def team(folder: Path) -> Team:
    """What the oracle knows of the folder."""
    return Team(folder)

"""xlcrm: a team's customer communication records, kept in Excel, checked, merged and reported."""

from __future__ import annotations

__version__ = "0.1.0"

"""Tags by how many customers have them."""

from __future__ import annotations

from typing import Any

import pandas as pd

_TOP = 3


def top(tagged: pd.DataFrame, everyone: int) -> list[dict[str, Any]]:
    """Return the three tags that most customers have; ties by mentions, then by code points.

    ``tagged`` has a row a mention, with its customer and tag; a share is of ``everyone``.
    """
    groups = tagged.groupby("tag")["customer"]
    counts = zip(groups.groups, groups.nunique(), groups.size(), strict=True)
    tags: list[dict[str, Any]] = [
        {
            "tag": str(tag),
            "customers": int(customers),
            "mentions": int(mentions),
            "share": int(customers) / everyone,
        }
        for tag, customers, mentions in counts
    ]
    return sorted(tags, key=lambda row: (-row["customers"], -row["mentions"], row["tag"]))[:_TOP]

"""Files that were renamed or moved since the last run: known by their content or their records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.customers import CustomerBase
from xlcrm.ledger.claims import Claim, Key, claims_of
from xlcrm.records import FileReading
from xlcrm.spec.model import Spec

_SHARE = 0.5  # of a file's records that must be in another for it to be that one, renamed


def renamed_files(
    gone: Mapping[str, FileReading], new: Sequence[FileReading], spec: Spec
) -> dict[str, str]:
    """Return the new names of files that are gone, by their old ones; each is one file at most."""
    names: dict[str, str] = {}
    by_hash = {each.sha256: each.file for each in reversed(new)}
    for file, reading in gone.items():
        to = by_hash.pop(reading.sha256, None)
        if to:
            names[file] = to
    taken = set(names.values())
    left = [each for each in new if each.file not in taken and each.blocks]
    keys = {each.file: _keys(each, spec) for each in left} if len(names) < len(gone) else {}
    for file, reading in gone.items():
        if file in names:
            continue
        known = _keys(reading, spec)
        alike = {to: len(known & keys[to]) for to in keys if to not in taken}
        best = max(alike, key=lambda to: alike[to], default=None)
        if best and alike[best] >= max(1, _SHARE * len(known)):
            names[file] = best
            taken.add(best)
    return names


def _keys(reading: FileReading, spec: Spec) -> set[Key]:
    claims = claims_of(reading, spec, CustomerBase([]))
    return {claim.key for claim in claims if isinstance(claim, Claim)}

"""Names that any system takes, from whatever people write."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from xlcrm.file_names import free_name, name_key, safe_name

# As Microsoft's "Naming Files, Paths, and Namespaces" has them.
REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
DEVICE = re.compile(r"(CON|PRN|AUX|NUL|(COM|LPT)[0-9\u00b9\u00b2\u00b3])(\..*)?", re.IGNORECASE)


@given(st.text(max_size=90))
@example("con")
@example("Lpt¹.x")
@example("a\ud800b")
@example("ﬁ" * 60)
@example(". ~$=")
@example("\u202egnp.exe")
def test_a_name_is_one_that_windows_takes(text: str) -> None:
    name = safe_name(text, "无名")
    assert name and not REFUSED.search(name) and not DEVICE.fullmatch(name)
    assert name == name.strip(" .") and not name.startswith((".", "~", "-", "=", "+", "@"))
    assert len(f"{name}_2024-05-20_999.xlsx".encode()) < 200
    assert not {unicodedata.category(char) for char in name} & {"Cc", "Cs"}
    assert safe_name(name, "无名") == name


@given(st.lists(st.sampled_from(["abc", "ABC", "Straße", "STRASSE", "e\u0301", "é", "甲"])))
def test_no_two_names_are_one(stems: list[str]) -> None:
    taken: set[str] = set()
    for stem in stems:
        name = free_name(stem, ".xlsx", taken)
        assert name_key(name) not in taken
        taken.add(name_key(name))
    for fold in (str.upper, str.lower, lambda name: unicodedata.normalize("NFD", name)):
        assert len({fold(name) for name in taken}) == len(taken)

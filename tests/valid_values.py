"""Valid values of every field type, as strategies: derived from what a type is told, not from how
the program reads or writes it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from stdnum.cn import uscc

from xlcrm.spec.model import Field, Table
from xlcrm.spec.vocabulary import Vocabulary

Values = st.SearchStrategy[Any]

# What a cell, a formula, XML or a reader might take for something else.
ODD = r"""
=1+1 =SUM(A1:A9) +8 -3 @甲 '引 "双" & < > ]]> &amp; <b>粗</b> _x000D_ _x0041_ \n %s {0} {{x}} # | \
#N/A #REF! TRUE FALSE NULL None nan 1e5 00123 0.10 1/2 12:30 2024-05-20 5月20日 45432 1,000 50%
☑ □高 √ ★要点 ① 1. (2) 、 ； ， 。 → 👍🏽 👨‍👩‍👧 é ﬁ 𠮷 ｱ Ａ １ عربى हिन्दी
客户名称 负责人 Customer 内部 维持 是 否 无 *经理 138****5678 https://例.cn mailto: file:///etc
"""
_SPACES = [" ", "\n", "\u200b", "\u00a0", "\u3000", "\u202e", "\ufeff", "\u2028"]
PIECES = [*ODD.split(), *_SPACES, "客户", "同意"]
_CHARACTERS = st.characters(exclude_categories=("Cc", "Cs", "Cn"))
_EDGES = re.compile(r"^[\s;\uff1b]+|[\s;\uff1b]+$")
_BOXES = "☑☒✓✔√■●✅◉◼⬛🗹□☐○◯▢◻⬜❏❑"
_NUMBERED = re.compile(
    r"(?:^|[\s;；。])[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）.．、]|[①-⑳]|^[-·•]"
)
_WORDS = "报价方案合同对接培训试用回访确认材料样品发送 abcXYZ=+@&<>\"'👍é"


def prose() -> Values:
    """Free text: line breaks, and any character but the control ones."""
    odd = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
    any_text = st.text(_CHARACTERS | st.just("\n"), min_size=1, max_size=20)
    long = st.tuples(any_text, st.integers(1, 400)).map(lambda pair: "长" + pair[0] * pair[1])
    longest = st.sampled_from(["字" * 32_767, "👍" * 16_000])
    # Branches are taken about equally often: the longest texts are to be one of many.
    texts = st.one_of(odd, any_text, odd, any_text, long, odd | any_text | long | longest)
    return texts.map(lambda text: text.strip() or "文")


def short_prose() -> Values:
    """Prose of one line that does not begin or end as lists of texts are taken apart."""
    odd = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)
    return (odd | st.text(_CHARACTERS, min_size=1, max_size=20)).map(
        lambda text: _EDGES.sub("", text.replace("\n", "").replace("\u2028", "")) or "文"
    )


def tidy(*, without: str = "") -> Values:
    """Short text in one width: a name, a title, a word of one's own."""
    odd = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
    barred = str.maketrans(dict.fromkeys(without, ""))
    return (odd | st.text(_CHARACTERS, min_size=1, max_size=20)).map(
        lambda text: _tidied(_tidied(text).translate(barred)) or "名"
    )


def _tidied(text: str) -> str:
    for _ in range(4):  # what was apart may combine
        plain = unicodedata.normalize("NFKC", text)
        kept = (char for char in plain if unicodedata.category(char) not in ("Cf", "Cc", "Cn"))
        shown = "".join(char for char in kept if not "\ufe00" <= char <= "\ufe0f")
        text = " ".join(shown.split())
    return text


def some_of(parts: Mapping[str, Values]) -> Values:
    """One of the parts at least."""

    def with_one(key: str) -> Values:
        others = {name: part for name, part in parts.items() if name != key}
        return st.fixed_dictionaries({key: parts[key]}, optional=others)

    return st.sampled_from(list(parts)).flatmap(with_one)


def plain_words() -> Values:
    """Text in which nothing is a date, a number, a label or a separator."""
    return st.text(_WORDS, min_size=1, max_size=12).map(lambda text: _tidied(text) or "词")


def _days() -> st.SearchStrategy[date]:
    return st.dates(date(1950, 1, 1), date(2099, 12, 31))


def _day() -> Values:
    return _days().map(date.isoformat)


def _moments() -> st.SearchStrategy[datetime]:
    moments = st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31))
    exact = moments.map(lambda moment: moment.replace(microsecond=0))
    return st.one_of(exact, exact.map(lambda moment: moment.replace(second=0)))


def _iso(moment: datetime) -> str:
    return moment.isoformat("T", "seconds" if moment.second else "minutes")


def _span() -> Values:
    starts = _moments().map(lambda moment: moment.replace(second=0))
    lengths = st.integers(0, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
    spans = st.tuples(starts, lengths).map(
        lambda pair: f"{_iso(pair[0])}/{_iso(pair[0] + pair[1])}"
    )
    return st.one_of(spans, starts.map(_iso), _day())


def _month_day() -> Values:
    days = st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda day: f"{day:%m-%d}")
    lunar = st.tuples(st.integers(1, 12), st.integers(1, 30))
    return days | lunar.map(lambda pair: f"农历{pair[0]:02d}-{pair[1]:02d}")


def _deadline() -> Values:
    day, text = _day(), plain_words()
    return st.one_of(
        st.fixed_dictionaries({"date": day}),
        st.fixed_dictionaries({"date": day, "text": text}),
        st.fixed_dictionaries({"text": text}),
    )


def _items() -> Values:
    item = short_prose().map(lambda text: "项" if _NUMBERED.search(text) else text)
    return st.lists(item, min_size=1, max_size=6)


def _numbers(low: float | None, high: float | None, step: float | None) -> Values:
    first = -1_000_000 if low is None else low
    last = 1_000_000_000 if high is None else high
    if step:
        return st.integers(round(first / step), round(last / step)).map(
            lambda n: int(n * step) if (n * step).is_integer() else n * step
        )
    cents = st.integers(round(first * 100), round(last * 100)).map(lambda n: n / 100)
    return cents.map(lambda n: int(n) if n.is_integer() else n)


def _number(field: Field) -> Values:
    kind: Any = field.type
    return _numbers(kind.low, kind.high, float(kind.step) if kind.step else None)


def _identifier(field: Field) -> Values:
    kind: Any = field.type
    number = st.integers(1, 10**kind.digits * 50).map(lambda n: str(n).zfill(kind.digits))
    if not kind.pattern:
        return number.map(lambda text: kind.prefix + text)
    return st.tuples(_days(), number).map(lambda pair: f"{pair[0]:%Y%m}{pair[1]}")


def _credit_code() -> Values:
    letters = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9)
    heads = st.tuples(st.sampled_from(["91", "92", "12"]), st.just("350100"), letters)
    return heads.map("".join).map(lambda text: text + uscc.calc_check_digit(text))


def _own_word(vocabulary: Vocabulary) -> Values:
    """A word that an open list takes, and knows as none of its own."""
    barred = '[]【】、,;/()（）“”"《》「」→:' + _BOXES
    return tidy(without=barred).filter(lambda word: not vocabulary.find(word))


def _words(field: Field) -> list[str]:
    vocabulary: Vocabulary = field.type.vocabulary  # type: ignore[attr-defined]
    return [choice.value for choice in vocabulary.choices]


def _choice(field: Field) -> Values:
    kind: Any = field.type
    words = st.sampled_from(_words(field))
    if field.options.get("ticks"):
        return words
    if kind.vocabulary.open:
        return words | _own_word(kind.vocabulary)
    form = {"brackets": "{}({})", "colon": "{}:{}", "": ""}[kind.remark]
    remarked = st.tuples(words, plain_words()).map(lambda pair: form.format(*pair))
    return words | remarked if form else words


def _change(field: Field) -> Values:
    words = _words(field)
    step = st.lists(st.sampled_from(words), min_size=1, max_size=2).map("→".join)
    remarked = st.tuples(step, plain_words()).map(lambda pair: f"{pair[0]}({pair[1]})")
    return st.one_of(step, remarked, st.just("维持"))


def _many(field: Field) -> Values:
    vocabulary: Vocabulary | None = field.type.vocabulary  # type: ignore[attr-defined]
    if vocabulary is None:
        nothing = Vocabulary("", {}, ())
        return st.lists(_own_word(nothing), min_size=1, max_size=4, unique=True)
    words = _words(field)
    if field.options.get("ticks"):
        return st.sets(st.sampled_from(words), min_size=1).map(lambda w: sorted(w, key=words.index))
    word = st.sampled_from(words)
    every = word | _own_word(vocabulary) if vocabulary.open else word
    return st.lists(every, min_size=1, max_size=4, unique=True)


def _split(field: Field) -> Values:
    labelled = re.compile(r"[:：﹕︓\-—]")  # no piece looks as if a label stood in it
    piece = short_prose().map(lambda text: "句" if labelled.search(text) else text)
    parts = {part["key"]: piece for part in field.type.parts}  # type: ignore[attr-defined]
    return some_of({"rest": piece, **parts})


def _actions(field: Field) -> Values:
    texts = {"action": prose(), "due": _day(), "done": _day()}
    columns: Any = field.options["columns"]
    parts = {column["key"]: texts.get(column["key"], tidy()) for column in columns}
    return st.lists(some_of(parts), min_size=1, max_size=7)


_OF_TYPE: Mapping[str, Callable[[Field], Values]] = {
    "text": lambda field: prose(),
    "name": lambda field: tidy(),
    "contact": lambda field: tidy(without=":"),
    "contact_info": lambda field: tidy() | st.just("客户联系方式-1") | st.just("138****5678"),
    "credit_code": lambda field: _credit_code(),
    "id": _identifier,
    "reference": _identifier,
    "integer": _number,
    "number": _number,
    "score": _number,
    "choice": _choice,
    "change": _change,
    "many": _many,
    "tick": lambda field: st.just(True),
    "date": lambda field: _day(),
    "datetime": lambda field: _moments().map(_iso) | _day(),
    "time_range": lambda field: _span(),
    "month_day": lambda field: _month_day(),
    "deadline": lambda field: _deadline(),
    "items": lambda field: _items(),
    "split": _split,
    "actions": _actions,
}


def value_of(field: Field) -> Values:
    """Valid values of a field. Words that other fields are filled from say nothing of them."""
    if "words_into" in field.options and field.type.name == "text":
        return plain_words()
    return _OF_TYPE[field.type.name](field)


def record_of(table: Table, *, core: bool) -> Values:
    """Records of a table, any of its shown fields filled, at least one."""
    fields = {each.key: value_of(each) for each in table.shown(core=core) if each.is_input}
    return st.fixed_dictionaries(fields) | some_of(fields)

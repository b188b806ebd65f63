"""Any table, by a mapping of its columns: the user's own, a shipped one, or a guess."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from listeners.formats.format import Format, Head, Match, Reading, Unreadable
from listeners.formats.marks import Marks
from listeners.formats.tables.addresses import id_at, is_address, source_at, source_of_medium
from listeners.formats.tables.synonyms import FIELDS, SYNONYMS
from listeners.formats.weibo import table
from listeners.parsing import fields
from listeners.parsing.ids import is_rounded
from listeners.parsing.sheets.tables import LINK
from listeners.parsing.times import has_clock, read_time
from records import Post, PostKind

NEEDED: Final = ("text", "time")
_LEAST_ID: Final = 7
_COUNTS: Final = ("reposts", "comments", "likes", "followers")
_TEXTS: Final = ("title", "text", "platform", "author_name", "region", "quoted")
# Where a tool writes that a field has nothing.
_NOTHING: Final = frozenset({"", "-", "--", "—", "/", "n/a", "#n/a", "null", "none", "nan", "无"})
_KINDS: Final[Mapping[str, PostKind]] = {
    "转发": PostKind.REPOST, "转": PostKind.REPOST, "retweet": PostKind.REPOST,
    "repost": PostKind.REPOST, "share": PostKind.REPOST, "评论": PostKind.COMMENT,
    "comment": PostKind.COMMENT, "reply": PostKind.COMMENT,
}  # fmt: skip
_SUFFIX: Final = re.compile(r"\s*\([^()]*\)$")
_MIDNIGHT: Final = re.compile(r"[ T]00:00(?::00)?(?:\.0+)?$")
_CLOCK: Final = re.compile(r"0?\.\d{1,17}|0|1\.0")


@lru_cache(maxsize=8192)
def folded(name: str) -> str:
    """Return the name of a column without what tools and people write it differently by."""
    return " ".join(unicodedata.normalize("NFKC", name[:200]).lower().split()).strip(" *:\ufeff")


@lru_cache(maxsize=8192)
def _plain(name: str) -> str:
    """Return a folded name without what stands behind it in brackets, such as a unit."""
    return _SUFFIX.sub("", folded(name))


@dataclass(frozen=True, slots=True)
class Profile:
    """Which columns stand for which field, the best first, and whose posts they are.

    `source` is for posts of which neither the address nor the medium says whose they are. `marks`
    are the names by which such a table is known, folded; without them it is the needed columns. An
    address in one of the columns `pages` is that of a page with many posts.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    source: str = "table"
    kind: PostKind = PostKind.POST
    marks: Marks | None = None
    pages: frozenset[str] = frozenset()

    def format(self) -> Format:
        """Return the format of the tables that have these columns."""
        detail = f"{self.name} {self.source} {self.kind} {sorted(self.columns.items())}"
        return Format(self.name, self.source, self.match, self.parse, detail=detail)

    def match(self, head: Head) -> Match:
        """Return how much the table that begins with `head` is one of these."""
        names = {folded(name) for name in head.columns} | {_plain(name) for name in head.columns}
        marks = self.marks or self._marks()
        return marks.match(replace(head, columns=frozenset(names)))

    def _marks(self) -> Marks:
        needed = (self.columns[name] for name in NEEDED if name in self.columns)
        usual = (name for names in self.columns.values() for name in names)
        return Marks(
            tuple(frozenset(map(folded, names)) for names in needed),
            usual=frozenset(map(folded, usual)),
            table=None,
        )

    def parse(self, row: Mapping[str, Any], reading: Reading) -> Iterator[Post]:
        """Yield the post of a row.

        Raises:
            Unreadable: it has no words, no time, or an id that is rounded.
        """
        notes: list[str] = []
        cells = self._cells(row)
        text = {name: fields.text_or_note(cells[name], name, notes).strip() for name in _TEXTS}
        words = _words(text["title"], text["text"])
        if not words:
            raise Unreadable("no text")
        url = self._url(row, cells["url"])
        source = source_at(url) or source_of_medium(text["platform"]) or self.source
        author = fields.read_id(cells["author"]) or text["author_name"]
        kind = _KINDS.get(str(cells["kind"] or "").strip().lower(), self.kind)
        known = _id_at(url, source, notes)
        at = _time(when(cells["time"], cells["clock"]), known, source, reading, notes)
        # Comments have the address of their post, and a page that of all its posts.
        is_shared = kind is PostKind.COMMENT or (not known and self._is_page(row, url))
        own = "" if is_shared else known or _identity(cells["id"], url)
        counts = {name: _count(cells[name], name, notes) for name in _COUNTS}
        yield Post(
            source=source,
            id=own or _digest(url, author, at.isoformat(), words),
            url=url,
            kind=kind,
            parent=f"{source}:{known}" if known and kind is PostKind.COMMENT else None,
            author=author,
            text=words,
            published_at=at,
            fetched_at=reading.fetched(at),
            author_name=text["author_name"],
            quoted=text["quoted"],
            region=fields.read_region(text["region"]),
            notes=tuple(notes),
            reposts=counts["reposts"],
            comments=counts["comments"],
            likes=counts["likes"],
            followers=counts["followers"],
        )

    def _cells(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the cell of each field, None where none of its columns has something."""
        by_name: dict[str, Any] = {}
        for name, value in row.items():
            by_name.setdefault(folded(name), value)
        for name, value in row.items():
            by_name.setdefault(_plain(name), value)
        found: dict[str, Any] = dict.fromkeys(FIELDS)
        for field, names in self.columns.items():
            values = (by_name.get(folded(name)) for name in names)
            found[field] = next((value for value in values if _is_there(value)), None)
        return found

    def _is_page(self, row: Mapping[str, Any], url: str) -> bool:
        return bool(self.pages) and any(
            folded(name) in self.pages and value == url for name, value in row.items()
        )

    def _url(self, row: Mapping[str, Any], written: object) -> str:
        """Return the address in its own cell, or the one to which it, title or text lead."""
        if isinstance(written, str) and is_address(written):
            return _with_scheme(written.strip())
        fields_ = ("url", "title", "text")
        places = {folded(name) for field in fields_ for name in self.columns.get(field, ())}
        links = (value for name, value in row.items()
                 if name.endswith(LINK) and folded(name.removesuffix(LINK)) in places)  # fmt: skip
        return _with_scheme(next((link for link in links if is_address(link)), ""))


def _is_there(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().lower() not in _NOTHING
    return value is not None


def _with_scheme(address: str) -> str:
    return f"https:{address}" if address.startswith("//") else address


def _words(title: str, text: str) -> str:
    return text if text.startswith(title.rstrip("….")) else f"{title}\n{text}".strip()


def _count(value: object, name: str, notes: list[str]) -> int | None:
    """Return a count; of a span (`7.5w~10w`, as tools estimate) the lower bound."""
    if isinstance(value, str):
        low, sign, high = value.partition("~")
        if sign and high:
            notes.append(f"{name}: a span, its lower bound taken")
            value = low
    return fields.count_or_note(value, name, notes)


def when(date: object, clock: object) -> object:
    """Return the date with the time of day that stands in a column of its own."""
    if not isinstance(date, str) or not isinstance(clock, str):
        return date
    day, hour = _MIDNIGHT.sub("", date.strip()), clock.strip()
    if not hour or (has_clock(day) and ":" in day):
        return date
    if _CLOCK.fullmatch(hour):
        if day.isdecimal():
            return str(int(day) + float(hour))
        minutes = round(float(hour) * 1440)
        hour = f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
    return f"{day} {hour}"


def _id_at(url: str, source: str, notes: list[str]) -> str:
    """Return the id that the address shows, empty where it shows none."""
    try:
        return id_at(url, source)
    except ValueError:
        notes.append("url: unreadable")
        return ""


def _identity(written: object, url: str) -> str:
    """Return an id by the address before a column of a tool's own numbers.

    A short number counts the rows of one file: in the next one it stands for another post.
    """
    if url:
        return _digest(url)
    identity = fields.read_id(written)
    if is_rounded(identity):
        raise Unreadable(f"rounded id: {identity}")
    return "" if identity.isdecimal() and len(identity) < _LEAST_ID else identity


def _time(
    value: object, identity: str, source: str, reading: Reading, notes: list[str]
) -> datetime:
    if source == table.SOURCE:
        return table.published_at(value, identity, reading, notes)
    try:
        at = reading.time(value)
    except ValueError:
        reason = f"unreadable time: {fields.shortened(value)}" if value else "no time"
        raise Unreadable(reason) from None
    if not has_clock(value):
        notes.append("published_at: the time of day is unknown")
    return at


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=12).hexdigest()


def guess(columns: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> dict[str, str]:
    """Return which column probably stands for which field, by its name, else by its cells.

    A column stands for one field; without a text of its own, a table's title is its text. `rows`
    are some rows below the header.
    """
    found: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for key in (folded, _plain):
        for name in columns:
            by_name.setdefault(key(name), name)
    for field, synonyms in SYNONYMS.items():
        known = (by_name[one] for one in synonyms if one in by_name)
        if free := next((one for one in known if one not in found.values()), None):
            found[field] = free
    _guess_by_cells(found, columns, rows)
    if "text" not in found and "title" in found:
        found["text"] = found.pop("title")
    if "clock" in found and not _is_clock(found["clock"], columns, rows):
        del found["clock"]
    return found


def _guess_by_cells(
    found: dict[str, str], columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Add what only the cells show: times, addresses, and the longest texts."""
    cells = {
        name: [row[place] for row in rows if place < len(row) and row[place].strip()]
        for place, name in enumerate(columns)
        if name not in found.values()
    }
    filled = {name: values for name, values in cells.items() if values}
    tests = {"url": is_address, "time": _is_time}
    for field, fits in tests.items():
        name = next(
            (one for one in filled if field not in found and all(map(fits, filled[one]))), ""
        )
        if name:
            found[field] = name
            del filled[name]
    if not {"text", "title"} & found.keys():
        length = {name: sum(map(len, values)) / len(values) for name, values in filled.items()}
        longest = max(length, key=lambda name: length[name], default="")
        if longest and length[longest] >= _LEAST_TEXT:
            found["text"] = longest


# Cells of fewer signs than this, on average, are names or labels.
_LEAST_TEXT: Final = 8


def _is_time(cell: str) -> bool:
    try:
        read_time(cell, None)
    except ValueError:
        return False
    return not cell.strip().isdecimal() or len(cell.strip()) in {10, 13}


def _is_clock(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    place = list(columns).index(name)
    cells = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
    return bool(cells) and all(len(cell) <= 11 and ":" in cell for cell in cells)

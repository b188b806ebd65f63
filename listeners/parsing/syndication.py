"""RSS (0.9x, 1.0, 2.0) and Atom, read by expat in time linear in what is read.

Nothing is opened and nothing is fetched: a body is text, never a name. Entities are not expanded
but those of HTML. What is no well-formed XML is read up to where it breaks, after one repair: bare
`&`, HTML's entities and control characters, which many feeds get wrong. Feeds that need more (tags
left open, other roots) are not read.
"""

import html
import html.entities
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from xml.parsers import expat

from listeners.parsing.charsets import decoded

# A feed lists tens of entries, seldom hundreds.
MOST_ENTRIES: Final = 10_000
ROOTS: Final = frozenset({"rss", "rdf", "feed"})
_DECLARATION: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})")
_DECLARED: Final = re.compile(r"<\?xml[^>]{0,300}\?>")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_AMPERSAND: Final = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)(\w{2,31};)?"
)
_CDATA: Final = ("<![CDATA[", "]]>")
_LINKS: Final = ("", "alternate")
# What an entry's children are called, without those of other vocabularies (media:, itunes:).
FIELDS: Final = {
    "title": "title",
    "dc:title": "title",
    "link": "link",
    "guid": "id",
    "id": "id",
    "author": "author",
    "dc:creator": "author",
    "description": "summary",
    "summary": "summary",
    "content": "content",
    "content:encoded": "content",
    "pubdate": "published",
    "published": "published",
    "issued": "published",
    "dcterms:created": "published",
    "dcterms:issued": "published",
    "updated": "updated",
    "modified": "updated",
    "dc:date": "updated",
    "dcterms:modified": "updated",
}


class NoFeed(Exception):
    """The text is neither RSS nor Atom."""


class Feed(NamedTuple):
    """The entries of a feed, each a text by field; `broken` says why there are no more."""

    entries: list[dict[str, str]]
    broken: str = ""


def read_feed(payload: bytes) -> Feed:
    """Return the entries of a feed.

    Raises:
        NoFeed: it is none, or declares entities of its own.
    """
    text = _text(payload)
    feed = _parsed(text)
    if not feed.broken:
        return feed
    repaired = _parsed(_repaired(text))
    return repaired if len(repaired.entries) >= len(feed.entries) else feed


def _text(payload: bytes) -> str:
    head = payload[:4].lstrip(b"\xef\xbb\xbf")
    declared = _DECLARATION.search(payload[:400])
    name = declared[1].decode() if declared else ""
    if payload.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = "utf-16"
    elif not head.strip(b"\x00"):
        raise NoFeed
    text = decoded(payload, name).lstrip("\ufeff \t\r\n")
    return _DECLARED.sub("", text[:400], count=1) + text[400:]


def _parsed(text: str) -> Feed:
    reader = _Reader()
    try:
        reader.parse(text)
    except expat.ExpatError as error:
        if not reader.is_feed:
            raise NoFeed from error
        return Feed(reader.entries, expat.ErrorString(error.code))
    except _TooMany:
        return Feed(reader.entries, f"more than {MOST_ENTRIES} entries")
    return Feed(reader.entries)


def _repaired(text: str) -> str:
    """Return `text` with what stands outside of CDATA made well-formed, as far as one can tell."""
    text = _CONTROLS.sub("", text)
    parts, at = [], 0
    begin, end = _CDATA
    while (start := text.find(begin, at)) >= 0 and (stop := text.find(end, start)) >= 0:
        parts += [_AMPERSAND.sub(_entity, text[at:start]), text[start : stop + len(end)]]
        at = stop + len(end)
    parts.append(_AMPERSAND.sub(_entity, text[at:]))
    return "".join(parts)


def _entity(found: re.Match[str]) -> str:
    name = found[1] or ""
    known = html.entities.html5.get(name)
    return html.escape(known) if known else f"&amp;{name}"


class _TooMany(Exception):
    """There are more entries than any feed has."""


@dataclass(slots=True)
class _Field:
    """The child of an entry that is being read; `depth` is that of the elements in it."""

    name: str
    attributes: Mapping[str, str]
    parts: list[str] = field(default_factory=list)
    depth: int = 0

    @property
    def is_markup(self) -> bool:
        """Whether its elements are its words' markup, so that its text is as escaped as they."""
        return self.attributes.get("type") == "xhtml"


class _Reader:
    """Collects entries while expat reads."""

    def __init__(self) -> None:
        self.entries: list[dict[str, str]] = []
        self.is_feed = False
        self._entry: dict[str, str] | None = None
        self._within = ""
        self._field: _Field | None = None
        # The depth of an element in an entry that is none of its fields.
        self._passed = 0

    def parse(self, text: str) -> None:
        """Read the whole text.

        Raises:
            NoFeed: its first element is another's, or it declares entities.
            ExpatError: it is not well-formed.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        # Without it an entity of HTML would end the text.
        parser.UseForeignDTD(True)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.SkippedEntityHandler = self._skipped
        parser.EntityDeclHandler = self._declared
        parser.Parse(text, True)

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.lower()
        if not self.is_feed:
            if name.rpartition(":")[2] not in ROOTS:
                raise NoFeed
            self.is_feed = True
        elif self._entry is None:
            if name.rpartition(":")[2] in {"item", "entry"}:
                self._begin(name, attributes)
        elif self._field is not None:
            self._field.depth += 1
            self._field.parts.append(f"<{name}>")
        elif self._passed or not (known := self._known(name)):
            self._passed += 1
        else:
            self._field = _Field(known, attributes)

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if len(self.entries) == MOST_ENTRIES:
            raise _TooMany
        self._within = name
        self._entry = {"id": attributes["rdf:about"]} if "rdf:about" in attributes else {}

    def _known(self, name: str) -> str:
        prefix = self._within.rpartition(":")[0]
        return FIELDS.get(name) or (
            FIELDS.get(name.removeprefix(f"{prefix}:"), "") if prefix else ""
        )

    def _end(self, tag: str) -> None:
        if self._entry is None:
            return
        if self._field is None:
            if self._passed:
                self._passed -= 1
            elif tag.lower() == self._within:
                self.entries.append(_completed(self._entry))
                self._entry = None
        elif self._field.depth:
            self._field.depth -= 1
            self._field.parts.append(f"</{tag.lower()}>")
        else:
            _keep(self._entry, self._field)
            self._field = None

    def _characters(self, text: str) -> None:
        if self._field is not None:
            self._field.parts.append(html.escape(text) if self._field.is_markup else text)

    def _skipped(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:
            self._characters(html.entities.html5.get(f"{name};", f"&{name};"))

    def _declared(self, *_: object) -> None:
        raise NoFeed


def _keep(entry: dict[str, str], one: _Field) -> None:
    """Put a field into the entry; the first of its kind stays."""
    text = "".join(one.parts).strip()
    if one.name == "link" and not text:
        if one.attributes.get("rel", "") in _LINKS:
            text = one.attributes.get("href", "").strip()
    elif one.name == "author":
        text = _person(text)
    elif one.name == "id" and one.attributes.get("isPermaLink", "true").lower() != "false":
        entry.setdefault("permalink", text)
    if text:
        entry.setdefault(one.name, text)


_PERSON: Final = re.compile(r"<(?:[a-z]{1,9}:)?(name|email)>([^<]*)</")


def _person(text: str) -> str:
    """Return a person of Atom, whose name and address are elements, as RSS would write it."""
    if "<" not in text:
        return text
    parts = {name: value.strip() for name, value in reversed(_PERSON.findall(text))}
    name, address = parts.get("name", ""), parts.get("email", "")
    return f"{name} ({address})" if name and address else name or address


def _completed(entry: dict[str, str]) -> dict[str, str]:
    permalink = entry.pop("permalink", "")
    if "link" not in entry and permalink.startswith(("https://", "http://")):
        entry["link"] = permalink
    return entry

"""What indices and documents are called."""

import re
from datetime import UTC, datetime

import xxhash

from store.elasticsearch.indices.mappings import Kind
from store.encoding import storable

# Years that only an error of a source gives share an index: each would open one of its own.
_FIRST_MONTH, _LAST_MONTH = "2000.01", "2099.12"
# An id has at most 512 bytes.
_LONGEST = 480
_MONTH = re.compile(r"-(\d{4}\.\d{2})(?:-v(\d+))?$")
_VERSION = re.compile(r"-v(\d+)$")


def month(at: datetime) -> str:
    """Return the month of `at` in UTC as YYYY.MM; months before 2000 and after 2099 are one each.

    Raises:
        ValueError: the time is naive.
    """
    if at.tzinfo is None:
        raise ValueError(f"a stored time has to be aware: {at!r}")
    own = at.astimezone(UTC)
    return min(max(f"{own.year:04}.{own.month:02}", _FIRST_MONTH), _LAST_MONTH)


def index_for(kind: Kind, prefix: str, at: datetime) -> str:
    """Return the name that a document of the time `at` is written under."""
    alias = kind.alias(prefix)
    return f"{alias}-{month(at)}" if kind.monthly else alias


def month_of(index: str) -> str | None:
    """Return the month in the name of an index, None where it has none."""
    found = _MONTH.search(index)
    return found[1] if found else None


def plain(index: str) -> str:
    """Return the name that writers use for an index: that without the number of a copy."""
    return _VERSION.sub("", index)


def next_copy(index: str) -> str:
    """Return the name for a copy of `index`: `-v2` after the first, `-v3` after that."""
    found = _VERSION.search(index)
    return f"{plain(index)}-v{int(found[1]) + 1 if found else 2}"


def identifier(text: str) -> str:
    """Return `text` as an id or a keyword that is compared: one that is too long ends in a hash."""
    text = storable(text)
    raw = text.encode()
    if len(raw) <= _LONGEST:
        return text
    kept = raw[: _LONGEST - 33].decode(errors="ignore")
    return f"{kept}#{xxhash.xxh3_128_hexdigest(raw)}"


def mention_id(post_key: str, brand: str) -> str:
    """Return the id of a mention."""
    return identifier(f"{post_key}|{brand}")

"""The ledger's memory of what was read: cursors, and which spans of time each source covered."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import bindparam, delete, func, insert, select

from records import Window
from store.encoding import instant, micros, storable
from store.ledger import schema
from store.ledger.database import LedgerDatabase, upsert
from store.spans import Read, Span, joined, retracted

# Stands between a source and a part of it; no name holds it.
PART = "\x1f"
_SPAN = (schema.spans.c.since, schema.spans.c.until, schema.spans.c.ok)
# What every tick asks for is put together once: that takes longer than the answer.
_CURSOR = select(schema.cursors.c.value).where(schema.cursors.c.name == bindparam("name"))
_SPANS = select(*_SPAN).where(
    schema.spans.c.since < bindparam("until"), schema.spans.c.until > bindparam("since")
)


class ReadLog(LedgerDatabase):
    """Cursors and coverage."""

    def cursor(self, name: str) -> str | None:
        """Return the value of a cursor, None before its first."""
        with self._reading() as connection:
            return connection.scalar(_CURSOR, {"name": name})

    def set_cursor(self, name: str, value: str) -> None:
        """Set a cursor."""
        with self._writing() as connection:
            row = {"name": name, "value": storable(value)}
            upsert(connection, schema.cursors, [row], replace=True)

    def cursors(self) -> list[tuple[str, str]]:
        """Return every key with its value, in the order of the keys."""
        columns = schema.cursors.c
        query = select(columns.name, columns.value).order_by(columns.name)
        return [(row.name, row.value) for row in self._rows(query)]

    def amend(self, name: str, change: Callable[[str | None], str | None]) -> None:
        """Replace the cursor `name` by `change` of it; nobody else writes in between.

        Where `change` returns None nothing is written.
        """
        with self._writing() as connection:
            value = change(connection.scalar(_CURSOR, {"name": name}))
            if value is not None:
                row = {"name": name, "value": storable(value)}
                upsert(connection, schema.cursors, [row], replace=True)

    def record_unread(self, source: str, window: Window) -> None:
        """Note that `window` was planned and not read, of every part of `source` that is known."""
        for part in self.parts(source) or [""]:
            self.record_read(source, window, ok=False, part=part)

    def parts(self, source: str) -> list[str]:
        """Return the parts of `source` that a read was ever noted of."""
        column = schema.spans.c.source
        begin, end = f"{source}{PART}", f"{source}{chr(ord(PART) + 1)}"
        query = select(column).where((column == source) | ((column >= begin) & (column < end)))
        with self._reading() as connection:
            return sorted({_part(name) for name in connection.scalars(query.distinct())})

    def gaps(self, window: Window) -> list[tuple[str, str, Window]]:
        """Return what of `window` was planned and not read: source, part and span, in order."""
        spans = schema.spans
        query = select(spans.c.source, *_SPAN).where(
            spans.c.since < window.until, spans.c.until > window.since, ~spans.c.ok
        )
        found = []
        for name, since, until, _ in self._rows(query):
            span = Window(max(since, window.since), min(until, window.until))
            found.append((_source(name), _part(name), span))
        return sorted(found, key=lambda gap: (gap[0], gap[1], gap[2].since))

    def record_read(
        self, source: str, window: Window, *, ok: bool, part: str = "", retracts: bool = False
    ) -> None:
        """Note that the planned read of `window` of a part of `source` succeeded or failed.

        What was read once stays read: a later success covers a failure, a later failure takes
        nothing away, unless it `retracts`: then something is known to be missing after all.
        """
        source = f"{source}{PART}{part}" if part else source
        spans, new = schema.spans, Span(micros(window.since), micros(window.until), ok)
        touching = (
            (spans.c.source == source)
            & (spans.c.since <= window.until)
            & (spans.c.until >= window.since)
        )
        with self._writing() as connection:
            found = connection.execute(select(*_SPAN).where(touching)).all()
            before = [Span(micros(since), micros(until), was) for since, until, was in found]
            after = joined(retracted(before, new) if retracts else before, new)
            if set(after) == set(before):
                return
            connection.execute(delete(spans).where(touching))
            rows = [
                {"source": source, "since": instant(since), "until": instant(until), "ok": read}
                for since, until, read in after
            ]
            connection.execute(insert(spans), rows)

    def coverage(self, window: Window, step: timedelta) -> list[float]:
        """Return, one a tick of `window`, the share of the planned time that was read.

        The times of all sources add up. A tick that nothing was planned for gives 0: unknown.
        The last tick is whole even where the window ends inside it.
        """
        # NumPy is for those who count: many a command only reads and writes the ledger's rows.
        from store.coverage import edges_of, shares  # noqa: PLC0415  see above

        width = step // timedelta(microseconds=1)
        edges = edges_of(micros(window.since), micros(window.until), width)
        found = self._rows(_SPANS, since=window.since, until=instant(int(edges[-1])))
        return shares([Span(micros(since), micros(until), ok) for since, until, ok in found], edges)

    def coverage_by_source(self, window: Window, step: timedelta) -> dict[str, list[Read]]:
        """Return how each source was read in each tick of `window` that a read was planned for.

        The parts of a source are taken together: each weighs the same.

        The last tick is whole even where the window ends inside it.
        """
        from store.coverage import edges_of, reads  # noqa: PLC0415  as above

        table, width = schema.spans, step // timedelta(microseconds=1)
        edges = edges_of(micros(window.since), micros(window.until), width)
        query = select(table.c.source, *_SPAN).where(
            table.c.since < instant(int(edges[-1])), table.c.until > window.since
        )
        earlier = (
            select(table.c.source, func.max(table.c.until).label("last"))
            .where(table.c.ok, table.c.until <= window.since)
            .group_by(table.c.source)
        )
        with self._reading() as connection:
            spans: dict[str, list[Span]] = defaultdict(list)
            for name, begin, end, ok in connection.execute(query):
                spans[_source(name)].append(Span(micros(begin), micros(end), ok))
            last: dict[str, int] = {}
            for name, at in connection.execute(earlier):
                source = _source(name)
                last[source] = max(micros(at), last.get(source, micros(at)))
        return {source: reads(found, edges, last.get(source)) for source, found in spans.items()}


def _source(name: str) -> str:
    return name.partition(PART)[0]


def _part(name: str) -> str:
    return name.partition(PART)[2]

"""The step that shows the ledger and the counts in Kibana: written by natural key, as they are.

What has changed since the last time is known from the revision of the counts and the time of the
last look, which a cursor of the ledger keeps; so it may be killed anywhere and run at any time.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

from alerts.detection.bands import Bands, baseline_bands
from alerts.detection.series import Series
from fengsui.counts.recent import CHANNELS
from fengsui.maintenance.retention import expiry_time
from fengsui.services import Services
from records import Incident, Point, Window
from records.time import EPOCH
from store.elasticsearch.projection.rows import (
    Band,
    Document,
    Tick,
    case_document,
    count_document,
    coverage_document,
    incident_documents,
    iso_of,
    quarantine_document,
    trouble_document,
)
from store.elasticsearch.projection.writer import Projected, Projection, within
from store.errors import StoreFull
from store.ledger.state import PROJECTED, ProjectionProgress

log = logging.getLogger(__name__)

# How often the continuous run brings Kibana up to date.
PAUSE = timedelta(seconds=30)
# A failed read is mostly made good within this time. Older gaps that are filled show with `since`.
AMENDS = timedelta(hours=1)
# Clocks of those who write to the ledger differ by less.
CLOCK_SKEW = timedelta(minutes=5)
# What lies further back moves no band: the sums of alerts/detection/baseline.py, and a festival.
HISTORY = timedelta(days=100)
CHUNK = timedelta(days=28)
_EVER = datetime(1900, 1, 1, tzinfo=UTC)


def project_if_due(services: Services, now: datetime) -> Projected:
    """Project, unless the last look was a moment ago.

    Raises:
        StoreError: see `project`.
    """
    last = progress_of(services).at
    if last is not None and timedelta(0) <= now - last < PAUSE:
        return Projected()
    return project(services, now)


def project(services: Services, now: datetime, *, since: datetime | None = None) -> Projected:
    """Bring counts, incidents, levels, troubles, cases, coverage, quarantine into their indices.

    Without `since` only what has changed. With it, all counts and coverage from then on, and all
    of the rest; what is not there any more goes. Months that are not kept are dropped once a day.

    Raises:
        StoreError: the servers or the ledger cannot be reached; the next call makes up for it.
    """

    def reject(identity: str, index: str, reason: str, document: str) -> None:
        services.ledger.dead_letter(identity, index, reason, document, now)

    with Projection(services.settings.elasticsearch, reject=reject) as projection:
        look = _Look(services, projection, now, since)
        done = look.counts() + look.incidents() + look.cases() + look.coverage()
        done += look.quarantine()
        look.finish()
    return done


def progress_of(services: Services) -> ProjectionProgress:
    """Return how far the projection has come."""
    return PROJECTED.get(services.ledger) or ProjectionProgress()


class _Look:
    """One look at the chain, as of `now`; at everything where it begins `since` a time."""

    def __init__(
        self, services: Services, projection: Projection, now: datetime, since: datetime | None
    ) -> None:
        self._services = services
        self._projection = projection
        self._now = now
        self._since = since
        self._step = services.tick
        self._end = services.counts.tick_end(now)
        self._first = first_kept(services.settings.elasticsearch.retention_months, now)
        self._progress = progress_of(services)

    def counts(self) -> Projected:
        """Show the counts with their bands, brand by brand; the cursor follows each."""
        known, left, revision = self._due()
        self._save(left=left, revision=revision)
        done = Projected()
        for brand in sorted(left):
            if brand in self._services.brands:
                done += self._brand(brand, left[brand])
            left = {name: begin for name, begin in left.items() if name != brand}
            self._save(left=left)
        self._save(brands=known)
        return done

    def _due(self) -> tuple[tuple[str, ...], dict[str, datetime], int]:
        """Return the brands with counts, from when on each is to be shown, and the revision."""
        changed, revision = self._services.store.changed(self._progress.revision)
        # The arrays of the chain may be older than what the journal just said.
        self._services.counts.refresh(self._progress.revision)
        known = tuple(sorted({*self._progress.brands, *changed}))
        left = dict(self._progress.left)
        begins = [*changed.items()]
        if self._progress.at is not None:
            amended = min(self._progress.at, self._now) - AMENDS
            begins += [(brand, amended) for brand in self._progress.brands]
        if self._since is not None:
            begins += [(brand, self._since) for brand in known]
        for brand, begin in begins:
            left[brand] = min(begin, left.get(brand, begin))
        return known, left, revision

    def finish(self) -> None:
        """Drop the months that are not kept, and remember how far this look came."""
        today = f"{self._now.astimezone(UTC):%Y-%m-%d}"
        if self._progress.expired != today:
            try:
                for name in self._projection.indices.expire(expiry_time(self._services, self._now)):
                    log.info("%s is not kept any longer and was dropped", name)
            except StoreFull as error:
                # The user that runs this need not have the right to drop anything.
                log.warning("months that are not kept were not dropped: %s", error)
        self._save(at=self._now, expired=today)

    def _save(self, **changes: object) -> None:
        self._progress = msgspec.structs.replace(self._progress, **changes)
        PROJECTED.set(self._services.ledger, self._progress)

    def _brand(self, brand: str, begin: datetime) -> Projected:
        """Show a brand's ticks from `begin` (its first mention at least) to the open one."""
        store, begin = self._services.store, max(self._floor(begin), self._first)
        # The time before the first mention is not shown.
        if self._since is not None and not store.points(brand, Window(_EVER, begin), CHUNK):
            points = store.points(brand, Window(begin, self._end), self._step)
            begin = points[0].at if points else self._end
            done = self._put_ticks(brand, self._floor(self._since), begin, [])
        else:
            done = Projected()
        for since, until in _chunks(begin, self._end):
            done += self._put_ticks(brand, since, until, self._ticks(brand, since, until))
        return done

    def _put_ticks(
        self, brand: str, since: datetime, until: datetime, ticks: Iterable[Tick]
    ) -> Projected:
        documents = (count_document(tick, self._step) for tick in ticks)
        if self._since is None:
            return self._projection.put(documents)
        scope = within(iso_of(since), iso_of(until), brand)
        return self._projection.put_all({"counts"}, documents, scope)

    def _ticks(self, brand: str, since: datetime, until: datetime) -> Iterator[Tick]:
        series = self._series(brand, since, until)
        bands = baseline_bands(series, since, self._services.settings.detection)
        points = self._services.store.points(brand, Window(since, until), self._step)
        counted = {point.at: point for point in points}
        covered = series.coverage[(since - series.start) // self._step :]
        for place in range((until - since) // self._step):
            at = since + place * self._step
            point = counted.get(at) or Point(brand, at, 0, 0, 0, 0, 0, 0)
            volume, negative = (_band(bands, name, place) for name in ("volume", "negative"))
            yield Tick(point, float(covered[place]), volume, negative)

    def _series(self, brand: str, since: datetime, until: datetime) -> Series:
        """Return the counts up to `until`, with the history that bands from `since` on rest on."""
        if until == self._end:
            recent = self._services.counts.series(brand, self._now)
            if since - recent.start >= HISTORY:
                return recent
        start, step = since - HISTORY, self._step
        counts = np.zeros((len(CHANNELS), (until - start) // step))
        for point in self._services.store.points(brand, Window(start, until), step):
            place = (point.at - start) // step
            counts[:, place] = (point.organic, point.negative, point.complaints, point.authors)
        coverage = self._services.ledger.coverage(Window(start, until), step)
        arrays = dict(zip(CHANNELS, counts, strict=True))
        return Series(brand, start, step, arrays, np.asarray(coverage, dtype=np.float64))

    def incidents(self) -> Projected:
        """Show the incidents about brands with the levels they took, and our own troubles."""
        ledger, last = self._services.ledger, self._progress.at
        is_all = self._since is not None or last is None
        found = ledger.incidents() if last is None or is_all else self._written(last)
        documents = (document for one in found for document in self._shown(one))
        return self._put({"incidents", "levels", "troubles"}, documents)

    def _shown(self, incident: Incident) -> Iterator[Document]:
        if incident.is_operational:
            yield trouble_document(incident)
        else:
            yield from incident_documents(incident, self._keywords(incident.key))

    def _written(self, last: datetime) -> list[Incident]:
        return self._services.ledger.incidents_written(last - CLOCK_SKEW)

    def _keywords(self, incident: str) -> list[str]:
        """Return the words that people were last told of, the most frequent first."""
        told = [alert.keywords for alert in self._services.ledger.alerts(incident)]
        words = next((keywords for keywords in reversed(told) if keywords), ())
        return [word for word, _ in words]

    def cases(self) -> Projected:
        """Show the cases; all of them where the ledger has lost one."""
        ledger, last = self._services.ledger, self._progress.at
        done = Projected()
        if self._since is None and last is not None:
            written = ledger.cases_written(last - CLOCK_SKEW)
            done = self._projection.put(map(case_document, written))
            if self._projection.count("cases") == ledger.totals()["cases"]:
                return done
        return done + self._projection.put_all({"cases"}, map(case_document, ledger.cases()))

    def coverage(self) -> Projected:
        """Show how each source was read, tick by tick."""
        begin = self._since or min(self._progress.at or self._end - CHUNK, self._now) - AMENDS
        begin = max(self._floor(begin), self._first)
        done = Projected()
        for since, until in _chunks(begin, self._end):
            scope = within(iso_of(since), iso_of(until))
            done += self._put({"coverage"}, self._covered(since, until), scope)
        return done

    def _covered(self, since: datetime, until: datetime) -> Iterator[Document]:
        least = self._services.settings.detection.min_coverage
        found = self._services.ledger.coverage_by_source(Window(since, until), self._step)
        for source, ticks in sorted(found.items()):
            for tick in ticks:
                yield coverage_document(source, tick, since + tick.place * self._step, least)

    def quarantine(self) -> Projected:
        """Show what nobody could read; items never change, so that their number tells."""
        ledger = self._services.ledger
        is_same = self._projection.count("quarantine") == ledger.totals()["quarantined"]
        if is_same and self._since is None:
            return Projected()
        documents = map(quarantine_document, ledger.quarantined())
        return self._projection.put_all({"quarantine"}, documents)

    def _put(
        self,
        kinds: set[str],
        documents: Iterable[Document],
        scope: dict[str, object] | None = None,
    ) -> Projected:
        if self._since is None:
            return self._projection.put(documents)
        return self._projection.put_all(kinds, documents, scope)

    def _floor(self, at: datetime) -> datetime:
        return (at - EPOCH) // self._step * self._step + EPOCH


def _chunks(begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while begin < end:
        until = min(begin + CHUNK, end)
        yield begin, until
        begin = until


def _band(bands: Bands, channel: str, place: int) -> Band:
    row = bands.channels.index(channel)
    return Band(float(bands.mean[row, place]), float(bands.upper[row, place]))


def first_kept(months: int, now: datetime) -> datetime:
    """Return when the first month begins that is kept; 0 keeps all."""
    if not months:
        return _EVER
    own = now.astimezone(UTC)
    year, before = divmod(own.year * 12 + own.month - 1 - months, 12)
    return datetime(year, before + 1, 1, tzinfo=UTC)

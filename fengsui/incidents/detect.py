"""Score one brand's ticks: what became of its incident, and what to notify people of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.detection.series import Series
from alerts.evidence.hot_lists import Entry
from alerts.incidents.late import LateNews, continued, is_late
from alerts.incidents.life import NEW_USUAL, advance
from alerts.incidents.reports import Reading, notified, remembered, report
from fengsui.incidents.evidence import RecentActivity, with_evidence
from fengsui.incidents.forecast import expect
from fengsui.incidents.hot_lists import signals_of
from fengsui.incidents.new_stories import another_story
from fengsui.incidents.same_matter import as_echo, united_posts
from fengsui.incidents.story.carriers import joined
from fengsui.incidents.story.joining import beginnings, voices_of
from fengsui.incidents.watches import KIND, WATCH, Watched, watched
from fengsui.services import Services
from records import Change, Incident, IncidentStatus, Level, Signal, Story, Theme, Voice
from records.time import HOUR


@dataclass(frozen=True, slots=True)
class IncidentUpdate:
    """A change of an incident, at the end of a tick, of which `coverage` was read.

    `told` is the level that people were notified of before, `story` the one that began, if any.
    `late` says that it is about hours of which people learn late.
    """

    incident: Incident
    change: Change
    at: datetime
    coverage: float
    told: Level | None
    story: Theme | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class BrandDetection:
    """A brand's incidents that were checked, in their last state by key, and their changes."""

    brand: str
    incidents: Mapping[str, Incident]
    moves: tuple[IncidentUpdate, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tick:
    """A tick that ends at `at`: its signal, the negatives of the hour before, what was read."""

    at: datetime
    signal: Signal | None
    rate: float
    coverage: float


def detect_brand(  # noqa: PLR0913 - what a detection is
    services: Services,
    brand: str,
    incident: Incident | None,
    since: datetime,
    now: datetime,
    entries: Sequence[Entry] = (),
    burns: Sequence[Signal] = (),
    *,
    changed: bool = True,
    past: datetime | None = None,
) -> BrandDetection:
    """Score the ticks of a brand, whose open incident is `incident`; write nothing.

    `entries` are those of hot lists that name it (see `fengsui.incidents.hot_lists.listed`),
    `burns` the signals of mornings (see `fengsui.incidents.slow_burn`). Where
    its counts have not `changed` since the last detection, nobody new is looked for in its story.
    What comes to light in ticks that end by `past` alerts once, as of now (`LateNews`).
    """
    series, recents = services.counts.series(brand, now), _Recents(services, brand)
    told = watched(services, brand, since, now)
    signals = _signals(services, brand, series, recents, incident, since, entries)
    for burn in burns:
        signals.setdefault(burn.at, burn)
    for at, posts in told.items():
        signals[at] = _louder(signals.get(at), posts.signal(brand, services.tick))
    if incident is None and not signals:
        return BrandDetection(brand, {})
    known = [] if incident is None else [incident]
    is_behind = past is not None and since < past
    if incident is None or is_behind:
        # One that has just recovered is reopened by a greater wave.
        known = [one for one in services.ledger.incidents(brand=brand) if not one.is_operational]
    turns = _in_turn(known, since) if is_behind else [(known[-1] if known else None, None)]
    ticks = list(_ticks(services, series, signals, since, now, incident))
    touched: dict[str, Incident] = {}
    moves: list[IncidentUpdate] = []
    begun: Incident | None = None
    for one, following in turns:
        follower = _Follower(services, brand, one, now, LateNews(past), recents, changed=changed)
        if begun is not None:
            follower.begin_as(begun)
        follower.watched = told
        for tick in ticks:
            if (one is None or tick.at > one.opened_at) and (
                following is None or tick.at <= following.opened_at
            ):
                follower.take_in(tick)
        begun = follower.without_open() if following is not None else None
        detected = follower.detection()
        touched |= {key: new for key, new in detected.incidents.items() if new != one}
        moves += detected.moves
    return BrandDetection(brand, touched, tuple(moves))


def _signals(
    services: Services,
    brand: str,
    series: Series,
    recents: "_Recents",
    incident: Incident | None,
    since: datetime,
    entries: Sequence[Entry],
) -> dict[datetime, Signal]:
    """Return the signals after `since` by tick: of counts, hot lists, and customers who agree."""
    found = services.detector_cache.signals(brand, since)
    if found is None:  # a brand that is not in the settings any more, with an open incident
        found = services.detector.score(series, since)
    signals = {signal.at: signal for signal in found}
    story = incident.opened_at if incident else None
    for hot in signals_of(services, brand, entries, since, story):
        signals[hot.at] = _louder(signals.get(hot.at), hot)
    if incident is None or incident.level < Level.ORANGE:
        for united in united_posts(services, series, recents.at, since):
            signals[united.at] = _louder(signals.get(united.at), as_echo(united, incident))
    return signals


def _in_turn(
    known: Sequence[Incident], since: datetime
) -> list[tuple[Incident | None, Incident | None]]:
    """Return the incidents that ticks after `since` may go on with, each with the one after it."""
    later = [one for one in known if one.opened_at > since]
    earlier = [one for one in known if one.opened_at <= since]
    return list(zip([earlier[-1] if earlier else None, *later], [*later, None], strict=True))


def _louder(counted: Signal | None, listed: Signal) -> Signal:
    """Return the signal of a tick that the counts and a hot list may both have."""
    return replace(counted, level=max(counted.level, listed.level)) if counted else listed


class _Recents:
    """What the store holds of a brand's hours before a time; the last is kept for who asks next."""

    def __init__(self, services: Services, brand: str) -> None:
        self._store = services.store
        self._brand = brand
        self._last: RecentActivity | None = None

    def at(self, at: datetime) -> RecentActivity:
        """Return what it holds up to `at`."""
        if self._last is None or self._last.at != at:
            self._last = RecentActivity(self._store, self._brand, at)
        return self._last


class _Follower:
    """Follows a brand's incident tick by tick: how it goes on, and what is reported when."""

    def __init__(
        self,
        services: Services,
        brand: str,
        incident: Incident | None,
        now: datetime,
        late: LateNews,
        recents: _Recents,
        *,
        changed: bool,
    ) -> None:
        self._services = services
        self._settings = services.settings.detection
        self._brand = brand
        self._now = now
        self._changed = changed
        self._incident = remembered(incident) if incident else None
        self._recents = recents
        self._known = True
        self._touched: dict[str, Incident] = {}
        self._moves: list[IncidentUpdate] = []
        self._late = late
        self._last: _Tick | None = None
        self.watched: Mapping[datetime, Watched] = {}

    def begin_as(self, begun: Incident) -> None:
        """Let the incident have begun as one that late posts showed, where that was worse."""
        incident = self._incident
        worse = continued(incident, begun) if incident is not None else None
        if incident is not None and worse is not None:
            at, known = incident.opened_at, incident.known_level
            if self._late.takes(worse, Change.RAISED, at, known):
                self._incident = self._touched[worse.key] = worse

    def without_open(self) -> Incident | None:
        """Leave out the incident that is still open: people know of it as the next; return it."""
        incident = self._incident
        if incident is None or incident.status is not IncidentStatus.OPEN:
            return None
        self._touched.pop(incident.key, None)
        self._moves = [one for one in self._moves if one.incident.key != incident.key]
        self._late.drop(incident)
        self._incident = None
        return incident

    def take_in(self, tick: _Tick) -> None:
        """Take in the next tick."""
        before, settings = self._incident, self._settings
        known = before.known_level if before and before.status is IncidentStatus.OPEN else None
        self._known, self._last = tick.coverage >= settings.min_coverage, tick
        signal = self._weighed(tick.signal) if tick.signal is not None else None
        baseline = self._baseline(tick.at)
        moved = advance(
            before,
            self._brand,
            tick.at,
            signal,
            tick.rate,
            self._known,
            settings,
            baseline=baseline,
        )
        if moved.ended is not None:
            self._touched[moved.ended.key] = moved.ended
        if moved.incident is None:
            return
        incident, change, begun = moved.incident, moved.change, None
        if self._late.takes(incident, change, tick.at, known):
            self._keep(incident)
            return
        is_new = before is not None and before.updated_at < tick.at <= self._now
        if change is None and is_new and _may_tell_of_another(incident, tick.at):
            incident, begun = self._with_another_story(incident, tick.at)
            change = Change.NEW_STORY if begun else None
        is_open, said = incident.status is IncidentStatus.OPEN, None
        if change is not None or (is_open and self._is_live(tick.at)):
            reading = self._reading(incident, change, tick, baseline)
            incident, said = report(incident, change, reading)
            if said is not None:
                incident = self._expecting(min(tick.at, self._now), incident)
                move = IncidentUpdate(incident, said, tick.at, tick.coverage, known, begun)
                self._moves.append(move)
        self._keep(self._with_watched(incident, tick, said))

    def _with_watched(self, incident: Incident, tick: _Tick, said: Change | None) -> Incident:
        """Return the incident with the posts of a tick that must be reported; report new ones."""
        found = self.watched.get(tick.at)
        found = found.untold(incident) if found is not None else None
        if found is None:
            return incident
        incident = replace(incident, stories=(*incident.stories, *found.stories()))
        begins = said in {Change.OPENED, Change.REOPENED, Change.RAISED}
        if not (begins and incident.evidence[0].kind == KIND):
            change, known, story = Change.NEW_STORY, incident.known_level, found.theme()
            move = IncidentUpdate(incident, change, tick.at, tick.coverage, known, story)
            self._moves.append(move)
        return incident

    def _keep(self, incident: Incident) -> None:
        self._incident = incident
        self._touched.pop(incident.key, None)
        self._touched[incident.key] = incident

    def _tell_late(self) -> None:
        """Tell of each incident of the past once, as it is now and as it was at its worst."""
        tick = self._last
        for key, found in self._late.found.items():
            incident = self._touched[key]
            if tick is None:
                continue
            baseline = self._baseline(tick.at) if incident is self._incident else None
            reading = self._reading(incident, found.change, tick, baseline)
            said = notified(incident, found.change, reading)
            shown = found.as_reported(said)
            self._touched[key] = said = replace(said, reported_level=shown.level)
            if self._incident is incident:
                self._incident = said
            late = is_late(incident, self._now)
            self._moves.append(
                IncidentUpdate(shown, found.change, tick.at, tick.coverage, found.known, late=late)
            )

    def detection(self) -> BrandDetection:
        """Return the incidents in their last state, and what to notify people of."""
        self._tell_late()
        incident = self._incident
        told_of = self._moves[-1].incident if self._moves else None
        if incident is not None and incident is not told_of:
            at = min(incident.updated_at, self._now)
            self._touched[incident.key] = self._expecting(at, incident)
        return BrandDetection(self._brand, self._touched, tuple(self._moves))

    def _reading(
        self, incident: Incident, change: Change | None, tick: _Tick, baseline: float | None
    ) -> Reading:
        """Return what a tick shows; look who carries the story only where somebody wrote."""
        voices: Sequence[Voice] = ()
        recent = self._recents.at(min(tick.at, self._now))
        if change is not None or self._changed:
            voices = voices_of(self._services.store, recent, incident)
        return Reading(
            at=tick.at,
            rate=tick.rate,
            baseline=baseline,
            known=self._known,
            voices=voices,
            joined=joined(voices, incident.reported),
            places=beginnings(recent) if change is Change.OPENED else (),
        )

    def _with_another_story(
        self, incident: Incident, at: datetime
    ) -> tuple[Incident, Theme | None]:
        """Return the incident with the story that began by the end of a tick, and that story."""
        found = another_story(self._services, incident, at, self._services.tick)
        if found is None:
            return incident, None
        return replace(incident, stories=(*incident.stories, Story(at, found.post_key))), found

    def _is_live(self, at: datetime) -> bool:
        """Say whether a tick has just ended: what has long passed is no progress."""
        return at <= self._now < at + self._services.tick

    def _baseline(self, at: datetime) -> float | None:
        """Return the baseline of the hour that ends at `at`, as it was before the story.

        What has surprised nobody for a day has become baseline, and is held against the newest.
        """
        incident = self._incident
        if incident is None or incident.status is not IncidentStatus.OPEN:
            return None
        is_new_usual = at - incident.signal_at >= NEW_USUAL
        known = at if is_new_usual else incident.opened_at
        return self._services.detector_cache.baseline(self._brand, at, known)

    def _weighed(self, signal: Signal) -> Signal | None:
        """Return the signal with what the store holds besides the counts, where it can matter."""
        incident, settings = self._incident, self._settings
        if incident is not None and signal.at < incident.updated_at:
            # Scored before; late posts may have made it worse than the incident ever was.
            is_worse = self._late.is_past(signal.at) and signal.level + 1 > incident.peak_level
            if not is_worse:
                return None
        reopens = timedelta(hours=settings.reopen_hours)
        goes_on = incident is not None and (
            incident.status is IncidentStatus.OPEN or signal.at - incident.updated_at <= reopens
        )
        story = incident if goes_on else None
        if signal.detector == WATCH:
            return signal
        recent = self._recents.at(signal.at)
        return with_evidence(recent, self._services.history, signal, story, settings)

    def _expecting(self, at: datetime, incident: Incident) -> Incident:
        """Return the incident with what is expected of it; nothing where too little was read."""
        if incident.status is not IncidentStatus.OPEN or not self._known:
            return replace(incident, forecast=None)
        return replace(incident, forecast=expect(self._recents.at(at)))


def _may_tell_of_another(incident: Incident, at: datetime) -> bool:
    """Say whether to report another story now: in orange and red not right after a message."""
    return incident.level < Level.ORANGE or at - incident.known_since >= HOUR


def _ticks(
    services: Services,
    series: Series,
    signals: Mapping[datetime, Signal],
    since: datetime,
    now: datetime,
    incident: Incident | None,
) -> Iterator[_Tick]:
    """Yield each tick to be scored.

    The tick that is still open comes only with a signal: it can raise, but it is not quiet yet.
    """
    if incident is not None and incident.status is IncidentStatus.OPEN:
        since = min(since, incident.updated_at)
    negative = series.counts["negative"]
    hour = timedelta(hours=1) // services.tick
    first = max(0, (since - series.start) // services.tick)
    for index in range(first, len(negative)):
        at = series.start + (index + 1) * services.tick
        signal = signals.get(at)
        if at > now and signal is None:
            continue
        rate = float(negative[max(0, index + 1 - hour) : index + 1].sum())
        yield _Tick(at, signal, rate, float(series.coverage[index]))

"""The first screen of an alert: at most eight lines that a person understands at night.

Every line rests on `records.Situation`. An alert of an older version has none: what it does hold is
put in the same form.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alerts.messages.follow_up.handling import is_handled, standing
from alerts.messages.format import (
    cells,
    clock_time,
    cut_cells,
    duration,
    masked_name,
    measured,
    number,
    one_line,
    percent,
    safe_link,
)
from alerts.messages.message import Anchor, Line
from alerts.messages.playbook.playbook import FIRST, Playbook
from alerts.messages.situation import situation_of
from alerts.messages.turning import turning_points
from records import Alert, Carrier, Change, IncidentStatus, Situation, Trend, Voice
from records.language import Language
from records.time import BEIJING, HOUR, MINUTE

LINES: Final = 7
# A telephone shows 42 columns; the title takes two rows of at most 15. A line has so many columns.
TELEPHONE: Final = 42
ROWS: Final = 13
LINE_CELLS: Final = 168
NAME: Final = 16
DEMANDS: Final = 4
STEPS_LENGTH: Final[Mapping[Language, int]] = {"zh": 58, "en": 90}
STEP_LENGTH: Final = 60
# Share of the sources that counts as all of them.
WHOLE: Final = 0.995
LOW: Final = 0.8
# What is too small to be a number of posts.
LESS_THAN_ONE: Final = 0.95
NIGHT: Final = (22, 8)

# Institutions are named in full, people only by their first character.
INSTITUTIONS: Final = frozenset(
    {Carrier.MEDIA, Carrier.GOVERNMENT, Carrier.OWN, Carrier.HOT_LIST, Carrier.PLATFORM}
)
BEGINS: Final = frozenset({Change.OPENED, Change.REOPENED})
# Whose absence is worth a word.
ABSENT: Final = frozenset({Carrier.LARGE, Carrier.MEDIA, Carrier.HOT_LIST})
_NUMERALS: Final = "①②③④⑤⑥⑦⑧⑨"


def is_night(alert: Alert) -> bool:
    """Whether an alert is of the night in Beijing, when a fall does not mean that it is over."""
    return not NIGHT[1] <= alert.at.astimezone(BEIJING).hour < NIGHT[0]


@dataclass(frozen=True, slots=True)
class Screen:
    """Writes the lines below the title of one alert, in the words of one language."""

    alert: Alert
    language: Language
    words: Mapping[str, str]
    playbook: Playbook

    @property
    def situation(self) -> Situation:
        """What the story is at this moment."""
        return self.alert.situation or situation_of(self.alert)

    def say(self, key: str, **values: str) -> str:
        """Return the words of `key` with its slots filled."""
        return self.words[key].format(**values)

    def count(self, value: float) -> str:
        """Return a number as people read it."""
        return number(value, self.language)

    def lines(self, *, as_root: bool = False) -> tuple[Line, ...]:
        """Return the lines, the less important left out where they do not fit.

        With `as_root` they are those of the incident's first message, which tells the source too.
        """
        if self.alert.change is Change.RECOVERED:
            return _fitting(list(self._ended()))
        calming = self.alert.change is Change.LOWERED and not as_root
        news = () if calming else (*self._source(as_root=as_root), *self._carriers())
        found = [
            self._numbers(),
            *news,
            *self._harm(),
            *self._demands(),
            self._what_to_do(),
            self._owner(),
        ]
        return _fitting(found)

    # Line by line

    def _numbers(self) -> Line:
        counts = self._late() if self.alert.late else self._counts()
        parts = [clock_time(self.alert.at, self.alert.at), *self._another(), *counts]
        return Line(self.words["bar"].join(parts), name="numbers")

    def _late(self) -> Iterator[str]:
        """Yield when that was which is only read now, and what it came to."""
        alert, incident = self.alert, self.alert.incident
        until = incident.recovered_at or incident.signal_at
        is_open = incident.status is IncidentStatus.OPEN
        is_running = is_open and alert.at - incident.signal_at < HOUR
        yield self.say(
            "late.running" if is_running else "late.over",
            since=clock_time(alert.since, alert.at),
            until=clock_time(min(until, alert.at), alert.at),
            negative=self.count(alert.negative),
        )
        yield self.say("now.complaints", count=self.count(alert.complaints))

    def _another(self) -> Iterator[str]:
        """Yield how many of the last hour's posts tell the story that began meanwhile."""
        if (story := self.alert.story) is not None:
            posts, of = self.count(story.posts), self.count(story.of)
            yield self.say("now.story", posts=posts, of=of, people=self.count(story.authors))

    def _counts(self) -> Iterator[str]:
        alert, situation = self.alert, self.situation
        complaints = self.count(alert.complaints)
        if alert.at - alert.since < HOUR or alert.situation is None:
            span = duration(alert.at - alert.since, self.words)
            usual = self._baseline(alert.usual if self._has_baseline else None)
            negative = self.count(alert.negative)
            yield self.say("now.span", span=span, count=negative, usual=usual) + self._arrow()
            yield self.say("now.complaints", count=complaints)
            return
        known = self._baseline(situation.baseline)
        if situation.before is None or situation.before_at is None:
            said = self.say("now.hour", count=self.count(situation.hour), usual=known)
        else:
            said = self.say(
                "now.hour.before",
                count=self.count(situation.hour),
                time=clock_time(situation.before_at, alert.at),
                before=self.count(situation.before),
                usual=known,
            )
        yield said + self._arrow()
        yield self.say("now.total", negative=self.count(alert.negative), complaints=complaints)

    @property
    def _has_baseline(self) -> bool:
        known = any(one.kind == "negative" for one in self.alert.incident.evidence)
        return known or self.alert.usual > 0

    def _baseline(self, baseline: float | None) -> str:
        if baseline is None:
            return self.words["usual.none"]
        if baseline < LESS_THAN_ONE:
            return self.words["usual.less"]
        return self.say("usual.count", count=number(round(baseline), self.language))

    def _arrow(self) -> str:
        trend = self.situation.trend
        if trend is Trend.UNKNOWN:
            is_rise = self.alert.change in {Change.OPENED, Change.REOPENED, Change.RAISED}
            return self.words["arrow.up"] if is_rise else ""
        return self.words[f"arrow.{trend}"]

    def _source(self, *, as_root: bool) -> Iterator[Line]:
        first = self.situation.first
        is_shown = as_root or self.alert.change in {*BEGINS, Change.NEW_STORY}
        if first is None or not is_shown:
            return
        about = self.say(
            "source",
            name=self.name(first),
            followers=self._followers(first),
            time=clock_time(first.at, self.alert.at),
        )
        if first.reposts:
            about += self.say("reposted", count=self.count(first.reposts))
        yield Line(about, self._anchors(first), "source")

    def _carriers(self) -> Iterator[Line]:
        present = {one.carrier for one in self.situation.carriers}
        shown = self._ranked()
        if not shown or all(one.carrier is Carrier.PLATFORM for one in shown):
            people = self.say(
                "people", count=self.count(self.situation.people or self.alert.authors)
            )
            parts = [people, *map(self.who, shown[:2]), *self._absent(present)]
            joined = self.words["bar"].join(parts)
            yield Line(self.say("carried", parts=joined), name="carriers")
            return
        main, *others = shown[:3]
        label = self.words[f"carrier.{main.kind}"]
        yield Line(
            self.say("carrier", label=label, who=self.who(main)), self._anchors(main), "carriers"
        )
        rest = [self.say("other", who=self._short(one)) for one in others[:1]]
        if text := self.words["bar"].join((*self._absent(present), *rest)):
            links = self._anchors(others[0]) if others else ()
            yield Line(text, links, "others")

    def _ranked(self) -> list[Voice]:
        """Return who carries it, those that are new with this message first."""
        new = [one for one in self.situation.joined if one.carrier is not Carrier.PERSON]
        known = {one.key for one in new}
        rest = (one for one in self.situation.carriers if one.key not in known)
        return [*new, *(one for one in rest if one.carrier is not Carrier.PERSON)]

    def _absent(self, present: set[Carrier]) -> list[str]:
        """Say which carriers were looked for and are not there, and what nothing could show."""
        said: list[str] = []
        joiner = self.words["part.joiner"]
        none = [one for one in self.situation.looked_for if one in ABSENT and one not in present]
        if none:
            names = joiner.join(self.words[f"carrier.{one}"] for one in none)
            said.append(self.say("absent", names=names))
        if self.situation.unconnected and self.alert.change in BEGINS:
            names = joiner.join(self.words[f"carrier.{one}"] for one in self.situation.unconnected)
            said.append(self.say("unconnected", names=names))
        return said

    def who(self, voice: Voice) -> str:
        """Return who speaks, since when, and how it spreads."""
        if voice.carrier is Carrier.HOT_LIST:
            return self.say("listed", title=one_line(voice.text, 24), place=self.place(voice))
        if voice.carrier is Carrier.PLATFORM:
            return self.say("platform", name=self.place(voice))
        time = clock_time(voice.at, self.alert.at)
        said = self.say("voice", name=self.name(voice), followers=self._followers(voice), time=time)
        return said + self._spread(voice)

    def _spread(self, voice: Voice) -> str:
        age = self.alert.at - voice.at
        if voice.reposts and MINUTE <= age < HOUR:
            minutes = str(age // MINUTE)
            return self.say("spread.young", minutes=minutes, count=self.count(voice.reposts))
        if voice.gained:
            return self.say("spread.hour", count=self.count(voice.gained))
        return self.say("reposted", count=self.count(voice.reposts)) if voice.reposts else ""

    def _short(self, voice: Voice) -> str:
        if voice.carrier in {Carrier.HOT_LIST, Carrier.PLATFORM}:
            return self.who(voice)
        if voice.reposts:
            return f"{self.name(voice)} {self._reposts(voice)}"
        return self.name(voice)

    def name(self, voice: Voice) -> str:
        """Return the name of an institution, the masked name of a person."""
        if voice.carrier in INSTITUTIONS:
            return one_line(voice.name, NAME) or self.words["anonymous"]
        return masked_name(voice.name) or self.words["anonymous"]

    def place(self, voice: Voice) -> str:
        """Return the name of a platform as people call it."""
        return self.words.get(f"place.{voice.name}", one_line(voice.name, NAME))

    def _followers(self, voice: Voice) -> str:
        verified = self.words["verified"] if voice.verified else ""
        fans = self.fans(voice)
        known = self.words["part.comma"].join(part for part in (verified, fans) if part)
        return self.say("known", what=known) if known else ""

    def fans(self, voice: Voice) -> str:
        """Return how many followers an account has; nothing where that is unknown."""
        if not voice.followers:
            return ""
        return measured(voice.followers, self.words["unit.followers"], self.language)

    def _reposts(self, voice: Voice) -> str:
        return measured(voice.reposts or 0, self.words["unit.reposts"], self.language)

    def _anchors(self, voice: Voice) -> tuple[Anchor, ...]:
        url = safe_link(voice.url)
        return (Anchor(self.words["original"], url),) if url else ()

    def _harm(self) -> Iterator[Line]:
        if self.situation.harm:
            yield Line(self.say("harm", count=self.count(self.situation.harm)), name="harm")

    def _demands(self) -> Iterator[Line]:
        said = [
            self.say("demand", what=word, count=self.count(count))
            for demand, count in self.alert.demands[:DEMANDS]
            if (word := self.words.get(f"demand.{demand}") or one_line(demand, NAME))
        ]
        if said:
            yield Line(
                self.say("demands", what=self.words["part.joiner"].join(said)), name="demands"
            )

    def _what_to_do(self) -> Line:
        steps = [self._filled(step) for step in self._steps()]
        kept = _within(steps, STEPS_LENGTH[self.language])
        if len(kept) > 2:
            shown = " ".join(f"{_NUMERALS[at]}{step}" for at, step in enumerate(kept))
        else:
            shown = self.words["step.joiner"].join(kept)
        return Line(self.say("do", steps=shown), name="do")

    def _steps(self) -> Sequence[str]:
        if self.alert.change is Change.LOWERED:
            return (self.playbook.after["night" if is_night(self.alert) else "lowered"],)
        # What a story began with is no news.
        news = () if self.alert.change in BEGINS else self.situation.joined
        joined = [one.kind for one in news]
        # Harm to people comes before whatever most complaints are about.
        category = "safety" if self.situation.harm else self.situation.category
        return self.playbook.steps_of(category, self.alert.incident.level, joined)

    def _filled(self, step: str) -> str:
        first = self.situation.first
        name = masked_name(first.name) if first is not None else ""
        # No format string of a file is evaluated: only this one slot is known.
        return one_line(step.replace(FIRST, name or self.words["customer"]), STEP_LENGTH)

    def _owner(self) -> Line:
        alert, parts = self.alert, [standing(self.alert, self.words)]
        if alert.coverage < WHOLE:
            key = "coverage.low" if alert.coverage < LOW else "coverage"
            parts.append(self.say(key, share=percent(alert.coverage)))
        if alert.incident.low_baseline:
            parts.append(self.words["low_baseline"])
        return Line(self.words["bar"].join(parts), name="owner")

    # The end

    def _ended(self) -> Iterator[Line]:
        alert, incident = self.alert, self.alert.incident
        until = incident.recovered_at or alert.at
        yield Line(
            self.say(
                "lasted",
                since=clock_time(alert.since, alert.at),
                until=clock_time(until, alert.since),
                duration=duration(until - alert.since, self.words),
                level=self.words[f"level.{incident.peak_level.name.lower()}"],
            ),
            name="lasted",
        )
        yield Line(
            self.say(
                "total",
                peak=self.count(incident.peak),
                time=clock_time(incident.peak_at, alert.at),
                negative=self.count(alert.negative),
                complaints=self.count(alert.complaints),
                people=self.count(self.situation.people or alert.authors),
            ),
            name="total",
        )
        if turns := turning_points(self.situation.turning_points, alert.at, self.words):
            yield Line(turns, name="turns")
        left = self.situation.cases if alert.situation is not None else alert.open_cases
        said = self.say("cases.left", count=self.count(left)) if left else self.words["cases.none"]
        yield Line(said, name="cases")
        step = self.playbook.after["recovered" if left else "settled"]
        yield Line(self.say("do", steps=step), name="do")
        if is_handled(alert):
            yield Line(standing(alert, self.words), name="owner")


def _within(steps: Sequence[str], limit: int) -> list[str]:
    """Return the first steps, as many as fit whole, at least one."""
    kept: list[str] = []
    for step in steps[: len(_NUMERALS)]:
        if kept and sum(map(len, kept)) + len(step) > limit:
            break
        kept.append(step)
    return kept


# What goes first where there is no room.
_DISPENSABLE: Final = ("others", "source", "turns", "demands")


def _fitting(lines: list[Line]) -> tuple[Line, ...]:
    """Return at most LINES lines, of ROWS rows on a telephone."""
    for name in _DISPENSABLE:
        if len(lines) <= LINES and sum(map(_rows, lines)) <= ROWS:
            break
        lines = [one for one in lines if one.name != name]
    return tuple(Line(cut_cells(one.text, LINE_CELLS), one.links, one.name) for one in lines)


def _rows(line: Line) -> int:
    return -(-cells(line.text) // TELEPHONE)

"""The daily brief as a document: what happened first, then the numbers and what they rest on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import clock_time, number, one_line, percent
from alerts.messages.symbols import EMOJI
from fengsui.reports.catalogue import WORDS
from fengsui.reports.daily.facts import BrandDay, Brief
from fengsui.reports.document.model import (
    Block,
    Column,
    Document,
    Listing,
    Row,
    Section,
    Sentence,
    Table,
)
from fengsui.reports.document.sources import named, with_sources, words_of
from fengsui.services import Services
from records import Incident, IncidentStatus, Level
from records.language import Language
from records.time import BEIJING
from store.interface import Cited

NAME: Final = 30
WHAT: Final = 40
# Less than this share of what was to be read says little about a day.
THIN: Final = 0.8
# Posts of a brand that a message quotes, of each kind.
QUOTED: Final = 1
BRANDS_QUOTED: Final = 2
# Brands whose posts a brief shows, those with most negative ones.
BRANDS_SHOWN: Final = 5


def document_of(services: Services, brief: Brief, language: Language) -> Document:
    """Return the brief in `language`, with the posts that it rests on."""
    writer = _Writer(brief, WORDS[language], language)
    return with_sources(writer.document(), services.store, writer.quoted())


@dataclass(frozen=True, slots=True)
class _Writer:
    brief: Brief
    words: Mapping[str, str]
    language: Language

    def say(self, key: str, /, **values: str) -> str:
        return self.words[key].format(**values)

    def count(self, value: float | None) -> str:
        return self.words["thin"] if value is None else number(value, self.language)

    def clock(self, at: datetime) -> str:
        return clock_time(at, self.brief.window.until)

    def document(self) -> Document:
        brief = self.brief
        until = clock_time(brief.window.until, brief.window.since)
        key = "title.brand" if brief.brand else "title"
        worst = max((one.peak_level for one in brief.incidents), default=None)
        return Document(
            self.language,
            self.say(key, time=until, brand=one_line(brief.brand, NAME)),
            self.say(
                "subtitle",
                since=f"{brief.window.since.astimezone(BEIJING):%Y-%m-%d %H:%M}",
                until=f"{brief.window.until.astimezone(BEIJING):%Y-%m-%d %H:%M}",
                share=percent(brief.coverage),
            ),
            tuple(self.lead()),
            tuple(self.sections()),
            {},
            level=worst,
            recovered=worst is None,
        )

    def lead(self) -> Iterator[Sentence]:
        brief = self.brief
        is_quiet = not brief.incidents and brief.is_well and brief.coverage >= THIN
        if is_quiet:
            yield Sentence(self.words["lead.well"], name="lead.well")
        elif not brief.incidents:
            yield Sentence(self.words["lead.none"], name="lead.none")
        else:
            yield self.worst(brief.incidents[0])
        yield self.volume()
        if brief.open_cases or brief.answers.due:
            yield Sentence(
                self.say(
                    "lead.cases",
                    open=self.count(brief.open_cases),
                    overdue=self.count(brief.overdue_cases),
                ),
                name="lead.cases",
            )
        if brief.coverage < THIN:
            yield Sentence(
                self.say("lead.coverage", share=percent(brief.coverage)), name="lead.coverage"
            )
        if not brief.is_well:
            yield Sentence(self.words["lead.itself"], name="lead.itself")

    def worst(self, incident: Incident) -> Sentence:
        return Sentence(
            self.say(
                "lead.incidents",
                count=self.count(len(self.brief.incidents)),
                level=self.level(incident.peak_level),
                brand=one_line(incident.brand, NAME),
                what=self.what(incident),
                state=self.words[f"state.{'over' if incident.recovered_at else 'open'}"],
                owner=self.owner(incident),
            ),
            _posts(incident),
            incident.peak_level,
            "lead.incidents",
        )

    def volume(self) -> Sentence:
        days = self.brief.brands
        usual = [day.usual_negative for day in days if day.usual_negative is not None]
        return Sentence(
            self.say(
                "lead.volume",
                organic=self.count(sum(day.organic for day in days)),
                negative=self.count(sum(day.negative for day in days)),
                usual=self.count(sum(usual) if len(usual) == len(days) and days else None),
            ),
            tuple(key for day in days for key in _negative(day)),
            name="lead.volume",
        )

    def sections(self) -> Iterator[Section]:
        for name, blocks in (
            ("incidents", self.incidents()),
            ("burning", self.burning()),
            ("voice", self.voice()),
            ("posts", self.posts()),
            ("cases", self.cases()),
            ("coverage", self.coverage()),
            ("itself", self.itself()),
        ):
            found = tuple(blocks)
            if found:
                yield Section(name, self.words[f"heading.{name}"], found)

    def incidents(self) -> Iterator[Block]:
        if not self.brief.incidents:
            yield Listing((Sentence(self.words["incidents.none"]),))
            return
        counts = (
            self.say(
                "level.count",
                level=self.level(level),
                count=str(sum(one.peak_level is level for one in self.brief.incidents)),
            )
            for level in sorted(Level, reverse=True)
        )
        yield Listing((Sentence(self.say("levels", counts=" · ".join(counts)), name="levels"),))
        yield Table(
            self.columns("incident", (11, 12, 27, 20, 17, 13), numeric=()),
            tuple(self.incident(one) for one in self.brief.incidents),
        )

    def burning(self) -> Iterator[Block]:
        """Yield whose complaints have grown for days; nothing where nobody's have."""
        said = [
            self.say(
                "burning",
                brand=one_line(one.brand, NAME),
                count=self.count(evidence.observed),
                usual=self.count(evidence.expected),
            )
            for one in self.brief.burning
            for evidence in one.evidence
        ]
        if said:
            yield Listing(tuple(Sentence(line, name="burning") for line in said))

    def columns(
        self, name: str, widths: tuple[int, ...], numeric: tuple[int, ...]
    ) -> tuple[Column, ...]:
        headings = self.words[f"columns.{name}"].split("|")
        return tuple(
            Column(heading, width, place in numeric)
            for place, (heading, width) in enumerate(zip(headings, widths, strict=True))
        )

    def incident(self, incident: Incident) -> Row:
        state = "over" if incident.status is IncidentStatus.RECOVERED else "open"
        since = self.clock(incident.opened_at)
        until = self.clock(incident.recovered_at or incident.updated_at)
        span = self.say(f"incident.{state}", since=since, until=until)
        is_later = incident.peak_at > self.brief.window.until
        peak = self.say(
            f"incident.peak{'.later' if is_later else ''}", rate=self.count(incident.peak)
        )
        level = self.level(incident.peak_level)
        brand, posts = one_line(incident.brand, NAME), _posts(incident)
        what = self.what(incident)
        owner = self.owner(incident)
        parts = (f"{EMOJI[incident.peak_level]} {level}", brand, what, span, peak, owner)
        return Row(
            (
                Sentence(level, level=incident.peak_level),
                Sentence(brand),
                Sentence(what, posts),
                Sentence(span),
                Sentence(peak),
                Sentence(owner, name="owner"),
            ),
            Sentence(" · ".join(parts), posts),
        )

    def owner(self, incident: Incident) -> str:
        """Return who has an incident, or that nobody has."""
        return one_line(self.brief.owners.get(incident.key, ""), NAME) or self.words["owner.none"]

    def what(self, incident: Incident) -> str:
        return one_line(incident.title, WHAT) or self.words["incident.untitled"]

    def level(self, level: Level) -> str:
        return CATALOGUES[self.language][f"level.{level.name.lower()}"]

    def voice(self) -> Iterator[Block]:
        total = sum(day.organic for day in self.brief.brands)
        if not total:
            yield Listing((Sentence(self.words["voice.none"]),))
            return
        yield Table(
            self.columns("voice", (18, 9, 10, 12, 10, 12, 10), numeric=tuple(range(1, 7))),
            tuple(
                self.brand(day, total)
                for day in sorted(self.brief.brands, key=lambda one: (-one.organic, one.brand))
            ),
        )

    def brand(self, day: BrandDay, total: int) -> Row:
        brand, share = one_line(day.brand, NAME), percent(day.organic / total)
        negative, complaints = _negative(day), day.notable.complaints
        line = self.say(
            "voice",
            brand=brand,
            share=share,
            organic=self.count(day.organic),
            usual=self.count(day.usual),
            negative=self.count(day.negative),
            usual_negative=self.count(day.usual_negative),
            complaints=self.count(day.complaints),
        )
        return Row(
            (
                Sentence(brand, name=f"voice.brand.{brand}"),
                Sentence(share),
                Sentence(f"{day.organic:,}", name=f"voice.organic.{brand}"),
                Sentence(self.count(day.usual), name=f"voice.usual.{brand}"),
                Sentence(f"{day.negative:,}", negative, name=f"voice.negative.{brand}"),
                Sentence(self.count(day.usual_negative), name=f"voice.usual_negative.{brand}"),
                Sentence(f"{day.complaints:,}", complaints, name=f"voice.complaints.{brand}"),
            ),
            Sentence(line, negative),
        )

    def posts(self) -> Iterator[Block]:
        days = self.by_trouble()
        rows = [
            self.post(cited, kind)
            for day in days[:BRANDS_SHOWN]
            for kind, found in (("worst", day.notable.worst), ("best", day.notable.best))
            for cited in found
        ]
        if rows:
            yield Table(self.columns("post", (11, 13, 17, 9, 50), numeric=(3,)), tuple(rows))
        if left := len(days[BRANDS_SHOWN:]):
            yield Listing((Sentence(self.say("posts.more", count=str(left))),))

    def by_trouble(self) -> list[BrandDay]:
        """Return the brands, those with most negative posts first."""
        return sorted(self.brief.brands, key=lambda one: (-one.negative, one.brand))

    def post(self, cited: Cited, kind: str) -> Row:
        post, language = cited.post, self.language
        reposts = "–" if post.reposts is None else f"{post.reposts:,}"
        when = f"{named(post, language)} {self.clock(post.published_at)}"
        return Row(
            (
                Sentence(self.words[kind]),
                Sentence(one_line(cited.mention.brand, NAME)),
                Sentence(when),
                Sentence(reposts),
                Sentence(words_of(post), (post.key,), name=kind),
            ),
            Sentence(""),  # a message quotes the first of them, with their links
        )

    def quoted(self) -> dict[str, str]:
        """Return which posts a message quotes, and as what."""
        return {
            cited.post.key: self.say(
                "quoted", kind=self.words[kind], brand=one_line(day.brand, NAME)
            )
            for day in self.by_trouble()[:BRANDS_QUOTED]
            for kind, found in (("worst", day.notable.worst), ("best", day.notable.best))
            for cited in found[:QUOTED]
        }

    def cases(self) -> Iterator[Block]:
        brief, answers = self.brief, self.brief.answers
        said = [
            Sentence(
                self.say(
                    "cases",
                    new=self.count(brief.new_cases),
                    open=self.count(brief.open_cases),
                    urgent=self.count(brief.urgent_cases),
                    overdue=self.count(brief.overdue_cases),
                ),
                name="cases",
            )
        ]
        if answers.kept is None:
            said.append(Sentence(self.words["answers.none"], name="answers"))
        else:
            line = self.say(
                "answers",
                due=self.count(answers.due),
                kept=percent(answers.kept),
                in_time=self.count(answers.in_time),
                open=self.count(answers.open),
                late=self.count(answers.late_or_unknown),
            )
            said.append(Sentence(line, answers.due_posts, name="answers"))
        yield Listing(tuple(said))

    def coverage(self) -> Iterator[Block]:
        said = [self.say("coverage", share=percent(self.brief.coverage))]
        for source in self.brief.sources:
            name = one_line(source.name, NAME)
            if source.trouble is not None:
                since = self.clock(source.trouble.opened_at)
                said.append(self.say("source.trouble", name=name, since=since))
            elif source.read_until is None:
                said.append(self.say("source.never", name=name))
            else:
                until = self.clock(source.read_until)
                said.append(self.say("source.read", name=name, until=until))
        if self.brief.quarantined:
            said.append(self.say("quarantined", count=self.count(self.brief.quarantined)))
        yield Listing(tuple(Sentence(line, name="coverage") for line in said))

    def itself(self) -> Iterator[Block]:
        yield Listing(tuple(Sentence(line, name="itself") for line in self.own()))

    def own(self) -> Iterator[str]:
        """Yield that all is well, or what is not."""
        brief = self.brief
        if brief.is_well:
            yield self.words["itself.well"]
            return
        if not brief.detects:
            at = brief.detected_to
            yield (
                self.words["itself.never"]
                if at is None
                else self.say("itself.stands", at=self.clock(at))
            )
        for one in brief.faults:
            name, since = one_line(one.subject, NAME), self.clock(one.opened_at)
            yield self.say(f"itself.{one.kind}", name=name, since=since)


def _posts(incident: Incident) -> tuple[str, ...]:
    return (incident.title_post,) if incident.title_post else ()


def _negative(day: BrandDay) -> tuple[str, ...]:
    """Return the keys of a brand's negative posts, the worst first."""
    worst = (cited.post.key for cited in day.notable.worst)
    return tuple(dict.fromkeys((*worst, *day.notable.negative)))

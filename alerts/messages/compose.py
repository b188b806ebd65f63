"""What an alert says to its reader, before any channel gives it a form.

Hostile text is made harmless in `alerts.messages.format`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.evidence_text import PARTS, Reasons
from alerts.messages.format import (
    clock_time,
    cut,
    masked_name,
    number,
    one_line,
    percent,
    safe_link,
)
from alerts.messages.message import Message, Quote, Section
from alerts.messages.ops_text import circumstances, next_step, what_happened
from records import Account, Alert, Change, Citation, Level
from records.language import Language

TITLE_LIMIT = 120
BRAND_LIMIT = 30
WORD_LIMIT = 12
HEADLINE_LIMIT = 40
THEME_LIMIT = 30
QUOTE_LIMIT = 140
CITATIONS = 3
KEYWORDS = 6
LOW_COVERAGE = 0.8

EMOJI = {Level.BLUE: "🔵", Level.YELLOW: "🟡", Level.ORANGE: "🟠", Level.RED: "🔴"}
RECOVERED_EMOJI = "✅"

# Names of sections, each with its lines.
Sections: TypeAlias = Sequence[tuple[str, Iterable[str]]]


def compose(alert: Alert, language: Language = "zh") -> Message:
    """Return what `alert` says in `language`.

    An opening and a raise tell everything; a fall says only what changed; a recovery says how long
    it lasted, how bad it was and which cases stay open. An operational incident has no posts to
    show.
    """
    writer = _Writer(alert, language, CATALOGUES[language])
    if alert.incident.is_operational:
        return writer.operational()
    if alert.change is Change.RECOVERED:
        return writer.recovered()
    return writer.fallen() if alert.change is Change.LOWERED else writer.full()


@dataclass(frozen=True, slots=True)
class _Writer:
    alert: Alert
    language: Language
    words: Mapping[str, str]

    def say(self, key: str, **values: str) -> str:
        return self.words[key].format(**values)

    def count(self, value: float) -> str:
        return number(value, self.language)

    def message(
        self,
        summary: Iterable[str],
        sections: Sections,
        closing: Sections,
        quotes: tuple[Quote, ...] = (),
    ) -> Message:
        return Message(
            language=self.language,
            title=self.title(),
            level=self.alert.incident.level,
            recovered=self.alert.change is Change.RECOVERED,
            summary=tuple(summary),
            sections=tuple(self._named(sections)),
            quotes=quotes,
            closing=tuple(self._named(closing)),
            alert=self.alert,
        )

    def _named(self, sections: Sections) -> Iterator[Section]:
        """Yield the sections that have something to say."""
        for name, lines in sections:
            if said := tuple(lines):
                yield Section(self.words[f"heading.{name}"], said, name)

    def full(self) -> Message:
        reasons, incident = self.reasons, self.alert.incident
        return self.message(
            self.summary(),
            (
                ("changed", self.changed()),
                ("evidence", self.evidence()),
                ("themes", self.themes()),
                ("level", reasons.level(incident.reasons)),
                ("forecast", reasons.forecast(incident)),
                ("links", reasons.links(incident.links)),
                ("categories", self.categories()),
                ("demands", self.demands()),
            ),
            self._what_to_do(incident.level.name.lower()),
            tuple(map(self.quote, self.alert.citations[:CITATIONS])),
        )

    def fallen(self) -> Message:
        changed = ("changed", self.changed())
        return self.message(self.summary(), (changed,), self._what_to_do("lowered"))

    def recovered(self) -> Message:
        changed = ("changed", self.changed())
        return self.message(self.recovery(), (changed,), self._what_to_do("recovered"))

    def operational(self) -> Message:
        lasting = self._lasted() if self.alert.change is Change.RECOVERED else self._since()
        summary = (lasting, *circumstances(self.alert, self.language))
        following = next_step(self.alert, self.language)
        return self.message(summary, (), (("next", (following,)),))

    def _what_to_do(self, key: str) -> Sections:
        return (("next", (self.words[f"next.{key}"],)), ("cases", self.cases()))

    def level(self, level: Level) -> str:
        return EMOJI[level] + " " + self.words[f"level.{level.name.lower()}"]

    def title(self) -> str:
        recovered = self.alert.change is Change.RECOVERED
        state = (
            f"{RECOVERED_EMOJI} {self.words['level.recovered']}"
            if recovered
            else self.level(self.alert.incident.level)
        )
        subject = one_line(self.alert.incident.subject, BRAND_LIMIT)
        return cut(f"{state} · {subject} · {self._what()}", TITLE_LIMIT)

    def _what(self) -> str:
        if self.alert.incident.is_operational:
            return what_happened(self.alert, self.language)
        listed = self._listed()
        if listed and self.alert.change in {Change.OPENED, Change.REOPENED}:
            return self.say("what.listed", title=listed)
        if self.alert.story is not None:
            title = one_line(self.alert.story.title, THEME_LIMIT) or self._cause()
            return self.say("what.new_story", title=title)
        return self.say(f"what.{self.alert.change}", cause=self._cause())

    def _listed(self) -> str:
        """Return the newest title where a hot list speaks before the counts do, else nothing."""
        evidence = self.alert.incident.evidence
        if not evidence or evidence[0].kind != "hot_list" or not evidence[0].parts:
            return ""
        return one_line(evidence[0].parts[0].name, HEADLINE_LIMIT)

    def _cause(self) -> str:
        kind = (
            "complaint" if self.alert.complaints * 2 >= max(self.alert.negative, 1) else "negative"
        )
        # The frequent words, those before that are new to the brand.
        frequent = [word for word, _ in self.alert.keywords if not word.isdecimal()]
        frequent.sort(key=lambda word: word not in self.alert.incident.terms)
        named = (one_line(word, WORD_LIMIT) for word in frequent[:2])
        words = [self.say("word", word=word) for word in named if word]
        cause = self.words[f"cause.{kind}"]
        if not words:
            return cause
        return self.say("cause.about", cause=cause, words=self.words["word.joiner"].join(words))

    def summary(self) -> Iterator[str]:
        alert = self.alert
        yield " · ".join((self._since(), self._negative(), self._authors(), self._coverage()))
        volume = self.say(
            "volume", count=self.count(alert.volume), organic=self.count(alert.organic)
        )
        complaints = self.say("complaints", count=self.count(alert.complaints))
        yield " · ".join((*self._wave(), volume, complaints, *self._reach()))
        if speakers := self._speakers():
            yield speakers
        if alert.incident.low_baseline:
            yield self.words["low_baseline"]

    def _reach(self) -> Iterator[str]:
        """Say how many may have read it, and of which share of the posts that is known."""
        alert = self.alert
        if not alert.reach:
            return
        known, count = alert.reach_known, self.count(alert.reach)
        if known is None or known >= alert.organic:
            yield self.say("reach", count=count)
        else:
            yield self.say("reach.part", count=count, share=percent(known / alert.organic))

    def _speakers(self) -> str:
        """Say which kinds of accounts the troubled posts are of; nothing where none is known."""
        known = [(kind, count) for kind, count in self.alert.accounts if kind]
        if not known:
            return ""
        named = " · ".join(f"{self.words[f'account.{k}']} {self.count(c)}" for k, c in known)
        unknown = sum(count for kind, count in self.alert.accounts if not kind)
        rest = f" · {self.words['account.unknown']} {self.count(unknown)}" if unknown else ""
        return self.say("speakers", kinds=named + rest)

    def _wave(self) -> Iterator[str]:
        incident = self.alert.incident
        if incident.wave > 1:
            yield self.say("wave", number=str(incident.wave), peak=self.count(incident.past_peak))

    def _since(self) -> str:
        since, at = self.alert.since, self.alert.at
        time = clock_time(since, at)
        if at - since < timedelta(minutes=1):
            return self.say("since.now", time=time)
        return self.say("since", time=time, duration=self._duration(at - since))

    def _negative(self) -> str:
        count = self.count(self.alert.negative)
        known = any(evidence.kind == "negative" for evidence in self.alert.incident.evidence)
        if not known and self.alert.usual <= 0:
            return self.say("negative.unknown", count=count)
        return self.say("negative", count=count, usual=self.reasons.usual(self.alert.usual))

    def _authors(self) -> str:
        return self.say("authors", count=self.count(self.alert.authors))

    def _coverage(self) -> str:
        key = "coverage.low" if self.alert.coverage < LOW_COVERAGE else "coverage"
        return self.say(key, share=percent(self.alert.coverage))

    def recovery(self) -> Iterator[str]:
        alert, incident = self.alert, self.alert.incident
        yield self._lasted()
        peak = self.say(
            "peak",
            rate=self.count(incident.peak),
            time=clock_time(incident.peak_at, alert.at),
        )
        yield f"{self.say('peak_level', level=self.level(incident.peak_level))} · {peak}"
        yield self.say(
            "total",
            negative=self.count(alert.negative),
            complaints=self.count(alert.complaints),
            authors=self.count(alert.authors),
        )

    def _lasted(self) -> str:
        alert = self.alert
        until = alert.incident.recovered_at or alert.at
        return self.say(
            "lasted",
            since=clock_time(alert.since, alert.at),
            until=clock_time(until, alert.at),
            duration=self._duration(until - alert.since),
        )

    def _duration(self, span: timedelta) -> str:
        minutes = max(0, span // timedelta(minutes=1))
        hours, minutes = divmod(minutes, 60)
        if hours >= 24:
            return self.say("days", days=str(hours // 24), hours=str(hours % 24))
        if hours:
            return self.say("hours", hours=str(hours), minutes=str(minutes))
        return self.say("minutes", minutes=str(minutes))

    def changed(self) -> Iterator[str]:
        previous, level, story = self.alert.previous, self.alert.incident.level, self.alert.story
        if previous is not None and previous != level:
            yield self.say("level_change", previous=self.level(previous), level=self.level(level))
        if story is not None:
            yield self.say(
                "story",
                title=one_line(story.title, THEME_LIMIT),
                posts=self.count(story.posts),
                of=self.count(story.of),
                authors=self.count(story.authors),
            )

    def evidence(self) -> Iterator[str]:
        found = self.alert.incident.evidence
        yield from self.reasons.evidence(found)
        told = {part.name for one in found if one.kind == "new_terms" for part in one.parts[:PARTS]}
        named = (
            (one_line(word, WORD_LIMIT), count)
            for word, count in self.alert.keywords
            if word not in told and not word.isdecimal()
        )
        words = [
            self.say("word.count", word=word, count=self.count(count))
            for word, count in named
            if word
        ]
        if words:
            yield self.say("evidence.keywords", words=" ".join(words[:KEYWORDS]))

    @property
    def reasons(self) -> Reasons:
        return Reasons(self.words, self.language)

    def themes(self) -> Iterator[str]:
        for theme in self.alert.themes:
            if title := one_line(theme.title, THEME_LIMIT):
                yield self.say(
                    "theme",
                    title=title,
                    posts=self.count(theme.posts),
                    of=self.count(theme.of),
                    authors=self.count(theme.authors),
                )

    def categories(self) -> Iterator[str]:
        for category, count in self.alert.categories[:KEYWORDS]:
            if word := self.words.get(f"category.{category}"):
                yield f"{word} {self.count(count)}"

    def demands(self) -> Iterator[str]:
        for demand, count in self.alert.demands[:KEYWORDS]:
            if word := one_line(demand, WORD_LIMIT):
                yield f"{word} {self.count(count)}"

    def quote(self, citation: Citation) -> Quote:
        role = self.words.get(f"role.{citation.role}", one_line(citation.role, WORD_LIMIT))
        time = clock_time(citation.published_at, self.alert.at)
        name = masked_name(citation.author_name) or self.words["anonymous"]
        known = [
            self.say(key, count=self.count(value))
            for key, value in (("followers", citation.followers), ("reposts", citation.reposts))
            if value is not None
        ]
        return Quote(
            role=role,
            about=" · ".join((f"{role} {time} {name}", *self._account(citation), *known)),
            text=one_line(citation.text, QUOTE_LIMIT),
            url=safe_link(citation.url),
        )

    def _account(self, citation: Citation) -> Iterator[str]:
        """Say what kind of account speaks, where it is not just anybody."""
        if citation.account not in {Account.UNKNOWN, Account.ORDINARY}:
            yield self.words[f"account.{citation.account}"]

    def cases(self) -> Iterator[str]:
        recovered = self.alert.change is Change.RECOVERED
        if self.alert.open_cases:
            key = "cases.left" if recovered else "cases.open"
            yield self.say(key, count=self.count(self.alert.open_cases))
        elif recovered:
            yield self.words["cases.none"]

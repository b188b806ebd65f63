"""What the evidence message says of numbers, level, the fastest post, and related stories."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from alerts.messages.format import number, one_line, percent, quotient
from records import Evidence, EvidencePart, Forecast, Incident, LevelReason, Link
from records.language import Language

WORD_LIMIT = 12
TITLE_LIMIT = 30
PARTS = 3
LINKS = 4
# What a reader wants first; what else there is comes behind it.
ORDER = (
    *("negative", "negative_share", "complaints"),
    *("watched", "hot_list", "reach", "new_terms", "velocity", "second_platform", "volume"),
)
MONTH = 52 / 12
YEAR = 52.0


@dataclass(frozen=True, slots=True)
class Reasons:
    """Writes with the words of one language."""

    words: Mapping[str, str]
    language: Language

    def say(self, key: str, **values: str) -> str:
        """Return the words of `key` with its slots filled."""
        return self.words[key].format(**values)

    def count(self, value: float) -> str:
        """Return a number as people read it."""
        return number(value, self.language)

    def usual(self, usual: float) -> str:
        """Return a baseline count in words; next to none gets words of its own."""
        return self.words["nearly_none"] if usual < 0.1 else self.count(usual)

    def evidence(self, found: Sequence[Evidence]) -> Iterator[str]:
        """Yield a line for each kind: its number and its baseline, the most telling kind first."""
        rank = {kind: place for place, kind in enumerate(ORDER)}
        for one in sorted(found, key=lambda one: rank.get(one.kind, len(ORDER))):
            yield self._beside(one) if one.parts else self._counted(one)

    def _counted(self, evidence: Evidence) -> str:
        what = self.words.get(f"kind.{evidence.kind}", one_line(evidence.kind, WORD_LIMIT))
        values = {"horizon": self._horizon(evidence), "what": what}
        if evidence.kind == "negative_share":
            values |= {"observed": percent(evidence.observed), "usual": percent(evidence.expected)}
            return self.say("evidence.share", **values)
        values |= {"observed": self.count(evidence.observed)}
        values |= {"usual": self.usual(evidence.expected)}
        times = evidence.observed / evidence.expected if evidence.expected >= 0.1 else 0.0
        if times < 1.5:
            return self.say("evidence.count", **values)
        return self.say("evidence.count.times", times=self.count(times), **values)

    def _beside(self, evidence: Evidence) -> str:
        parts = evidence.parts[:PARTS]
        match evidence.kind:
            case "reach":
                tier = f"evidence.reach.{parts[0].name}"
                key = tier if tier in self.words else "evidence.reach.1000000"
                return self.say(
                    key, count=self.count(evidence.observed), usual=self._known(evidence)
                )
            case "velocity":
                usual = self.count(evidence.expected)
                key = "evidence.velocity" if evidence.p_value < 1 else "evidence.velocity.unknown"
                return self.say(key, count=self.count(evidence.observed), usual=usual)
            case "watched":
                titles = [self.say("word", word=one_line(one.name, TITLE_LIMIT)) for one in parts]
                return self.say(
                    "evidence.watched",
                    count=self.count(evidence.observed),
                    titles=self.words["word.joiner"].join(titles),
                )
            case "hot_list":
                titles = [self.say("word", word=one_line(one.name, TITLE_LIMIT)) for one in parts]
                return self.say(
                    "evidence.hot_list",
                    count=self.count(evidence.observed),
                    usual=self._known(evidence),
                    titles=self.words["word.joiner"].join(titles),
                )
            case "new_terms":
                return self.say("evidence.new_terms", words=self._parts(parts, "evidence.word"))
            case _:
                what = self.words.get(f"kind.{evidence.kind}", one_line(evidence.kind, WORD_LIMIT))
                return self.say(
                    "evidence.parts",
                    horizon=self._horizon(evidence),
                    what=what,
                    parts=self._parts(parts, "evidence.part"),
                )

    def _parts(self, parts: Sequence[EvidencePart], key: str) -> str:
        said = [
            self.say(
                key,
                name=one_line(part.name, WORD_LIMIT),
                count=self.count(part.observed),
                usual=self.usual(part.expected),
            )
            for part in parts
        ]
        return self.words["part.joiner"].join(said)

    def _known(self, evidence: Evidence) -> str:
        known = evidence.p_value < 1
        return self.usual(evidence.expected) if known else self.words["usual.unknown"]

    def _horizon(self, evidence: Evidence) -> str:
        minutes = evidence.horizon.total_seconds() / 60
        if minutes >= 2 * 24 * 60:
            return self.say("horizon.days", number=f"{minutes / 60 / 24:g}")
        if minutes >= 60:
            return self.say("horizon.hours", number=f"{minutes / 60:g}")
        return self.say("horizon.minutes", number=f"{minutes:g}")

    def level(self, reasons: Sequence[LevelReason]) -> Iterator[str]:
        """Yield why the level is what it is."""
        for reason in reasons:
            match reason.kind:
                case "rarity":
                    yield self.say("level.rarity", often=self._often(reason.value))
                case "evidence":
                    yield self.say("level.evidence", count=self.count(reason.value))
                case "beside":
                    kinds = [self.words.get(f"kind.{name}", name) for name in reason.names]
                    yield self.say("level.beside", kinds=self.words["kind.joiner"].join(kinds))
                case "watch":
                    rules = (one_line(name, TITLE_LIMIT) for name in reason.names)
                    yield self.say("level.watch", rules=self.words["kind.joiner"].join(rules))
                case "harm":
                    yield self.say("level.harm", count=self.count(reason.value))
                case "wave":
                    yield self.say("level.wave", times=self.count(reason.value))
                case "low_baseline":
                    yield self.words["level.low_baseline"]

    def _often(self, weeks: float) -> str:
        if weeks < 1:
            return self.say("often.times", number=quotient(1, weeks))
        for unit, key in ((YEAR, "year"), (MONTH * 0.9, "month"), (1.0, "week")):
            if weeks >= unit:
                size = MONTH if key == "month" else unit
                several = quotient(weeks, size)
                return self.say(f"often.{key}" + ("" if several == "1" else "s"), number=several)
        raise AssertionError("a week is at least one week")

    def expected(self, incident: Incident) -> Iterator[str]:
        """Yield what is expected of the fastest post, in eight of ten cases."""
        story = incident.forecast
        for post in story.posts[:1] if story is not None else ():
            yield self.say(
                "forecast.post", now=self.count(post.velocity), **self._range(post.forecast)
            )

    def _range(self, forecast: Forecast) -> dict[str, str]:
        return {"low": self.count(forecast.low), "high": self.count(forecast.high)}

    def links(self, links: Sequence[Link]) -> Iterator[str]:
        """Yield the other brands of the same story, and what both share."""
        for link in links[:LINKS]:
            level = self.words[f"level.{link.level.name.lower()}"]
            brand = one_line(link.brand, TITLE_LIMIT)
            words = [self.say("word", word=one_line(word, WORD_LIMIT)) for word in link.terms]
            if words:
                shared = self.words["word.joiner"].join(words[:PARTS])
                yield self.say("link.terms", brand=brand, level=level, words=shared)
            else:
                yield self.say("link.posts", brand=brand, level=level, count=self.count(link.posts))
        if len(links) > LINKS:
            yield self.say("link.more", count=self.count(len(links) - LINKS))

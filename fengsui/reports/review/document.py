"""The review of an incident as a document: what happened, how fast, by whom, and what to change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Final

from fengsui.chart.counted import timeline_of
from fengsui.reports.document.model import Block, Chart, Document, Listing, Section, Sentence
from fengsui.reports.document.sources import with_sources
from fengsui.reports.review.course import Course
from fengsui.reports.review.facts import Review
from fengsui.reports.review.lessons import Lesson, lessons_of, playbook_of, steps_of
from fengsui.reports.review.people import People
from fengsui.reports.review.words import Words
from fengsui.reports.review.work import Work
from fengsui.services import Services
from records.language import Language
from records.time import BEIJING, HOUR, MINUTE

# A chart has at most so many bars.
BARS: Final = 300
STEPS: Final = tuple(minutes * MINUTE for minutes in (10, 30, 60, 180, 360, 1440))
# Fewer negatives than these say little about topics and carriers.
FEW: Final = 20
# Less than this share of what was to be read makes every number a lower bound.
THIN: Final = 0.8


def document_of(services: Services, review: Review, language: Language) -> Document:
    """Return the review in `language`, with its chart and the posts that it rests on."""
    words = Words(review, language)
    playbook = playbook_of(services.settings.playbook, language)
    steps = steps_of(review, playbook, words.customer())
    writer = _Writer(review, words, _chart(services, review, words), steps)
    return with_sources(writer.document(), services.store)


def _chart(services: Services, review: Review, words: Words) -> Chart:
    # Loading matplotlib takes a second, which no other report should wait for.
    from fengsui.chart.png import png_chart  # noqa: PLC0415

    length = review.at - review.incident.opened_at + 8 * HOUR
    step = next((one for one in STEPS if length / one <= BARS), STEPS[-1])
    out = BytesIO()
    png_chart(timeline_of(services.store, review.incident, step), out, words.language)
    shown = words.say("chart", brand=words.brand(), minutes=f"{step / MINUTE:g}")
    return Chart(out.getvalue(), Sentence(shown))


@dataclass(frozen=True, slots=True)
class _Writer:
    review: Review
    words: Words
    chart: Chart
    steps: tuple[str, ...]

    def document(self) -> Document:
        review, words = self.review, self.words
        return Document(
            words.language,
            words.say("title", brand=words.brand(), what=words.what()),
            words.say(
                "subtitle",
                since=f"{review.first_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
                until=f"{review.at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
                key=review.incident.key,
            ),
            tuple(self.lead()),
            tuple(self.sections()),
            {},
            level=review.incident.peak_level,
        )

    def sections(self) -> Iterator[Section]:
        course = Course(self.review, self.words)
        people = People(self.review, self.words)
        work = Work(self.review, self.words)
        for name, blocks in (
            ("course", course.turns()),
            ("chart", iter((self.chart,))),
            ("response", course.response()),
            ("reach", people.reach()),
            ("topics", people.topics()),
            ("done", work.done()),
            ("cases", work.cases()),
            ("change", self.change()),
        ):
            yield Section(name, self.words.say(f"heading.{name}"), tuple(blocks))

    def lead(self) -> Iterator[Sentence]:
        review, words, alert = self.review, self.words, self.review.alert
        situation, keys = alert.situation, review.keys
        yield Sentence(
            words.say(
                "lead.over" if review.is_over else "lead.open",
                level=words.level(review.incident.peak_level),
                since=words.clock(review.first_at),
                until=words.clock(review.at),
                span=words.between(review.first_at, review.at),
            ),
            (situation.first.post_key,) if situation and situation.first else (),
            review.incident.peak_level,
            "lead.span",
        )
        yield Sentence(
            words.say(
                "lead.counts",
                negative=words.count(alert.negative),
                usual=words.usual(alert.usual),
                complaints=words.count(alert.complaints),
                people=words.count(situation.people if situation else alert.authors),
                peak=words.count(review.incident.peak),
                time=words.clock(review.incident.peak_at),
            ),
            keys.negative,
            name="lead.counts",
        )
        if situation is not None and situation.harm:
            count = words.count(situation.harm)
            yield Sentence(words.say("lead.harm", count=count), keys.harm, name="lead.harm")
        yield from self.speed()
        if review.cases:
            left = [one for one in review.cases if one.is_open]
            yield Sentence(
                words.say(
                    "lead.cases",
                    count=words.count(len(review.cases)),
                    left=words.count(len(left)),
                ),
                tuple(one.case.posts[0] for one in review.cases if one.case.posts),
                name="lead.cases",
            )
        yield from self.thin()

    def speed(self) -> Iterator[Sentence]:
        review, words = self.review, self.words
        alerted, said = review.alerted_at, review.statement
        nothing = words.say("step.none" if review.knows_own else "step.unknown")
        yield Sentence(
            words.say(
                "lead.speed",
                alert=words.say("step.none")
                if alerted is None
                else words.between(review.first_at, alerted),
                claim=self.claimed(),
                answer=nothing if said is None else words.between(review.first_at, said.at),
            ),
            () if said is None else (said.post,),
            name="lead.speed",
        )

    def claimed(self) -> str:
        """Return how long after the first post somebody claimed it."""
        at = self.review.state.claimed_at
        if at is None:
            return self.words.say("step.none")
        return self.words.between(self.review.first_at, at)

    def thin(self) -> Iterator[Sentence]:
        """Yield what the numbers do not carry."""
        review, words = self.review, self.words
        if review.alert.negative < FEW:
            count = words.count(review.alert.negative)
            yield Sentence(words.say("thin.few", count=count), name="thin.few")
        if review.coverage is None:
            yield Sentence(words.say("thin.coverage.unknown"), name="thin.coverage")
        elif review.coverage < THIN:
            share = words.share(review.coverage)
            yield Sentence(words.say("thin.coverage", share=share), name="thin.coverage")

    def change(self) -> Iterator[Block]:
        found = [self.lesson(one) for one in lessons_of(self.review)]
        yield Listing(tuple(found) or (Sentence(self.words.say("lesson.none")),))
        asks = "lesson.check" if self.review.handling else "lesson.record"
        asked = [Sentence(self.words.say(asks), name="lesson.record")]
        asked += [
            Sentence(self.words.say("lesson.step", step=step), name="lesson.step")
            for step in self.steps
        ]
        yield Listing(tuple(asked))

    def lesson(self, lesson: Lesson) -> Sentence:
        words, counts = self.words, [*lesson.counts, 0, 0]
        slots = {
            "span": words.span(lesson.span or timedelta(0)),
            "share": "" if lesson.share is None else words.share(lesson.share),
            **_named(lesson.key, words.count(counts[0]), words.count(counts[1])),
        }
        key = f"lesson.{lesson.key}"
        return Sentence(words.say(key, **slots), lesson.posts, name=key)


_COUNTS: Final = {
    "cases": ("left", "count"),
    "delivery": ("missed", "sent"),
    "rebound": ("before", "after"),
}


def _named(key: str, first: str, second: str) -> dict[str, str]:
    """Return the two counts of a lesson under the names of their slots."""
    return dict(zip(_COUNTS.get(key, ()), (first, second), strict=False))

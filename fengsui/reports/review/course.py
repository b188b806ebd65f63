"""How an incident went: its turning points, and how long each step took."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fengsui.reports.document.model import Block, Row, Sentence, Table
from fengsui.reports.review.facts import Review
from fengsui.reports.review.words import Words
from records import Carrier, TurningPoint, Voice


@dataclass(frozen=True, slots=True)
class Course:
    """Writes the time line of a review."""

    review: Review
    words: Words

    def turns(self) -> Iterator[Block]:
        """Yield the turning points, oldest first."""
        situation = self.review.alert.situation
        points = situation.turning_points if situation is not None else ()
        yield Table(
            self.words.columns("course", (16, 62, 22)),
            tuple(self._turn(one) for one in sorted(points, key=lambda point: point.at)),
        )

    def _turn(self, point: TurningPoint) -> Row:
        words = self.words
        level = words.level(point.level) if point.level is not None else ""
        what = words.say(f"turn.{point.kind}", name=self._name(point), level=level)
        time, posts = words.clock(point.at), (point.post_key,) if point.post_key else ()
        return Row(
            (
                Sentence(time),
                Sentence(what, posts, point.level, f"turn.{point.kind}"),
                Sentence(self._after(point.at, self.review.first_at)),
            ),
            Sentence(f"{time} {what}", posts),
        )

    def _name(self, point: TurningPoint) -> str:
        kinds = {str(one): one for one in Carrier}
        carrier = kinds.get(point.kind, Carrier.PERSON)
        return self.words.voice(Voice(carrier, point.name, point.at))

    def _after(self, at: datetime, before: datetime) -> str:
        return self.words.between(before, at) if at >= before else "–"

    def response(self) -> Iterator[Block]:
        """Yield how long it took from the first post to each step, and from step to step."""
        rows: list[Row] = []
        last: datetime | None = None
        # In the order in which they came; what did not happen stands below.
        steps = list(self._steps())
        steps.sort(key=lambda step: (step[1] is None, step[1] or self.review.at))
        for name, at, otherwise, posts in steps:
            rows.append(self._step(name, at, otherwise, posts, last))
            last = at if at is not None and (last is None or at >= last) else last
        yield Table(self.words.columns("response", (28, 24, 24, 24)), tuple(rows))

    def _steps(self) -> Iterator[tuple[str, datetime | None, str, tuple[str, ...]]]:
        """Yield each step: its name, its time, the words without one, and its posts."""
        review, situation = self.review, self.review.alert.situation
        first = (situation.first.post_key,) if situation and situation.first else ()
        said, nothing = review.statement, "none" if review.knows_own else "unknown"
        yield "first", review.first_at, "unknown", first
        yield "read", review.read_at, "unknown", first
        yield "alert", review.alerted_at, "none", ()
        yield "claim", review.state.claimed_at, "none", ()
        if said is None:
            yield "answer", None, nothing, ()
        else:
            yield "answer", said.at, nothing, (said.post,)
        yield "peak", review.incident.peak_at, "unknown", ()
        yield "end", review.incident.recovered_at, "open", ()

    def _step(
        self,
        name: str,
        at: datetime | None,
        otherwise: str,
        posts: tuple[str, ...],
        last: datetime | None,
    ) -> Row:
        words, label = self.words, self.words.say(f"step.{name}")
        if at is None:
            missing = words.say(f"step.{otherwise}")
            cells = (Sentence(label), Sentence(missing, name=f"step.{name}"))
            return Row((*cells, Sentence("–"), Sentence("–")), Sentence(f"{label}：{missing}"))
        time = words.clock(at)
        whole = self._after(at, self.review.first_at)
        part = "–" if last is None else self._after(at, last)
        return Row(
            (Sentence(label, posts), Sentence(time, name=f"step.{name}"), Sentence(whole),
             Sentence(part)),
            Sentence(f"{label}：{time}（+{whole}）", posts),
        )  # fmt: skip

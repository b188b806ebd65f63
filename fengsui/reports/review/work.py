"""What was done about an incident: the alerts that went out, and its cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from alerts.messages.format import one_line
from fengsui.desk.words import actor_text, did_text
from fengsui.reports.document.model import Block, Listing, Row, Sentence, Table
from fengsui.reports.handling import Handled
from fengsui.reports.review.facts import Review, Sent
from fengsui.reports.review.words import Words
from records import Action, CaseStatus, Urgency

LISTED: Final = 10
TITLE: Final = 60


@dataclass(frozen=True, slots=True)
class Work:
    """Writes what was done about an incident."""

    review: Review
    words: Words

    def done(self) -> Iterator[Block]:
        """Yield what people did, then the alerts that went out, oldest first."""
        if self.review.handling:
            yield Table(
                self.words.columns("actions", (18, 18, 48, 16)),
                tuple(self._action(one) for one in self.review.actions),
            )
        else:
            yield Listing((Sentence(self.words.say("actions.none"), name="actions.none"),))
        yield from self._alerts()

    def _action(self, action: Action) -> Row:
        words, language = self.words, self.words.language
        time, who = words.clock(action.at), actor_text(action.actor, language)
        what = did_text(action, language)
        return Row(
            (
                Sentence(time),
                Sentence(who),
                Sentence(what, name="action"),
                Sentence(words.say(f"via.{action.via}")),
            ),
            Sentence(words.say("action.line", time=time, who=who, what=what)),
        )

    def _alerts(self) -> Iterator[Block]:
        if not self.review.sent:
            yield Listing((Sentence(self.words.say("sent.none")),))
            return
        yield Table(
            self.words.columns("sent", (22, 34, 18, 26)),
            tuple(self._sent(one) for one in self.review.sent),
        )

    def _sent(self, sent: Sent) -> Row:
        words, time = self.words, self.words.clock(sent.at)
        what, level = words.say(f"change.{sent.change}"), words.level(sent.level)
        line = words.say(
            "sent.line",
            time=time,
            what=what,
            level=level,
            taken=str(sent.taken),
            receivers=str(sent.receivers),
        )
        return Row(
            (
                Sentence(time),
                Sentence(what),
                Sentence(level, level=sent.level),
                Sentence(f"{sent.taken}/{sent.receivers}", name="sent"),
            ),
            Sentence(line),
        )

    def cases(self) -> Iterator[Block]:
        """Yield how many cases there are in each state, and those that want an answer most."""
        found = self.review.cases
        if not found:
            yield Listing((Sentence(self.words.say("cases.none")),))
            return
        yield Listing((self._counts(found),))
        left = [one for one in found if one.is_open]
        if left:
            yield Table(
                self.words.columns("cases", (12, 12, 18, 58)),
                tuple(self._case(one) for one in left[:LISTED]),
            )
        if more := len(left[LISTED:]):
            yield Listing((Sentence(self.words.say("case.more", count=str(more))),))

    def _counts(self, found: tuple[Handled, ...]) -> Sentence:
        words = self.words
        states = [one.status for one in found]
        overdue = [one for one in found if one.is_open and one.case.due_at < self.review.at]
        return Sentence(
            words.say(
                "cases.counts",
                count=words.count(len(found)),
                open=words.count(states.count(CaseStatus.OPEN)),
                handling=words.count(states.count(CaseStatus.HANDLING)),
                resolved=words.count(states.count(CaseStatus.RESOLVED)),
                urgent=words.count(sum(one.case.urgency is Urgency.URGENT for one in found)),
                overdue=words.count(len(overdue)),
            ),
            tuple(one.case.posts[0] for one in found if one.case.posts),
            name="cases.counts",
        )

    def _case(self, handled: Handled) -> Row:
        case = handled.case
        words, title = self.words, one_line(case.title, TITLE)
        urgency = words.say(f"urgency.{int(case.urgency)}")
        status, due = words.say(f"status.{handled.status}"), words.clock(case.due_at)
        line = words.say("case.line", urgency=urgency, status=status, due=due, title=title)
        posts = case.posts[:1]
        return Row(
            (Sentence(urgency), Sentence(status), Sentence(due), Sentence(title, posts)),
            Sentence(line, posts),
        )

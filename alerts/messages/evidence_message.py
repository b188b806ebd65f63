"""What an incident rests on: the first answer in its thread.

The first screen says what happened and what to do; this says how it is known, with every number
next to its baseline, more posts, and the checklist of the level.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.evidence_text import PARTS, Reasons
from alerts.messages.format import clock_time, masked_name, one_line, percent, safe_link
from alerts.messages.message import Message, Picture, Quote, Section
from alerts.messages.playbook.playbook import Playbook, shipped
from alerts.messages.screen import Screen
from records import Account, Alert, Citation
from records.language import Language

QUOTE: Final = 140
POSTS: Final = 4
KEYWORDS: Final = 6
WORD: Final = 12
THEME: Final = 30
KEY: Final = 120
# What is read line by line.
LISTED: Final = frozenset({"themes", "evidence"})


def evidence(
    alert: Alert,
    language: Language = "zh",
    playbook: Playbook | None = None,
    picture: Picture | None = None,
) -> Message:
    """Return what the alert about a brand's incident rests on; `picture` is its chart."""
    words = CATALOGUES[language]
    screen = Screen(alert, language, words, playbook or shipped(language))
    writer = _Evidence(alert, screen, Reasons(words, language))
    return Message(
        language=language,
        title=screen.say("evidence.title", time=clock_time(alert.at, alert.at)),
        level=alert.incident.level,
        summary=tuple(writer.summary()),
        sections=tuple(writer.sections()),
        quotes=tuple(map(writer.quote, alert.citations[:POSTS])),
        closing=tuple(writer.closing()),
        picture=picture,
        alert=alert,
    )


@dataclass(frozen=True, slots=True)
class _Evidence:
    alert: Alert
    screen: Screen
    reasons: Reasons

    def summary(self) -> Iterator[str]:
        alert, say, count = self.alert, self.screen.say, self.screen.count
        volume = say("volume", count=count(alert.volume), organic=count(alert.organic))
        authors = say("authors", count=count(alert.authors))
        yield " · ".join((*self._wave(), volume, authors, *self._reach()))
        if speakers := self._speakers():
            yield speakers

    def _wave(self) -> Iterator[str]:
        incident, count = self.alert.incident, self.screen.count
        if incident.wave > 1:
            peak = count(incident.past_peak)
            yield self.screen.say("wave", number=str(incident.wave), peak=peak)

    def _reach(self) -> Iterator[str]:
        """Say how many may have read it, and of which share of the posts that is known."""
        alert, say = self.alert, self.screen.say
        if not alert.reach:
            return
        known, count = alert.reach_known, self.screen.count(alert.reach)
        if known is None or known >= alert.organic:
            yield say("reach", count=count)
        else:
            yield say("reach.part", count=count, share=percent(known / alert.organic))

    def _speakers(self) -> str:
        """Say which kinds of accounts the troubled posts are of; nothing where none is known."""
        words, count = self.screen.words, self.screen.count
        known = [(kind, number) for kind, number in self.alert.accounts if kind]
        if not known:
            return ""
        named = " · ".join(f"{words[f'account.{kind}']} {count(number)}" for kind, number in known)
        unknown = sum(number for kind, number in self.alert.accounts if not kind)
        rest = f" · {words['account.unknown']} {count(unknown)}" if unknown else ""
        return self.screen.say("speakers", kinds=named + rest)

    def sections(self) -> Iterator[Section]:
        incident = self.alert.incident
        for name, lines in (
            ("themes", self._themes()),
            ("evidence", self._evidence()),
            ("level", self.reasons.level(incident.reasons)),
            ("expected", self.reasons.expected(incident)),
            ("links", self.reasons.links(incident.links)),
            ("categories", self._categories()),
        ):
            if said := tuple(lines):
                yield Section(
                    self.screen.words[f"heading.{name}"], said, name, listed=name in LISTED
                )

    def _evidence(self) -> Iterator[str]:
        found, say, words = self.alert.incident.evidence, self.screen.say, self.screen.words
        yield from self.reasons.evidence(found)
        shown = {
            part.name for one in found if one.kind == "new_terms" for part in one.parts[:PARTS]
        }
        named = (
            (one_line(word, WORD), count)
            for word, count in self.alert.keywords
            if word not in shown and not word.isdecimal()
        )
        counted = [
            say("word.count", word=word, count=self.screen.count(count))
            for word, count in named
            if word
        ]
        if counted:
            joined = words["keyword.joiner"].join(counted[:KEYWORDS])
            yield say("evidence.keywords", words=joined)

    def _themes(self) -> Iterator[str]:
        for theme in self.alert.themes:
            if title := one_line(theme.title, THEME):
                yield self.screen.say(
                    "theme",
                    title=title,
                    posts=self.screen.count(theme.posts),
                    of=self.screen.count(theme.of),
                    authors=self.screen.count(theme.authors),
                )

    def _categories(self) -> Iterator[str]:
        for category, count in self.alert.categories[:KEYWORDS]:
            if word := self.screen.words.get(f"category.{category}"):
                yield f"{word} {self.screen.count(count)}"

    def closing(self) -> Iterator[Section]:
        words, incident = self.screen.words, self.alert.incident
        if steps := self.screen.playbook.checklist(incident.level):
            level = words[f"level.{incident.level.name.lower()}"]
            ticked = tuple(f"☐ {one_line(step, QUOTE)}" for step in steps)
            heading = self.screen.say("heading.checklist", level=level)
            yield Section(heading, ticked, "checklist", listed=True)
        more = self.screen.say("more", incident=one_line(incident.key, KEY))
        yield Section(words["heading.more"], (more,), "more")

    def quote(self, citation: Citation) -> Quote:
        words, say = self.screen.words, self.screen.say
        role = words.get(f"role.{citation.role}", one_line(citation.role, WORD))
        time = clock_time(citation.published_at, self.alert.at)
        name = masked_name(citation.author_name) or words["anonymous"]
        known = [
            say(key, count=self.screen.count(value))
            for key, value in (("followers", citation.followers), ("reposts", citation.reposts))
            if value is not None
        ]
        return Quote(
            role=role,
            about=" · ".join((f"{role} {time} {name}", *self._account(citation), *known)),
            text=one_line(citation.text, QUOTE),
            url=safe_link(citation.url),
        )

    def _account(self, citation: Citation) -> Iterator[str]:
        """Say what kind of account speaks, where it is not just anybody."""
        if citation.account not in {Account.UNKNOWN, Account.ORDINARY}:
            yield self.screen.words[f"account.{citation.account}"]

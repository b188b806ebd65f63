"""The first line of an alert: level, brand, what happened and where, or what is new."""

from dataclasses import dataclass
from typing import Final

from alerts.messages.follow_up.handling import how_ended, is_ended
from alerts.messages.format import cells, cut_cells, number, one_line
from alerts.messages.screen import Screen, is_night
from alerts.messages.symbols import EMOJI, RECOVERED_EMOJI
from records import Carrier, Change, Trend, Voice

# Columns: two lines of a telephone.
LIMIT: Final = 84
# Of them what a level and a brand of four characters leave.
ROOM: Final = 62
BRAND: Final = 16
WHAT: Final = 40
# The words of a story inside a longer title.
WITHIN: Final = 16
HEADLINE: Final = 24
KEYWORDS: Final = 2
WORD: Final = 12

_HEADS: Final = {
    Change.REOPENED: "head.reopened",
    Change.RAISED: "head.raised",
    Change.LOWERED: "head.lowered",
}


@dataclass(frozen=True, slots=True)
class Titles:
    """Writes the title of the alert of a screen."""

    screen: Screen

    def title(self) -> str:
        """Return the title of the alert that says what changed."""
        alert, say = self.screen.alert, self.screen.say
        level = self.screen.words[f"level.{alert.incident.level.name.lower()}"]
        if alert.change is Change.RECOVERED:
            return self._titled(
                f"{RECOVERED_EMOJI} {self.screen.words['level.recovered']}", self.what()
            )
        emoji = EMOJI[alert.incident.level]
        if alert.change is Change.LOWERED and is_night(alert):
            return self._titled(f"{emoji} {say('head.night', level=level)}", self._changed())
        head = _HEADS.get(alert.change, "head.level")
        number_of_wave = str(alert.incident.wave)
        return self._titled(
            f"{emoji} {say(head, level=level, wave=number_of_wave)}", self._changed()
        )

    def root(self) -> str:
        """Return the title of the incident's first message, as the incident is now."""
        incident = self.screen.alert.incident
        if is_ended(self.screen.alert):
            how = how_ended(self.screen.alert, self.screen.words)
            return self._titled(f"{RECOVERED_EMOJI} {how}", self.what())
        if self.screen.alert.change is Change.RECOVERED:
            return self.title()
        head = (
            f"{EMOJI[incident.level]} {self.screen.words[f'level.{incident.level.name.lower()}']}"
        )
        return self._titled(head, self._opened())

    def _titled(self, head: str, what: str) -> str:
        brand = one_line(self.screen.alert.incident.subject, BRAND)
        return cut_cells(f"{head} · {brand} · {what}", LIMIT)

    def _changed(self) -> str:
        change = self.screen.alert.change
        if change in {Change.RAISED, Change.JOINED} and self._joined:
            return self._news(self._joined[0])
        if change is Change.RAISED:
            return self._with(self.what(), self._rate())
        if change is Change.PROGRESS:
            return self._with(self.what(), self._trend())
        if change is Change.LOWERED:
            return self._lowered()
        if change is Change.NEW_STORY:
            return self.screen.say("what.new_story", title=self._another())
        return self._opened()

    def _with(self, what: str, rest: str) -> str:
        return self.screen.say("what.and", what=what, rest=rest) if rest else what

    def _lowered(self) -> str:
        say = self.screen.say
        if is_night(self.screen.alert):
            return say("what.night", what=one_line(self.what(), WITHIN))
        if not self._hour:
            return self.what()
        return say("what.lowered", what=self.what(), count=self.screen.count(self._hour))

    def _opened(self) -> str:
        if listed := self._listed():
            return self.screen.say("what.listed", title=listed)
        category = self.screen.words.get(f"category.{self.screen.situation.category}")
        what = self.what()
        if category is None or self.screen.situation.category == "other":
            return what
        return self.screen.say("what.category", what=what, category=category)

    def what(self) -> str:
        """Return what happened and where, in the words of the posts where there are any."""
        title = one_line(self.screen.situation.title or self.screen.alert.incident.title, WHAT)
        return title or self._cause()

    def _cause(self) -> str:
        """Return what is more than usual, where no post has words for it."""
        alert, say = self.screen.alert, self.screen.say
        is_complaint = alert.complaints * 2 >= max(alert.negative, 1)
        cause = self.screen.words["cause.complaint" if is_complaint else "cause.negative"]
        frequent = [word for word, _ in alert.keywords if not word.isdecimal()]
        frequent.sort(key=lambda word: word not in alert.incident.terms)
        named = (one_line(word, WORD) for word in frequent[:KEYWORDS])
        words = [say("word", word=word) for word in named if word]
        if not words:
            return cause
        return say("cause.about", cause=cause, words=self.screen.words["word.joiner"].join(words))

    def _listed(self) -> str:
        """Return the newest title where a hot list, or a post to be reported at once, is first."""
        evidence = self.screen.alert.incident.evidence
        if not evidence or evidence[0].kind not in {"hot_list", "watched"} or not evidence[0].parts:
            return ""
        return one_line(evidence[0].parts[0].name, HEADLINE)

    @property
    def _joined(self) -> list[Voice]:
        joined = self.screen.situation.joined
        return [one for one in joined if one.carrier is not Carrier.PERSON]

    @property
    def _hour(self) -> int:
        return self.screen.situation.hour

    def _news(self, voice: Voice) -> str:
        """Return who joined and what they carry; of a raise also how much it is now."""
        is_place = voice.carrier in {Carrier.HOT_LIST, Carrier.PLATFORM}
        said = self.screen.say(
            f"news.{voice.kind}",
            fans=self.screen.fans(voice),
            name=self.screen.place(voice) if is_place else self.screen.name(voice),
            reposts=self.screen.count(voice.reposts or 0),
            text=one_line(voice.text, WITHIN),
        )
        if self.screen.alert.change is Change.RAISED:
            return self._raised(said)
        return self.screen.say("what.of", news=said, what=one_line(self.what(), WITHIN))

    def _raised(self, news: str) -> str:
        """Return the news with as much of the story's words as leaves room for the rate."""
        words = self.screen.words
        for part in sorted(self.what().split(words["part.comma"]), key=len, reverse=True):
            said = self._with(self.screen.say("what.quoted", news=news, what=part), self._rate())
            if cells(said) <= ROOM:
                return said
        return self._with(news, self._rate())

    def _rate(self) -> str:
        """Return the negatives of the last hour; nothing in an alert that does not know them."""
        if not self._hour:
            return ""
        return self.screen.say("rate", count=number(self._hour, self.screen.language))

    def _trend(self) -> str:
        trend = self.screen.situation.trend
        if trend is Trend.UNKNOWN:
            return self._rate()
        return self.screen.words[f"trend.{trend}"]

    def _another(self) -> str:
        story = self.screen.alert.story
        return (one_line(story.title, WHAT) if story is not None else "") or self._cause()

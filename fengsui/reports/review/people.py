"""Who carried an incident, how far they reach, and what they say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from alerts.messages.format import one_line
from fengsui.reports.document.model import Block, Listing, Row, Sentence, Table
from fengsui.reports.review.facts import Reach, Review
from fengsui.reports.review.words import Words
from records import Account, Theme, Voice

CARRIERS: Final = 10
TEXT: Final = 60
WORD: Final = 12


@dataclass(frozen=True, slots=True)
class People:
    """Writes who speaks in an incident, and about what."""

    review: Review
    words: Words

    def reach(self) -> Iterator[Block]:
        """Yield the kinds of accounts, and the accounts that carry most."""
        yield Table(
            self.words.columns("reach", (26, 20, 14, 22, 18), numeric=(1, 2, 3, 4)),
            tuple(self._kind(kind, reach) for kind, reach in self.review.reach.items()),
        )
        yield Listing((Sentence(self.words.say("reach.note")),))
        situation = self.review.alert.situation
        voices = situation.carriers[:CARRIERS] if situation is not None else ()
        if voices:
            yield Table(
                self.words.columns("carriers", (18, 14, 11, 11, 9, 37), numeric=(2, 3)),
                tuple(self._carrier(one) for one in voices),
            )

    def _kind(self, kind: Account, reach: Reach) -> Row:
        words, posts = self.words, tuple(reach.keys)
        name = words.say(f"account.{kind or 'unknown'}")
        line = words.say(
            "reach.line",
            kind=name,
            posts=words.count(reach.posts),
            people=words.count(len(reach.people)),
            followers=words.count(reach.followers) if reach.known else words.say("thin"),
            known=words.count(reach.known),
        )
        mark = kind or "unknown"
        return Row(
            (
                Sentence(name, posts),
                Sentence(f"{reach.posts:,}", posts, name=f"reach.posts.{mark}"),
                Sentence(f"{len(reach.people):,}", posts, name=f"reach.people.{mark}"),
                Sentence(
                    f"{reach.followers:,}" if reach.known else words.say("thin"),
                    posts,
                    name=f"reach.followers.{mark}",
                ),
                Sentence(f"{reach.known:,}", posts, name=f"reach.known.{mark}"),
            ),
            Sentence(line, posts),
        )

    def _carrier(self, voice: Voice) -> Row:
        words = self.words
        kind = words.shared.get(f"carrier.{voice.kind}", "")
        name = " ".join(part for part in (kind, words.voice(voice)) if part)
        posts, text = (voice.post_key,) if voice.post_key else (), one_line(voice.text, TEXT)
        return Row(
            (
                Sentence(name),
                Sentence(words.clock(voice.at)),
                Sentence("–" if voice.followers is None else f"{voice.followers:,}"),
                Sentence("–" if voice.reposts is None else f"{voice.reposts:,}"),
                Sentence(words.say(f"sentiment.{voice.sentiment or 'none'}")),
                Sentence(text, posts, name="carrier"),
            ),
            Sentence(
                words.say("carrier.line", name=name, time=words.clock(voice.at), text=text), posts
            ),
        )

    def topics(self) -> Iterator[Block]:
        """Yield what the posts say alike, and what they ask for."""
        alert, words = self.review.alert, self.words
        if alert.themes:
            rows = tuple(self._theme(one) for one in alert.themes)
            yield Table(words.columns("themes", (64, 18, 18), numeric=(1, 2)), rows)
            of = words.count(alert.themes[0].of)
            said = [Sentence(words.say("theme.note", of=of))]
        else:
            said = [Sentence(words.say("themes.none"))]
        shared = words.shared
        for key, found in (
            ("categories", [(shared.get(f"category.{n}", n), c) for n, c in alert.categories]),
            ("demands", [(shared.get(f"demand.{n}", n), c) for n, c in alert.demands]),
            ("keywords", list(alert.keywords)),
        ):
            if found:
                posts = self.review.keys.complaints if key != "keywords" else ()
                said.append(Sentence(self._items(key, found), posts, name=key))
        yield Listing(tuple(said))

    def _theme(self, theme: Theme) -> Row:
        posts = (theme.post_key,) if theme.post_key else ()
        title = one_line(theme.title, TEXT)
        line = self.words.say(
            "theme.line",
            title=title,
            posts=self.words.count(theme.posts),
            people=self.words.count(theme.authors),
        )
        return Row(
            (Sentence(title, posts), Sentence(f"{theme.posts:,}"), Sentence(f"{theme.authors:,}")),
            Sentence(line, posts),
        )

    def _items(self, key: str, found: Sequence[tuple[str, int]]) -> str:
        items = (
            self.words.say("item", name=one_line(name, WORD), count=self.words.count(count))
            for name, count in found
        )
        return self.words.say(key, items=self.words.say("joiner").join(items))

"""The past of brands by days: what their evidence is compared with."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.days import day_begin, day_number
from alerts.evidence.posts import QUARTER, QUARTERS, BrandHistory, Day, PostView, day_of
from nlp.topics.calls import calls_for_action
from nlp.topics.harm import harms_people
from nlp.topics.headlines import reports_trouble
from records import Mention, PostKind, Sentiment, Window
from store.interface import Cited, MentionStore

PAST_DAYS: Final = 28
# How many posts of a quarter of a day to read, and the step of the counts that show a change.
LOOKED_AT: Final = 500
DIGEST_STEP: Final = timedelta(hours=2)
HISTORIES_KEPT: Final = 64
TITLE_LIMIT: Final = 60

_Digest = tuple[tuple[int, ...], ...]


@dataclass(slots=True)
class _Kept:
    """The days of a brand by the day's number, each with the digest of the counts it rests on."""

    days: dict[int, tuple[_Digest, Day]]
    past: BrandHistory | None = None


class HistoryCache:
    """The past of brands by days, read again only where the store has changed."""

    def __init__(self, store: MentionStore) -> None:
        self._store = store
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def before(self, brand: str, at: datetime) -> BrandHistory:
        """Return the four weeks before the day (China's) that `at` lies in.

        Days before the brand's first mention are no past. It depends on the store alone.
        """
        end = day_number(at)
        window = Window(day_begin(end - PAST_DAYS), day_begin(end))
        digests: dict[int, list[tuple[int, ...]]] = {}
        for point in self._store.points(brand, window, DIGEST_STEP):
            counted = (point.volume, point.organic, point.negative, point.complaints, point.reach)
            digests.setdefault(day_number(point.at), []).append(counted)
        kept = self._kept.pop(brand, None) or _Kept({})
        self._kept[brand] = kept
        while len(self._kept) > HISTORIES_KEPT:
            self._kept.popitem(last=False)
        first = min(digests, default=end)
        days: dict[int, tuple[_Digest, Day]] = {}
        for number in range(first, end):
            digest = tuple(digests.get(number, ()))
            known = kept.days.get(number)
            if known is None or known[0] != digest:
                known = (digest, self._day(brand, number, digest))
            days[number] = known
        if kept.past is None or days != kept.days:
            kept.days, kept.past = days, BrandHistory(tuple(day for _, day in days.values()))
        return kept.past

    def _day(self, brand: str, number: int, digest: _Digest) -> Day:
        organic = sum(counts[1] for counts in digest)
        if not organic:
            return Day()
        begin = day_begin(number)
        voices = [
            post_view(cited)
            for quarter in range(QUARTERS)
            for cited in self._store.cited(
                brand,
                Window(begin + quarter * QUARTER, begin + (quarter + 1) * QUARTER),
                LOOKED_AT,
            )
        ]
        return day_of(voices, min(1.0, max(len(voices), 1) / organic))


def post_view(cited: Cited) -> PostView:
    """Return what evidence wants to know of a mention."""
    mention, post = cited.mention, cited.post
    return PostView(
        post_key=post.key,
        at=mention.published_at,
        author=mention.author,
        source=post.source,
        followers=mention.reach,
        words=mention.keywords,
        reposts=post.reposts,
        troubled=is_troubled(mention),
        complains=mention.complaint,
        reports=_reports(cited),
        calls=calls_for_action(mention.text),
        harms=cited.post.kind is not PostKind.HEADLINE and harms_people(mention.text),
        headline=post.kind is PostKind.HEADLINE,
        title=mention.text[:TITLE_LIMIT],
    )


def _reports(cited: Cited) -> bool:
    """Say whether it is news of trouble; a hot list's title is an alarm by itself."""
    mention = cited.mention
    is_news = (
        mention.sentiment is not Sentiment.POSITIVE and cited.post.kind is not PostKind.HEADLINE
    )
    return is_news and reports_trouble(mention.text)


def is_troubled(mention: Mention) -> bool:
    """Say whether it is negative or a complaint."""
    return mention.sentiment is Sentiment.NEGATIVE or mention.complaint

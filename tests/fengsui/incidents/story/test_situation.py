"""What an alert's first screen says, held against what the store holds at that time."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fengsui.counts.detector_cache import DetectorCache
from fengsui.counts.recent import CoverageOnce
from fengsui.incidents.story.situation import titled
from fengsui.pipeline.replay import Tick, replay
from fengsui.services import Services
from nlp.brands.matcher import BrandSettings
from nlp.text.normalise import normalise
from nlp.topics.harm import harms_people
from nlp.topics.story_titles import LIMIT
from nlp.topics.titles import Title
from records import (
    OWN,
    Alert,
    Carrier,
    CaseStatus,
    Change,
    Level,
    Situation,
    Trend,
    Voice,
    Window,
)
from tests.alerts.made import made_incident
from tests.fengsui import stories

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OFFICIAL = "云朵茶饮官方"
TOLD = "网友爆料：云朵茶饮西溪店茉莉奶绿喝出虫子，店员称又吃不死人"
REPORT = "【消费者投诉云朵茶饮】多名消费者反映云朵茶饮奶绿里发现虫子，客服推脱"
STATEMENT = "云朵茶饮关于网传饮品有虫的情况说明：不排除取餐后混入，恶意传播不实信息者将被追究"


@dataclass(frozen=True, slots=True)
class Told:
    """An alert, with the rows of the store and the ledger as they were when it was made."""

    alert: Alert
    rows: tuple["Row", ...]
    readings: Mapping[str, list[tuple[datetime, int]]]
    open_cases: tuple[frozenset[str], ...]
    usual: float | None

    @property
    def facts(self) -> Situation:
        assert self.alert.situation is not None
        return self.alert.situation

    def story(self) -> list["Row"]:
        """Return the organic rows of the alert's time."""
        since, at = self.alert.since, self.alert.at
        return [one for one in self.rows if one.organic and since <= one.at < at]

    def negatives(self, until: datetime) -> int:
        """Return the negatives of the hour up to a time."""
        found = [one for one in self.rows if until - HOUR <= one.at < until]
        return sum(one.organic and one.mention["sentiment"] == "negative" for one in found)


@dataclass(frozen=True, slots=True)
class Row:
    """A mention and its post as they are stored."""

    mention: Mapping[str, Any]
    post: Mapping[str, Any]
    at: datetime

    @property
    def organic(self) -> bool:
        return not self.mention.get("duplicate_of") and not self.mention.get("discount")

    @property
    def troubled(self) -> bool:
        return self.mention["sentiment"] == "negative" or bool(self.mention.get("complaint"))

    @property
    def key(self) -> str:
        return str(self.mention["post_key"])


def line(key: str, text: str, minutes: float, **more: object) -> dict[str, object]:
    """Return a post so many minutes after the crisis begins."""
    at = (stories.CRISIS + minutes * MINUTE).isoformat()
    made = {"source": "weibo", "id": key, "url": f"https://weibo.example/{key}", "text": text}
    named = {"author": f"of-{key}", "author_name": f"账号{key}", "followers": 300}
    return {**made, **named, "published_at": at, "fetched_at": at, **more}


def grown(
    key: str, text: str, minutes: float, final: int, **more: object
) -> Iterator[dict[str, object]]:
    """Yield a post as it is read again every ten minutes while its reposts grow to `final`."""
    for step in range(13):
        read = (stories.CRISIS + (minutes + 10 * step) * MINUTE).isoformat()
        yield line(key, text, minutes, fetched_at=read, reposts=final * step // 12, **more)


def lines() -> Iterator[dict[str, object]]:
    """Yield the small story, and who carries it."""
    for one in stories.lines():
        yield {**one, "fetched_at": one["published_at"]}
    yield from grown("big", TOLD, 40, 6_000, followers=2_134_000, account="notable")
    yield from grown("news", REPORT, 95, 2_400, followers=1_467_000, account="media")
    official = {"author_name": OFFICIAL, "account": "company", "followers": 386_000}
    yield from grown("said", STATEMENT, 125, 1_200, **official)
    yield from grown("star", "云朵茶饮的杨枝甘露真好喝，爱了", 50, 20, followers=5_000_000)
    yield line("title", "#云朵茶饮回应喝出虫子#", 81, source="hot.weibo", kind="headline")
    for n in range(4):
        yield line(f"d{n}", stories.ANGRY[n].format(place="南湖", drink=f"四季春{n}"), 60 + n,
                   source="douyin")  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    """Replay the story, and keep each alert with what the store held then."""
    folder = tmp_path_factory.mktemp("told")
    file, state = folder / "story.jsonl", folder / "state"
    text = "\n".join(json.dumps(one, ensure_ascii=False) for one in lines())
    file.write_text(text, encoding="utf-8")
    brand = BrandSettings(name=stories.BRAND, aliases=("云朵奶茶",), own_accounts=(OFFICIAL,))
    settings = stories.settings(state).model_copy(update={"brands": (brand,)})
    found: list[Told] = []
    with Services(settings, notifiers={}) as services:
        replay(services, [file], progress=noting(services, found))
    return found


def noting(services: Services, found: list[Told]) -> Callable[[Tick], None]:
    """Return what keeps each alert of a tick with the rows of then."""

    def note(tick: Tick) -> None:
        for alert in tick.detected.alerts:
            rows, readings = stored(services.state)
            cases = services.ledger.cases(status=CaseStatus.OPEN)
            open_cases = tuple(frozenset(case.posts) for case in cases)
            usual = fresh_baseline(services, tick.at, alert)
            found.append(Told(alert, rows, readings, open_cases, usual))

    return note


def stored(state: Path) -> tuple[tuple[Row, ...], dict[str, list[tuple[datetime, int]]]]:
    """Return the mentions with their posts, and the readings of reposts by post, as rows."""
    with closing(sqlite3.connect(state / "mentions.sqlite3")) as database:
        asked = "SELECT m.body, p.body FROM mentions m JOIN posts p ON p.id = m.post"
        pairs = [tuple(map(json.loads, row)) for row in database.execute(asked)]
        asked = "SELECT p.key, h.at, h.reposts FROM history h JOIN posts p ON p.id = h.post"
        readings: dict[str, list[tuple[datetime, int]]] = {}
        for key, at, reposts in sorted(database.execute(asked)):
            moment = datetime.fromtimestamp(at / 1e6, tz=stories.START.tzinfo)
            readings.setdefault(key, []).append((moment, reposts))
    for _, post in pairs:  # the newest reading is the post itself
        read = (datetime.fromisoformat(post["fetched_at"]), post.get("reposts") or 0)
        readings.setdefault(f"{post['source']}:{post['id']}", []).append(read)
    rows = [
        Row(mention, post, datetime.fromisoformat(mention["published_at"]))
        for mention, post in pairs
    ]
    return tuple(sorted(rows, key=lambda one: (one.at, one.key))), readings


def fresh_baseline(services: Services, now: datetime, alert: Alert) -> float | None:
    """Return the baseline by a detector that has never seen the store before."""
    log = CoverageOnce(services.ledger)
    cache = DetectorCache(services.store, log, services.detector, services.brands, services.tick)
    cache.update({}, services.counts.tick_end(now))
    window = Window(alert.at - HOUR, alert.at)
    return cache.expected(stories.BRAND, window, alert.incident.opened_at)


def test_the_story_is_told(told: list[Told]) -> None:
    """The replay has alerts of several kinds, so that the other tests say something."""
    assert {Change.OPENED, Change.RAISED, Change.RECOVERED} <= {one.alert.change for one in told}


def test_every_count_is_that_of_the_store(told: list[Told]) -> None:
    """Posts, negatives, complaints, people, harm, demands and cases are recounted from the rows."""
    for one in told:
        alert, facts, story = one.alert, one.facts, one.story()
        troubled = [row for row in story if row.troubled]
        filed = [row for row in troubled if row.mention.get("complaint")]
        assert troubled[0].at == alert.since
        assert alert.organic == len(story)
        assert alert.negative == sum(r.mention["sentiment"] == "negative" for r in troubled)
        assert alert.complaints == len(filed)
        assert facts.people == len({row.mention["author"] for row in troubled})
        assert facts.harm == sum(harms_people(own(row)) for row in troubled)
        demands = Counter(demand for row in filed for demand in row.mention.get("demands", ()))
        assert dict(alert.demands).items() <= demands.items()
        keys = {row.key for row in filed}
        cases = sum(not keys.isdisjoint(posts) for posts in one.open_cases)
        assert facts.cases == alert.open_cases == cases
    assert told[-1].facts.harm > 0
    assert told[-1].facts.cases > 0


def own(row: Row) -> str:
    return normalise(row.post["text"], row.post.get("quoted", "")).own


def test_hours_and_baselines_are_those_of_the_store(told: list[Told]) -> None:
    """The hour, the one before it and the baseline come out again; there is one baseline."""
    for before, one in zip([None, *told], told, strict=False):
        facts, at = one.facts, one.alert.at
        assert facts.hour == one.negatives(at)
        assert facts.before_at == (before.alert.at if before else at - HOUR)
        assert facts.before == one.negatives(facts.before_at)
        assert facts.baseline == pytest.approx(one.usual)
        assert facts.baseline is not None
        for evidence in one.alert.incident.evidence if one.alert.change is Change.RAISED else ():
            if evidence.kind == "negative" and evidence.horizon == HOUR:
                assert facts.baseline == pytest.approx(evidence.expected, rel=0.01)
    assert told[0].facts.trend is Trend.RISING
    assert told[-1].facts.trend in {Trend.FALLING, Trend.UNKNOWN, Trend.STEADY}


def test_who_carries_it_is_as_it_was_read_by_then(told: list[Told]) -> None:
    """Reposts of a voice are those of the last reading; what it gained lies between readings."""
    for one in told:
        posts = {row.key: row for row in one.rows}
        for voice in one.facts.carriers:
            if voice.carrier is Carrier.PLATFORM:
                assert any(row.post["url"] == voice.url for row in one.story())
                continue
            row = posts[voice.post_key]
            assert (voice.at, voice.followers) == (row.at, row.post["followers"])
            assert voice.carrier is Carrier.HOT_LIST or voice.sentiment == row.mention["sentiment"]
            readings = one.readings.get(voice.post_key, [])
            assert_read(voice, [reading for reading in readings if reading[0] <= one.alert.at],
                        one.alert.at)  # fmt: skip


def assert_read(voice: Voice, known: list[tuple[datetime, int]], at: datetime) -> None:
    if not voice.reposts:
        return
    assert voice.reposts == known[-1][1]
    earlier = [count for read, count in known if read <= at - HOUR]
    later = [count for read, count in known if read > at - HOUR]
    assert voice.reposts - min([*later, voice.reposts]) <= voice.gained
    assert voice.gained <= voice.reposts - max([*earlier, 0])


def test_neutral_accounts_are_named_and_praise_is_not(told: list[Told]) -> None:
    """The neutral large account, the medium, the list, the brand and the platform all come up."""
    last = told[-1].facts
    kinds = {voice.carrier: voice.post_key for voice in last.carriers}
    assert kinds[Carrier.LARGE] == "weibo:big"
    assert kinds[Carrier.MEDIA] == "weibo:news"
    assert kinds[Carrier.OWN] == "weibo:said"
    assert kinds[Carrier.HOT_LIST] == "hot.weibo:title"
    assert kinds[Carrier.PLATFORM] == "douyin:d0"
    assert "weibo:star" not in {voice.post_key for voice in last.carriers}
    assert {citation.post_key for citation in told[-1].alert.citations} >= {"weibo:big"}


def test_a_voice_joins_once(told: list[Told]) -> None:
    """What joined with one alert is known to the next, and the incident remembers it."""
    joined = [voice.key for one in told for voice in one.facts.joined]
    assert len(joined) == len(set(joined))
    assert set(joined) <= set(told[-1].alert.incident.reported)
    assert told[-1].alert.incident.reported_at == told[-1].alert.at
    assert told[-1].alert.incident.reported_rate == told[-1].facts.hour


def test_own_posts_are_never_negative_voices(told: list[Told]) -> None:
    """The brand's own statement is discounted: not cited, not counted, no case."""
    (said,) = [row for row in told[-1].rows if row.key == "weibo:said"]
    assert said.mention["discount"] == OWN
    assert not said.organic
    for one in told:
        assert "weibo:said" not in {citation.post_key for citation in one.alert.citations}
        assert all("weibo:said" not in posts for posts in one.open_cases)


def test_the_title_is_kept_and_stands_in_its_post(told: list[Told]) -> None:
    """One title a story, of at most 40 characters, in the words of the post that it names."""
    (title,) = {one.facts.title for one in told}
    assert 6 <= len(title) <= LIMIT
    assert "虫" in title
    assert stories.BRAND not in title
    assert {one.alert.incident.title for one in told} == {title}
    posts = {row.key: row.post["text"] for row in told[-1].rows}
    parts = posts[told[0].facts.title_post]
    assert any(title[start:] in parts for start in range(len(title) - 5))


def test_the_title_of_an_incident_stays() -> None:
    """The first title that is found stays; where there was none, the next one found is taken."""
    incident = made_incident(Level.BLUE)
    assert titled(incident, Title("喝出虫子", "weibo:1")) == ("喝出虫子", "weibo:1")
    assert titled(incident, Title()) == ("", "")


def test_what_no_source_shows_is_named(told: list[Told]) -> None:
    """Before a list was read it is unconnected; so is a second platform until one is seen."""
    first, last = told[0].facts, told[-1].facts
    assert Carrier.HOT_LIST in first.unconnected
    assert {Carrier.LARGE, Carrier.MEDIA, Carrier.OWN} <= {*last.looked_for}
    assert Carrier.HOT_LIST in last.looked_for
    for one in told:
        assert not {*one.facts.looked_for} & {*one.facts.unconnected}


def test_turning_points_come_in_order(told: list[Told]) -> None:
    """From the first post to the end, each once, with those who carried it in between."""
    points = told[-1].facts.turning_points
    assert [point.at for point in points] == sorted(point.at for point in points)
    kinds = [point.kind for point in points]
    assert kinds[0] == "first"
    assert kinds[-1] == "recovered"
    assert {"large", "media", "own", "peak", "raised"} <= {*kinds}

"""What alerts hold besides counts: evidence, forecasts, links; all from what the store has."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.counts.history import HistoryCache
from fengsui.incidents.correlate import correlate
from fengsui.incidents.detect import BrandDetection, IncidentUpdate
from fengsui.incidents.evidence import RecentActivity
from fengsui.incidents.forecast import emerging_complaints, expect
from fengsui.incidents.story.themes import LEAST
from fengsui.pipeline import steps
from fengsui.services import Services
from fengsui.settings.application import Settings
from nlp.brands.matcher import BrandSettings
from nlp.dedup.index import signatures
from records import (
    Change,
    Incident,
    IncidentStatus,
    Level,
    Mention,
    Post,
    PostKind,
    Sentiment,
    Trend,
    Window,
)
from store.interface import Pending
from tests.alerts.made import made_incident

BRANDS = ("云朵", "晨曦", "山谷")
NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
USUAL = ("排队", "等了", "味道", "店员", "外卖")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Services that know three brands and notify nobody."""
    brands = tuple(BrandSettings(name=brand) for brand in BRANDS)
    with Services(Settings(state=tmp_path, brands=brands), notifiers={}) as made:
        past = Window(NOW - 60 * DAY, NOW + 2 * DAY)
        made.ledger.record_read("made", past, ok=True)
        yield made


def put(services: Services, brand: str, at: datetime, *words: str, **more: object) -> None:
    """Write a post with its mention as though both had been read and annotated."""
    number = services.store.totals()["posts"]
    wanted: dict[str, object] = {"source": "weibo", "kind": PostKind.POST, "followers": 200}
    wanted |= more
    troubled = bool(wanted.pop("troubled", True))
    text = str(wanted.pop("text", f"{brand} {' '.join(words)} {number}"))
    post = Post(
        source=str(wanted["source"]),
        id=str(number),
        url="",
        kind=PostKind(str(wanted["kind"])),
        author=f"user-{number}",
        text=text,
        published_at=at,
        fetched_at=at,
        followers=int(str(wanted["followers"])),
        reposts=0,
    )
    services.store.upsert_posts([post])
    mention = Mention(
        post_key=post.key,
        brand=brand,
        published_at=at,
        author=post.author,
        text=text,
        sentiment=Sentiment.NEGATIVE if troubled else Sentiment.NEUTRAL,
        confidence=0.9,
        scorer="made",
        complaint=troubled,
        keywords=words,
        reach=int(str(wanted["followers"])),
        signature=signatures([text])[0],
    )
    pending: list[Pending] = [one for one in services.store.pending(10) if one.post.key == post.key]
    services.store.annotate(pending, [mention])


def usual_weeks(services: Services, brand: str, days: int = 16, per_day: int = 6) -> None:
    """Write ordinary weeks of a brand up to the day before `NOW`."""
    for day in range(2, days):
        for n in range(per_day):
            at = NOW - day * DAY + n * DAY / per_day
            put(services, brand, at, USUAL[n % 5], USUAL[(n + day) % 5], troubled=n % 2 == 0)


def wave(services: Services, brand: str, *words: str, count: int = 40, **more: object) -> None:
    """Write a wave of complaints over the two hours before `NOW`."""
    for n in range(count):
        at = NOW - 2 * HOUR + n * (2 * HOUR / count) + timedelta(seconds=7)
        put(services, brand, at, *words, **more)


def open_incident(brand: str, *terms: str, level: Level = Level.YELLOW) -> Incident:
    made = made_incident(level, brand=brand, opened_at=NOW - 2 * HOUR)
    return replace(made, updated_at=NOW, evidence=made.evidence[:1], peak=20.0, terms=terms)


def test_an_alert_has_evidence(services: Services) -> None:
    """A wave in new words opens an incident that holds them, the level's reasons."""
    usual_weeks(services, "云朵")
    wave(services, "云朵", "虫子", "味道")
    found = steps.detect(services, NOW, since=NOW - 3 * HOUR)
    last = found.alerts[-1].incident
    assert {"negative", "new_terms"} <= {one.kind for one in last.evidence}
    assert "虫子" in last.terms
    assert "味道" not in last.terms
    assert {"rarity", "evidence"} <= {reason.kind for reason in last.reasons}
    (theme, *_) = found.alerts[-1].themes
    assert theme.posts >= LEAST
    assert theme.of == found.alerts[-1].negative
    assert "虫子" in theme.title
    (kept,) = services.ledger.incidents()
    assert kept.forecast is None  # no post of it is reposted


def test_large_accounts_are_found_in_the_store(services: Services) -> None:
    """Complaints of widely followed accounts are evidence where they are no part of the past."""
    usual_weeks(services, "云朵")
    wave(services, "云朵", "味道", followers=3_000_000)
    steps.detect(services, NOW, since=NOW - 3 * HOUR)
    (incident,) = services.ledger.incidents()
    (reach,) = [one for one in incident.evidence if one.kind == "reach"]
    assert reach.observed > 4
    assert reach.expected < 1


def test_two_customers_open_nothing(services: Services) -> None:
    """However telling the words and accounts, two are not enough without unusual counts."""
    usual_weeks(services, "云朵")
    for n in range(2):
        put(services, "云朵", NOW - n * MINUTE, "虫子", followers=9_000_000)
    assert steps.detect(services, NOW, since=NOW - 3 * HOUR).incidents == ()


def headline(
    services: Services, at: datetime, title: str, brand: str = "云朵", **more: object
) -> None:
    """Write an entry of Weibo's hot list, annotated as the pipeline annotates one."""
    put(services, brand, at, kind="headline", text=f"#{title}#", source="hot.weibo", **more)


def test_a_headline_of_trouble_opens_an_incident(services: Services) -> None:
    """One entry of a hot list notifies the brand at once, with its title; a repeat adds nothing."""
    usual_weeks(services, "云朵")
    headline(services, NOW - 3 * MINUTE, "云朵回应饮品异物")
    found = steps.detect(services, NOW)
    (alert,) = found.alerts
    assert (alert.change, alert.incident.level) == (Change.OPENED, Level.YELLOW)
    (told, *_) = alert.incident.evidence
    assert (told.kind, told.observed, told.parts[0].name) == ("hot_list", 1, "云朵回应饮品异物")
    assert [one.kind for one in alert.incident.evidence].count("hot_list") == 1
    assert steps.detect(services, NOW + MINUTE).alerts == ()


def test_what_stands_on_a_list_already_is_notified_by_the_first_detection(
    services: Services,
) -> None:
    """A program that is started while the brand is on the list says so, once."""
    usual_weeks(services, "云朵")
    headline(services, NOW - 5 * HOUR, "云朵回应饮品异物")
    (alert,) = steps.detect(services, NOW).alerts
    assert alert.incident.evidence[0].kind == "hot_list"
    assert steps.detect(services, NOW + 20 * MINUTE).alerts == ()


def test_a_brand_on_every_list_is_notified_of_trouble_alone(services: Services) -> None:
    """Of a brand that is listed on two days of three, trouble is reported and a plain title not."""
    usual_weeks(services, "云朵")
    for day in range(2, 30):
        if day % 3:
            headline(services, NOW - day * DAY, f"云朵回应第{day}件事")
    headline(services, NOW - 4 * MINUTE, "云朵上新", troubled=False)
    assert steps.detect(services, NOW).alerts == ()
    headline(services, NOW - MINUTE, "云朵回应涨价")
    (alert,) = steps.detect(services, NOW + MINUTE).alerts
    assert alert.incident.level is Level.BLUE
    for n in range(9):
        headline(services, NOW + n * MINUTE, f"云朵饮品异物之{n}")
    (alert,) = steps.detect(services, NOW + 10 * MINUTE).alerts
    assert alert.incident.evidence[0].observed >= 5


def test_counts_and_a_headline_are_one_incident(services: Services) -> None:
    """What a hot list opens, counts raise: one incident, that names both."""
    usual_weeks(services, "云朵")
    wave(services, "云朵", "虫子", count=60)
    headline(services, NOW - 2 * HOUR, "云朵回应饮品异物")
    found = steps.detect(services, NOW, since=NOW - 3 * HOUR)
    assert found.alerts[0].incident.evidence[0].kind == "hot_list"
    (incident,) = services.ledger.incidents()
    assert incident.level > Level.YELLOW
    assert {"negative", "hot_list"} <= {one.kind for one in incident.evidence}


def test_judging_again_says_the_same(services: Services) -> None:
    """Detection again on the same ticks, with nothing new, notifies nobody and changes nothing."""
    usual_weeks(services, "云朵")
    wave(services, "云朵", "虫子")
    first = steps.detect(services, NOW, since=NOW - 3 * HOUR)
    before = services.ledger.incidents()
    again = steps.detect(services, NOW)
    assert first.alerts
    assert again.alerts == ()
    assert services.ledger.incidents() == before


def test_a_fast_post_is_forecast_by_its_readings(services: Services) -> None:
    """The reposts of the fastest post, as they were read, give a forecast of their own."""
    wave(services, "云朵", "虫子", count=6)
    (first, *_) = services.store.cited("云朵", Window(NOW - 3 * HOUR, NOW))
    for n, reposts in enumerate((30, 300, 900)):
        read = NOW - (3 - n) * 20 * MINUTE
        services.store.upsert_posts([replace(first.post, fetched_at=read, reposts=reposts)])
    recent = RecentActivity(services.store, "云朵", NOW)
    found = expect(recent)
    assert found is not None
    (post,) = found.posts
    assert (post.post_key, post.reposts) == (first.post.key, 900)
    assert 500 < post.velocity <= 900
    assert 0 < post.forecast.low < post.forecast.expected < post.forecast.high
    services.store.upsert_posts([replace(first.post, fetched_at=NOW + MINUTE, reposts=90_000)])
    assert expect(RecentActivity(services.store, "云朵", NOW)) == found


def test_the_past_is_read_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days that have not changed are not read again; one that has, is."""
    usual_weeks(services, "云朵")
    pasts = HistoryCache(services.store)
    first = pasts.before("云朵", NOW)
    asked: list[Window] = []
    cited = type(services.store).cited

    def spied(store: object, brand: str, window: Window, limit: int | None = None) -> object:
        asked.append(window)
        return cited(store, brand, window, limit)  # type: ignore[arg-type]  # it is one

    monkeypatch.setattr(type(services.store), "cited", spied)
    assert pasts.before("云朵", NOW) is first
    assert asked == []
    put(services, "云朵", NOW - 5 * DAY, "迟到")
    late = pasts.before("云朵", NOW)
    assert len(asked) == 4
    assert late.words["迟到"] == 1
    assert late.posts == first.posts + 1


def test_the_past_ends_before_the_story(services: Services) -> None:
    """The day of the story, in China, is no past; neither are days before the first mention."""
    usual_weeks(services, "云朵", days=10)
    wave(services, "云朵", "虫子")
    past = HistoryCache(services.store).before("云朵", NOW)
    assert "虫子" not in past.words
    assert 8 <= len(past.days) <= 10


def names() -> frozenset[str]:
    return frozenset(BRANDS)


def test_three_brands_of_one_story_are_linked(services: Services) -> None:
    """Three brands that rise in the same tick name one another in their first alerts."""
    for brand in BRANDS:
        usual_weeks(services, brand)
        wave(services, brand, "农残", "抽检", "味道")
    found = steps.detect(services, NOW, since=NOW - 3 * HOUR)
    last = {alert.incident.brand: alert.incident for alert in found.alerts}
    assert last.keys() == set(BRANDS)
    for brand, incident in last.items():
        assert {link.brand for link in incident.links} == set(BRANDS) - {brand}
        assert set(incident.links[0].terms) == {"农残", "抽检"}
    assert all(len(one.links) == 2 for one in services.ledger.incidents())


def test_other_words_are_another_story(services: Services) -> None:
    """Brands in trouble for different things at the same time are not linked."""
    usual_weeks(services, "云朵")
    usual_weeks(services, "晨曦")
    wave(services, "云朵", "农残", "抽检")
    wave(services, "晨曦", "裁员", "欠薪")
    steps.detect(services, NOW, since=NOW - 3 * HOUR)
    assert [one.links for one in services.ledger.incidents()] == [(), ()]


def judged(*incidents: Incident) -> list[BrandDetection]:
    move = IncidentUpdate(incidents[0], Change.RAISED, NOW, 1.0, None)
    return [BrandDetection(one.brand, {one.key: one}, (move,)) for one in incidents]


def test_near_copies_link_what_words_do_not(services: Services) -> None:
    """Three posts that two brands share, or nearly, link their incidents; two do not."""
    for n in range(3):
        for brand in ("云朵", "晨曦"):
            put(
                services,
                brand,
                NOW - (n + 1) * HOUR,
                text=f"这几家奶茶店都被查出农残超标了大家注意{n * 'x'}",
            )
    one, other = open_incident("云朵"), open_incident("晨曦")
    found = correlate(services.store, judged(one, other), (), names(), 0.5)
    assert {link.posts for each in found.values() for link in each.links} == {3}
    third = open_incident("山谷")
    assert correlate(services.store, judged(one, third), (), names(), 0.5) == {}


def test_links_need_time_and_words(services: Services) -> None:
    """Stories a day apart, or that share but a brand's name, are not linked; found links stay."""
    one = open_incident("云朵", "农残", "抽检")
    late = replace(open_incident("晨曦", "农残", "抽检"), opened_at=NOW - 30 * HOUR)
    named = open_incident("晨曦", "山谷", "农残")
    assert correlate(services.store, judged(one, late), (), names(), 0.5) == {}
    assert correlate(services.store, judged(one, named), (), names(), 0.5) == {}
    same = open_incident("晨曦", "抽检", "农残")
    found = correlate(services.store, judged(one, same), (), names(), 0.5)
    kept = found[one.key]
    over = replace(same, status=IncidentStatus.RECOVERED)
    assert kept.links[0].terms == ("农残", "抽检")
    third = open_incident("山谷")
    assert correlate(services.store, judged(kept, over, third), (), names(), 0.5) == {}


def test_complaints_sprout_before_they_alarm(services: Services) -> None:
    """A few complaints more than the baseline are named with it; as many or fewer are not."""
    usual_weeks(services, "云朵", per_day=12)
    wave(services, "云朵", "虫子", count=6)
    wave(services, "晨曦", "虫子", count=4)
    (found,) = emerging_complaints(services.store, BRANDS, NOW)
    assert (found.brand, found.count) == ("云朵", 6)
    assert 0 < found.usual < 2
    assert found.trend is Trend.STEADY

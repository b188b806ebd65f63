"""Files in a watched folder that are put there hours after their posts."""

import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.ingest.collect import spans_of
from fengsui.ingest.poll import poll
from fengsui.pipeline import steps
from fengsui.services import Services
from fengsui.settings.application import Settings
from listeners.settings import FolderSource
from nlp.brands.matcher import BrandSettings
from records import Level, Window

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
QUIET = ("路过云朵茶饮买了杯柠檬水", "下午茶：云朵茶饮的奶绿", "和同事一起喝云朵茶饮")
ANGRY = (
    "{p}云朵茶饮的{d}里喝出虫子，要求退款",
    "云朵茶饮{p}店有虫，客服推脱不处理",
    "{d}里喝出虫！{p}云朵茶饮店员态度恶劣，我要投诉",
    "再也不去云朵茶饮，{p}这家{d}不干净，喝完拉肚子，必须赔偿",
    "{p}云朵茶饮后厨有蟑螂，亲眼看见，举报了",
)
DRINKS = ("柠檬水", "奶绿", "圣代", "棒打鲜橙")
PLACES = ("城东", "大学城", "高铁站", "人民路")
ENDS = ("", "。", "！", "…… 真的", " 今天", " 刚刚", "，气死")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Services with a watched folder, as they are before the first start."""
    (tmp_path / "inbox").mkdir()
    source = FolderSource(kind="folder", name="exports", path=tmp_path / "inbox", settle_seconds=0)
    settings = Settings(
        state=tmp_path / "state",
        model="linear",
        brands=(BrandSettings(name="云朵茶饮"),),
        sources=(source,),
    )
    with Services(settings, notifiers={}) as made:
        yield made


def write(services: Services, name: str, times: list[datetime], forms: tuple[str, ...]) -> None:
    """Put a file of one post a time into the folder."""
    chance = random.Random(99)
    path = services.state.parent / "inbox" / name
    rows = [
        {
            "source": "weibo",
            "id": f"{name}-{n}",
            "text": chance.choice(forms).format(d=chance.choice(DRINKS), p=chance.choice(PLACES))
            + chance.choice(ENDS)
            + f" {n}号",
            "author": f"{name}-{n}",
            "published_at": at.isoformat(),
        }
        for n, at in enumerate(times)
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))


def turn(services: Services, at: datetime) -> steps.Detected:
    """Read the folder and judge what it brought."""
    poll(services, "exports", at)
    steps.annotate(services)
    return steps.detect(services, at)


def test_a_file_two_hours_late_alarms(services: Services) -> None:
    """Ten days of exports, then one of a crisis that began before the first start: one alert.

    Failed before: the hours before the first start were unread, so nothing of them was judged.
    """
    turn(services, NOW)
    write(services, "base", [NOW - 10 * DAY + n * 24 * MINUTE for n in range(590)], QUIET)
    assert turn(services, NOW + MINUTE).alerts == ()
    begin = NOW - 2.2 * HOUR
    write(services, "late", [begin + n * timedelta(seconds=40) for n in range(150)], ANGRY)
    (alert,) = turn(services, NOW + 2 * MINUTE).alerts
    assert alert.late
    assert alert.incident.level >= Level.YELLOW
    assert not alert.incident.low_baseline


def test_a_first_file_alarms(services: Services) -> None:
    """The very first file, of posts before the first start, is judged like any other."""
    begin = NOW - 5 * HOUR
    write(services, "first", [begin + n * timedelta(seconds=8) for n in range(400)], ANGRY)
    (alert,) = turn(services, NOW).alerts
    assert alert.late
    assert alert.incident.low_baseline


def test_a_file_proves_the_spans_that_it_holds(services: Services) -> None:
    """Coverage goes from post to post, not over years of which an export has a single post."""
    write(services, "old", [NOW - 900 * DAY, NOW - 3 * DAY, NOW - 2.5 * DAY], QUIET)
    turn(services, NOW)
    log = services.ledger
    assert log.coverage(Window(NOW - 3 * DAY, NOW - 2.5 * DAY), HOUR) == [1.0] * 12
    assert sum(log.coverage(Window(NOW - 900 * DAY, NOW - 3 * DAY), DAY)) == 0
    assert spans_of([NOW - HOUR, NOW - 2 * HOUR], DAY, NOW) == [Window(NOW - 2 * HOUR, NOW)]

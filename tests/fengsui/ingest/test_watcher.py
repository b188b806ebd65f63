"""Rules of watching a source between two reads; files that grow: tests/dags/test_hot_path.py."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.ingest.watcher import LONGEST_PAUSE, SourceWatcher
from listeners.context import ReadContext
from listeners.protocol import Watchable
from listeners.push.spool import Spool
from listeners.settings import FeedSource, FolderSource, SourceSettings
from listeners.sources.hot_lists import WeiboHotSource
from listeners.sources.rss import RssSource
from listeners.sources.webhook import WebhookSource

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_what_was_pushed_wakes_once(tmp_path: Path) -> None:
    """What waits in a spool is new once; what was there before is the schedule's."""
    spool = Spool(tmp_path)
    spool.put(b"before")
    source = WebhookSource(kind="webhook", name="door", secret_env="SECRET", path=tmp_path)
    watcher = SourceWatcher(source)
    assert not watcher.look(NOW)
    spool.put(b"after")
    assert watcher.look(NOW + SECOND)
    assert not watcher.look(NOW + 2 * SECOND)
    assert watcher.pause == timedelta(seconds=source.poll_seconds)


def test_folder_is_looked_at_often_and_again_when_it_has_settled(tmp_path: Path) -> None:
    """A folder costs little: each second at least, and once more when a file is complete."""
    source = FolderSource(kind="folder", name="inbox", path=tmp_path, settle_seconds=2)
    watcher = SourceWatcher(source)
    assert not watcher.look(NOW)
    (tmp_path / "new.jsonl").write_text("{}\n", encoding="utf-8")
    looks = [watcher.look(NOW + step * SECOND) for step in range(1, 6)]
    assert looks == [True, False, False, True, False]
    assert watcher.pause == SECOND


@pytest.mark.parametrize(
    ("source", "is_watched"),
    [
        (FolderSource(kind="folder", name="a", path=Path("inbox")), True),
        (FeedSource(kind="feed", name="a", url="https://feed.example/"), True),
        (WebhookSource(kind="webhook", name="a", secret_env="SECRET"), True),
        (RssSource(kind="rss", name="a", urls=("https://news.example/rss",)), False),
        (WeiboHotSource(kind="weibo_hot", name="a", accept_terms="微博服务使用协议"), False),
    ],
)
def test_listeners_say_how_they_are_watched(source: SourceSettings, is_watched: bool) -> None:
    """A source whose host counts questions is left to its schedule; the others are watched."""
    assert isinstance(source.listener(ReadContext()), Watchable) == is_watched
    if not is_watched:
        watcher = SourceWatcher(source)
        assert not watcher.look(NOW)
        assert watcher.pause == LONGEST_PAUSE

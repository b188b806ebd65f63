"""The whole pipeline on Elasticsearch ends where it ends on SQLite; check says what is wrong."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from fengsui.pipeline.replay import replay
from fengsui.services import Services
from fengsui.settings.application import Settings
from records import Window
from tests.fengsui import stories
from tests.fengsui.commands import Shell
from tests.servers.fixtures import elasticsearch_9, elasticsearch_prefix, elasticsearch_url
from tests.servers.processes import free_port
from tests.store.elasticsearch.making import settings_for

__all__ = ["elasticsearch_9", "elasticsearch_prefix", "elasticsearch_url"]

MINUTE = timedelta(minutes=1)
# From a few quiet hours before the crisis to its end: the last copies of some posts come late.
SHOWN = Window(stories.CRISIS - timedelta(hours=8), stories.CRISIS + timedelta(hours=4))


def story(path: Path) -> Path:
    """Write the story's crisis to `path`, with some posts fetched again, their text corrected."""
    rows = [row for row in stories.lines() if _is_shown(row["published_at"])]
    with path.open("w", encoding="utf-8") as out:
        for number, row in enumerate(rows):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            if number % 9 == 4:
                again = row | {"text": f"{row['text']} 更新：已经投诉", "fetched_at": _later(row)}
                out.write(json.dumps(again, ensure_ascii=False) + "\n")
    return path


def _is_shown(at: str) -> bool:
    return SHOWN.since.isoformat() <= at < SHOWN.until.isoformat()


def _later(row: dict[str, str]) -> str:
    return (SHOWN.since.fromisoformat(row["published_at"]) + timedelta(hours=1)).isoformat()


def outcome(settings: Settings, file: Path) -> dict[str, object]:
    """Replay `file` and return all that the two stores have to agree on."""
    with Services(settings) as services:
        replay(services, [file])
        ever = Window(SHOWN.since - timedelta(days=1), SHOWN.until + timedelta(days=2))
        sent = services.ledger.notifications()
        return {
            "totals": services.store.totals(),
            "points": services.store.points(stories.BRAND, ever, MINUTE),
            "cited": list(services.store.cited(stories.BRAND, ever)),
            "incidents": services.ledger.incidents(),
            "cases": services.ledger.cases(),
            "dead letters": list(services.ledger.dead_letters()),
            "notifications": sorted((n.key, n.state, n.alert) for n in sent),
        }


def test_replay_ends_alike_on_both_stores(
    tmp_path: Path, elasticsearch_url: str, elasticsearch_prefix: str
) -> None:
    """The same posts through the pipeline give the same counts, incidents, cases and alerts."""
    file = story(tmp_path / "story.jsonl")
    here = outcome(stories.settings(tmp_path / "here"), file)
    servers = settings_for(elasticsearch_url, elasticsearch_prefix)
    there = outcome(
        stories.settings(tmp_path / "there", store="elasticsearch", elasticsearch=servers), file
    )
    assert there == here
    assert here["incidents"]
    assert here["cases"]


def test_check_reaches_the_server(
    fengsui: Shell, elasticsearch_url: str, elasticsearch_prefix: str, tmp_path: Path
) -> None:
    """`fengsui check` says how many posts the servers hold."""
    _write_settings(tmp_path, elasticsearch_url, elasticsearch_prefix)
    assert f"✓ 数据库：0 条帖子，在 {elasticsearch_url}" in fengsui("check").out


def test_check_says_how_to_fix_it(
    fengsui: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is away, or half a credential, is a finding that says what to do."""
    url = f"http://127.0.0.1:{free_port()}"
    _write_settings(tmp_path, url, "fengsui")
    answer = fengsui("check")
    said = answer.out
    assert answer.code == 1
    assert f"✗ 数据库：{url}: cannot be reached; check the address and that the server runs" in said
    monkeypatch.setenv("ELASTICSEARCH_PASSWORD", "hush-hush")
    said = fengsui("check").out
    assert "ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD go together; one is empty" in said
    assert "hush" not in said


def _write_settings(folder: Path, url: str, prefix: str) -> None:
    (folder / "fengsui.toml").write_text(
        f'store = "elasticsearch"\n[elasticsearch]\nurls = ["{url}"]\nprefix = "{prefix}"\n'
        f'replicas = 0\npatience_seconds = 0.2\n[[brands]]\nname = "{stories.BRAND}"\n',
        encoding="utf-8",
    )

"""What Kibana is shown: the ledger and the counts as they are, after any number of runs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fengsui.maintenance import upkeep
from fengsui.pipeline import projection, steps
from fengsui.pipeline.projection import first_kept, project, project_if_due
from fengsui.pipeline.run import turn
from fengsui.services import Services
from fengsui.settings.application import Settings
from records import CaseStatus, IncidentKind, Mention, Rejected, Window
from store.elasticsearch.projection.writer import Projected
from tests.fengsui import stories
from tests.servers.fixtures import (
    Elasticsearch,
    elasticsearch_9,
    elasticsearch_prefix,
    elasticsearch_url,
)
from tests.store.elasticsearch.making import settings_for
from tests.store.making import BRAND, DAY, MINUTE, NOON, case, incident, mention, notification, post

__all__ = ["elasticsearch_9", "elasticsearch_prefix", "elasticsearch_url"]

TICK = timedelta(minutes=5)
HOUR = timedelta(hours=1)
NOW = NOON + 2 * HOUR


class Shown:
    """The projected indices of one prefix."""

    def __init__(self, server: Elasticsearch, prefix: str) -> None:
        self._server = server
        self._prefix = prefix

    def __call__(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return all documents of a kind by id."""
        self._server.call("POST", f"/{self._prefix}-{kind}*/_refresh")
        _, answer = self._server.call(
            "POST", f"/{self._prefix}-{kind}/_search", {"size": 10_000, "query": {"match_all": {}}}
        )
        return {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}

    def all(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return all documents of all projected kinds."""
        kinds = ("counts", "incidents", "levels", "cases", "coverage", "quarantine", "troubles")
        return {kind: self(kind) for kind in kinds}


@pytest.fixture
def shown(elasticsearch_9: Elasticsearch, elasticsearch_prefix: str) -> Shown:
    return Shown(elasticsearch_9, elasticsearch_prefix)


@pytest.fixture
def settings(tmp_path: Path, elasticsearch_url: str, elasticsearch_prefix: str) -> Settings:
    servers = settings_for(elasticsearch_url, elasticsearch_prefix, patience_seconds=10)
    return stories.settings(tmp_path, store="elasticsearch", elasticsearch=servers)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    with Services(settings) as services:
        yield services


def write(services: Services, *numbers: int, at: datetime = NOON, **changes: Any) -> None:
    """Write a post a minute, each with a negative mention of the brand."""
    posts = [post(number, at=at + number * MINUTE) for number in numbers]
    services.store.upsert_posts(posts)
    waiting = services.store.pending(1_000)
    services.store.annotate(waiting, [mention(item.post, BRAND, **changes) for item in waiting])


def test_counts_are_those_of_the_store(services: Services, shown: Shown) -> None:
    """Every tick from the first mention to now has a document with the counts of the store."""
    services.ledger.record_read("weibo", Window(NOON, NOW), ok=True)
    write(services, 0, 1, 2, 7, 33)
    project(services, NOW)
    documents = sorted(shown("counts").values(), key=lambda source: source["at"])
    assert [source["at"] for source in documents] == [
        (NOON + place * TICK).isoformat(timespec="microseconds").replace("+00:00", "Z")
        for place in range(24)
    ]
    assert [source["volume"] for source in documents[:8]] == [3, 1, 0, 0, 0, 0, 1, 0]
    assert documents[0] == {
        "brand": BRAND,
        "at": "2026-03-01T12:00:00.000000Z",
        "tick_seconds": 300,
        "volume": 3,
        "organic": 3,
        "negative": 3,
        "complaints": 3,
        "reach": 30,
        "authors": 3,
        "negative_share": 1.0,
        "coverage": 1.0,
    }


def test_a_second_look_changes_nothing(services: Services, shown: Shown) -> None:
    """Repeated at the same time, for what changed or for everything, it writes nothing."""
    fill(services)
    project(services, NOW)
    before = shown.all()
    assert all(before.values()), {kind: len(found) for kind, found in before.items()}
    assert project(services, NOW).written == 0
    everything = project(services, NOW, since=NOON - timedelta(days=3))
    assert (everything.written, everything.deleted) == (0, 0)
    assert everything.seen >= sum(map(len, before.values())) - 1
    assert shown.all() == before


def fill(services: Services) -> None:
    """Give the ledger and the store something of every kind."""
    write(services, 1, 2, 3)
    raised = incident(NOON)
    trouble = replace(incident(NOON, "weibo"), kind=IncidentKind.COVERAGE)
    services.ledger.record_detection([raised, trouble], [notification(raised)])
    services.ledger.upsert_cases([case(1), case(2)])
    services.ledger.record_read("weibo", Window(NOON, NOON + HOUR), ok=True)
    services.ledger.record_read("weibo", Window(NOON + HOUR, NOON + 2 * HOUR), ok=False)
    services.ledger.quarantine([rejected(1), rejected(2)])


def rejected(number: int) -> Rejected:
    return Rejected("weibo", "export.csv", number, "no time", "secret text", NOON)


def test_looks_at_changes_end_where_one_look_ends(services: Services, shown: Shown) -> None:
    """Projected after every change, late and corrected posts included, it shows the same."""
    day = timedelta(days=1)
    services.ledger.record_read("weibo", Window(NOON - 3 * day, NOW + HOUR), ok=True)
    write(services, *range(1, 200, 3), at=NOON - 2 * day)
    project(services, NOW - HOUR)
    write(services, 1000, 1010, at=NOON - 16 * HOUR)
    project(services, NOW)
    write(services, 5, at=NOON - 2 * day)  # late
    services.store.reopen(Window(NOON - 2 * day, NOON - 2 * day + 30 * MINUTE))
    waiting = services.store.pending(100)
    services.store.annotate(waiting, [mention(w.post, duplicate_of="weibo:1") for w in waiting])
    project(services, NOW + HOUR)
    before = shown("counts")
    assert any("expected" in source for source in before.values())
    whole = project(services, NOW + HOUR, since=NOON - 3 * day)
    assert (whole.written, whole.deleted) == (0, 0)
    assert shown("counts") == before
    assert (
        sum(source["volume"] for source in before.values()) == services.store.totals()["mentions"]
    )


def test_band_says_what_is_usual(services: Services, shown: Shown) -> None:
    """One mention each ten minutes: after a day the band is near that, before there is none."""
    day = timedelta(days=1)
    services.ledger.record_read("weibo", Window(NOON - 2 * day, NOW), ok=True)
    write(services, *range(0, 2 * 1440, 10), at=NOON - 2 * day)
    project(services, NOW)
    documents = sorted(shown("counts").values(), key=lambda source: source["at"])
    assert not any("expected" in source for source in documents[:12])
    last = documents[-1]
    assert 0.3 < last["expected"] < 0.7
    assert last["expected_upper"] >= 2
    assert last["expected_negative"] <= last["expected_negative_upper"]


def test_incidents_and_levels(services: Services, shown: Shown) -> None:
    """An incident about a brand is shown with its words and levels; an operational one is not."""
    fill(services)
    project(services, NOW)
    (document,) = shown("incidents").values()
    assert document | {"opened_at": "", "updated_at": "", "peak_at": ""} == {
        "incident": "云朵茶饮@20260301T1200Z",
        "brand": BRAND,
        "level": "orange",
        "level_rank": 3,
        "status": "open",
        "opened_at": "",
        "updated_at": "",
        "peak_at": "",
        "peak_level": "orange",
        "peak": 147.0,
        "evidence": ["negative"],
        "title": "云朵茶饮 · 虫子、退款",
        "keywords": ["虫子", "退款"],
        "minutes_open": 0,
    }
    (level,) = shown("levels").values()
    assert (level["incident"], level["level_rank"]) == (document["incident"], 3)


def test_changes_of_the_ledger_are_shown(services: Services, shown: Shown) -> None:
    """A case handled, an incident ended, a new rejected item: the next run has them."""
    fill(services)
    project(services, NOW)
    services.ledger.set_case_status(case(1).key, CaseStatus.RESOLVED, NOW)
    ended = replace(incident(NOON), recovered_at=NOON + 90 * MINUTE, updated_at=NOON + 90 * MINUTE)
    services.ledger.record_detection([ended], [])
    services.ledger.quarantine([rejected(3)])
    # By the ledger's own clock, which says when they were written.
    project(services, NOW + MINUTE)
    assert shown("cases")[case(1).key]["status"] == "resolved"
    (document,) = shown("incidents").values()
    assert document["minutes_open"] == 90
    assert "closed_at" in document
    assert len(shown("quarantine")) == 3
    assert not any("secret" in str(source) for source in shown("quarantine").values())


def test_what_the_ledger_lost_vanishes(services: Services, shown: Shown) -> None:
    """A case that is gone from the ledger goes at the next run, everything else with --since."""
    fill(services)
    project(services, NOW)
    with services.ledger._writing() as connection:
        connection.exec_driver_sql("DELETE FROM cases WHERE key LIKE '%weibo:2'")
        connection.exec_driver_sql("DELETE FROM incidents")
        connection.exec_driver_sql("DELETE FROM spans")
    project(services, NOW)
    assert set(shown("cases")) == {case(1).key}
    services.store.reopen(DAY)
    services.store.annotate(services.store.pending(10), no_mentions())
    assert project(services, NOW, since=NOON - HOUR).deleted > 0
    left = {kind: len(found) for kind, found in shown.all().items()}
    assert left == {
        "counts": 0, "incidents": 0, "levels": 0, "cases": 1, "coverage": 0, "quarantine": 2,
        "troubles": 0,
    }  # fmt: skip


def no_mentions() -> list[Mention]:
    return []


def test_coverage_shows_gaps_and_lag(services: Services, shown: Shown) -> None:
    """A failed read shows as a tick that is not ok, and the lag grows until one succeeds."""
    fill(services)
    project(services, NOW)
    ticks = sorted(shown("coverage").values(), key=lambda source: source["at"])
    assert [source["ok"] for source in ticks] == [True] * 12 + [False] * 12
    assert [source["lag_seconds"] for source in ticks[10:15]] == [0, 0, 300, 600, 900]
    assert ticks[0]["share"] == 1.0
    assert ticks[-1]["share"] == 0.0


def test_killed_between_two_brands_loses_nothing(
    services: Services, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that broke off is made up for by the next, though the journal has been read."""
    write(services, 1, 2)

    def broken(*_: object) -> Projected:
        raise RuntimeError("killed")

    monkeypatch.setattr(projection._Look, "_brand", broken)
    with pytest.raises(RuntimeError):
        project(services, NOW)
    monkeypatch.undo()
    project(services, NOW)
    assert sum(source["volume"] for source in shown("counts").values()) == 2


def test_the_run_shows_it_at_its_own_pace(services: Services, shown: Shown) -> None:
    """A turn of the run projects; the next one a second later leaves it alone."""
    write(services, 1, 2, at=NOW - 10 * MINUTE)
    turn(services, lambda: NOW)
    assert sum(source["volume"] for source in shown("counts").values()) == 2
    assert project_if_due(services, NOW + timedelta(seconds=1)) == Projected()
    assert project_if_due(services, NOW + projection.PAUSE).seen > 0


def test_what_the_chain_detects_is_shown(services: Services, shown: Shown) -> None:
    """Incidents that the pipeline's own detection opened are shown, under their keys."""
    services.ledger.record_read("weibo", Window(NOON - timedelta(days=3), NOW), ok=True)
    write(services, *range(0, 3 * 1440, 30), at=NOON - timedelta(days=3), sentiment="neutral")
    write(services, *range(100_000, 100_060), at=NOW - 100_060 * MINUTE)
    found = steps.detect(services, NOW, since=NOW - HOUR)
    assert found.incidents
    project(services, NOW)
    assert {source["incident"] for source in shown("incidents").values()} == {
        one.key for one in found.incidents
    }


def test_months_that_are_not_kept_are_not_made_again(
    settings: Settings, shown: Shown, elasticsearch_9: Elasticsearch, elasticsearch_prefix: str
) -> None:
    """Counts of months before the retention are neither shown nor kept."""
    servers = settings.elasticsearch.model_copy(update={"retention_months": 1})
    with Services(settings.model_copy(update={"elasticsearch": servers})) as services:
        write(services, 1, at=NOON - timedelta(days=80))
        write(services, 2, at=NOON - timedelta(days=20))
        project(services, NOW)
        months = {source["at"][:7] for source in shown("counts").values()}
        assert months == {"2026-02", "2026-03"}
        _, listed = elasticsearch_9.call("GET", f"/{elasticsearch_prefix}-*")
        assert not [name for name in listed if name.endswith(("2025.12", "2026.01"))]


@pytest.mark.parametrize(
    ("months", "first"),
    [(0, "1900-01-01"), (1, "2026-02-01"), (2, "2026-01-01"), (3, "2025-12-01")],
)
def test_first_kept_month(months: int, first: str) -> None:
    """So many whole months are kept besides the present one."""
    assert f"{first_kept(months, NOW):%Y-%m-%d}" == first


def test_upkeep_drops_whole_months(settings: Settings) -> None:
    """Upkeep deletes the indices of months that are not kept any more, and nothing else."""
    kept = settings.elasticsearch.model_copy(update={"retention_months": 1})
    with Services(settings.model_copy(update={"elasticsearch": kept})) as services:
        write(services, 1, 2)
        write(services, 3, at=NOON - timedelta(days=90))
        assert upkeep.expire(services, NOW) == 2  # the month's posts and its mentions
        assert services.store.totals()["posts"] == services.store.totals()["mentions"] == 2
        assert upkeep.expire(services, NOW) == 0

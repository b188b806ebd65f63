"""The page in Airflow's navigation: behind the login, escaped, in Chinese, without the internet."""

import json
import os
import random
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from fengsui.pipeline import steps
from fengsui.services import Services
from fengsui.settings.application import load
from fengsui_airflow.local.processes import DAGS, Airflow, environment
from fengsui_airflow.page.html import failure, page
from fengsui_airflow.page.overview import BrandNow, Overview, SourceNow
from listeners.context import RefusalCount
from listeners.protocol import Refusal
from records import IncidentKind, Level, Post, PostKind, Window
from tests.dags.browsing import browser_at, demand_chromium, keep, log_in
from tests.servers.processes import free_port
from tests.store.making import incident

HOSTILE = "<script>alert(1)</script>"
SETTINGS = """
language = "{language}"
state = "state"

[[brands]]
name = "云朵茶饮"

[[brands]]
name = "鹿屿小电"

[[sources]]
kind = "folder"
name = "微博导出"
path = "inbox"
"""
# Named, it gets the screenshots: FENGSUI_SCREENSHOTS=docs/airflow.
SCREENSHOTS = "FENGSUI_SCREENSHOTS"

pytestmark = pytest.mark.timeout(600, method="thread")


def own_words(rng: random.Random) -> str:
    """Return words that make a post no copy of another."""
    return "".join(rng.choices("的了是在有和就不人都一上也很到说要去你会着没看好自", k=60))


def fill(config: Path, now: datetime) -> None:
    """Write mentions of the last hour, incidents of each kind, and a read into the stores."""
    with Services(load(config)) as services:
        rng = random.Random(3)
        texts = ("茶里喝出虫子，太恶心了，要求退款", "味道不错，下次再来")
        posts = [
            Post(
                source="weibo",
                id=str(number),
                url="",
                kind=PostKind.POST,
                author=f"u{number}",
                text=f"云朵茶饮{texts[number % 2]} {own_words(rng)}",
                published_at=now - timedelta(minutes=number),
                fetched_at=now,
            )
            for number in range(30)
        ]
        steps.store_items(services, posts)
        steps.annotate(services)
        minutes = timedelta(minutes=40)
        at_hand = replace(incident(now - minutes, "云朵茶饮"), level=Level.ORANGE)
        services.ledger.record_detection(
            [
                replace(at_hand, updated_at=now, peak=147.0),
                replace(
                    incident(now - 2 * minutes, "微博导出"),
                    kind=IncidentKind.COVERAGE,
                    level=Level.YELLOW,
                ),
            ],
            [],
        )
        services.ledger.record_read("微博导出", Window(now - timedelta(hours=1), now), ok=True)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return settings whose stores hold something to show."""
    folder = tmp_path_factory.mktemp("application")
    path = folder / "fengsui.toml"
    path.write_text(SETTINGS.format(language="zh"), encoding="utf-8")
    (folder / "inbox").mkdir()
    fill(path, datetime.now(UTC))
    return path


@pytest.fixture(scope="module")
def airflow(airflow_database: None, config: Path) -> Iterator[Airflow]:  # noqa: ARG001
    """Return an Airflow whose pages can be read; it knows collect_posts, which has run."""
    home = Path(os.environ["AIRFLOW_HOME"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FENGSUI_CONFIG", str(config))
        run_collect_posts()
        made = environment(home, free_port())
    with Airflow(home, made, ["api-server"], prepared=True) as started:
        yield started


def run_collect_posts() -> None:
    """Let Airflow know the DAG, and run it twice in this process."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    DagBundlesManager().sync_bundles_to_db()  # type: ignore[no-untyped-call]  # Airflow's
    bag = DagBag(DAGS / "collect_posts.py", bundle_name="dags-folder")
    sync_bag_to_db(bag, "dags-folder", None)
    with warnings.catch_warnings():
        # Airflow calls its own dependencies by names that they want changed; that is not ours.
        warnings.simplefilter("ignore")
        for _ in range(2):
            assert bag.dags["collect_posts"].test().state == "success"


@pytest.fixture(scope="module")
def password(airflow: Airflow) -> str:
    """Return the password of admin."""
    known: dict[str, str] = json.loads((airflow.home / "passwords.json").read_text("utf-8"))
    return known["admin"]


def token(airflow: Airflow, password: str) -> str:
    """Return what a session is proved with."""
    answer = httpx.post(
        f"{airflow.url}/auth/token", json={"username": "admin", "password": password}
    )
    return str(answer.json()["access_token"])


@pytest.mark.parametrize("path", ["/", "/style.css"])
@pytest.mark.parametrize("session", ["", "forged", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_nobody_reads_without_a_login(airflow: Airflow, path: str, session: str) -> None:
    """Without a session, or with one that Airflow did not give, there is nothing to read."""
    answer = httpx.get(
        f"{airflow.url}/fengsui{path}", cookies={"_token": session} if session else {}, timeout=30
    )
    assert answer.status_code in {401, 403}
    assert "云朵" not in answer.text


@pytest.mark.parametrize(("may", "status"), [(False, 403), (True, 200)])
def test_login_alone_is_not_enough(
    config: Path, monkeypatch: pytest.MonkeyPatch, *, may: bool, status: int
) -> None:
    """Who is logged in but may not read detect_crises is refused, whatever auth manager says so."""
    from airflow.api_fastapi.core_api import security
    from fastapi.testclient import TestClient

    from fengsui_airflow.page.app import app

    asked = []

    class Manager:
        def is_authorized_dag(self, *, method: str, details: Any, **_: object) -> bool:
            asked.append((method, details.id))
            return may

    monkeypatch.setenv("FENGSUI_CONFIG", str(config))
    monkeypatch.setattr(security, "get_auth_manager", Manager)
    monkeypatch.setitem(app.dependency_overrides, security.get_user, lambda: "somebody")
    answer = TestClient(app).get("/")
    assert answer.status_code == status
    assert ("云朵茶饮" in answer.text) is may
    assert set(asked) == {("GET", "detect_crises")}


@pytest.mark.parametrize("path", ["", "/docs", "/openapi.json", "/none"])
def test_no_other_address_tells(airflow: Airflow, path: str) -> None:
    """Besides the page there is nothing of ours, not even a list of addresses."""
    answer = httpx.get(f"{airflow.url}/fengsui{path}", follow_redirects=True, timeout=30)
    assert "云朵" not in answer.text
    assert "style.css" not in answer.text


def test_page_with_a_login(airflow: Airflow, password: str) -> None:
    """With a session the page holds brands, incidents and coverage."""
    answer = httpx.get(
        f"{airflow.url}/fengsui/", cookies={"_token": token(airflow, password)}, timeout=30
    )
    assert answer.status_code == httpx.codes.OK
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for words in ("品牌现况", "云朵茶饮", "橙", "来源：微博导出", "100%", "平时每小时"):
        assert words in answer.text


def test_everything_is_escaped() -> None:
    """Names that are HTML are shown as they are, wherever a name stands."""
    now = datetime.now(UTC)
    shown = Overview(
        at=now,
        brands=[BrandNow(HOSTILE, 1, 1, 0.0, 0.0, incident(now, HOSTILE))],
        brands_left_out=3,
        incidents=[incident(now, HOSTILE)],
        incidents_left_out=0,
        sources=[SourceNow(HOSTILE, HOSTILE, None, 2, now)],
        coverage=None,
        waiting=0,
    )
    for html in (page(shown, "zh"), page(shown, "en"), failure(HOSTILE)):
        assert HOSTILE not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "3" in page(shown, "en")


def test_source_says_what_it_refused() -> None:
    """Of each source the newest refusal of the last day stands there, with what to do about it."""
    now = datetime.now(UTC)
    refused = [
        (Refusal.LOGIN, RefusalCount(2, now)),
        (Refusal.RATE_LIMIT, RefusalCount(9, now - timedelta(hours=1))),
    ]
    source = SourceNow("搜索", "weibo_search", now, 2, now, 0.42, refused)
    shown = Overview(now, [], 0, [], 0, [source], 0.42, 0)
    assert "重新登录" in page(shown, "zh")
    assert "log in again" in page(shown, "en")
    assert "request_seconds" not in page(shown, "zh")
    assert "42%" in page(shown, "zh")


def test_unknown_baseline_is_no_number() -> None:
    """Where less than a day of history is known there is no usual hour, and the page says so."""
    now = datetime.now(UTC)
    brands = [BrandNow("新品牌", 3, 1, None, None, None), BrandNow("旧品牌", 3, 1, 2.5, 0.5, None)]
    shown = Overview(now, brands, 0, [], 0, [], None, 0)
    assert page(shown, "zh").count("平时每小时 暂无") == 2
    assert "平时每小时 2.5" in page(shown, "zh")
    assert "not known yet" in page(shown, "en")


def test_history_is_known_from_its_first_hour(tmp_path: Path) -> None:
    """What is usual is the mean of the hours that are known, and nothing within the first day."""
    from fengsui_airflow.page.overview import overview

    path = tmp_path / "fengsui.toml"
    path.write_text(SETTINGS.format(language="zh"), encoding="utf-8")
    now = datetime(2026, 3, 8, 12, tzinfo=UTC)
    with Services(load(path)) as services:
        assert all(one.usual_mentions is None for one in overview(services, now).brands)
        services.ledger.record_read(
            "微博导出", Window(now - timedelta(hours=20), now - timedelta(hours=19)), ok=True
        )
        assert all(one.usual_mentions is None for one in overview(services, now).brands)
        services.ledger.record_read(
            "微博导出", Window(now - timedelta(hours=49), now - timedelta(hours=48)), ok=True
        )
        assert all(one.usual_mentions == 0 for one in overview(services, now).brands)


def test_most_urgent_complaints_of_all_brands(tmp_path: Path) -> None:
    """Open complaints stand with text and link, the most urgent first; no script is a link."""
    from fengsui_airflow.page.overview import overview
    from records import Case, CaseStatus, Urgency

    now = datetime(2026, 3, 8, 12, tzinfo=UTC)

    def case(number: int, urgency: Urgency, status: CaseStatus, url: str) -> Case:
        return Case(
            key=f"云朵茶饮@{number}", brand=("云朵茶饮", "鹿屿小电")[number % 2], category="food",
            urgency=urgency, status=status, first_seen=now, due_at=now - timedelta(hours=number),
            updated_at=now, author="a", title=f"投诉{number}{HOSTILE}", url=url, posts=("p",),
        )  # fmt: skip

    path = tmp_path / "fengsui.toml"
    path.write_text(SETTINGS.format(language="zh"), encoding="utf-8")
    with Services(load(path)) as services:
        services.ledger.upsert_cases(
            [
                case(1, Urgency.NORMAL, CaseStatus.OPEN, "https://example.com/1"),
                case(2, Urgency.URGENT, CaseStatus.HANDLING, "javascript:alert(1)"),
                case(3, Urgency.URGENT, CaseStatus.RESOLVED, "https://example.com/3"),
            ]
        )
        shown = overview(services, now)
    assert [one.urgency for one in shown.cases] == [Urgency.URGENT, Urgency.NORMAL]
    html = page(shown, "zh")
    assert 'href="https://example.com/1"' in html
    assert "投诉2" in html
    assert "投诉3" not in html
    assert "javascript:" not in html
    assert "<script>" not in html
    assert "已逾期" in html


def test_reply_is_drafted_from_the_incident(airflow: Airflow, password: str) -> None:
    """The button at an open incident starts respond_crisis for it; another site's form does not."""
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    bag = DagBag(DAGS / "respond_crisis.py", bundle_name="dags-folder")
    sync_bag_to_db(bag, "dags-folder", None)
    with httpx.Client(base_url=airflow.url, timeout=30) as client:
        assert client.post("/fengsui/respond", data={"incident": "x"}).status_code == 401
        client.cookies.set("_token", token(airflow, password))
        shown = client.get("/fengsui/").text
        [key] = re.findall(r'name="incident" value="([^"]+)"', shown)
        assert key.startswith("云朵茶饮")
        given = {"incident": key}
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        refused = client.post("/fengsui/respond", data=given, headers=elsewhere)
        assert refused.status_code == httpx.codes.FORBIDDEN
        runs = "/api/v2/dags/respond_crisis/dagRuns"
        bearer = {"Authorization": f"Bearer {token(airflow, password)}"}
        assert client.get(runs, headers=bearer).json()["total_entries"] == 0
        answer = client.post("/fengsui/respond", data=given)
        assert (answer.status_code, "批准" in answer.text) == (202, True)
        [run] = client.get(runs, headers=bearer).json()["dag_runs"]
    assert run["conf"] == given
    assert run["triggering_user_name"] == "admin"


def test_english_by_setting(airflow: Airflow, config: Path, password: str) -> None:
    """The language of the settings is the page's."""
    config.write_text(SETTINGS.format(language="en"), encoding="utf-8")
    try:
        answer = httpx.get(
            f"{airflow.url}/fengsui/", cookies={"_token": token(airflow, password)}, timeout=30
        )
    finally:
        config.write_text(SETTINGS.format(language="zh"), encoding="utf-8")
    assert "Brands now" in answer.text
    assert "orange" in answer.text
    assert "品牌" not in answer.text


def test_broken_settings_are_said(airflow: Airflow, config: Path, password: str) -> None:
    """Settings that cannot be read give 503 and the reason, not a page without data."""
    before = config.read_text(encoding="utf-8")
    config.write_text("brand = <b>", encoding="utf-8")
    try:
        answer = httpx.get(
            f"{airflow.url}/fengsui/", cookies={"_token": token(airflow, password)}, timeout=30
        )
    finally:
        config.write_text(before, encoding="utf-8")
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert "not valid TOML" in answer.text
    assert "<b>" not in answer.text


def test_page_in_the_navigation(airflow: Airflow, password: str, tmp_path: Path) -> None:
    """In a browser the page stands inside Airflow, styled, and asks for nothing from elsewhere."""
    demand_chromium()
    picture = tmp_path / "page.png"
    with browser_at(airflow.url) as (view, elsewhere):
        log_in(view, "admin", password)
        view.goto(f"{airflow.url}/plugin/fengsui")
        frame = view.frame_locator("iframe")
        frame.get_by_role("heading", name="品牌现况").wait_for()
        rows = frame.locator("table").first.locator("tbody tr")
        assert rows.count() == 2
        assert "云朵茶饮" in rows.nth(0).inner_text()
        assert "鹿屿小电" in rows.nth(1).inner_text()
        level = frame.locator(".level.orange").first
        colour = level.evaluate("element => getComputedStyle(element).backgroundColor")
        assert colour == "rgb(217, 95, 2)"
        view.wait_for_timeout(500)
        view.screenshot(path=picture)
        keep(picture, os.environ.get(SCREENSHOTS))
    assert elsewhere == []


def test_grid_of_collect_posts(airflow: Airflow, password: str, tmp_path: Path) -> None:
    """Airflow shows the grid of collect_posts with its runs, and what it does, in Chinese."""
    demand_chromium()
    grid, doc = tmp_path / "collect_posts.png", tmp_path / "collect_posts_doc.png"
    with browser_at(airflow.url) as (view, _):
        log_in(view, "admin", password)
        view.goto(f"{airflow.url}/dags/collect_posts")
        view.get_by_text("文件夹与推送").first.wait_for()
        view.wait_for_timeout(1500)
        view.screenshot(path=grid)
        view.get_by_test_id("markdown-button").first.click()
        view.get_by_text("采集到期的来源").wait_for()
        view.wait_for_timeout(500)
        view.screenshot(path=doc)
    for picture in (grid, doc):
        keep(picture, os.environ.get(SCREENSHOTS))

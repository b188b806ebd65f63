"""Rules of the steps: repeatable, complete, and calm when something fails."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from alerts.notify.terminal import TerminalNotifier
from fengsui.pipeline import steps
from fengsui.pipeline.replay import replay
from fengsui.pipeline.run import turn
from fengsui.services import Services
from listeners.errors import RetryLater
from listeners.formats.read import read_file
from nlp.brands.matcher import BrandSettings
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.model import ModelError, Score
from records import (
    Change,
    IncidentKind,
    IncidentStatus,
    Level,
    NotificationState,
    Post,
    PostKind,
    Rejected,
    Window,
)
from store.errors import StoreBusy
from tests.fengsui import stories
from tests.fengsui.contents import contents

NOW = stories.CRISIS
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Services for the story's brand that notify nobody."""
    with Services(stories.settings(tmp_path / "state"), notifiers={}) as made:
        yield made


def post(number: int, text: str, at: datetime = NOW, **more: object) -> Post:
    made = Post(
        source="weibo",
        id=str(number),
        url="",
        kind=PostKind.POST,
        author=f"user-{number}",
        text=text,
        published_at=at,
        fetched_at=at,
    )
    return replace(made, **more)  # type: ignore[arg-type]


class Source:
    """A listener that gives what it was made with, and then may break off."""

    name = "given"

    def __init__(self, items: Sequence[Post | Rejected], error: Exception | None = None) -> None:
        self._items = items
        self._error = error

    def fetch(self, window: Window) -> Iterator[Post | Rejected]:  # noqa: ARG002 - the protocol's
        """Yield the items, then break off."""
        yield from self._items
        if self._error:
            raise self._error


def test_story_opens_rises_and_recovers(services: Services, tmp_path: Path) -> None:
    """A crisis becomes one incident that opens in its first half hour, rises, and recovers."""
    replay(services, [stories.write(tmp_path / "story.jsonl")])
    (incident,) = services.ledger.incidents()
    assert incident.brand == stories.BRAND
    assert incident.status is IncidentStatus.RECOVERED
    assert incident.opened_at - stories.CRISIS < timedelta(minutes=30)
    assert incident.peak_level >= Level.ORANGE
    changes = [alert.change for alert in services.ledger.alerts()]
    assert changes[0] is Change.OPENED
    assert changes[-1] is Change.RECOVERED
    assert changes.count(Change.OPENED) == changes.count(Change.RECOVERED) == 1


def test_alert_rests_on_posts(services: Services, tmp_path: Path) -> None:
    """Every alert of a crisis cites posts that the store holds, and counts what it holds."""
    replay(services, [stories.write(tmp_path / "story.jsonl")])
    for alert in services.ledger.alerts():
        assert alert.citations
        assert 0 < alert.negative <= alert.organic <= alert.volume
        assert alert.authors > 0


def test_replay_twice_is_replay_once(tmp_path: Path) -> None:
    """A replay that is run again on its own store adds nothing."""
    file = stories.write(tmp_path / "story.jsonl")
    made = stories.settings(tmp_path / "state")
    with Services(made, notifiers={}) as services:
        first = replay(services, [file])
    once = contents(tmp_path / "state")
    with Services(made, notifiers={}) as services:
        second = replay(services, [file])
    assert second.collected == first.collected
    assert contents(tmp_path / "state") == once


def test_steps_twice_are_steps_once(services: Services, tmp_path: Path) -> None:
    """Each step run twice in a row leaves the databases as one run does."""
    file = stories.write(tmp_path / "story.jsonl")
    items = list(read_file(file, fetched_at=None))
    window = Window(stories.START, NOW + 8 * HOUR)
    seen = []
    for _ in range(2):
        steps.collect(services, Source(items), window)
        steps.annotate(services)
        steps.detect(services, NOW + 2 * HOUR, since=stories.START)
        seen.append(contents(services.state))
    assert seen[0] == seen[1]
    assert seen[0]["incidents"]


def test_totals_add_up(services: Services) -> None:
    """read = kept + duplicate + quarantined, also with repeats and unreadable items."""
    good = post(1, "云朵茶饮真好喝")
    bad = Rejected("weibo", "file", 3, "no id", "{}", NOW)
    collected = steps.collect(
        services, Source([good, good, bad, post(2, "路过")]), Window(NOW - HOUR, NOW)
    )
    assert (collected.kept, collected.duplicate, collected.quarantined) == (2, 1, 1)
    assert collected.read == 4
    assert services.ledger.quarantine_reasons() == {"no id": 1}


def test_broken_source_keeps_what_came_and_leaves_a_gap(services: Services) -> None:
    """A source that breaks off: its posts are kept, its window counts as not read."""
    window = Window(NOW - HOUR, NOW)
    error = RetryLater("gone", timedelta(minutes=1))
    with pytest.raises(RetryLater):
        steps.collect(services, Source([post(1, "云朵茶饮")], error), window)
    assert services.store.totals()["posts"] == 1
    assert set(services.ledger.coverage(window, timedelta(minutes=5))) == {0.0}


def test_post_from_the_future_counts_when_it_was_read(services: Services) -> None:
    """A post dated after its reading (a clock that is ahead) counts at its reading, with a note."""
    ahead = post(1, "云朵茶饮", NOW + 5 * HOUR)
    steps.collect(services, Source([ahead]), Window(NOW - HOUR, NOW))
    (waiting,) = services.store.pending(10)
    assert waiting.post.published_at == NOW
    assert waiting.post.notes == ("published_at: 5:00:00 after it was read",)


class BrokenModel:
    """A model that cannot score."""

    name = "broken"

    def score(self, texts: Sequence[str]) -> list[Score]:  # noqa: ARG002 - the protocol's
        """Fail."""
        raise ModelError("no memory for the weights")


class PickyModel:
    """A model with a fault: one text breaks it."""

    name = "picky"

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Fail where a text holds 炸."""
        if any("炸" in text for text in texts):
            raise ZeroDivisionError
        return LinearModel.load().score(texts)


def test_failing_model_loses_nothing(tmp_path: Path) -> None:
    """While the model fails the posts wait; when it works again they are scored."""
    made = stories.settings(tmp_path / "state")
    with Services(made, notifiers={}, model=BrokenModel()) as services:
        steps.collect(services, Source([post(1, "云朵茶饮")]), Window(NOW - HOUR, NOW))
        with pytest.raises(ModelError):
            steps.annotate(services)
    with Services(made, notifiers={}) as services:
        assert steps.annotate(services) == steps.Annotated(posts=1, mentions=1, cases=0)


def test_one_poisonous_post_does_not_stop_the_batch(tmp_path: Path) -> None:
    """A text that breaks the models is quarantined with its reason; the others are annotated."""
    posts = [post(n, f"云朵茶饮第{n}次{'炸' if n == 2 else ''}") for n in range(5)]
    with Services(
        stories.settings(tmp_path / "state"), notifiers={}, model=PickyModel()
    ) as services:
        steps.collect(services, Source(posts), Window(NOW - HOUR, NOW))
        assert steps.annotate(services).mentions == 4
        assert services.ledger.quarantine_reasons() == {
            "could not be annotated: ZeroDivisionError": 1
        }
        assert steps.annotate(services).posts == 0


def test_broken_judges_quarantine_nothing(tmp_path: Path) -> None:
    """When every text of a batch breaks the models, the posts wait instead of being put away."""
    posts = [post(n, f"云朵茶饮炸了第{n}次") for n in range(30)]
    with Services(
        stories.settings(tmp_path / "state"), notifiers={}, model=PickyModel()
    ) as services:
        steps.collect(services, Source(posts), Window(NOW - HOUR, NOW))
        with pytest.raises(ZeroDivisionError):
            steps.annotate(services)
        assert services.ledger.quarantine_reasons() == {}
        assert len(services.store.pending(100)) == 30


def test_wrong_clock_silences_nothing(services: Services, tmp_path: Path) -> None:
    """After one reading two hours ahead, the crisis of those hours is detected, and people know."""
    items = list(read_file(stories.write(tmp_path / "story.jsonl"), fetched_at=None))
    past = [item for item in items if isinstance(item, Post) and item.published_at < NOW]
    steps.collect(services, Source(past), Window(stories.START, NOW))
    steps.annotate(services)
    steps.detect(services, NOW + 2 * HOUR)
    steps.detect(services, NOW)
    assert steps.detected_to(services)[0] == NOW
    (clock,) = (one for one in services.ledger.open_incidents() if one.is_operational)
    assert (clock.kind, clock.subject) == (IncidentKind.PIPELINE, "clock")
    steps.collect(services, Source(items), Window(NOW, NOW + 90 * MINUTE))
    steps.annotate(services)
    found = steps.detect(services, NOW + 90 * MINUTE)
    assert {one.incident.brand for one in found.alerts} == {stories.BRAND}
    assert not [one for one in services.ledger.open_incidents() if one.is_operational]


def test_silenced_brand_is_judged_but_not_told(tmp_path: Path) -> None:
    """A silence keeps alerts in the log as suppressed, with its reason."""
    with Services(stories.settings(tmp_path / "state"), notifiers={}) as services:
        services.ledger.silence(stories.BRAND, NOW + timedelta(days=9), "演练")
        replay(services, [stories.write(tmp_path / "story.jsonl")])
        told = services.ledger.notifications()
    assert told
    assert {(n.state, n.reason) for n in told} == {("suppressed", "silenced: 演练")}


def test_late_posts_are_detected(services: Services, tmp_path: Path) -> None:
    """A fifth of the posts seven minutes late opens the same incident, and no second one."""
    items = list(read_file(stories.write(tmp_path / "s.jsonl"), fetched_at=None))
    late = [
        replace(item, fetched_at=item.published_at + timedelta(minutes=7 * (n % 5 == 0)))
        for n, item in enumerate(items)
        if isinstance(item, Post)
    ]
    services.ledger.record_read("story", Window(stories.START, NOW + 8 * HOUR), ok=True)
    at = stories.CRISIS - HOUR
    while at < NOW + 6 * HOUR:
        batch = [p for p in late if p.fetched_at <= at]
        late = late[len(batch) :] if not batch else [p for p in late if p.fetched_at > at]
        steps.store_items(services, batch)
        steps.annotate(services)
        steps.detect(services, at)
        at += services.tick
    (incident,) = services.ledger.incidents()
    assert incident.opened_at - stories.CRISIS < timedelta(minutes=30)


def test_two_thousand_brands(tmp_path: Path) -> None:
    """Two thousand brands are matched, counted and scored as two are."""
    names = [f"{chr(0x4E00 + n)}{chr(0x5000 + n)}茶" for n in range(2000)]
    brands = tuple(BrandSettings(name=name) for name in names)
    made = stories.settings(tmp_path / "state").model_copy(update={"brands": brands})
    posts = [post(n, f"今天喝了{name}，还可以", NOW) for n, name in enumerate(names)]
    with Services(made, notifiers={}) as services:
        steps.collect(services, Source(posts), Window(NOW - HOUR, NOW + HOUR))
        assert steps.annotate(services).mentions == 2000
        assert steps.detect(services, NOW + timedelta(minutes=5)) == steps.Detected()


def test_complaint_opens_a_case_and_the_same_customer_joins_it(services: Services) -> None:
    """A complaint opens a case; the same customer's next one joins it, another's opens its own."""
    kind = PostKind.COMPLAINT
    posts = [
        post(1, "云朵茶饮退款一直不到账，要求退款", kind=kind, author="a"),
        post(2, "云朵茶饮还是没有退款，客服不回复", NOW + HOUR, kind=kind, author="a"),
        post(3, "在云朵茶饮喝出虫子，要求赔偿", NOW + HOUR, kind=kind, author="b"),
    ]
    steps.collect(services, Source(posts), Window(NOW - HOUR, NOW + HOUR))
    assert steps.annotate(services).cases == 2
    by_author = {case.author: case for case in services.ledger.cases()}
    a, b = (by_author[services.privacy.pseudonym(author)] for author in ("a", "b"))
    assert a.posts == ("weibo:1", "weibo:2")
    assert b.urgency > a.urgency
    assert b.due_at - b.first_seen == timedelta(hours=2)
    assert next(iter(services.ledger.cases())).author == b.author


def test_judging_again_changes_nothing(services: Services, tmp_path: Path) -> None:
    """Posts that are annotated again keep their mentions: none becomes a copy of itself."""
    items = list(read_file(stories.write(tmp_path / "story.jsonl"), fetched_at=None))
    steps.collect(services, Source(items), Window(stories.START, NOW + 8 * HOUR))
    steps.annotate(services)
    before = contents(services.state)
    services.store.reopen(Window(stories.START, NOW + 8 * HOUR))
    steps.annotate(services)
    assert contents(services.state) == before


def test_onlookers_join_one_case(services: Services) -> None:
    """Angry posts that ask for nothing join one case; a customer's demand stays apart."""
    angry = [
        post(n, f"云朵茶饮又喝出虫子了，这是第{n}家店，恶心死了", author=f"o{n}")
        for n in range(1, 9)
    ]
    asks = post(9, "云朵茶饮喝出虫子，太恶心了，我要求退款并赔偿", NOW + HOUR, author="customer")
    steps.collect(services, Source([*angry, asks]), Window(NOW - HOUR, NOW + HOUR))
    steps.annotate(services)
    cases = {case.chorus: case for case in services.ledger.cases()}
    assert len(services.ledger.cases()) == 2
    assert len(cases[True].posts) == 8
    assert cases[False].author == services.privacy.pseudonym("customer")


def test_detection_that_failed_is_made_good(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a failed detection had read but not scored is scored by the next, without new posts."""
    items = list(read_file(stories.write(tmp_path / "story.jsonl"), fetched_at=None))
    past = [item for item in items if isinstance(item, Post) and item.published_at < NOW]
    steps.collect(services, Source(past), Window(stories.START, NOW))
    steps.annotate(services)
    steps.detect(services, NOW)
    later = NOW + 2 * HOUR
    steps.collect(services, Source(items), Window(NOW, later))
    steps.annotate(services)
    with monkeypatch.context() as patch:
        patch.setattr(services.ledger, "record_detection", _busy)
        with pytest.raises(StoreBusy):
            steps.detect(services, later)
    assert steps.detect(services, later).alerts


def _busy(*_: object) -> None:
    raise StoreBusy("locked")


def test_waiting_alerts_are_sent_while_the_model_fails(tmp_path: Path) -> None:
    """A turn in which the model fails still sends what waits."""
    made = stories.settings(tmp_path / "state")
    with Services(made, notifiers={}) as services:
        replay(services, [stories.write(tmp_path / "story.jsonl")])
        told = services.ledger.notifications()[0]
        again = replace(told, receiver="terminal2", state=NotificationState.PENDING, retry_at=None)
        services.ledger.record_detection([], [again])
    terminal = TerminalNotifier("terminal2", Console(file=io.StringIO()))
    with Services(made, notifiers={"terminal2": terminal}, model=BrokenModel()) as services:
        services.store.upsert_posts([post(999_999, "云朵茶饮")])
        assert turn(services, lambda: NOW + 20 * HOUR).sent == 1
        assert services.store.pending(1)


def test_goods_set_later_are_rescored(tmp_path: Path) -> None:
    """A brand that gets a kind of goods has its mentions annotated again, once; others stay."""
    made = stories.settings(tmp_path / "state")
    other = BrandSettings(name="白露茶")
    said = post(1, "云朵茶饮这车隔音太差，高速风噪大，垃圾"), post(2, "白露茶难喝，垃圾")
    before = made.model_copy(update={"brands": (*made.brands, other)})
    with Services(before, notifiers={}) as services:
        services.store.upsert_posts(said)
        steps.annotate(services)
    cars = tuple(brand.model_copy(update={"goods": "car"}) for brand in made.brands)
    after = made.model_copy(update={"brands": (*cars, other)})
    with Services(after, notifiers={}) as services:
        assert steps.rescore(services, NOW - HOUR).posts == 1
        (mention,) = services.store.mentions_of([said[0].key])
        assert mention.aspects[0] == "舒适性"
        assert steps.rescore(services, NOW - HOUR).posts == 0

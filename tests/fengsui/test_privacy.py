"""What is kept of people: pseudonyms, opt-outs, forgetting, deletions, and what leaves in time."""

import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.ingest.collect import store_items, withdraw
from fengsui.ingest.recheck import recheck
from fengsui.maintenance import upkeep
from fengsui.maintenance.daily import daily_if_due
from fengsui.pipeline import steps
from fengsui.privacy import (
    PSEUDONYM,
    PrivacyError,
    expire,
    forget,
    matching,
    province,
    read_key,
    rotate_key,
)
from fengsui.services import Services
from fengsui.settings.privacy import PrivacySettings
from listeners.protocol import Deletion, Item
from records import Case, CaseStatus, Post, PostKind, Rejected, Urgency, Window
from tests.fengsui import stories
from tests.fengsui.commands import Shell

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ALWAYS = Window(NOW - 400 * DAY, NOW + DAY)
OTHER = "昨天在云朵茶饮南湖店等了一小时，店员态度恶劣，说有虫子也没人管"
TEXT = "云朵茶饮的奶茶里喝出虫子，要求退款"


def post(number: int, author: str = "1001", at: datetime = NOW, **fields: object) -> Post:
    base = Post("weibo", str(number), "https://x.example", PostKind.POST, author, TEXT, at, at,
                author_name="小满的店", region="广东 深圳")  # fmt: skip
    return replace(base, **fields)  # type: ignore[arg-type]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(stories.settings(tmp_path / "state")) as made:
        yield made


def everything(folder: Path) -> str:
    """Return all bytes of the databases as text, the logs written back."""
    return "".join(
        path.read_bytes().decode("utf-8", "replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def test_authors_are_pseudonyms_before_anything_is_written(
    services: Services, tmp_path: Path
) -> None:
    """No author's id, name or town reaches the disk; equal authors stay equal."""
    store_items(services, [post(1, "10011002"), post(2, "10011002"), post(3, "10011003")])
    one, two, three = sorted(services.store.posts(["weibo:1", "weibo:2", "weibo:3"]),
                             key=lambda found: found.key)  # fmt: skip
    assert one.author == two.author != three.author
    assert PSEUDONYM.fullmatch(one.author)
    assert (one.author_name, one.region) == ("小**", "广东")
    written = everything(tmp_path / "state")
    assert not [word for word in ("10011002", "小满的店", "深圳") if word in written]


def test_pseudonym_stands_for_itself(services: Services) -> None:
    """What was exported and comes back keeps its pseudonyms; nobody is hashed twice."""
    store_items(services, [post(1)])
    (kept,) = services.store.posts(["weibo:1"])
    assert services.privacy.kept([kept]) == [kept]


def test_other_key_other_pseudonyms(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the key nobody can tell who a pseudonym is."""
    before = services.privacy.pseudonym("1001")
    monkeypatch.setenv("FENGSUI_AUTHOR_KEY", "quite another key than that")
    with Services(stories.settings(tmp_path / "other")) as other:
        assert other.privacy.pseudonym("1001") != before


def test_key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key in the environment one is made, once, in a file for its owner alone."""
    monkeypatch.delenv("FENGSUI_AUTHOR_KEY")
    settings = PrivacySettings()
    key = read_key(settings, tmp_path)
    assert len(key) == 64
    assert read_key(settings, tmp_path) == key
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    monkeypatch.setenv("FENGSUI_AUTHOR_KEY", "short")
    with pytest.raises(PrivacyError, match="FENGSUI_AUTHOR_KEY"):
        read_key(settings, tmp_path)


def test_another_or_a_missing_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ledger knows its key: with another or none nothing is written, and nobody becomes two."""
    settings = stories.settings(tmp_path / "state")
    with Services(settings) as first:
        store_items(first, [post(1)])
    monkeypatch.setenv("FENGSUI_AUTHOR_KEY", "quite another key than that")
    with Services(settings) as second, pytest.raises(PrivacyError, match="rotate-key"):
        store_items(second, [post(2)])
    monkeypatch.delenv("FENGSUI_AUTHOR_KEY")
    with Services(settings) as third, pytest.raises(PrivacyError, match="missing"):
        store_items(third, [post(2)])
    assert not (tmp_path / "state" / "author.key").exists()


def test_rotation_keeps_opt_outs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a new key was taken, who opted out stays out, and old posts are found by author."""
    monkeypatch.delenv("FENGSUI_AUTHOR_KEY")
    settings = stories.settings(tmp_path / "state")
    with Services(settings) as before:
        store_items(before, [post(1), post(2, "9")])
        forget(before.store, before.ledger, before.privacy, "9", NOW)
        rotate_key(settings.privacy, settings.state, before.ledger)
    with Services(settings) as after:
        assert store_items(after, [post(3), post(4, "9")]).left_out == 1
        assert matching(after.store, after.privacy, "1001") == ["weibo:1", "weibo:3"]
    assert stat.S_IMODE((tmp_path / "state" / "author.former").stat().st_mode) == 0o600


def test_rotation_of_a_key_in_the_environment(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key in the environment is rotated when its former value is there for the opt-outs."""
    store_items(services, [post(1)])
    old = os.environ["FENGSUI_AUTHOR_KEY"]
    monkeypatch.setenv("FENGSUI_AUTHOR_KEY", "quite another key than that")
    given = services.settings.privacy, services.state, services.ledger
    with pytest.raises(PrivacyError, match=r"author\.former"):
        rotate_key(*given)
    (services.state / "author.former").write_text(f"{old.replace(' ', '')}\n")
    with pytest.raises(PrivacyError):
        rotate_key(*given)
    (services.state / "author.former").write_text(f"{old}\n")
    rotate_key(*given)
    with Services(services.settings) as after:
        store_items(after, [post(2)])


@pytest.mark.parametrize(
    ("region", "kept"),
    [("广东", "广东"), ("广东 深圳", "广东"), ("内蒙古呼和浩特", "内蒙古"), ("上海市浦东", "上海"),
     ("美国", "美国"), ("美国 纽约", "美国"), ("", ""), ("  ", "")],
)  # fmt: skip
def test_province_only(region: str, kept: str) -> None:
    """Of a region the province or the country is kept."""
    assert province(region) == kept


def case_of(number: int) -> Case:
    key = f"weibo:{number}"
    return Case(Case.key_of(stories.BRAND, key), stories.BRAND, "food", Urgency.HIGH,
                CaseStatus.OPEN, NOW, NOW, NOW, "p-author", TEXT, "https://x.example",
                (key,))  # fmt: skip


def test_forgotten_author_is_nowhere_and_stays_away(services: Services) -> None:
    """Forgetting an author deletes the posts, mentions and words everywhere, for good."""
    mine = "只有我会这样说的一句话"
    store_items(services, [post(1, text=TEXT + mine), post(2, text=TEXT + mine), post(3, "9")])
    steps.annotate(services)
    services.ledger.upsert_cases([replace(case_of(1), title=mine)])
    before = services.store.points(stories.BRAND, ALWAYS, timedelta(minutes=1))
    done = forget(services.store, services.ledger, services.privacy, "1001", NOW)
    assert done.posts == 2
    assert services.store.posts(["weibo:1", "weibo:2", "weibo:3"])[0].key == "weibo:3"
    assert not list(services.store.search(mine))
    assert mine not in [case.title for case in services.ledger.cases()]
    assert services.store.points(stories.BRAND, ALWAYS, timedelta(minutes=1)) == before
    back = store_items(services, [post(1), post(4), post(5, "9")])
    assert (back.kept, back.left_out, back.read) == (1, 2, 3)
    (access,) = services.ledger.accesses()
    assert (access.what, access.found) == ("forget", 2)
    assert "1001" not in access.subject


def test_forgotten_author_leaves_no_trace_in_any_file(services: Services, tmp_path: Path) -> None:
    """Of a forgotten author no word is left in a file: search index, logs, quarantine included."""
    word, raw = "zzqxforgetme", '{"user": {"id": 1001}, "text": "zzqxbroken"}'
    store_items(services, [
        post(1, text=f"{TEXT} {word}"), post(2, "9"),
        Rejected("weibo", "f", 1, "broken", raw, NOW),
        Rejected("weibo", "weibo:1", 1, "could not be annotated", f"{TEXT} {word}", NOW),
        Rejected("weibo", "f", 2, "broken", '{"user": {"id": 10012}}', NOW),
    ])  # fmt: skip
    steps.annotate(services)
    services.ledger.upsert_cases([replace(case_of(1), title=word)])
    assert list(services.store.search(word))
    assert word in everything(tmp_path / "state")
    done = forget(services.store, services.ledger, services.privacy, "1001", NOW)
    assert (done.posts, done.rows) == (1, 3)
    left = everything(tmp_path / "state")
    assert not [one for one in (word, word[:6], "zzqxbroken") if one in left]
    assert [item.position for item in services.ledger.quarantined()] == [2]


def test_forgotten_post(services: Services) -> None:
    """Forgetting one post leaves the author's others."""
    store_items(services, [post(1), post(2)])
    assert forget(services.store, services.ledger, services.privacy, "weibo:1", NOW).posts == 1
    assert store_items(services, [post(1)]).left_out == 1
    assert [one.key for one in services.store.posts(["weibo:1", "weibo:2"])] == ["weibo:2"]


def test_matching(services: Services) -> None:
    """A subject is a post's key, or an author by id or by pseudonym."""
    store_items(services, [post(1), post(2), post(3, "9")])
    pseudonym = services.privacy.pseudonym("1001")
    for subject in ("1001", pseudonym):
        assert matching(services.store, services.privacy, subject) == ["weibo:1", "weibo:2"]
    assert matching(services.store, services.privacy, "weibo:3") == ["weibo:3"]
    assert matching(services.store, services.privacy, "nobody") == []


def test_deleted_at_its_source(services: Services) -> None:
    """A deleted post loses its words and its author's name, is cited no more, and stays counted."""
    store_items(services, [post(1), post(2, "9", text=OTHER)])
    steps.annotate(services)
    before = services.store.points(stories.BRAND, ALWAYS, timedelta(minutes=1))
    assert withdraw(services, [Deletion("weibo:1", NOW + DAY), Deletion("weibo:404", NOW)]) == 1
    steps.annotate(services)
    (gone,) = services.store.posts(["weibo:1"])
    assert (gone.deleted, gone.text, gone.author_name) == (True, "", "")
    cited = services.store.cited(stories.BRAND, ALWAYS)
    assert [one.post.key for one in cited] == ["weibo:2"]
    assert [one.post.key for one in services.store.search("虫子")] == ["weibo:2"]
    assert services.store.points(stories.BRAND, ALWAYS, timedelta(minutes=1)) == before
    assert [mention.text for mention in services.store.mentions_of(["weibo:1"])] == [""]


def test_old_copy_brings_nothing_back(services: Services) -> None:
    """A copy from before the deletion stays out; one fetched later shows that the post is back."""
    store_items(services, [post(1)])
    withdraw(services, [Deletion("weibo:1", NOW + DAY)])
    store_items(services, [post(1, fetched_at=NOW + timedelta(hours=3))])
    assert services.store.posts(["weibo:1"])[0].deleted
    store_items(services, [post(1, fetched_at=NOW + 2 * DAY)])
    assert not services.store.posts(["weibo:1"])[0].deleted
    assert withdraw(services, [Deletion("weibo:1", NOW + DAY)]) == 0


def test_repost_shows_that_its_original_is_gone(services: Services) -> None:
    """A repost whose original is deleted takes the original's words out."""
    store_items(services, [post(1)])
    repost = post(2, "9", kind=PostKind.REPOST, parent="weibo:1", notes=("original: deleted",),
                  fetched_at=NOW + DAY)  # fmt: skip
    assert store_items(services, [repost]).gone == 1
    assert services.store.posts(["weibo:1"])[0].deleted


class Looks:
    """A source that knows some posts."""

    def __init__(self, *known: Post) -> None:
        self.known = {one.id: one for one in known}
        self.asked: list[str] = []

    def recheck(self, ids: Sequence[str], witnesses: Sequence[str] = ()) -> Iterator[Item]:
        self.asked += [*ids, *witnesses]
        for one in (*ids, *witnesses):
            yield self.known.get(one) or Deletion(f"weibo:{one}", NOW + DAY)


def test_missing_twice_is_deleted(services: Services) -> None:
    """A post that its source lacks twice in a row is deleted; once could be a slip."""
    store_items(services, [post(1), post(2)])
    later = NOW + timedelta(hours=11)
    source = Looks(post(2, fetched_at=later, likes=9))
    assert recheck(services, "licensed", source, later).gone == 0
    assert recheck(services, "licensed", source, later + timedelta(hours=1)).gone == 1
    # The second time together with one that is known to be there: an empty answer proves nothing.
    assert source.asked == ["1", "2", "1", "2"]
    assert services.store.posts(["weibo:1"])[0].deleted
    assert services.store.posts(["weibo:2"])[0].likes == 9
    assert recheck(services, "licensed", source, later + timedelta(hours=2)).read == 0


def test_words_leave_after_ninety_days(services: Services) -> None:
    """After 90 days posts and unreadable items leave, once a day; what was counted stays."""
    old, new = NOW - 91 * DAY, NOW - 80 * DAY
    store_items(services, [post(1, at=old), post(2, at=new)])
    services.ledger.quarantine([Rejected("weibo", "f", n, "broken", TEXT, at)
                             for n, at in enumerate((old, new), start=1)])  # fmt: skip
    steps.annotate(services)
    before = services.store.points(stories.BRAND, ALWAYS, timedelta(minutes=1))
    assert daily_if_due(services, NOW - DAY)
    assert daily_if_due(services, NOW)
    assert not daily_if_due(services, NOW + timedelta(hours=1))
    assert [one.key for one in services.store.posts(["weibo:1", "weibo:2"])] == ["weibo:2"]
    assert [item.position for item in services.ledger.quarantined()] == [2]
    assert services.store.points(stories.BRAND, ALWAYS, timedelta(minutes=1)) == before


def test_wrong_clock_deletes_a_day_and_not_all(services: Services) -> None:
    """A clock 400 days ahead deletes one day's worth a run; a person's word deletes the rest."""
    old, new = NOW - 90 * DAY + timedelta(hours=1), NOW
    store_items(services, [post(1, at=old), post(2, at=new)])
    assert daily_if_due(services, NOW)
    assert daily_if_due(services, NOW + 400 * DAY)
    assert daily_if_due(services, NOW + 400 * DAY + DAY)
    assert [one.key for one in services.store.posts(["weibo:1", "weibo:2"])] == ["weibo:2"]
    assert upkeep.expire(services, NOW + 400 * DAY, all_of_it=True) == 1


def test_wrong_clock_on_the_first_day_deletes_nothing(services: Services) -> None:
    """The first day has no earlier one to show that its clock is wrong: it deletes nothing."""
    store_items(services, [post(1, at=NOW), post(2, at=NOW - 89 * DAY)])
    assert daily_if_due(services, NOW + 400 * DAY)
    assert len(services.store.posts(["weibo:1", "weibo:2"])) == 2
    assert daily_if_due(services, NOW)
    assert daily_if_due(services, NOW + 400 * DAY)
    assert len(services.store.posts(["weibo:1", "weibo:2"])) == 2


def test_daily_deletion_keeps_up(services: Services) -> None:
    """Run every day, nothing stays longer than is promised."""
    store_items(services, [post(n, at=NOW - n * DAY) for n in range(1, 6)])
    for day in range(100):
        daily_if_due(services, NOW + day * DAY)
        kept = services.store.posts([f"weibo:{n}" for n in range(1, 6)])
        assert all(one.published_at >= NOW + (day - 91) * DAY for one in kept)
    assert kept == []


def test_nothing_leaves_where_all_is_kept(services: Services) -> None:
    """With text_days = 0 nothing leaves; less than detection needs is not allowed."""
    store_items(services, [post(1, at=NOW - 380 * DAY)])
    kept = PrivacySettings(text_days=0)
    assert expire(services.store, services.ledger, kept, NOW) == (0, 0)
    assert PrivacySettings(text_days=1).days == 35


def test_commands(fengsui: Shell) -> None:
    """`privacy export`, `forget`, `log` and `opt-in` do what they say, and are on record."""
    fengsui.settings()
    line = {"source": "weibo", "id": "1", "text": TEXT, "author": "1001",
            "published_at": datetime.now(UTC).isoformat()}  # fmt: skip
    (fengsui.folder / "one.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    fengsui("import", "one.jsonl")
    shown = fengsui("privacy", "export", "1001")
    assert json.loads(shown.out)["key"] == "weibo:1"
    assert "1001" not in shown.out
    assert fengsui("privacy", "forget", "1001", "--yes", "--json").answer["posts"] == 1
    assert fengsui("privacy", "export", "1001").out == ""
    assert fengsui("privacy", "forget", "nobody", "--yes").code == 1
    assert fengsui("import", "one.jsonl", "--json").answer["kept"] == 0
    log = fengsui("privacy", "log").out
    assert re.findall(r" (export|forget) (\d+)", log) == [
        ("forget", "0"), ("export", "0"), ("forget", "1"), ("export", "1")
    ]  # fmt: skip
    assert fengsui("privacy", "opt-in", "1001").code == 0
    assert fengsui("import", "one.jsonl", "--json").answer["kept"] == 1
    assert "opted out" in fengsui.refused("privacy", "opt-in", "1001")


def test_export_prints_nothing_that_moves_a_terminal(fengsui: Shell) -> None:
    """What strangers wrote is escaped in an export: C1, bidi marks, line and paragraph breaks."""
    fengsui.settings()
    odd = "\x9b2J \x85 \u2028 \u2029 \u202e \u2066 \x1b[2J"
    line = {"source": "weibo", "id": "1", "text": f"云朵茶饮{odd}虫子", "author": "1001",
            "published_at": datetime.now(UTC).isoformat()}  # fmt: skip
    (fengsui.folder / "one.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    fengsui("import", "one.jsonl")
    shown = fengsui("privacy", "export", "1001").out
    assert "云朵茶饮" in shown
    assert shown.replace("\n", "").isprintable()

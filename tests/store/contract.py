"""What every MentionStore does. A store's tests inherit this and override the fixture `store`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from records import PostKind, Sentiment, Window
from store.interface import MentionStore, Snapshot, Upserted
from tests.store.making import BRAND, DAY, MINUTE, NOON, annotate_all, mention, post

STEP = timedelta(minutes=5)


class MentionStoreContract:
    @pytest.fixture
    def store(self) -> Iterator[MentionStore]:
        raise NotImplementedError("a store's tests give the store")

    def test_says_what_it_can(self, store: MentionStore) -> None:
        """A store says where it is, and is looked after from here or by servers of its own."""
        assert store.place
        assert (store.maintenance is None) == store.feeds_kibana
        if store.maintenance is not None:
            assert store.maintenance.repair_counts(NOON) == 0

    def test_posts_come_back_as_they_were(self, store: MentionStore) -> None:
        """A post returns from the store with every field and every microsecond."""
        written = post(at=NOON.replace(microsecond=123_457), parent="weibo:7", notes=("无",))
        store.upsert_posts([written])
        assert [item.post for item in store.pending(10)] == [written]

    def test_other_time_zones_keep_the_instant(self, store: MentionStore) -> None:
        """A time given in another zone is kept as the same instant."""
        shanghai = timezone(timedelta(hours=8))
        store.upsert_posts([post(at=NOON.astimezone(shanghai))])
        assert store.pending(1, Window(NOON, NOON + MINUTE))[0].post.published_at == NOON

    def test_naive_times_are_refused(self, store: MentionStore) -> None:
        """A naive time raises ValueError and nothing of the batch is kept."""
        naive = NOON.replace(tzinfo=None)
        with pytest.raises(ValueError, match="aware"):
            store.upsert_posts([post(1), post(2, fetched_at=naive)])
        assert store.totals()["posts"] == 0

    def test_upsert_counts_new_and_known(self, store: MentionStore) -> None:
        """Upserted counts new keys apart from those met before, in a batch or earlier."""
        assert store.upsert_posts([post(1), post(2), post(2)]) == Upserted(2, 1)
        assert store.upsert_posts(iter([post(2), post(3)])) == Upserted(1, 1)
        assert store.upsert_posts([]) == Upserted(0, 0)
        assert store.totals()["posts"] == 3

    def test_later_copy_replaces_earlier(self, store: MentionStore) -> None:
        """Of two copies the one fetched later is kept, in whatever order they come."""
        early = post(1, text="旧")
        late = replace(early, text="新", fetched_at=early.fetched_at + MINUTE)
        store.upsert_posts([early, late])
        store.upsert_posts([late, early])
        assert [item.post.text for item in store.pending(10)] == ["新"]

    def test_copies_of_one_instant_have_one_winner(self, store: MentionStore) -> None:
        """Of copies fetched at the same instant the same one is kept in either order."""
        pairs = [(post(1, text="甲", likes=5), post(1, text="乙", likes=3))]
        pairs += [(replace(b, id="2"), replace(a, id="2")) for a, b in pairs]
        for pair in pairs:
            store.upsert_posts(pair)
        assert [item.post.text for item in store.pending(10)] == ["甲", "甲"]

    def test_changed_text_makes_pending_again(self, store: MentionStore) -> None:
        """A changed text waits to be annotated again; changed counts alone do not."""
        first = post(1)
        store.upsert_posts([first])
        annotate_all(store)
        assert store.pending(10) == []
        counted = replace(first, likes=99, fetched_at=first.fetched_at + MINUTE)
        store.upsert_posts([counted])
        assert store.pending(10) == []
        edited = replace(counted, text="已改", fetched_at=counted.fetched_at + MINUTE)
        store.upsert_posts([edited])
        assert [item.post for item in store.pending(10)] == [edited]

    def test_pending_is_limited_and_oldest_first(self, store: MentionStore) -> None:
        """At most `limit` posts come, in the order they were written, with growing revisions."""
        store.upsert_posts([post(number, at=NOON - number * MINUTE) for number in range(5)])
        waiting = store.pending(3)
        assert ([item.post.id for item in waiting], store.waiting()) == (["0", "1", "2"], 5)
        assert [item.revision for item in waiting] == sorted({item.revision for item in waiting})

    def test_pending_of_a_window(self, store: MentionStore) -> None:
        """A window leaves out what was published before `since` or from `until` on."""
        store.upsert_posts([post(number, at=NOON + number * MINUTE) for number in range(4)])
        waiting = store.pending(10, Window(NOON + MINUTE, NOON + 3 * MINUTE))
        assert [item.post.id for item in waiting] == ["1", "2"]

    def test_annotated_posts_are_done(self, store: MentionStore) -> None:
        """Annotated posts wait no longer, whether they had a mention or none."""
        store.upsert_posts([post(1), post(2)])
        waiting = store.pending(10)
        store.annotate(waiting, [mention(waiting[0].post)])
        assert (store.pending(10), store.waiting()) == ([], 0)
        assert store.totals() == {"posts": 2, "mentions": 1, "organic": 1, "duplicates": 0}

    def test_post_changed_meanwhile_stays_pending(self, store: MentionStore) -> None:
        """A post that changed after it was read keeps waiting, and its old text is not counted."""
        first = post(1)
        store.upsert_posts([first, post(2)])
        waiting = store.pending(10)
        edited = replace(first, text="已改", fetched_at=first.fetched_at + MINUTE)
        store.upsert_posts([edited])
        store.annotate(waiting, [mention(item.post) for item in waiting])
        assert [item.post for item in store.pending(10)] == [edited]
        assert store.totals()["mentions"] == 1

    def test_annotating_an_old_revision_changes_nothing(self, store: MentionStore) -> None:
        """A slow process with an old revision does not overwrite the judgement of the new text."""
        first = post(1)
        store.upsert_posts([first])
        slow = store.pending(10)
        store.upsert_posts([replace(first, text="改", fetched_at=first.fetched_at + MINUTE)])
        annotate_all(store, sentiment=Sentiment.NEUTRAL)
        store.annotate(slow, [mention(first)])
        assert [cited.mention.sentiment for cited in store.cited(BRAND, DAY)] == [Sentiment.NEUTRAL]

    def test_mentions_need_their_pending_post(self, store: MentionStore) -> None:
        """A mention of a post that is not among the pending ones raises ValueError."""
        store.upsert_posts([post(1)])
        with pytest.raises(ValueError, match="not pending"):
            store.annotate(store.pending(1), [mention(post(2))])
        assert store.totals()["mentions"] == 0

    def test_counts_are_of_organic_mentions(self, store: MentionStore) -> None:
        """Volume counts all mentions; every other count leaves out copies and discounted ones."""
        store.upsert_posts([post(number, author=f"人{number % 2}") for number in range(5)])
        waiting = store.pending(10)
        changes: list[dict[str, Any]] = [
            {"complaint": False, "reach": 5},
            {"sentiment": Sentiment.POSITIVE, "reach": 7},
            {"duplicate_of": "weibo:0"},
            {"discount": "advert"},
            {"reach": 0},
        ]
        pairs = zip(waiting, changes, strict=True)
        store.annotate(waiting, [mention(item.post, **change) for item, change in pairs])
        (point,) = store.points(BRAND, DAY, STEP)
        assert (point.volume, point.organic, point.negative, point.complaints) == (5, 3, 2, 2)
        assert (point.reach, point.authors, point.at) == (12, 2, NOON)
        assert store.totals() == {"posts": 5, "mentions": 5, "organic": 3, "duplicates": 1}

    def test_annotating_twice_counts_once(self, store: MentionStore) -> None:
        """The same annotation again leaves the counts and their revision as they are."""
        store.upsert_posts([post(1), post(2)])
        waiting = annotate_all(store)
        counted, changed = store.points(BRAND, DAY, STEP), store.changed(0)
        store.annotate(waiting, [mention(item.post) for item in waiting])
        assert store.points(BRAND, DAY, STEP) == counted
        assert store.changed(0) == changed

    def test_new_annotation_replaces_the_old(self, store: MentionStore) -> None:
        """A post annotated again keeps only its new mentions, and leaves the cells it was in."""
        store.upsert_posts([post(1)])
        annotate_all(store, "甲")
        store.reopen(DAY)
        annotate_all(store, "乙")
        assert store.points("甲", DAY, STEP) == []
        assert [point.volume for point in store.points("乙", DAY, STEP)] == [1]

    def test_moved_post_leaves_its_minute(self, store: MentionStore) -> None:
        """A post whose time is corrected is counted in its new minute alone."""
        first = post(1)
        store.upsert_posts([first])
        annotate_all(store)
        later = NOON + 20 * MINUTE
        moved = replace(first, published_at=later, fetched_at=first.fetched_at + MINUTE)
        store.upsert_posts([moved])
        annotate_all(store)
        assert [point.at for point in store.points(BRAND, DAY, STEP)] == [later]

    def test_two_brands_in_one_post(self, store: MentionStore) -> None:
        """A post counts once for each brand that it names."""
        store.upsert_posts([post(1)])
        waiting = store.pending(1)
        store.annotate(waiting, [mention(waiting[0].post, brand) for brand in ("甲", "乙")])
        for brand in ("甲", "乙"):
            assert [point.volume for point in store.points(brand, DAY, STEP)] == [1]

    def test_ticks_start_at_whole_steps(self, store: MentionStore) -> None:
        """Ticks lie on whole steps since 1970 UTC, oldest first, empty ones left out."""
        times = [NOON + timedelta(minutes=m) for m in (4, 1, 12, 59)]
        store.upsert_posts([post(number, at=at) for number, at in enumerate(times)])
        annotate_all(store)
        points = store.points(BRAND, DAY, STEP)
        assert [(point.at - NOON, point.volume) for point in points] == [
            (timedelta(0), 2),
            (timedelta(minutes=10), 1),
            (timedelta(minutes=55), 1),
        ]
        hours = store.points(BRAND, DAY, timedelta(hours=1))
        assert [(point.at, point.volume) for point in hours] == [(NOON, 4)]

    def test_ticks_before_1970(self, store: MentionStore) -> None:
        """A time before 1970 is counted in the tick that it lies in."""
        old = datetime(1969, 12, 31, 23, 58, tzinfo=UTC)
        store.upsert_posts([post(1, at=old)])
        annotate_all(store)
        (point,) = store.points(BRAND, Window(old - STEP, old + STEP), STEP)
        assert point.at == datetime(1969, 12, 31, 23, 55, tzinfo=UTC)

    def test_points_of_a_window(self, store: MentionStore) -> None:
        """A minute counts where the window holds its beginning."""
        store.upsert_posts([post(number, at=NOON + number * MINUTE) for number in range(4)])
        annotate_all(store)
        window = Window(NOON + MINUTE, NOON + 3 * MINUTE)
        assert [p.at for p in store.points(BRAND, window, MINUTE)] == [
            NOON + MINUTE,
            NOON + 2 * MINUTE,
        ]
        assert store.points("没有人说起", DAY, MINUTE) == []

    @pytest.mark.parametrize("seconds", [0, 30, 90, -60])
    def test_steps_are_whole_minutes(self, store: MentionStore, seconds: int) -> None:
        """A step that is not a positive number of whole minutes raises ValueError."""
        with pytest.raises(ValueError, match="whole"):
            store.points(BRAND, DAY, timedelta(seconds=seconds))

    def test_changed_names_brands_and_earliest_minutes(self, store: MentionStore) -> None:
        """After each annotation `changed` gives the brands it touched, from the earliest minute."""
        assert store.changed(0) == ({}, 0)
        store.upsert_posts([post(1, at=NOON + 7 * MINUTE), post(2, at=NOON + 3 * MINUTE)])
        annotate_all(store, "甲")
        first, revision = store.changed(0)
        assert first == {"甲": NOON + 3 * MINUTE}
        store.upsert_posts([post(3, at=NOON + timedelta(seconds=50))])
        annotate_all(store, "乙")
        second, newest = store.changed(revision)
        assert second == {"乙": NOON}
        assert newest > revision
        assert store.changed(newest) == ({}, newest)

    def test_changed_tells_of_emptied_minutes(self, store: MentionStore) -> None:
        """A minute that lost its last mention counts as changed."""
        store.upsert_posts([post(1)])
        annotate_all(store)
        _, revision = store.changed(0)
        store.reopen(DAY)
        store.annotate(store.pending(1), [])
        assert store.changed(revision)[0] == {BRAND: NOON}

    def test_reopen_makes_a_window_pending(self, store: MentionStore) -> None:
        """Reopened posts wait again, in order of publication, each with a new revision."""
        store.upsert_posts([post(number, at=NOON - number * MINUTE) for number in range(4)])
        before = annotate_all(store)
        assert store.reopen(Window(NOON - 2 * MINUTE, NOON)) == 2
        again = store.pending(10)
        assert [item.post.id for item in again] == ["2", "1"]
        assert min(item.revision for item in again) > max(item.revision for item in before)

    def test_reopen_posts_makes_these_pending(self, store: MentionStore) -> None:
        """Only the named posts wait again, in order of publication; an unknown key is none."""
        store.upsert_posts([post(number, at=NOON - number * MINUTE) for number in range(4)])
        before = annotate_all(store)
        keys = {item.post.id: item.post.key for item in before}
        assert store.reopen_posts([keys["1"], keys["3"], "weibo:none"]) == 2
        again = store.pending(10)
        assert [item.post.id for item in again] == ["3", "1"]
        assert min(item.revision for item in again) > max(item.revision for item in before)
        assert store.reopen_posts([]) == 0

    def test_cited_is_organic_with_its_post(self, store: MentionStore) -> None:
        """Cited gives organic mentions or discounted mentions with their posts, oldest first."""
        store.upsert_posts([post(number, at=NOON - number * MINUTE) for number in range(4)])
        waiting = store.pending(10)
        mentions = [mention(item.post) for item in waiting]
        mentions[1] = replace(mentions[1], discount="flood")
        store.annotate(waiting, mentions)
        cited = list(store.cited(BRAND, DAY))
        assert [item.mention for item in store.cited(BRAND, DAY, discount="flood")] == [mentions[1]]
        assert [item.mention for item in cited] == [mentions[3], mentions[2], mentions[0]]
        assert [item.post.id for item in store.cited(BRAND, DAY, limit=2)] == ["3", "2"]
        assert list(store.cited(BRAND, DAY, limit=0)) == []

    def test_headlines_are_separate(self, store: MentionStore) -> None:
        """Headlines of a window, organic ones alone, come with their posts, oldest first."""
        kinds = [PostKind.HEADLINE, PostKind.POST, PostKind.HEADLINE, PostKind.HEADLINE]
        posts = [
            replace(post(number, at=NOON - number * MINUTE), kind=kind)
            for number, kind in enumerate(kinds)
        ]
        store.upsert_posts(posts)
        waiting = store.pending(10)
        mentions = [mention(item.post) for item in waiting]
        mentions += [replace(one, brand="别家") for one in mentions if one.post_key == "weibo:2"]
        mentions = [
            replace(one, duplicate_of="weibo:9") if one.post_key == "weibo:3" else one
            for one in mentions
        ]
        store.annotate(waiting, mentions)
        every = store.headlines(DAY)
        assert [(one.post.id, one.mention.brand) for one in every] == [
            ("2", BRAND),
            ("2", "别家"),
            ("0", BRAND),
        ]
        assert [one.post.id for one in store.headlines(DAY, "别家")] == ["2"]
        assert store.headlines(Window(DAY.since, NOON), BRAND) == every[:1]

    def test_cited_of_one_instant(self, store: MentionStore) -> None:
        """Thousands of posts of the same instant are cited each once, by their keys."""
        numbers = range(2_500)
        store.upsert_posts([post(number) for number in reversed(numbers)])
        annotate_all(store)
        keys = [item.post.key for item in store.cited(BRAND, DAY)]
        assert keys == sorted(f"weibo:{number}" for number in numbers)

    def test_reading_does_not_hinder_writing(self, store: MentionStore) -> None:
        """A store can be written while one of its iterators is half read."""
        store.upsert_posts([post(number) for number in range(3)])
        annotate_all(store)
        cited, sketches = store.cited(BRAND, DAY), store.sketches(DAY.since)
        next(cited)
        next(sketches)
        store.upsert_posts([post(9)])
        annotate_all(store)
        assert len(list(cited)) >= 2
        assert len(list(sketches)) >= 2

    def test_authors_are_distinct_and_organic(self, store: MentionStore) -> None:
        """Authors of a window count once each, however often they speak."""
        store.upsert_posts([post(n, at=NOON + n * MINUTE, author=f"人{n % 3}") for n in range(9)])
        annotate_all(store)
        assert store.authors(BRAND, DAY) == 3
        assert store.authors(BRAND, Window(NOON, NOON + 2 * MINUTE)) == 2
        assert store.authors("没有人说起", DAY) == 0

    def test_sketches_come_in_order_of_annotation(self, store: MentionStore) -> None:
        """Sketches of recent mentions come in the order of first annotation, with today's text."""
        store.upsert_posts([post(number, at=NOON - number * MINUTE) for number in range(3)])
        annotate_all(store)
        first = post(0, text="改", fetched_at=NOON + timedelta(hours=9))
        store.upsert_posts([first])
        annotate_all(store)
        sketches = list(store.sketches(NOON - MINUTE))
        assert [sketch.post_key for sketch in sketches] == ["weibo:0", "weibo:1"]
        assert sketches[1].signature == b"\x00\xff" * 8
        assert sketches[1].author == "作者1"
        assert (sketches[0].brand, sketches[0].published_at) == (BRAND, NOON)

    def test_mentions_of_posts(self, store: MentionStore) -> None:
        """The present mentions of posts are found by the posts' keys; the newest time is known."""
        assert (store.mentions_of(["weibo:1"]), store.newest()) == ([], None)
        store.upsert_posts([post(number, at=NOON - number * MINUTE) for number in range(3)])
        annotate_all(store)
        found = store.mentions_of(["weibo:1", "weibo:2", "weibo:9"])
        assert sorted(mention.post_key for mention in found) == ["weibo:1", "weibo:2"]
        assert store.newest() == NOON

    def test_history_has_every_change_of_counts(self, store: MentionStore) -> None:
        """History has an entry wherever the counts differ from those before, in any order."""
        counts = [1, 1, 4, None, 4]
        copies = [
            post(1, reposts=count, fetched_at=NOON + hour * timedelta(hours=1))
            for hour, count in enumerate(counts)
        ]
        for order in (0, 3, 1, 4, 2):
            store.upsert_posts([copies[order]])
        store.upsert_posts(copies)
        hours = [(0, 1), (2, 4), (3, None), (4, 4)]
        assert store.history("weibo:1") == [
            Snapshot(NOON + timedelta(hours=hour), count, 2, None) for hour, count in hours
        ]
        assert store.history("weibo:2") == []

    @pytest.mark.parametrize("text", ["a\x00b", "半个\ud83d字", "\udfff"])
    def test_hostile_text_is_kept_with_a_note(self, store: MentionStore, text: str) -> None:
        """Text that no database takes is replaced character by character, and a note says so."""
        store.upsert_posts([post(1, text=text), post(2)])
        annotate_all(store, text=text)
        cited = next(store.cited(BRAND, DAY))
        assert cited.post.text.count("\N{REPLACEMENT CHARACTER}") == 1
        assert len(cited.post.text) == len(text)
        assert cited.post.notes == ("text: unstorable characters replaced",)
        assert cited.mention.text == cited.post.text

    def test_hostile_keys_are_found_again(self, store: MentionStore) -> None:
        """A post whose id cannot be stored as it is keeps one place under the repaired key."""
        hostile = post(1, id="x\x00'\ud800\"")
        store.upsert_posts([hostile, hostile])
        annotate_all(store)
        assert store.totals() == {"posts": 1, "mentions": 1, "organic": 1, "duplicates": 0}
        assert len(store.history(hostile.key)) == 1

    def test_hostile_numbers_do_not_stop_a_batch(self, store: MentionStore) -> None:
        """Counts, followers and confidence beyond all reason neither crash nor overflow a sum."""
        store.upsert_posts([post(n, followers=2**63, reposts=2**70, likes=-5) for n in range(3)])
        annotate_all(store, confidence=float("nan"))
        (point,) = store.points(BRAND, DAY, STEP)
        assert point.volume == 3
        assert point.reach >= 10**10
        assert [cited.mention.confidence for cited in store.cited(BRAND, DAY)] == [0.0] * 3

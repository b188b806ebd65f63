"""What a search finds in every MentionStore. A store's tests inherit this and give `store`."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from records import Post, Window
from store.interface import MentionStore
from store.query import DEEPEST, QueryError
from tests.store.making import BRAND, MINUTE, NOON, annotate_all, mention, post

OTHER = "雪山茶饮"
TEXTS = (
    "打客服电话要求退款，没有人理",
    "客服说不给退款",
    "退了款式，客户服务还可以",
    "奶茶很好喝，推荐iPhone 15 的壳",
    "退，款都不退",
    "客服 客服 客服",
)


def texts_of(store: MentionStore, query: str, **narrowed: object) -> list[str]:
    return [cited.mention.text for cited in store.search(query, **narrowed)]  # type: ignore[arg-type]  # as given


def published(texts: tuple[str, ...] = TEXTS) -> list[Post]:
    """Return a post a minute with these texts, the first one the newest."""
    return [post(number, at=NOON - number * MINUTE, text=text) for number, text in enumerate(texts)]


class SearchContract:
    @pytest.fixture
    def store(self) -> Iterator[MentionStore]:
        raise NotImplementedError("a store's tests give the store")

    @pytest.fixture
    def filled(self, store: MentionStore) -> MentionStore:
        store.upsert_posts(published())
        annotate_all(store)
        return store

    @pytest.mark.parametrize(
        ("query", "places"),
        [
            ("退款", [0, 1]),
            ("客服", [0, 1, 5]),
            ("退款 AND 客服", [0, 1]),
            ("退款 OR 推荐", [0, 1, 3]),
            ("客服 NOT 退款", [5]),
            ("客服 -（退款 OR 推荐）", [5]),
            ("退款 (电话 OR NOT 客服)", [0]),
            ('"不给退款"', [1]),
            ('"客服 客服"', [5]),
            ("客服电话", [0]),
            ("服务", [2]),
            ("IPHONE15", [3]),
            ("phone", []),
            ('"退 款"', [4]),
            ("款", [0, 1, 2, 4]),
            ("没有的词", []),
        ],
    )
    def test_a_query_finds_the_texts_that_fit(
        self, filled: MentionStore, query: str, places: list[int]
    ) -> None:
        """Words are found inside longer ones, never across a mark; operators mean what they say."""
        assert texts_of(filled, query) == [TEXTS[place] for place in places]

    def test_found_mentions_come_whole(self, filled: MentionStore) -> None:
        """What is found is the mention as it was annotated, with its post."""
        (found,) = filled.search("不给退款")
        assert found.post == published()[1]
        assert found.mention == mention(found.post)

    def test_newest_first_and_ties_by_post_key(self, store: MentionStore) -> None:
        """The newest comes first; of one instant the smaller key, then the smaller brand."""
        posts = [post(number, at=NOON) for number in (10, 9, 2)]
        posts.append(post(1, at=NOON + timedelta(microseconds=1)))
        store.upsert_posts(posts)
        waiting = store.pending(10)
        both = [mention(w.post, brand) for w in waiting for brand in (OTHER, BRAND)]
        store.annotate(waiting, both)
        found = [(c.mention.post_key, c.mention.brand) for c in store.search("虫子")]
        keys = ["weibo:1", "weibo:10", "weibo:2", "weibo:9"]
        assert found == [(key, brand) for key in keys for brand in sorted((BRAND, OTHER))]

    def test_narrowed_by_brand_window_and_organic(self, store: MentionStore) -> None:
        """Only the brand's, the window's, the organic mentions come where that is asked."""
        store.upsert_posts(published(("退款一", "退款二", "退款三")))
        waiting = store.pending(10)
        mentions = [mention(item.post) for item in waiting]
        copied = mention(waiting[0].post, OTHER, duplicate_of="weibo:7")
        store.annotate(waiting, [*mentions, copied])
        assert len(texts_of(store, "退款")) == 4
        assert len(texts_of(store, "退款", organic=True)) == 3
        assert texts_of(store, "退款", brand=OTHER, organic=True) == []
        assert len(texts_of(store, "退款", brand=OTHER)) == 1
        assert texts_of(store, "退款", brand="无") == []
        window = Window(NOON - 2 * MINUTE, NOON)
        assert texts_of(store, "退款", brand=BRAND, window=window) == ["退款二", "退款三"]

    def test_limit_keeps_the_newest(self, filled: MentionStore) -> None:
        """At most `limit` mentions come, the newest ones."""
        assert texts_of(filled, "客服", limit=2) == [TEXTS[0], TEXTS[1]]
        assert texts_of(filled, "客服", limit=0) == []

    def test_more_than_a_page(self, store: MentionStore) -> None:
        """A search goes on over pages without a gap or a repeat."""
        many = [post(number, at=NOON - number * MINUTE // 4) for number in range(2_300)]
        store.upsert_posts(many)
        annotate_all(store)
        found = [cited.mention.post_key for cited in store.search("虫子")]
        assert found == [item.key for item in many]
        assert [c.mention.post_key for c in store.search("虫子", limit=1_500)] == found[:1_500]

    def test_annotated_again_is_found_by_its_new_text(self, filled: MentionStore) -> None:
        """A changed text is found, the old one no longer; a mention that is gone is not found."""
        changed = [
            post(0, at=NOON, text="改口了，很满意", fetched_at=NOON + 2 * timedelta(hours=1)),
            post(1, at=NOON - MINUTE, text="与我无关", fetched_at=NOON + 2 * timedelta(hours=1)),
        ]
        filled.upsert_posts(changed)
        waiting = filled.pending(10)
        assert len(waiting) == 2
        filled.annotate(waiting, [mention(changed[0])])
        assert texts_of(filled, "退款") == []
        assert texts_of(filled, "满意") == ["改口了，很满意"]
        assert texts_of(filled, "无关") == []

    def test_judged_again_is_found_once(self, filled: MentionStore) -> None:
        """Annotating the same posts again changes nothing of what is found."""
        before = texts_of(filled, "客服 OR 退款")
        for _ in range(2):
            filled.reopen(Window(NOON - timedelta(days=1), NOON + MINUTE))
            annotate_all(filled)
        assert texts_of(filled, "客服 OR 退款") == before

    def test_unstorable_text_is_found(self, store: MentionStore) -> None:
        """A text with U+0000 or half a surrogate pair is found by its other words, and replaced."""
        store.upsert_posts([post(1, text="退款\x00客服\ud83d")])
        annotate_all(store)
        assert texts_of(store, "客服 退款") == ["退款\ufffd客服\ufffd"]
        store.reopen(Window(NOON, NOON + MINUTE))
        annotate_all(store, text="好评")
        assert texts_of(store, "客服 OR 退款") == []

    def test_a_wrong_query_is_refused_at_once(self, store: MentionStore) -> None:
        """A query that cannot be understood raises before the first result is asked for."""
        with pytest.raises(QueryError, match="character 4"):
            store.search("退款 AND")

    @pytest.mark.parametrize(
        "query",
        [
            'tokens:"退款"',
            "退款* 客服~2",
            "{客服} [退 TO 款]",
            "NEAR(退 款)",
            "x^2",
            "退款\\",
            "rowid 1",
        ],
    )
    def test_a_servers_own_language_is_not_spoken(self, filled: MentionStore, query: str) -> None:
        """Signs that a server's query language knows are marks here: nothing fails."""
        assert isinstance(texts_of(filled, query), list)

    def test_the_widest_and_deepest_query_is_answered(self, filled: MentionStore) -> None:
        """Queries at the limits of the language are answered by every store."""
        deep = "退款"
        for _ in range(DEEPEST):
            deep = f"({deep} 客服 OR 广告 客户)"
        assert texts_of(filled, deep) == [TEXTS[0], TEXTS[1]]
        turned = "退款"
        for _ in range(DEEPEST // 4):
            turned = f"-(广告 OR -({turned}) OR 好评)"
        assert texts_of(filled, f"客服 {turned}") == [TEXTS[0], TEXTS[1]]
        wide = " OR ".join(f"词{number}" for number in range(99))
        assert texts_of(filled, f"{wide} OR 退款") == [TEXTS[0], TEXTS[1]]
        assert texts_of(filled, '"' + "客服" * 490 + '"') == []

"""Advertising among the posts of a real search, each labelled by hand."""

from collections import Counter

from nlp.dedup.spam import advert_reason
from nlp.text.normalise import normalise
from tests.nlp.hand_labels import is_held_out, real_rows, rows

LABELS = {row["id"]: row["label"] for row in rows("tcl.csv")}
REAL = {"complaint", "news", "other"}


def test_every_post_has_one_label() -> None:
    """The 163 posts of the search have a label each, and no other."""
    kinds = Counter(LABELS.values())
    assert len(LABELS) == len(rows("tcl.csv")) == kinds.total() == 163
    assert set(kinds) == REAL | {"hotline", "lottery", "advert"}
    assert kinds["hotline"] == 73


def test_hotline_spam_is_found_and_real_posts_are_kept() -> None:
    """In both halves, 95% of the hotlines are found and at most 2% of the real posts are lost."""
    for held_out in (False, True):
        found: Counter[str] = Counter()
        posts: Counter[str] = Counter()
        for row in real_rows("weibo_search_tcl_2021.csv"):
            label = LABELS.get(row["id"])
            if label is None or is_held_out(row["id"]) != held_out:
                continue
            kind = "real" if label in REAL else label
            posts[kind] += 1
            found[kind] += bool(advert_reason(normalise(row["微博正文"])))
        assert posts["hotline"] >= 25
        assert posts["real"] >= 25
        assert found["hotline"] >= 0.95 * posts["hotline"]
        assert found["real"] <= 0.02 * posts["real"]
        assert found["lottery"] >= 0.75 * posts["lottery"]

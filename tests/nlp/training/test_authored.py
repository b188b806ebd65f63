"""The authored corpus keeps its own guidelines."""

from collections import Counter

import pytest

from nlp.training.authored.corpus import AuthoredPost, load, near_copies, problems


@pytest.fixture(scope="module")
def posts() -> list[AuthoredPost]:
    return load()


def test_every_post_keeps_the_guidelines(posts: list[AuthoredPost]) -> None:
    """Labels fit one another, the brand is named, and no post is a near-copy of another."""
    assert len(posts) >= 6000
    assert problems(posts) == []


def test_a_fifth_of_each_phenomenon_is_held_out(posts: list[AuthoredPost]) -> None:
    """What is held out is decided by the id alone, and no phenomenon is left out of it."""
    whole = Counter(post.phenomenon for post in posts)
    kept = Counter(post.phenomenon for post in posts if post.is_held_out)
    assert all(0.1 < kept[name] / count < 0.3 for name, count in whole.items())
    assert 0.18 < kept.total() / whole.total() < 0.22


def test_no_brand_carries_the_corpus(posts: list[AuthoredPost]) -> None:
    """No brand has more than a hundredth of the posts, so that a name teaches nothing."""
    ((_, most),) = Counter(post.brand for post in posts).most_common(1)
    assert most <= len(posts) / 100


def test_near_copies_are_found() -> None:
    """Two posts with the same frame and another brand are near-copies; other posts are none."""

    def post(number: int, text: str) -> AuthoredPost:
        return AuthoredPost(
            id=f"made-{number:04}",
            text=text,
            brand=text[:2],
            industry="饮品",
            platform="weibo",
            phenomenon="made",
            who="customer",
            stance="negative",
            emotion="angry",
            writer="a",
        )

    first = post(1, "瑞幸今天的拿铁是凉的，店员还不给换")
    same = post(2, "喜茶今天的拿铁是凉的，店员还不给换")
    other = post(3, "喜茶排队排了一个钟头，轮到我说卖完了")
    assert list(near_copies([first, other])) == []
    assert list(near_copies([first, same])) == ["made-0002: a near-copy of made-0001"]

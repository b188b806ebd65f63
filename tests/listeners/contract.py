"""The contract of every listener; each implementation runs it by inheriting."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from listeners.protocol import Listener
from records import Post, Rejected, Window

WINDOW = Window(datetime(2026, 6, 21, tzinfo=UTC), datetime(2026, 6, 22, tzinfo=UTC))


class ListenerContract:
    """Inherit it and give `listener` a source that holds posts and one unreadable item."""

    @pytest.fixture
    def listener(self) -> Listener:
        raise NotImplementedError

    def test_name(self, listener: Listener) -> None:
        """A listener has a name, by which its cursor and its coverage are kept."""
        assert listener.name

    def test_lazy(self, listener: Listener) -> None:
        """Fetching gives an iterator, so that memory does not grow with what is read."""
        assert isinstance(listener.fetch(WINDOW), Iterator)

    def test_both_kinds(self, listener: Listener) -> None:
        """Everything is yielded as a post or as rejected, and nothing else."""
        found = list(listener.fetch(WINDOW))
        assert {type(item) for item in found} == {Post, Rejected}

    def test_posts_are_whole(self, listener: Listener) -> None:
        """A post has a source, an id, and aware UTC times."""
        for item in listener.fetch(WINDOW):
            if isinstance(item, Post):
                assert item.source
                assert item.id
                assert item.published_at.utcoffset() == timedelta(0)
                assert item.fetched_at.utcoffset() == timedelta(0)

    def test_rejected_are_whole(self, listener: Listener) -> None:
        """A rejected item says where it stood, why it was rejected, and when."""
        for item in listener.fetch(WINDOW):
            if isinstance(item, Rejected):
                assert item.origin
                assert item.position >= 1
                assert item.reason
                assert len(item.raw) <= 2000
                assert item.seen_at.utcoffset() == timedelta(0)

    def test_keys_are_distinct(self, listener: Listener) -> None:
        """Two different posts have two different keys."""
        posts = [item for item in listener.fetch(WINDOW) if isinstance(item, Post)]
        assert len({post.key for post in posts}) == len({post.text for post in posts})

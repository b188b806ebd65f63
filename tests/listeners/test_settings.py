"""The settings of the sources."""

from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from listeners.settings import FeedSource, FolderSource, SourceSettings, listener_of
from listeners.sources.feed import FeedListener
from listeners.sources.folder import FolderListener

SOURCES: TypeAdapter[Any] = TypeAdapter(Annotated[SourceSettings, Field(discriminator="kind")])


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"kind": "folder", "name": "exports", "path": "inbox"}, FolderListener),
        ({"kind": "feed", "name": "licensed", "url": "https://feed.example/x"}, FeedListener),
    ],
)
def test_kinds(settings: dict[str, Any], kind: type) -> None:
    """`kind` chooses the source, and each source has its listener with its name."""
    listener = listener_of(SOURCES.validate_python(settings))
    assert isinstance(listener, kind)
    assert listener.name == settings["name"]


def test_defaults() -> None:
    """A folder is looked at every 5 seconds, a feed asked every 3 minutes."""
    assert FolderSource(kind="folder", name="a", path=Path("x")).poll_seconds == 5
    assert FeedSource(kind="feed", name="a", url="https://x.example").poll_seconds == 180


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "pigeon"}, {"name": ""}, {"url": "feed.example"}, {"url": "ftp://feed.example"},
        {"url": "https://user:s3cr3t@feed.example"}, {"poll_seconds": 0}, {"token": "s3cr3t"},
        {"poll_seconds": float("inf")}, {"token_env": "s3cr3t-token"}, {"url": "https://[s3cr3t"},
        {"url": "http://feed.example", "token_env": "FEED_TOKEN"},
    ],
)  # fmt: skip
def test_refused(fields: dict[str, Any]) -> None:
    """What cannot be meant is refused, and no value is repeated in the error."""
    whole = {"kind": "feed", "name": "a", "url": "https://feed.example", **fields}
    with pytest.raises(ValidationError):
        SOURCES.validate_python(whole)
    with pytest.raises(ValidationError) as caught:
        FeedSource.model_validate(whole)
    assert "s3cr3t" not in str(caught.value)


def test_own_host() -> None:
    """To this machine a token may go in the clear."""
    FeedSource(kind="feed", name="a", url="http://127.0.0.1:8000/x", token_env="FEED_TOKEN")

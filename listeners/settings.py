"""The settings of the sources, and the listener that each of them asks for."""

from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from listeners.feed import FeedListener
from listeners.folder import FolderListener
from listeners.listener import Listener

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
Seconds: TypeAlias = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
OWN_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class FolderSource(BaseModel):
    """A folder into which exports and recordings are put.

    A file that has not changed for `settle_seconds` is finished and read to its end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["folder"]
    name: Name
    path: Path
    poll_seconds: Seconds = 5
    settle_seconds: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 2


class FeedSource(BaseModel):
    """An authorised feed. `token_env` names the environment variable that holds its token."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["feed"]
    name: Name
    url: str
    poll_seconds: Seconds = 180
    token_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")] | None = None

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("an address begins with https:// or http:// and names a host")
        if parts.username or parts.password:
            raise ValueError("an address holds no user and no password; use token_env")
        return url

    @model_validator(mode="after")
    def _token_is_encrypted(self) -> Self:
        parts = urlsplit(self.url)
        if self.token_env and parts.scheme == "http" and parts.hostname not in OWN_HOSTS:
            raise ValueError("a token is sent over https:// only")
        return self


SourceSettings: TypeAlias = FolderSource | FeedSource


def listener_of(settings: SourceSettings) -> Listener:
    """Return the listener that reads the source."""
    if isinstance(settings, FolderSource):
        return FolderListener(settings.name, settings.path, settle_seconds=settings.settle_seconds)
    return FeedListener(settings.name, settings.url, token_env=settings.token_env)

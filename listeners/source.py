"""What the settings of every source have, and of those that are asked over HTTP."""

from datetime import datetime, tzinfo
from typing import Annotated, ClassVar, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from listeners.context import ReadContext
from listeners.parsing.times import BEIJING
from listeners.protocol import Listener

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
Seconds: TypeAlias = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Variable: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
Keywords: TypeAlias = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(min_length=1)
]
OWN_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def zone_of(name: str) -> tzinfo:
    """Return the time zone `name`; Beijing's without summer times, which it last had in 1991.

    Raises:
        ValueError: there is none of this name.
    """
    if name == "Asia/Shanghai":
        return BEIJING
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone is named as in Asia/Shanghai, Europe/Berlin or UTC") from None


def _checked_zone(name: str) -> str:
    """Return `name` where it is that of a time zone.

    Raises:
        ValueError: it is not.
    """
    zone_of(name)
    return name


Timezone: TypeAlias = Annotated[str, AfterValidator(_checked_zone)]


class Source(BaseModel):
    """A source. `platform` says whom or what is asked: who is slow holds up his own alone.

    Promised is that of each hour at least `promised_share` of the planned time is read, and that no
    part lags behind by more than `promised_lag_seconds` (0: three polls and a minute).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    platform: ClassVar[str] = "feed"
    # Its settings that are paths: relative ones are relative to the settings file.
    paths: ClassVar[tuple[str, ...]] = ()

    name: Name
    poll_seconds: Seconds = 180
    promised_share: Annotated[float, Field(ge=0, le=1)] = 0.9
    promised_lag_seconds: Annotated[float, Field(ge=0, le=604_800)] = 0

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        raise NotImplementedError

    def listener_since(self, context: ReadContext, last: datetime | None) -> Listener:  # noqa: ARG002  some sources need no time
        """Return the listener of a source that another process read up to `last`, None if never."""
        return self.listener(context)


class WebSource(Source):
    """A source that is asked over HTTP, one question to a host in `request_seconds`."""

    request_seconds: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 1


def checked_address(url: str) -> str:
    """Return `url` where it is an address without a user and a password.

    Raises:
        ValueError: it is not.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an address begins with https:// or http:// and names a host")
    if parts.username or parts.password:
        raise ValueError("an address holds no user and no password; name a variable instead")
    return url


def is_clear(url: str) -> bool:
    """Return whether what is sent to `url` could be read on the way."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in OWN_HOSTS

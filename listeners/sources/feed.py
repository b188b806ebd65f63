"""An authorised feed over HTTP, in any of the formats that files have."""

import io
import os
from collections.abc import Hashable, Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final

from listeners.client.response import MARKUP, Answer, public
from listeners.errors import LoginNeeded, Refused, RetryLater
from listeners.formats.detect import Layout, layout_of
from listeners.formats.format import Reading
from listeners.formats.items import Items
from listeners.formats.read import UnknownFormat, parse_items
from listeners.parsing.times import BEIJING
from listeners.protocol import Item, Refusal, WatchPace
from listeners.refusals import SOON
from records import Post, Window

if TYPE_CHECKING:
    from listeners.client.client import PoliteClient

ACCEPT: Final = "application/json, application/x-ndjson, text/csv, */*;q=0.1"


class FeedListener:
    """Asks one address. `token_env` names the environment variable with a bearer token.

    The token goes to the host of the address and to no other, and into no message.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        token_env: str | None = None,
        web: "PoliteClient | None" = None,
        zone: tzinfo = BEIJING,
    ) -> None:
        self._name = name
        self._url = url
        self._token_env = token_env
        self._zone = zone
        if web is None:
            from listeners.client.client import PoliteClient

            web = PoliteClient()
        self._web = web

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._name

    def fetch(self, window: Window) -> Iterator[Item]:  # noqa: ARG002  it sends what it has
        """Yield all that the feed sends, within the window or not: what is known is upserted.

        The time of the fetch is the one that the answer is dated with, else ours.

        Raises:
            RetryLater: it cannot be reached, is unwell, limits the rate or sends a page.
            LoginNeeded: it wants a login, or the token is missing.
            Refused: it blocks, leads elsewhere, or answers in no known format or too much.
        """
        with self._web as web:
            yield from web.ask(self._url, self._items, headers=self._headers())

    @property
    def watch_pace(self) -> WatchPace:
        """As often as it is read; an answer is whole."""
        return WatchPace()

    def waiting(self, now: datetime) -> frozenset[Hashable]:
        """Return the keys of the posts that the feed sends now.

        Raises:
            ListenerError: see `fetch`.
        """
        return frozenset(
            item.key for item in self.fetch(Window(now, now)) if isinstance(item, Post)
        )

    def _items(self, answer: Answer) -> Iterator[Item]:
        """Return the items; a refusal is found here, before anything is yielded."""
        reading = Reading(public(self._url), answer.fetched_at, answer.fetched_at, self._zone)
        stream = io.BytesIO(answer.body)
        layout = self._layout(stream, reading)
        if layout is None:
            return iter(())
        # A refusal in a recording that the feed hands on was meant for its recorder.
        if not layout.format.is_answer:
            return parse_items(Items(stream, layout), reading)
        return iter(list(parse_items(Items(stream, layout), reading, raises=True)))

    def _layout(self, stream: io.BytesIO, reading: Reading) -> Layout | None:
        body = stream.getvalue().strip()
        if not body:
            return None
        if body[:20].lower().startswith(MARKUP):
            what = f"{reading.origin}: HTML in place of data"
            raise RetryLater(what, SOON, Refusal.NOT_JSON)
        try:
            return layout_of(stream, reading.origin)
        except UnknownFormat as error:
            raise Refused(str(error), Refusal.CHANGED) from error

    def _headers(self) -> dict[str, str]:
        headers = {"accept": ACCEPT}
        if self._token_env:
            headers["authorization"] = f"Bearer {secret(self._token_env)}"
        return headers


def secret(variable: str) -> str:
    """Return the secret in the environment variable, read anew for every use.

    Raises:
        LoginNeeded: it holds none that could be sent.
    """
    token = os.environ.get(variable, "").strip()
    if not token.isascii() or not token.isprintable() or not token:
        raise LoginNeeded(f"the environment variable {variable} holds no token")
    return token

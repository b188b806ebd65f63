"""Slack's clicks and commands by HTTP, for those who have a public address for the page.

Every request is signed; Bolt verifies that, and how old it is, before anything of it is read.
"""

from typing import Final

from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboards.web.security.forms import bounded_body
from fengsui.desk.desk import Desk
from fengsui.desk.slack.listening import app_of
from fengsui.services import ledger_url
from fengsui.settings.application import Settings
from store.ledger.ledger import Ledger

PATH: Final = "/slack/events"
# What Slack sends is a few kilobytes; a form with all its texts is below this.
LARGEST: Final = 256 * 1024


class SlackDoor:
    """The endpoint; `close` closes its ledger, which its threads share."""

    def __init__(self, settings: Settings) -> None:
        """Open the ledger, and read the secrets.

        Raises:
            NotifyError: a secret is missing.
            StoreError: the ledger cannot be opened.
        """
        self._ledger = Ledger(ledger_url(settings))
        try:
            desk = Desk(self._ledger, settings)
            self._app = app_of(desk, settings.slack, self._ledger.cases)
        except BaseException:
            self.close()
            raise

    async def answer(self, request: Request) -> Response:
        """Hand a request to Bolt, in a thread: the desk reads and writes the ledger."""
        body = await bounded_body(request, LARGEST)
        try:
            asked = to_bolt_request(request, body)
        except UnicodeDecodeError:
            raise HTTPException(400) from None
        return to_starlette_response(await run_in_threadpool(self._app.dispatch, asked))

    def close(self) -> None:
        """Close the ledger."""
        self._ledger.close()


async def events(request: Request) -> Response:
    """Answer what Slack sends."""
    door: SlackDoor = request.app.state.slack
    return await door.answer(request)

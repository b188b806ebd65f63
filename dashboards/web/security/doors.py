"""Who may come in: members with a session where logins are needed, else all who are at the machine.

What stands in `OPEN` is for everybody: the style, the login itself, links that were shared, and
what Slack sends, which is signed.
"""

from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards.web.site import site_of

OPEN: Final = ("/static/", "/login", "/share/", "/language/", "/slack/")


class Doors:
    """Lets a request in with the name of who asks, or sends the reader to the login."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or lead to the login."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        site = site_of(request)
        member = site.member(request)
        scope.setdefault("state", {})["member"] = member
        is_open = request.url.path.startswith(OPEN)
        if member is None and not is_open:
            await _to_login(request)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _to_login(request: Request) -> Response:
    if request.method != "GET" or request.headers.get("accept", "").startswith("text/event-stream"):
        return Response(status_code=401)
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?back={quote(asked, safe='')}", 303)

"""The login, and the way out."""

import asyncio
import logging
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.web.security.forms import form_of
from dashboards.web.security.passwords import LONGEST, is_right
from dashboards.web.site import inside, page, site_of

log = logging.getLogger(__name__)

# A check takes a processor and 64 MB for a tenth of a second.
_CHECKS: Final = asyncio.Semaphore(2)
NAME: Final = 64


async def show(request: Request) -> Response:
    """Show the form."""
    back = inside(request.query_params.get("back", "/"))
    if site_of(request).member(request) is not None:
        return RedirectResponse(back, 303)
    return page(request, "login.html", back=back, fault="")


async def enter(request: Request) -> Response:
    """Let a member in by name and password; after some failures nobody is for a while."""
    site = site_of(request)
    form = await form_of(request, site.tokens)
    name, password = form.get("name", "").strip()[:NAME], form.get("password", "")
    back = inside(form.get("back", "/"))
    address = request.client.host if request.client else ""
    who = (("name", name), ("address", address))
    if site.attempts.must_wait(*who):
        log.warning("too many failed logins at the page")
        return page(request, "login.html", 429, back=back, fault="wait")
    async with _CHECKS:
        login = site.sessions.login_of(name)
        right = await asyncio.to_thread(is_right, password[: LONGEST + 1], login)
    if not right:
        site.attempts.fail(*who)
        log.warning("a login at the page failed")
        return page(request, "login.html", 403, back=back, fault="wrong")
    site.attempts.succeed(*who)
    log.info("%s logged in at the page", name)
    answer = RedirectResponse(back, 303)
    site.sessions.begin(answer, name, site.wall(), secure=site.is_secure(request))
    return answer


async def leave(request: Request) -> Response:
    """End the session."""
    site = site_of(request)
    await form_of(request, site.tokens)
    answer = RedirectResponse("/login", 303)
    site.sessions.end(answer)
    return answer

"""Collection: sources, what could not be read with its raw rows, and what waits to be sent."""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.web.security.forms import form_of
from dashboards.web.site import Notice, page, site_of, tell_next
from fengsui.pipeline import quarantine, sending
from fengsui.services import Services
from fengsui.settings.members import Role
from fengsui.views.collection import collection
from store.ledger.quarantine import digest_of

_LEADS = frozenset({Role.LEAD, Role.ADMIN})


async def show(request: Request) -> Response:
    """Show how collection goes."""
    site = site_of(request)
    now, language = site.clock(), site.language(request)
    found = await site.readers.read(
        lambda services: collection(services, now, language), ("collection", language)
    )
    return page(request, "sources.html", tab="sources", now=found.at, view=found)


async def retry(request: Request) -> Response:
    """Read the file again that an item in quarantine came from."""
    key = (await _form(request)).get("key", "")

    def do(services: Services) -> Notice:
        chosen = [one for one in services.ledger.quarantined() if digest_of(one) == key]
        alike = [
            one
            for one in services.ledger.quarantined()
            if chosen and (one.origin, one.reason) == (chosen[0].origin, chosen[0].reason)
        ]
        done = quarantine.retry(services, alike)
        return Notice("applied" if done.released else "held")

    return await _done(request, do)


async def resend(request: Request) -> Response:
    """Let a message that waits or was given up go out at once."""
    form = await _form(request)
    key, receiver = form.get("key", ""), form.get("receiver", "")

    def do(services: Services) -> Notice:
        return Notice("queued" if sending.resend(services, key, receiver) else "repeated")

    return await _done(request, do)


async def _form(request: Request) -> dict[str, str]:
    site = site_of(request)
    form = await form_of(request, site.tokens)
    if site.role(site.member(request)) not in _LEADS:
        raise HTTPException(403)
    return dict(form)


async def _done(request: Request, do: Callable[[Services], Notice]) -> Response:
    site = site_of(request)
    notice = await site.readers.read(do)
    site.readers.forget()
    answer = RedirectResponse("/sources", 303)
    tell_next(answer, site, notice, secure=site.is_secure(request))
    return answer

"""Links that show one incident to who has no login: signed, read only, and ended by themselves."""

from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboards.web.pages import incident
from dashboards.web.security.forms import form_of
from dashboards.web.site import Site, page, site_of
from fengsui.settings.members import Role

_PURPOSE: Final = "share"
DAY_SECONDS: Final = 86_400


class Shared(msgspec.Struct, frozen=True):
    """The incident that a link shows, and who made the link."""

    key: str
    by: str


async def make(request: Request) -> Response:
    """Show a new link to an incident, for those who may act on it."""
    site = site_of(request)
    form = await form_of(request, site.tokens)
    member = site.member(request)
    if member is None or site.role(member) is Role.VIEWER:
        raise HTTPException(403)
    shared = Shared(form.get("key", "")[:500], member)
    text = site.tokens.made(_PURPOSE, msgspec.to_builtins(shared), site.at())
    base = (site.settings.page.url or str(request.base_url)).rstrip("/")
    days = site.settings.page.share_days
    return page(
        request, "share.html", tab="incidents", address=f"{base}/share/{text}", key=shared.key,
        days=f"{days:g}",
    )  # fmt: skip


async def show(request: Request) -> Response:
    """Show the incident of a link; 404 where the link is none or has ended."""
    key = _key(request, site_of(request))
    answer = await incident.shown(
        request, key, readonly=True, chart=f"{request.url.path}/chart.svg?"
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


async def chart(request: Request) -> Response:
    """Return the chart of the incident of a link."""
    return await incident.drawn(request, _key(request, site_of(request)))


def _key(request: Request, site: Site) -> str:
    age = int(site.settings.page.share_days * DAY_SECONDS)
    text = request.path_params["token"]
    shared = site.tokens.read(_PURPOSE, text, Shared, age, site.at())
    if shared is None:
        raise HTTPException(404)
    return shared.key

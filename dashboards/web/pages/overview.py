"""The first page: every brand now, the worst first."""

from starlette.requests import Request
from starlette.responses import Response

from dashboards.web.site import page, site_of
from fengsui.views.overview import overview


async def show(request: Request) -> Response:
    """Show the brands."""
    site = site_of(request)
    now, language = site.clock(), site.language(request)
    found = await site.readers.count(
        ("overview", language), lambda services: overview(services, now, language)
    )
    return page(request, "overview.html", tab="overview", now=found.at, view=found)

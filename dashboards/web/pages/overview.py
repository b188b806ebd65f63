"""The first page: every brand now, the worst first."""

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from dashboards.web.site import Site, fragment, page, site_of
from fengsui.services import Services
from fengsui.views.overview import Overview, overview
from records.language import Language


async def show(request: Request) -> Response:
    """Show the brands."""
    site = site_of(request)
    found, brands = await first(site, site.language(request))
    return page(request, "overview.html", tab="overview", now=found.at, view=found, brands=brands)


async def first(site: Site, language: Language) -> tuple[Overview, Markup]:
    """Return what the page shows, and its brands as they are written in a language."""
    now = site.clock()

    def ask(services: Services) -> tuple[Overview, Markup]:
        # Written where it is read: with a hundred brands that takes longer than all else.
        found = overview(services, now, language)
        return found, fragment("overview_brands.html", language, found.at, view=found)

    return await site.readers.count(("overview page", language), ask)

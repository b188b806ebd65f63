"""The brands, and the page of each."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboards.web.pages.charts import as_svg, look_of
from dashboards.web.site import page, site_of
from fengsui.chart.drawn import svg_of
from fengsui.chart.vega import trend_spec
from fengsui.services import Services
from fengsui.views.brand import SPANS, brand_page, trend
from fengsui.views.overview import overview, refresh

DAYS: Final = 7
FRESH_SECONDS: Final = 20.0


async def listed(request: Request) -> Response:
    """List the brands by name."""
    site = site_of(request)
    now, language = site.clock(), site.language(request)
    found = await site.readers.count(
        ("overview", language), lambda services: overview(services, now, language)
    )
    brands = sorted(found.brands, key=lambda one: one.name)
    return page(request, "brands.html", tab="brands", now=found.at, brands=brands)


async def show(request: Request) -> Response:
    """Show a brand over the days that are asked for."""
    site = site_of(request)
    name, days, now = request.path_params["name"], days_of(request), site.clock()
    language = site.language(request)
    if name not in site.settings.watched:
        raise HTTPException(404)
    found = await site.readers.read(
        lambda services: brand_page(services, name, days, now, language),
        ("brand", name, days, language),
        FRESH_SECONDS,
    )
    return page(request, "brand.html", tab="brands", now=found.at, view=found, spans=list(SPANS))


async def chart(request: Request) -> Response:
    """Return the trend of a brand as SVG."""
    site = site_of(request)
    name, days, now = request.query_params.get("brand", ""), days_of(request), site.clock()
    if name not in site.settings.watched:
        raise HTTPException(404)
    look = look_of(request, site.language(request))

    def ask(services: Services) -> str:
        refresh(services, now)
        return svg_of(trend_spec(trend(services, name, days, now), look))

    return as_svg(await site.readers.count(("trend", name, days, look), ask, FRESH_SECONDS))


def days_of(request: Request) -> int:
    """Return the days that are asked for, a week otherwise."""
    asked = request.query_params.get("days", "")
    return next((one for one in SPANS if str(one) == asked), DAYS)

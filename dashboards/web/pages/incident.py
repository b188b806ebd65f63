"""The page of one incident, its chart, and the list of incidents."""

from typing import Final, cast, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboards.web.site import page, site_of
from fengsui.chart.drawn import svg_of
from fengsui.chart.vega import Look, Theme, incident_spec
from fengsui.services import Services
from fengsui.views.incident import (
    IncidentPage,
    OperationalPage,
    chart_of,
    incident_view,
    operational_view,
)
from fengsui.views.incidents import incident_rows
from fengsui.views.overview import refresh

# A chart is drawn anew as often while its incident goes on.
CHART_SECONDS: Final = 30.0
# The sizes in which a chart is drawn: for a telephone, and for all else.
SIZES: Final = {"narrow": (358, 220), "wide": (1072, 260)}
FRESH_SECONDS: Final = 5.0


async def show(request: Request) -> Response:
    """Show an incident; 404 in words where there is none of this key."""
    site = site_of(request)
    key, now, language = request.path_params["key"], site.clock(), site.language(request)

    def ask(services: Services) -> IncidentPage | OperationalPage | None:
        incident = services.ledger.incident(key)
        if incident is None:
            return None
        if incident.is_operational:
            return operational_view(services, incident, now, language)
        refresh(services, now)
        return incident_view(services, incident, now, language)

    found = await site.readers.count(("incident", key, language), ask, FRESH_SECONDS)
    if found is None:
        return page(request, "missing_incident.html", 404, tab="incidents")
    template = "operational.html" if isinstance(found, OperationalPage) else "incident.html"
    return page(request, template, tab="incidents", now=found.at, view=found)


async def chart(request: Request) -> Response:
    """Return the chart of an incident as SVG, in the size and the theme that are asked for."""
    site = site_of(request)
    asked = request.query_params
    size, theme = asked.get("size", "wide"), asked.get("theme", "light")
    if size not in SIZES or theme not in get_args(Theme):
        raise HTTPException(404)
    language, now = site.language(request), site.clock()
    look = Look(*SIZES[size], cast(Theme, theme), language)

    def ask(services: Services) -> str | None:
        incident = services.ledger.incident(asked.get("key", ""))
        if incident is None or incident.is_operational:
            return None
        refresh(services, now)
        line, upper, points = chart_of(services, incident, now)
        return svg_of(incident_spec(line, upper, points, look))

    svg = await site.readers.count(("chart", asked.get("key", ""), look), ask, CHART_SECONDS)
    if svg is None:
        raise HTTPException(404)
    age = f"private, max-age={CHART_SECONDS:.0f}"
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": age})


async def listed(request: Request) -> Response:
    """List the incidents that are open, and those of the last months."""
    site = site_of(request)
    now, language = site.clock(), site.language(request)
    rows = await site.readers.count(
        ("incidents", language), lambda services: incident_rows(services, now, language)
    )
    return page(request, "incidents.html", tab="incidents", now=now, view=rows)


"""The page of one incident, its chart, and the list of incidents."""

from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboards.web.pages.charts import as_svg, look_of
from dashboards.web.site import page, site_of
from fengsui.chart.drawn import svg_of
from fengsui.chart.vega import incident_spec
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
FRESH_SECONDS: Final = 5.0


async def show(request: Request) -> Response:
    """Show an incident; 404 in words where there is none of this key."""
    key = request.path_params["key"]
    return await shown(request, key, chart=f"/chart/incident.svg?{urlencode({'key': key})}")


async def shown(request: Request, key: str, *, chart: str, readonly: bool = False) -> Response:
    """Return the page of an incident, whose chart is at the address `chart`."""
    site = site_of(request)
    now, language = site.clock(), site.language(request)

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
    # A minute's chart has an address of its own: a page that is renewed shows the newest.
    chart = f"{chart}&at={found.at:%Y%m%d%H%M}"
    template = "operational.html" if isinstance(found, OperationalPage) else "incident.html"
    return page(
        request, template, tab="incidents", now=found.at, view=found, chart=chart,
        readonly=readonly,
    )  # fmt: skip


async def chart(request: Request) -> Response:
    """Return the chart of an incident as SVG."""
    return await drawn(request, request.query_params.get("key", ""))


async def drawn(request: Request, key: str) -> Response:
    """Return the chart of the incident of `key`."""
    site = site_of(request)
    now, look = site.clock(), look_of(request, site.language(request))

    def ask(services: Services) -> str | None:
        incident = services.ledger.incident(key)
        if incident is None or incident.is_operational:
            return None
        refresh(services, now)
        line, upper, points = chart_of(services, incident, now)
        return svg_of(incident_spec(line, upper, points, look))

    svg = await site.readers.count(("chart", key, look), ask, CHART_SECONDS)
    if svg is None:
        raise HTTPException(404)
    return as_svg(svg)


async def listed(request: Request) -> Response:
    """List the incidents that are open, and those of the last months."""
    site = site_of(request)
    now, language = site.clock(), site.language(request)
    rows = await site.readers.count(
        ("incidents", language), lambda services: incident_rows(services, now, language)
    )
    return page(request, "incidents.html", tab="incidents", now=now, view=rows)

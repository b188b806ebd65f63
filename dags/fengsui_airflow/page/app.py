"""The page's FastAPI application. Airflow mounts it next to its own and leaves rights to us."""

import threading
from typing import Annotated, Final

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from fastapi import Depends, FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from fengsui_airflow.page.html import STYLE, failure, page, started

PREFIX: Final = "/fengsui"
# Shown inside Airflow's own page and nowhere else; takes nothing from anywhere but here.
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# Credentials of connections stand in the environment while a chain is open: one at a time.
_ONE = threading.Lock()

# The page shows what this DAG finds: who may read the one may read the other.
DAG: Final = "detect_crises"
RESPONSE: Final = "respond_crisis"

# Every address, also one that is not there, asks first who is there and what they may read.
# No docs, no schema.
app = FastAPI(
    title="fengsui",
    dependencies=[Depends(requires_access_dag(method="GET", param_dag_id=DAG))],
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
)


@app.get("/", response_class=HTMLResponse)
def show() -> HTMLResponse:
    """Return the page; 503 and the reason where the settings or the stores cannot be read."""
    from fengsui.settings.application import SettingsError
    from fengsui_airflow.page.overview import overview, utc_now
    from fengsui_airflow.services import opened
    from store.errors import StoreError

    try:
        with _ONE, opened() as services:
            shown = overview(services, utc_now())
            language = services.settings.language
    except (SettingsError, StoreError) as error:
        # Neither ever holds a secret.
        return HTMLResponse(failure(str(error)), status_code=503, headers=HEADERS)
    return HTMLResponse(page(shown, language), headers=HEADERS)


@app.get("/style.css")
def style() -> Response:
    """Return the style sheet."""
    return Response(STYLE, media_type="text/css", headers=HEADERS)


@app.post("/respond", response_class=HTMLResponse)
def respond(
    request: Request,
    user: GetUserDep,
    incident: Annotated[str, Form(max_length=500)],
    _may: Annotated[None, Depends(requires_access_dag("POST", DagAccessEntity.RUN, RESPONSE))],
) -> HTMLResponse:
    """Start `respond_crisis` for an incident, as Airflow's own button does, for those who may.

    Raises:
        HTTPException: the form is another site's.
    """
    from fengsui_airflow.page.starting import start
    from fengsui_airflow.services import settings

    # The session is a cookie; a browser says itself where a form comes from.
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise HTTPException(status_code=403, detail="another site's form")
    start(RESPONSE, {"incident": incident}, user.get_name())
    return HTMLResponse(started(settings().language), status_code=202, headers=HEADERS)

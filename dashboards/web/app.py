"""The page as an ASGI application."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dashboards.web.headers import SafeHeaders
from dashboards.web.pages import incident, overview
from dashboards.web.readers import Readers
from dashboards.web.site import LANGUAGE_COOKIE, LANGUAGES, Site, page
from fengsui.settings.application import Settings
from store.errors import StoreError

log = logging.getLogger(__name__)

_STATIC: Final = Path(__file__).parent / "static"
YEAR_SECONDS: Final = 31_536_000


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def application(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Starlette:
    """Return the page over the stores of `settings`; `clock` says what is now."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        readers = Readers(settings)
        app.state.site = Site(settings, readers, clock)
        try:
            yield
        finally:
            readers.close()

    return Starlette(
        routes=[
            Route("/", overview.show),
            Route("/incidents", incident.listed),
            Route("/incidents/{key:path}", incident.show),
            Route("/chart/incident.svg", incident.chart),
            Route("/language/{language}", choose_language),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[Middleware(SafeHeaders), Middleware(GZipMiddleware, minimum_size=1_000)],
        exception_handlers={
            StoreError: _store_away,
            HTTPException: _refused,
            Exception: _failed,
        },
        lifespan=lifespan,
    )


async def choose_language(request: Request) -> Response:
    """Remember the reader's language and go back to the page that was shown."""
    chosen = request.path_params["language"]
    if chosen not in LANGUAGES:
        raise HTTPException(404)
    answer = RedirectResponse(inside(request.query_params.get("back", "/")), 303)
    answer.set_cookie(
        LANGUAGE_COOKIE, chosen, max_age=YEAR_SECONDS, httponly=True, samesite="lax"
    )
    return answer


def inside(path: str) -> str:
    """Return `path` if it is an address of this site, else the first page."""
    is_inside = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_inside and path.isprintable() else "/"


async def _store_away(request: Request, error: Exception) -> Response:
    # The message of a StoreError holds no secret.
    log.warning("the page cannot read: %s", error)
    return page(request, "error.html", 503, kind="store", said=str(error))


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return page(request, "error.html", status, kind="missing", said="")


async def _failed(request: Request, error: Exception) -> Response:  # noqa: ARG001  # Starlette's
    return page(request, "error.html", 500, kind="failed", said="")

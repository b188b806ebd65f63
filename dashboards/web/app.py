"""The page as an ASGI application."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from dashboards.web.fixed import FOLDER, YEAR_SECONDS, FixedFiles
from dashboards.web.headers import SafeHeaders
from dashboards.web.pages import (
    act,
    brand,
    collection,
    incident,
    live,
    login,
    overview,
    search,
    share,
)
from dashboards.web.readers import Readers
from dashboards.web.security.doors import Doors
from dashboards.web.security.sessions import Sessions
from dashboards.web.security.tokens import tokens_of
from dashboards.web.site import LANGUAGE_COOKIE, LANGUAGES, Site, inside, page
from dashboards.web.slack import PATH, SlackDoor, events
from fengsui.settings.application import Settings
from store.errors import StoreError

log = logging.getLogger(__name__)

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def application(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    *,
    wall: Callable[[], datetime] = utc_now,
    hosts: Sequence[str] = LOOPBACK,
    warms: bool = False,
) -> Starlette:
    """Return the page over the stores of `settings`; `clock` says what is now in them.

    Only requests for one of `hosts` are answered, so that no other site's name leads here. Sessions
    and shared links go by `wall`. With `warms` it reads the first page before anybody asks for it:
    loading the baselines of many brands takes seconds.

    Raises:
        KeyUnusable: the key that sessions are signed with cannot be used.
    """
    tokens = tokens_of(settings.state)
    sessions = Sessions(settings.members, tokens)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        readers = Readers(settings)
        app.state.site = Site(settings, readers, clock, wall, tokens, sessions)
        app.state.news = live.News()
        with ExitStack() as opened:
            opened.callback(readers.close)
            if settings.slack.mode == "http":
                app.state.slack = door = SlackDoor(settings)
                opened.callback(door.close)
            if warms:
                opened.callback(asyncio.create_task(_warm(app.state.site)).cancel)
            yield

    return Starlette(
        routes=_routes(settings),
        middleware=[
            Middleware(SafeHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
            Middleware(GZipMiddleware, minimum_size=1_000),
            Middleware(Doors),
        ],
        exception_handlers={
            StoreError: _store_away,
            HTTPException: _refused,
            Exception: _failed,
        },
        lifespan=lifespan,
    )


def _routes(settings: Settings) -> list[Route | Mount]:
    """Return what stands at which address; Slack's where clicks arrive by HTTP."""
    slack = [Route(PATH, events, methods=["POST"])] if settings.slack.mode == "http" else []
    return [
        Route("/", overview.show),
        Route("/incidents", incident.listed),
        Route("/incidents/{key:path}", incident.show),
        Route("/chart/incident.svg", incident.chart),
        Route("/brands", brand.listed),
        Route("/brands/{name:path}", brand.show),
        Route("/chart/brand.svg", brand.chart),
        Route("/search", search.show),
        Route("/search.csv", search.export),
        Route("/sources", collection.show),
        Route("/sources/retry", collection.retry, methods=["POST"]),
        Route("/sources/resend", collection.resend, methods=["POST"]),
        Route("/share", share.make, methods=["POST"]),
        Route("/share/{token}", share.show),
        Route("/share/{token}/chart.svg", share.chart),
        Route("/act", act.act, methods=["POST"]),
        Route("/login", login.show),
        Route("/login", login.enter, methods=["POST"]),
        Route("/logout", login.leave, methods=["POST"]),
        Route("/language/{language}", choose_language),
        *slack,
        Route("/live", live.listen),
        Mount("/static", FixedFiles(directory=FOLDER)),
    ]


async def _warm(site: Site) -> None:
    """Read what the first page shows; a store that is away shows when somebody asks."""
    with suppress(StoreError):
        await overview.first(site, site.settings.language)


async def choose_language(request: Request) -> Response:
    """Remember the reader's language and go back to the page that was shown."""
    chosen = request.path_params["language"]
    if chosen not in LANGUAGES:
        raise HTTPException(404)
    answer = RedirectResponse(inside(request.query_params.get("back", "/")), 303)
    answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR_SECONDS, httponly=True, samesite="lax")
    return answer


async def _store_away(request: Request, error: Exception) -> Response:
    # The message of a StoreError holds no secret.
    log.warning("the page cannot read: %s", error)
    return page(request, "error.html", 503, kind="store", said=str(error))


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    kind = {404: "missing", 403: "form", 413: "large"}.get(status, "failed")
    return page(request, "error.html", status, kind=kind, said="")


async def _failed(request: Request, error: Exception) -> Response:  # noqa: ARG001  # Starlette's
    return page(request, "error.html", 500, kind="failed", said="")

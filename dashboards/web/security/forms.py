"""Forms that this page made itself, and no other: bounded, with a mark of the reader's browser."""

import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboards.web.security.tokens import Tokens

COOKIE: Final = "fengsui_form"
FIELD: Final = "form_mark"
_PURPOSE: Final = "form"
BYTES: Final = 64 * 1024
FIELDS: Final = 60


def mark_for(request: Request, tokens: Tokens) -> tuple[str, str]:
    """Return the browser's own text, made new where it has none, and the mark for its forms."""
    known = request.cookies.get(COOKIE, "")
    text = known if 20 <= len(known) <= 100 else secrets.token_urlsafe(24)
    return text, tokens.mark(_PURPOSE, text)


def keep_mark(answer: Response, text: str, *, secure: bool) -> None:
    """Let the browser keep its own text."""
    answer.set_cookie(COOKIE, text, httponly=True, secure=secure, samesite="strict")


async def form_of(request: Request, tokens: Tokens) -> Mapping[str, str]:
    """Return the fields of a form of this page.

    Raises:
        HTTPException: it is another site's (403), too large (413), or no form (400).
    """
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise HTTPException(403)
    body = await bounded_body(request, BYTES)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    fields = dict(pairs)
    text = request.cookies.get(COOKIE, "")
    if not text or not tokens.is_marked(_PURPOSE, text, fields.get(FIELD, "")):
        raise HTTPException(403)
    return fields


async def bounded_body(request: Request, limit: int) -> bytes:
    """Return the body of a request.

    Raises:
        HTTPException: it is longer than `limit` bytes (413).
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413)
    return bytes(body)

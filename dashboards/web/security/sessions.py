"""Who is there: a session in a cookie, signed, that ends by itself and with its password."""

from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec
from starlette.requests import HTTPConnection
from starlette.responses import Response

from dashboards.web.security.tokens import Tokens
from fengsui.settings.members import MemberSettings

COOKIE: Final = "fengsui_session"
SECONDS: Final = 12 * 3600
# A session that is so old is made anew with the next page.
RENEWED_SECONDS: Final = 3600
_PURPOSE: Final = "session"


class Session(msgspec.Struct, frozen=True):
    """Whose it is, since when, and the mark of the password that opened it."""

    member: str
    since: int
    of: str


class Sessions:
    """The sessions of the members who have a login."""

    def __init__(self, members: tuple[MemberSettings, ...], tokens: Tokens) -> None:
        self._logins = {one.name: one.login for one in members if one.login is not None}
        self._tokens = tokens

    @property
    def are_needed(self) -> bool:
        """Whether anybody has a login: then everybody needs one."""
        return bool(self._logins)

    def login_of(self, member: str) -> str | None:
        """Return the password's hash of a member, None where there is none."""
        return self._logins.get(member)

    def member_of(self, request: HTTPConnection, now: datetime) -> str | None:
        """Return whose session the request brings, None where it brings none that holds."""
        session = self._read(request, now)
        return session.member if session is not None else None

    def is_stale(self, request: HTTPConnection, now: datetime) -> bool:
        """Say whether the session is to be made anew."""
        session = self._read(request, now)
        return session is not None and now.timestamp() - session.since > RENEWED_SECONDS

    def begin(self, answer: Response, member: str, now: datetime, *, secure: bool) -> None:
        """Give `member` a session with the answer."""
        at = int(now.timestamp())
        session = Session(member, at, _mark(self._logins[member]))
        text = self._tokens.made(_PURPOSE, msgspec.to_builtins(session), at)
        answer.set_cookie(
            COOKIE, text, max_age=SECONDS, httponly=True, secure=secure, samesite="lax"
        )

    def end(self, answer: Response) -> None:
        """Take the session back with the answer."""
        answer.delete_cookie(COOKIE)

    def _read(self, request: HTTPConnection, now: datetime) -> Session | None:
        text = request.cookies.get(COOKIE, "")
        at = int(now.timestamp())
        session = self._tokens.read(_PURPOSE, text, Session, SECONDS, at) if text else None
        if session is None:
            return None
        login = self._logins.get(session.member)
        return session if login is not None and session.of == _mark(login) else None


def _mark(login: str) -> str:
    """Return what tells one password's hash from another, and nothing of it."""
    return sha256(login.encode()).hexdigest()[:16]

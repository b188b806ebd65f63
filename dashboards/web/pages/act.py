"""What the reader does to an incident: a form, an action of the desk, and back to the page."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.web.security.forms import form_of
from dashboards.web.site import Notice, incident_path, site_of, tell_next
from fengsui.desk.desk import Desk, Outcome
from fengsui.services import Services
from records import ActionKind, Via, subject_of
from records.action import INCIDENT

# What the page offers, and the fields of each.
OFFERED: Final[Mapping[str, tuple[str, ...]]] = {
    "claim": (),
    "unclaim": (),
    "assign": ("to",),
    "note": ("text",),
    "level": ("level",),
    "resolve": ("cause",),
    "false_alarm": ("cause",),
    "not_us": ("cause",),
    "reopen": (),
    "silence": ("reason",),
    "unsilence": (),
}
# How long a silence may be asked for, in hours.
HOURS: Final = ("1", "4", "12", "24", "72")
KEY: Final = 120


async def act(request: Request) -> Response:
    """Do what the form asks for, and show the incident again with what became of it."""
    site = site_of(request)
    form = await form_of(request, site.tokens)
    member = site.member(request)
    kind, key, click = form.get("kind", ""), form.get("key", ""), form.get("click", "")
    if kind not in OFFERED or member is None or not 0 < len(click) <= KEY:
        raise HTTPException(400)
    now = site.clock()
    data = _data(form, kind, now)

    def do(services: Services) -> Outcome:
        desk = Desk(services.ledger, site.settings, lambda: now)
        subject = subject_of(INCIDENT, key)
        return desk.act(desk.new(ActionKind(kind), subject, member, Via.WEB, click, **data))

    outcome = await site.readers.read(do)
    site.readers.forget()
    answer = RedirectResponse(incident_path(key), 303)
    notice = Notice(str(outcome.kind), outcome.by, outcome.reason)
    tell_next(answer, site, notice, secure=site.is_secure(request))
    return answer


def _data(form: Mapping[str, str], kind: str, now: datetime) -> dict[str, str]:
    data = {name: form.get(name, "").strip() for name in OFFERED[kind]}
    if kind == "silence":
        hours = form.get("hours", HOURS[0])
        if hours not in HOURS:
            raise HTTPException(400)
        # Orange and above is silenced only by who says that harm is meant too.
        data["also_safety"] = "yes" if form.get("also_safety") == "yes" else ""
        data["until"] = (now + timedelta(hours=int(hours))).isoformat()
    return data

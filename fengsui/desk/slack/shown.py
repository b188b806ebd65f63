"""What Slack shows to the one who asked: a list of incidents, or the home of a member.

Limits: https://docs.slack.dev/reference/views/home-tab-views/ (100 blocks).
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import one_line
from alerts.messages.symbols import EMOJI
from alerts.notify.slack.blocks import SECTION_LIMIT, escape
from alerts.notify.slack.buttons import PREFIX, VALUE_LIMIT
from fengsui.desk.desk import CaseView, IncidentView
from fengsui.desk.words import clock_text
from fengsui.wording.words import say
from records.language import LEVEL_NAMES, Language

LISTED: Final = 15
CASES: Final = 15
TITLE: Final = 60
BRAND: Final = 30
KEY: Final = 120

Json = dict[str, Any]


def listed(views: Sequence[IncidentView], language: Language) -> str:
    """Return incidents in mrkdwn, one a line, the worst first."""
    if not views:
        return escape(say(language, "slack.none"))
    lines = [line_of(view, language) for view in views[:LISTED]]
    if len(views) > LISTED:
        lines.append(escape(say(language, "slack.more", count=len(views) - LISTED)))
    return "\n".join(lines)[:SECTION_LIMIT]


def line_of(view: IncidentView, language: Language) -> str:
    """Return an incident in one line of mrkdwn; what people and posts wrote is escaped."""
    incident, state = view.incident, view.state
    level = state.level or incident.level
    owner = (
        say(language, "desk.owned", owner=state.owner, at=clock_text(state.owner_since))
        if state.owner and state.owner_since
        else say(language, "desk.nobody")
    )
    title = one_line(incident.title, TITLE) or say(language, "slack.untitled")
    parts = (
        f"{EMOJI[level]} {LEVEL_NAMES[language][level]}",
        one_line(incident.subject, BRAND),
        title,
        one_line(owner, KEY),
    )
    return " · ".join(map(escape, parts)) + f"  {escape(one_line(incident.key, KEY))}"


def home(
    mine: Sequence[IncidentView],
    unclaimed: Sequence[IncidentView],
    cases: Sequence[CaseView],
    language: Language,
) -> Json:
    """Return a member's home: what is theirs, what nobody has, and their cases."""
    blocks = [
        *_part(say(language, "slack.home.mine"), mine, language),
        *_part(say(language, "slack.home.unclaimed"), unclaimed, language),
        _header(say(language, "slack.home.cases")),
        *_cases(cases, language),
    ]
    return {"type": "home", "blocks": blocks}


def greeting(text: str) -> Json:
    """Return the home of somebody whom the settings do not name."""
    return {"type": "home", "blocks": [_section(escape(text))]}


def _part(heading: str, views: Sequence[IncidentView], language: Language) -> Iterator[Json]:
    yield _header(heading)
    if not views:
        yield _section(escape(say(language, "slack.none")))
    for view in views[:LISTED]:
        block = _section(line_of(view, language))
        key = view.incident.key
        if not view.state.owner and len(key) <= VALUE_LIMIT:
            label = CATALOGUES[language]["button.claim"]
            block["accessory"] = {
                "type": "button",
                "action_id": f"{PREFIX}claim",
                "text": {"type": "plain_text", "text": label, "emoji": False},
                "value": key,
            }
        yield block


def _cases(views: Sequence[CaseView], language: Language) -> Iterator[Json]:
    if not views:
        yield _section(escape(say(language, "slack.none")))
    for view in views[:CASES]:
        case = view.case
        parts = (one_line(case.brand, BRAND), one_line(case.title, TITLE))
        due = say(language, "slack.due", at=clock_text(case.due_at))
        yield _section(" · ".join(map(escape, (*parts, due))))


def _header(text: str) -> Json:
    return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}

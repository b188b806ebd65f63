"""A draft of what a brand says about an incident, for a person to approve.

Written by template from what is known: the incident, its cases, what people ask for. It quotes
nobody, promises nothing, and names no cause, since nobody has verified one.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.delivery.routing import receivers_of
from alerts.messages.format import clock_time, number, one_line
from alerts.messages.message import Message, Section
from fengsui.desk.send_once import Announcement, DeliverySummary, send_once
from fengsui.services import Services
from nlp.complaints.rules import CATEGORIES
from records import Case, CaseStatus, Incident, IncidentStatus
from records.language import Language

NAMED: Final = 4
BRAND_LIMIT: Final = 30
# Complaints before the first unusual tick belong to the story.
LEAD: Final = timedelta(hours=1)

WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "title": "回应稿（已批准）· {brand}",
        "heading": "对外回应",
        "opening": "自 {since} 起，我们注意到有顾客反映{brand}的{categories}问题，"
        "我们已经看到，也在认真核实。",
        "opening.plain": "自 {since} 起，我们注意到有顾客对{brand}提出批评，"
        "我们已经看到，也在认真核实。",
        "cases": "目前登记的投诉共 {count} 件，我们会逐一联系当事顾客。",
        "demands": "大家提出的诉求主要是{demands}，每一项我们都会给出答复。",
        "closing": "核实的结果和处理办法，我们会在这里公布。给您带来的困扰，我们深表歉意。",
        "joiner": "、",
    },
    "en": {
        "title": "Reply (approved) · {brand}",
        "heading": "Public reply",
        "opening": "Since {since}, customers have told of problems with {brand}: {categories}. "
        "We have seen it and are looking into it.",
        "opening.plain": "Since {since}, customers have criticised {brand}. "
        "We have seen it and are looking into it.",
        "cases": "Complaints on record: {count}. We will contact each of these customers.",
        "demands": "What is mostly asked for: {demands}. We will answer each of these points.",
        "closing": "We will publish here what we find and what we do about it. "
        "We are sorry for the trouble.",
        "joiner": ", ",
    },
}


class NoIncident(Exception):
    """There is no such incident, or none is open."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply in both languages, about the incident with the key `incident`."""

    incident: str
    zh: str
    en: str


def choose(services: Services, key: str) -> Incident:
    """Return the brand's incident of `key`, or the worst open one where `key` is empty.

    Raises:
        NoIncident: there is none.
    """
    if key:
        found = services.ledger.incident(key)
        if found is None or found.is_operational:
            raise NoIncident(f"no brand has an incident {one_line(key, 80)!r}")
        return found
    open_now = [one for one in services.ledger.open_incidents() if not one.is_operational]
    if not open_now:
        raise NoIncident("no incident is open")
    return min(open_now, key=lambda one: (-one.level, one.opened_at, one.key))


def draft(services: Services, incident: Incident) -> Draft:
    """Return the draft about `incident`, from the cases that it brought."""
    cases = [
        case
        for case in services.ledger.cases(incident.brand)
        if case.status is not CaseStatus.RESOLVED and _belongs(case, incident)
    ]
    return Draft(incident.key, _written(incident, cases, "zh"), _written(incident, cases, "en"))


def _belongs(case: Case, incident: Incident) -> bool:
    ended = incident.recovered_at if incident.status is IncidentStatus.RECOVERED else None
    late = ended is not None and case.first_seen > ended
    return case.updated_at >= incident.opened_at - LEAD and not late


def _written(incident: Incident, cases: list[Case], language: Language) -> str:
    words = WORDS[language]
    categories = Counter(case.category for case in cases if case.category != "other")
    demands = Counter(demand for case in cases for demand in case.demands)
    named = [getattr(CATEGORIES[key], language) for key, _ in categories.most_common(2)]
    asked = [one_line(demand, 12) for demand, _ in demands.most_common(NAMED)]
    values = {
        "since": clock_time(incident.opened_at, incident.updated_at),
        "brand": one_line(incident.brand, BRAND_LIMIT),
        "categories": words["joiner"].join(named),
        "count": number(len(cases), language),
        "demands": words["joiner"].join(asked),
    }
    keys = ["opening" if named else "opening.plain"]
    keys += ["cases"] if cases else []
    keys += ["demands"] if asked else []
    return "\n".join(words[key].format(**values) for key in (*keys, "closing"))


def key_of(made: Draft) -> str:
    """Return the natural key of the approved draft; it holds that of its incident."""
    digest = hashlib.blake2b("\0".join((made.zh, made.en)).encode(), digest_size=6).hexdigest()
    return f"reply@{made.incident}@{digest}"


def message_of(made: Draft, incident: Incident, language: Language) -> Message:
    """Return the approved draft as a message; both languages stand in it, the reader's first."""
    words, brand = WORDS[language], one_line(incident.brand, BRAND_LIMIT)
    texts = (made.zh, made.en) if language == "zh" else (made.en, made.zh)
    return Message(
        language,
        title=words["title"].format(brand=brand),
        sections=tuple(
            Section(words["heading"], tuple(text.split("\n")), "reply", listed=True)
            for text in texts
        ),
    )


def readers_of(services: Services, incident: Incident) -> tuple[str, ...]:
    """Return the receivers that were notified of the incident, or would be now."""
    notified = (n.receiver for n in services.ledger.notifications(incident.key))
    return tuple(dict.fromkeys((*notified, *receivers_of(incident, services.settings.routes))))


def send(services: Services, made: Draft, clock: Callable[[], datetime]) -> DeliverySummary:
    """Post an approved draft to those who know of its incident, into the incident's threads.

    Raises:
        NoIncident: the incident is gone.
    """
    incident = choose(services, made.incident)
    announcement = Announcement(
        key_of(made),
        f"reply.{incident.key}",
        lambda language: message_of(made, incident, language),
        incident,
    )
    return send_once(services, announcement, clock, readers_of(services, incident))

"""What an alert says to its reader, before any channel gives it a form.

The first screen is all that is sent of most changes (`compose`); the incident's first message is
kept up to date with `present`; what it rests on is the thread's first answer
(`alerts.messages.evidence_message`). Hostile text is made harmless in `alerts.messages.format`.
"""

from dataclasses import replace
from urllib.parse import quote

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.follow_up.handling import how_ended, is_ended, is_handled, standing
from alerts.messages.format import clock_time, cut, duration, one_line, safe_link
from alerts.messages.message import Anchor, Line, Message, Section
from alerts.messages.ops_text import circumstances, next_step, what_happened
from alerts.messages.playbook.playbook import Playbook, shipped
from alerts.messages.screen import Screen
from alerts.messages.symbols import EMOJI, RECOVERED_EMOJI
from alerts.messages.titles import Titles
from records import Alert, Change
from records.language import Language

OPS_TITLE = 120
SUBJECT = 30

# What the whole channel should see, not only those who follow the thread.
BROADCAST = frozenset({Change.RAISED, Change.REOPENED, Change.NEW_STORY, Change.JOINED})


def compose(alert: Alert, language: Language = "zh", playbook: Playbook | None = None) -> Message:
    """Return what `alert` says in `language`: a title and at most seven lines.

    `playbook` is the team's own, in that language; None is the one that ships.
    """
    if alert.incident.is_operational:
        return _operational(alert, language)
    screen = Screen(alert, language, CATALOGUES[language], playbook or shipped(language))
    return _message(screen, Titles(screen).title(), screen.lines())


def present(alert: Alert, language: Language = "zh", playbook: Playbook | None = None) -> Message:
    """Return the incident's first message as of `alert`: what happened, present level, numbers."""
    if alert.incident.is_operational:
        return _operational(alert, language)
    screen = Screen(alert, language, CATALOGUES[language], playbook or shipped(language))
    return _message(screen, Titles(screen).root(), screen.lines(as_root=True))


def _message(screen: Screen, title: str, lines: tuple[Line, ...]) -> Message:
    alert = screen.alert
    more = screen.say("more", incident=one_line(alert.incident.key, OPS_TITLE))
    return Message(
        language=screen.language,
        title=title,
        level=alert.incident.level,
        recovered=alert.change is Change.RECOVERED or is_ended(alert),
        screen=lines,
        closing=(Section(screen.words["heading.more"], (more,), "more"),),
        broadcast=alert.change in BROADCAST,
        alert=alert,
    )


def _operational(alert: Alert, language: Language) -> Message:
    """Return the words for a source, a step or a receiver that fails: it has no posts to show."""
    words, incident = CATALOGUES[language], alert.incident
    recovered = alert.change is Change.RECOVERED or is_ended(alert)
    level = words[f"level.{incident.level.name.lower()}"]
    state = (
        f"{RECOVERED_EMOJI} {how_ended(alert, words)}"
        if recovered
        else f"{EMOJI[incident.level]} {level}"
    )
    subject = one_line(incident.subject, SUBJECT)
    title = cut(f"{state} · {subject} · {what_happened(alert, language)}", OPS_TITLE)
    until = incident.recovered_at or alert.at
    said = words["ops.lasted" if recovered else "ops.since"].format(
        since=clock_time(alert.since, alert.at),
        until=clock_time(until, alert.at),
        duration=duration(until - alert.since, words),
    )
    following = next_step(alert, language)
    handled = (standing(alert, words),) if is_handled(alert) else ()
    return Message(
        language=language,
        title=title,
        level=incident.level,
        recovered=recovered,
        summary=(said, *circumstances(alert, language), *handled),
        closing=(Section(words["heading.next"], (following,), "next"),),
        alert=alert,
    )


def incident_address(page: str | None, key: str) -> str:
    """Return where the page at `page` shows the incident of `key`; nothing where there is none.

    An address that would be too long for a channel is none.
    """
    return safe_link(f"{page.rstrip('/')}/incidents/{quote(key, safe='@')}") if page else ""


def linked(message: Message, page: str | None) -> Message:
    """Return the message of an alert with a link to its incident behind its last line.

    A message without such lines gets its first fact as one. Without a page nothing changes.
    """
    address = incident_address(page, message.alert.incident.key) if message.alert else ""
    if not address:
        return message
    anchor = Anchor(CATALOGUES[message.language]["open.incident"], address)
    if message.screen:
        *others, last = message.screen
        return replace(message, screen=(*others, replace(last, links=(*last.links, anchor))))
    said, *rest = message.summary or ("",)
    return replace(message, screen=(Line(said, (anchor,), "page"),), summary=tuple(rest))

"""What to tell those who act, and those who read the log, in their language.

The texts are raw: what people wrote stands in them as it is. Each place escapes it in its own way
(`printable` on a terminal, mrkdwn in Slack, HTML on the page).
"""

from datetime import datetime

from fengsui.desk.members import CLOCK
from fengsui.desk.rules import Outcome, OutcomeKind
from fengsui.desk.states import HandlingState
from fengsui.wording.words import say
from records import Action, ActionKind
from records.action import CASE, INCIDENT, level_named, time_of
from records.language import LEVEL_NAMES, Language
from records.time import BEIJING

_SLOTS = ("to", "text", "level", "into", "cause", "until", "reason", "severity", "category")


def outcome_text(outcome: Outcome, language: Language) -> str:
    """Return what became of an action, in one line."""
    action, kind = outcome.action, outcome.kind
    subject = subject_text(action)
    if kind is OutcomeKind.REFUSED:
        slots = {"actor": actor_text(action.actor, language), "to": action.data.get("to", "")}
        said = say(language, f"desk.refused.{outcome.reason}", **slots)
        return f"{subject}: {said}" if language == "en" else f"{subject}：{said}"
    by = actor_text(outcome.by, language)
    if kind is not OutcomeKind.SECOND:
        did = did_text(action, language)
        return say(language, f"desk.outcome.{kind}", subject=subject, did=did)
    at = _since(outcome)
    key = outcome.reason or ("second_at" if at else "second")
    return say(language, f"desk.outcome.{key}", subject=subject, by=by, at=at)


def did_text(action: Action, language: Language) -> str:
    """Return what was done, without who did it."""
    slots = {name: action.data.get(name, "") for name in _SLOTS}
    if (level := level_named(slots["level"])) is not None:
        slots["level"] = LEVEL_NAMES[language][level]
    elif action.kind is ActionKind.LEVEL:
        slots["level"] = "—"
    if (until := time_of(slots["until"])) is not None:
        slots["until"] = clock_text(until)
    return say(language, f"desk.did.{action.kind}", **slots)


def actor_text(actor: str, language: Language) -> str:
    """Return the name of who acted."""
    return say(language, "desk.clock") if actor == CLOCK else actor


def subject_text(action: Action) -> str:
    """Return the key of what was acted on; of incidents and cases the sort goes without saying."""
    is_plain = action.about in {INCIDENT, CASE}
    return action.subject_key if is_plain else action.subject


def clock_text(at: datetime) -> str:
    """Return a time as the desk shows it, by Beijing's clock."""
    return f"{at.astimezone(BEIJING):%m-%d %H:%M}"


def _since(outcome: Outcome) -> str:
    """Return since when it is as the one who was first made it, nothing where that is unknown."""
    state = outcome.state
    if not isinstance(state, HandlingState):
        return ""
    at = state.ended_at or state.owner_since
    return clock_text(at) if at is not None else ""

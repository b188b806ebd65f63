"""What an alert says of a source that cannot be read, or of a step that fails."""

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import one_line
from records import Alert, Change
from records.language import Language

REASON_LIMIT = 60

# The reasons that have words of their own; any other is shown as it is.
LOGIN = "login"
REFUSED = "refused"
UNREAD = "unread"


def what_happened(alert: Alert, language: Language) -> str:
    """Return in a few words what is wrong, or that it is over."""
    kind = alert.incident.kind
    if alert.change is Change.RECOVERED:
        return CATALOGUES[language][f"what.{kind}.recovered"]
    return _phrase(f"what.{kind}", alert, language)


def circumstances(alert: Alert, language: Language) -> tuple[str, ...]:
    """Return why it is so, where that is not said yet, and what follows; nothing afterwards."""
    if alert.change is Change.RECOVERED:
        return ()
    words = CATALOGUES[language]
    reason = one_line(_reason(alert), REASON_LIMIT)
    named = f"what.{alert.incident.kind}.{reason}" in words or reason == UNREAD
    because = () if named or not reason else (words["because"].format(reason=reason),)
    return (*because, words[f"effect.{alert.incident.kind}"])


def next_step(alert: Alert, language: Language) -> str:
    """Return what a person should do."""
    if alert.change is Change.RECOVERED:
        return CATALOGUES[language][f"next.{alert.incident.kind}.recovered"]
    return _phrase(f"next.{alert.incident.kind}", alert, language)


def _phrase(key: str, alert: Alert, language: Language) -> str:
    words = CATALOGUES[language]
    return words.get(f"{key}.{_reason(alert)}", words[key])


def _reason(alert: Alert) -> str:
    return alert.incident.evidence[0].kind if alert.incident.evidence else ""

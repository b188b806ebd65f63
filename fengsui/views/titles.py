"""What an incident is called: what happened, in the words of the posts where there are any."""

from typing import Final

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import one_line
from alerts.messages.playbook.playbook import shipped
from alerts.messages.screen import Screen
from alerts.messages.titles import Titles
from records import Incident
from records.language import Language
from store.ledger.ledger import Ledger

LIMIT: Final = 80


def title_of(ledger: Ledger, incident: Incident, language: Language) -> str:
    """Return what an incident about a brand is about, without level and brand.

    Where no post has words for it, say what is more than usual.
    """
    if incident.title:
        return one_line(incident.title, LIMIT)
    alerts = ledger.alerts(incident.key)
    if not alerts:
        return CATALOGUES[language]["cause.negative"]
    screen = Screen(alerts[-1], language, CATALOGUES[language], shipped(language))
    return Titles(screen).what()

"""What messages say, composed when they are sent; an application may have texts of its own."""

from collections.abc import Mapping

from alerts.messages.compose import compose, linked, present
from alerts.messages.evidence_message import evidence
from alerts.messages.message import Message
from alerts.messages.playbook.playbook import Playbook
from records import Alert
from records.language import Language


class Texts:
    """The texts of alerts; `playbooks` are a team's own, by language, else those that ship.

    `page` is the address of the page that they link to, None where there is none.
    """

    def __init__(
        self, playbooks: Mapping[Language, Playbook] | None = None, page: str | None = None
    ) -> None:
        self._playbooks = playbooks or {}
        self._page = page

    def alert(self, alert: Alert, language: Language) -> Message:
        """Return what an alert says."""
        return linked(compose(alert, language, self._playbooks.get(language)), self._page)

    def present(self, alert: Alert, language: Language) -> Message:
        """Return what the incident's first message says after the newest alert."""
        return linked(present(alert, language, self._playbooks.get(language)), self._page)

    def evidence(self, alert: Alert, language: Language, *, pictures: bool) -> Message:  # noqa: ARG002 - for texts that draw
        """Return what the incident rests on; `pictures` says whether the channel shows any."""
        return evidence(alert, language, self._playbooks.get(language))

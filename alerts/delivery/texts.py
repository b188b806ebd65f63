"""What messages say, composed when they are sent; an application may have texts of its own."""

from alerts.messages.compose import compose
from alerts.messages.message import Message
from records import Alert
from records.language import Language


class Texts:
    """The texts that ship: the alert, the first message as it stands now, and the evidence."""

    def alert(self, alert: Alert, language: Language) -> Message:
        """Return what an alert says."""
        return compose(alert, language)

    def present(self, alert: Alert, language: Language) -> Message:
        """Return what the incident's first message says after the newest alert."""
        return compose(alert, language)

    def evidence(self, alert: Alert, language: Language, *, pictures: bool) -> Message:  # noqa: ARG002 - for texts that draw
        """Return what the incident rests on; `pictures` says whether the channel shows any."""
        from alerts.messages.evidence_message import evidence  # noqa: PLC0415

        return evidence(alert, language)

"""The texts of messages with the application's charts in them."""

import logging
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from alerts.delivery.texts import Texts
from alerts.messages.catalogue import LANGUAGES
from alerts.messages.follow_up.duty import with_duty
from alerts.messages.follow_up.handling import with_handling
from alerts.messages.message import Message, Picture
from alerts.messages.playbook.playbook import Playbook, PlaybookError, read_playbook
from fengsui.chart.counted import timeline_of
from fengsui.desk.duty.on_call import on_call_for
from fengsui.desk.states import fold_incident
from fengsui.desk.updates import handling_of
from fengsui.services import Services
from fengsui.stores.open import opened_store
from records import Alert, Change, Handling, Level, subject_of
from records.action import INCIDENT
from records.language import Language
from records.time import MINUTE

log = logging.getLogger(__name__)

STEP: Final = 10 * MINUTE
# What calls the person on duty, from orange on.
CALLING: Final = frozenset({Change.OPENED, Change.REOPENED, Change.RAISED})
WORDS: Final = {
    "zh": "{brand} 每 10 分钟的负面条数与基线",
    "en": "{brand}: negative posts in 10 minutes, and the baseline",
}


def playbooks_of(path: Path | None) -> dict[Language, Playbook]:
    """Return a team's playbook for each language, none where none is set.

    One that cannot be used is logged, and the one that ships takes its place: an alert does not
    wait for it.
    """
    if path is None:
        return {}
    try:
        return {language: read_playbook(path, language) for language in LANGUAGES}
    except PlaybookError as error:
        log.error("the playbook that ships is used: %s", error)  # noqa: TRY400 - no traceback helps
        return {}


class ChartedTexts(Texts):
    """The texts that ship, with what people make of the incident when they are composed.

    Evidence has the chart of its incident where the channel shows it. The chart is left out where
    it cannot be drawn: evidence without it is better than none.
    """

    def __init__(self, services: Services) -> None:
        settings = services.settings
        super().__init__(playbooks_of(settings.playbook), settings.page.url)
        self._services = services

    def alert(self, alert: Alert, language: Language) -> Message:
        """Return what an alert says, with who has its incident now, or who is on duty."""
        handling = self._handling(alert)
        message = super().alert(with_handling(alert, handling) if handling else alert, language)
        return self._with_duty(message, alert, handling, calls=alert.change in CALLING)

    def present(self, alert: Alert, language: Language) -> Message:
        """Return what the first message says now, with who has the incident; it calls nobody."""
        handling = self._handling(alert)
        message = super().present(with_handling(alert, handling) if handling else alert, language)
        return self._with_duty(message, alert, handling, calls=False)

    def _handling(self, alert: Alert) -> Handling | None:
        """Return what people made of the incident, None where nobody did anything."""
        done = self._services.ledger.actions([subject_of(INCIDENT, alert.incident.key)])
        return handling_of(fold_incident(done), alert.incident) if done else None

    def _with_duty(
        self, message: Message, alert: Alert, handling: Handling | None, *, calls: bool
    ) -> Message:
        settings, incident = self._services.settings, alert.incident
        is_over = message.recovered or incident.is_operational
        if not settings.on_call or is_over or (handling is not None and handling.owner):
            return message
        person = on_call_for(settings, incident.brand, alert.at)
        if person is None:
            return message
        return with_duty(message, person, calls=calls and incident.level >= Level.ORANGE)

    def evidence(self, alert: Alert, language: Language, *, pictures: bool) -> Message:
        """Return what the incident rests on, with its chart."""
        message = super().evidence(alert, language, pictures=pictures)
        if not pictures or message.picture is not None:
            return message
        try:
            return replace(message, picture=self._picture(alert, language))
        except Exception:
            log.warning("no chart could be drawn of %s", alert.incident.key, exc_info=True)
            return message

    def _picture(self, alert: Alert, language: Language) -> Picture:
        # Loading matplotlib takes a second, which nothing else should wait for.
        from fengsui.chart.png import png_chart  # noqa: PLC0415

        services = self._services
        # A store belongs to the thread that opened it, and this is a thread that sends.
        with opened_store(services.settings, services.ledger) as store:
            line = timeline_of(store, alert.incident, STEP, after=0 * MINUTE)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "chart.png"
            png_chart(line, path)
            words = WORDS[language].format(brand=alert.incident.subject)
            return Picture("chart.png", path.read_bytes(), words)

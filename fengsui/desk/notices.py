"""Notices to the receivers: each once, also when the task that sends them is run again."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.messages.catalogue import Language
from alerts.messages.notice import Notice
from alerts.notify.protocol import NotifyError, Teller
from fengsui.services import Services
from records import Receipt
from store.ledger.state import NOTICES, NoticeState

log = logging.getLogger(__name__)

# A sender that died can have sent at most so long ago.
DOUBT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Told:
    """To whom a notice went, who had it already, and who could not be told, with the reason."""

    sent: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


class NoticeFailed(Exception):
    """A notice did not reach every receiver; telling again reaches those that are left."""


def receivers_of_notices(services: Services) -> tuple[str, ...]:
    """Return the receivers of briefs and reviews: all that some route for every brand leads to.

    Where each route is for certain brands, that is all receivers that a route leads to.
    """
    routes = [route for route in services.settings.routes if not route.brands]
    routes = routes or list(services.settings.routes)
    return tuple(dict.fromkeys(name for route in routes for name in route.receivers))


def tell(
    services: Services,
    subject: str,
    write: Callable[[Language], Notice],
    now: datetime,
    *,
    receivers: Collection[str] | None = None,
    threads: Mapping[str, Receipt] | None = None,
) -> Told:
    """Send what `write` returns, in the language of each receiver, to those that lack it.

    `subject` names the series (daily brief, reply to an incident): of each series a receiver's last
    notice is remembered. `threads` holds receipts of messages to answer to, by receiver.
    """
    sent: list[str] = []
    known: list[str] = []
    failed: list[tuple[str, str]] = []
    for name in receivers if receivers is not None else receivers_of_notices(services):
        notice = write(_language_of(services, name))
        before = NOTICES.get(services.ledger, subject, name)
        if before == NoticeState(notice.key, is_sent=True):
            known.append(name)
            continue
        being_sent = NoticeState(notice.key, is_sent=False)
        NOTICES.set(services.ledger, being_sent, subject, name)
        try:
            _deliver(services, name, notice, now, before == being_sent, (threads or {}).get(name))
        except NotifyError as error:
            log.warning("%s was not told %s: %s", name, notice.key, error)
            failed.append((name, str(error)))
            continue
        NOTICES.set(services.ledger, NoticeState(notice.key, is_sent=True), subject, name)
        sent.append(name)
    return Told(tuple(sent), tuple(known), tuple(failed))


def check_told(told: Told) -> None:
    """Make sure that nobody was missed.

    Raises:
        NoticeFailed: somebody was.
    """
    if told.failed:
        raise NoticeFailed("; ".join(f"{name}: {why}" for name, why in told.failed))


def _deliver(
    services: Services,
    name: str,
    notice: Notice,
    now: datetime,
    doubtful: bool,
    thread: Receipt | None,
) -> None:
    notifier = services.notifiers.get(name)
    if not isinstance(notifier, Teller):
        raise NotifyError("this receiver takes no notices", retry=False)
    if doubtful and notifier.told(notice, now - DOUBT) is not None:
        return
    notifier.tell(notice, thread)


def _language_of(services: Services, receiver: str) -> Language:
    settings = (one for one in services.settings.receivers if one.name == receiver)
    return next((one.language for one in settings), services.settings.language)

"""Send what waits, and notice receivers that take nothing.

A receiver that fails is an operational incident that the other receivers get, and with it the
emergency receiver of the settings, if there is one.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from alerts.delivery.backoff import tried_until
from alerts.delivery.outbox import DispatchReport, dispatch
from alerts.delivery.sending import GIVEN_UP
from alerts.notify.protocol import Notifier, NotifyError
from fengsui.incidents.operational import close_operational, open_operational, operational_incidents
from fengsui.pipeline.texts import ChartedTexts
from fengsui.services import Services
from records import IncidentKind, Level, Notification, NotificationState
from records.time import HOUR
from store.ledger.state import VERIFIED

log = logging.getLogger(__name__)

# Receivers are verified again so often where a schedule starts a process a minute.
VERIFIED_EACH: Final = HOUR
AT_ONCE: Final = 32


class ReceiversFailing(Exception):
    """Receivers take no messages. What is for them waits; nothing is lost."""


def check_receivers(services: Services) -> None:
    """Make sure that no receiver of the settings has an open incident.

    Raises:
        ReceiversFailing: one has.
    """
    failing = operational_incidents(services, IncidentKind.RECEIVER)
    found = [
        f"{name}: {one.evidence[0].kind}"
        for name, one in sorted(failing.items())
        if name in services.notifiers
    ]
    if found:
        raise ReceiversFailing("; ".join(found))


def notify(
    services: Services,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    receivers: Collection[str] | None = None,
) -> DispatchReport:
    """Send what waits (for `receivers`, default all) and record what came of it.

    An incident about a receiver that this opens or closes is sent at once to those it serves.
    """
    report = _dispatch(services, clock, receivers)
    if _report_receivers(services, report, clock()):
        report += _dispatch(services, clock, receivers)
    return report


def _dispatch(
    services: Services, clock: Callable[[], datetime], receivers: Collection[str] | None
) -> DispatchReport:
    return dispatch(
        services.ledger,
        services.notifiers,
        clock,
        group_over=services.settings.group_over,
        receivers=receivers,
        texts=ChartedTexts(services),
    )


def _report_receivers(services: Services, report: DispatchReport, now: datetime) -> bool:
    """Open and close incidents about receivers; return whether there was anything to say."""
    if not report.failing and not report.working:
        return False
    known = operational_incidents(services, IncidentKind.RECEIVER)
    new = {name: why for name, why in report.failing.items() if name not in known}
    for name, why in new.items():
        kind, level = IncidentKind.RECEIVER, Level.ORANGE
        open_operational(services, kind, name, why, now, level=level)
    # One that the settings no longer have cannot come back.
    gone = known.keys() - services.notifiers.keys()
    over = sorted(report.working & known.keys() | gone)
    for name in over:
        close_operational(services, IncidentKind.RECEIVER, name, now)
    return bool(new or over)


def verify_receivers(
    services: Services, now: datetime, receivers: Collection[str] | None = None
) -> dict[str, str]:
    """Let each receiver say whether it could take a message; return what is wrong, by name.

    A fault is logged, and one that will not pass by itself opens an incident. Nothing stops.
    """
    names = [one for one in services.notifiers if receivers is None or one in receivers]
    if not names:
        return {}
    with ThreadPoolExecutor(min(AT_ONCE, len(names)), thread_name_prefix="verify") as threads:
        found = dict(
            zip(names, threads.map(lambda n: _fault_of(services.notifiers[n]), names), strict=True)
        )
    faults = {name: fault for name, fault in found.items() if fault is not None}
    for name, fault in faults.items():
        log.warning("receiver %s cannot be used now: %s", name, fault)
    lasting = {name: str(fault) for name, fault in faults.items() if not fault.retry}
    _report_receivers(services, DispatchReport(failing=lasting), now)
    return {name: str(fault) for name, fault in faults.items()}


def verify_if_due(services: Services, now: datetime) -> None:
    """Verify the receivers where nobody did within the hour."""
    last = VERIFIED.get(services.ledger)
    if last is None or not last <= now < last + VERIFIED_EACH:
        VERIFIED.set(services.ledger, now)
        verify_receivers(services, now)


def _fault_of(notifier: Notifier) -> NotifyError | None:
    check = getattr(notifier, "check", None)
    if check is None:
        return None
    try:
        check()
    except NotifyError as error:
        return error
    except Exception as error:  # noqa: BLE001 - a check may fail in any way, and stops nothing
        return NotifyError(type(error).__name__, retry=True)
    return None


def revive(services: Services, now: datetime) -> int:
    """Queue again what an older version gave up though its incident goes on; return how many.

    That version gave up after eight attempts, or at the first refusal.
    """
    ledger = services.ledger
    lost = [one for one in ledger.given_up() if not one.reason.startswith(GIVEN_UP)]
    wanted = [one for one in lost if _is_wanted(services, one, now)]
    ledger.record_all([_queued(one) for one in wanted])
    return len(wanted)


def _is_wanted(services: Services, notification: Notification, now: datetime) -> bool:
    key = notification.incident_key
    until = tried_until(notification, services.ledger.incident(key) if key else None)
    return until is None or now < until


def resend(services: Services, key: str | None = None, receiver: str | None = None) -> int:
    """Queue again, without a pause, what waits or was given up; return how many.

    `key` is that of an entry, of a message or of an incident.
    """
    found = [one for one in unsent(services, receiver) if key is None or key in _keys(one)]
    sending = NotificationState.SENDING
    chosen = [_queued(one) for one in found if one.state is not sending]
    services.ledger.record_all(chosen)
    return len(chosen)


def unsent(services: Services, receiver: str | None = None) -> Iterator[Notification]:
    """Yield what waits for its receiver, and then what was given up, oldest first."""
    yield from services.ledger.waiting(receiver)
    yield from services.ledger.given_up(receiver)


def _queued(notification: Notification) -> Notification:
    # A person who asks for it wants it now, whatever it was held for.
    return replace(notification, state=NotificationState.PENDING, retry_at=None, group="")


def _keys(notification: Notification) -> set[str]:
    return {notification.key, notification.message_key, notification.incident_key}

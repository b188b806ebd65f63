"""What became of everything: posts, alerts and incidents, read from the stores after the run."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from records import Incident, IncidentKind, Notification, NotificationState
from store.ledger.ledger import Ledger
from tests.soak.faults import FEED, JUNK, KILL, LOCK, RECEIVER, Faults
from tests.soak.servers import SoakedReceiver
from tests.soak.stream import BRANDS
from tests.soak.subject import CLOCK, DISK_FULL, LEDGER_GONE

STORES: Final = (LOCK, LEDGER_GONE, DISK_FULL, KILL, CLOCK)
_KEYS = "SELECT key FROM posts"


@dataclass(slots=True)
class Accounts:
    """The figures, and what is wrong with them: nothing, if nothing was lost."""

    figures: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def stored_keys(state: Path) -> set[str]:
    """Return the keys of the posts in the store."""
    path = state / "mentions.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)) as store:
        return {key for (key,) in store.execute(_KEYS)}


def of_posts(
    state: Path,
    ledger: Ledger,
    made: Mapping[str, Collection[str]],
    spoiled: Mapping[str, Collection[str]],
) -> Accounts:
    """Account for posts: in = stored + quarantined, each with its reason."""
    accounts = Accounts()
    stored = stored_keys(state)
    rejected = list(ledger.quarantined())
    held = "\n".join(one.raw for one in rejected if one.reason)
    every = set[str]().union(*made.values())
    for way, keys in made.items():
        lost = set(keys) - stored
        accounts.figures[f"{way}: posts"] = len(keys)
        if lost:
            accounts.wrong.append(f"{len(lost)} posts of {way} are lost: {sorted(lost)[:3]}")
    for way, marks in spoiled.items():
        unseen = [mark for mark in marks if mark not in held]
        accounts.figures[f"{way}: spoiled"] = len(marks)
        if unseen:
            accounts.wrong.append(f"{len(unseen)} lines of {way} left no trace: {unseen[:3]}")
    strange = stored - every
    if strange:
        accounts.wrong.append(f"{len(strange)} posts came from nowhere: {sorted(strange)[:3]}")
    accounts.figures |= {"stored": len(stored), "quarantined": len(rejected)}
    accounts.figures["reasons"] = ledger.quarantine_reasons()
    return accounts


def of_alerts(ledger: Ledger, receivers: Mapping[str, SoakedReceiver], kills: int) -> Accounts:
    """Account for alerts: each queued one was taken by its receiver, not much more than once."""
    accounts = Accounts()
    states: Counter[str] = Counter()
    named: set[tuple[str, str]] = set()
    for one in ledger.notifications():
        states[f"{one.receiver} {one.state.value}"] += 1
        named.add((one.incident_key, one.receiver))
        if why := _not_arrived(one, receivers[one.receiver]):
            accounts.wrong.append(f"{one.key} {why}")
    for incident in ledger.incidents():
        for name in receivers:
            about_it = incident.kind is IncidentKind.RECEIVER and incident.subject == name
            if not about_it and (incident.key, name) not in named:
                accounts.wrong.append(f"nothing about {incident.key} was queued for {name}")
    doubled = 0
    for name, receiver in receivers.items():
        for key, times in receiver.taken.items():
            doubled += times - 1
            if times - 1 > receiver.lost[key] + kills:
                accounts.wrong.append(f"{key} came {times} times to {name}")
    accounts.figures |= {"alerts": dict(states), "doubled": doubled}
    accounts.figures["answers lost"] = sum(r.lost.total() for r in receivers.values())
    accounts.figures["refused"] = sum(one.refused for one in receivers.values())
    return accounts


def _not_arrived(one: Notification, receiver: SoakedReceiver) -> str:
    """Return why a queued message did not reach its receiver, nothing where it did."""
    if one.state is NotificationState.SUPPRESSED:
        return ""
    if one.state is not NotificationState.SENT:
        return f"is {one.state.value}: {one.reason}"
    return "" if receiver.taken[one.message_key] or receiver.taken[one.bundle] else "never came"


def of_incidents(ledger: Ledger, faults: Faults, bursts: int) -> Accounts:
    """Account for incidents: each has a cause among the faults and bursts, and is over."""
    accounts = Accounts()
    found: Counter[str] = Counter()
    for incident in ledger.incidents():
        found[f"{incident.kind.value} {incident.subject or incident.brand}"] += 1
        causes = list(_causes(incident))
        by_fault = any(faults.explains(cause, incident.opened_at) for cause in causes)
        # The load is a thousand times what the history has, for each of the brands.
        by_load = incident.kind is IncidentKind.BRAND and incident.brand in BRANDS
        if not by_fault and not by_load:
            accounts.wrong.append(f"{incident.key} has no cause: {incident.reasons}")
    accounts.figures |= {"incidents": dict(found), "bursts": bursts, "faults": faults.count()}
    return accounts


def _causes(incident: Incident) -> Iterator[str]:
    """Yield the kinds of faults that may open an incident."""
    if incident.kind is IncidentKind.BRAND:
        return
    if incident.kind is IncidentKind.RECEIVER:
        yield RECEIVER
        return
    if incident.subject == "clock":
        yield CLOCK
        return
    yield from STORES
    if incident.kind is IncidentKind.COVERAGE:
        yield FEED
        yield JUNK


def shown(accounts: Accounts) -> str:
    """Return the figures, and what is wrong, to print."""
    body = json.dumps(accounts.figures, ensure_ascii=False, indent=1, default=str)
    return "\n".join([body, *(f"WRONG: {one}" for one in accounts.wrong[:50])])

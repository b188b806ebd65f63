"""When a task or a run fails for good, and when it succeeds again: people are notified, once."""

import logging
from collections.abc import Mapping
from typing import Any, Final

log = logging.getLogger(__name__)

# Why a run failed where its tasks did, each of which has told so already.
TOLD: Final = "task_failure"


def tell_failure(context: Mapping[str, Any]) -> None:
    """Open an incident of kind pipeline about the task, and tell the receivers."""
    error = context.get("exception")
    _open(_name(context), type(error).__name__ if error is not None else "unknown")


def tell_run_failure(context: Mapping[str, Any]) -> None:
    """Open an incident about a run that failed as a whole: it took too long, or got stuck."""
    reason = str(context.get("reason") or "unknown")
    if reason != TOLD:
        _open(_dag(context), reason)


async def tell_late(context: Mapping[str, Any], name: str) -> None:
    """Open an incident about the DAG `name`, whose run is not over by its deadline."""
    from asgiref.sync import sync_to_async

    log.warning("%s is late: %s", name, context.get("dag_run"))
    await sync_to_async(_open)(name, "late")


def tell_success(context: Mapping[str, Any]) -> None:
    """Let the incidents about the task and its DAG recover, if there are any, and tell of it."""
    from fengsui.incidents.operational import close_operational
    from fengsui.pipeline import steps
    from fengsui_airflow.services import now, opened
    from records import IncidentKind

    names = (_name(context), _dag(context))
    try:
        with opened() as services:
            closed = [
                close_operational(services, IncidentKind.PIPELINE, name, now()) for name in names
            ]
            if any(closed):
                steps.notify(services)
    except Exception:
        log.exception("nobody could be told that %s is well again", names[0])


def _open(name: str, reason: str) -> None:
    from fengsui.incidents.operational import open_operational
    from fengsui.pipeline import steps
    from fengsui_airflow.services import now, opened
    from records import IncidentKind, Level
    from store.errors import StoreError

    try:
        with opened() as services:
            open_operational(
                services, IncidentKind.PIPELINE, name, reason, now(), level=Level.ORANGE
            )
            steps.notify(services)
    except StoreError as error:
        log.exception("nobody could be told that %s failed", name)
        _tell_away(error)
    except Exception:
        # Whatever stops the alert (settings, a store, a receiver) is most likely what failed the
        # task; its own failure must stay the one that is seen.
        log.exception("nobody could be told that %s failed", name)


def _tell_away(error: Exception) -> None:
    """Tell the emergency receiver, which needs no ledger, that the ledger is away."""
    from fengsui.health.emergency import Emergency
    from fengsui_airflow.connections import connected
    from fengsui_airflow.services import now, settings

    try:
        with connected(settings()) as known:
            Emergency(known).away(error, now(), waits=True)
    except Exception:
        log.exception("the emergency receiver was not reached either")


def _name(context: Mapping[str, Any]) -> str:
    task = context["ti"]
    return f"{task.dag_id}.{task.task_id}"


def _dag(context: Mapping[str, Any]) -> str:
    """Return the DAG's id, from a task's context or a run's."""
    run = context.get("dag_run") or context["ti"]
    return str(run.dag_id)

"""When a task fails for good, and when it succeeds again: people are notified, once."""

import logging
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)


def tell_failure(context: Mapping[str, Any]) -> None:
    """Open an incident of kind pipeline about the task, and tell the receivers."""
    from fengsui.incidents.operational import open_operational
    from fengsui.pipeline import steps
    from fengsui_airflow.services import now, opened
    from records import IncidentKind, Level

    error = context.get("exception")
    reason = type(error).__name__ if error is not None else "unknown"
    try:
        with opened() as services:
            open_operational(
                services, IncidentKind.PIPELINE, _name(context), reason, now(), level=Level.ORANGE
            )
            steps.notify(services)
    except Exception:
        # Whatever stops the alert (settings, a store, a receiver) is most likely what failed the
        # task; its own failure must stay the one that is seen.
        log.exception("nobody could be told that %s failed", _name(context))


def tell_success(context: Mapping[str, Any]) -> None:
    """Let the incident about the task recover, if there is one, and tell the receivers."""
    from fengsui.incidents.operational import close_operational
    from fengsui.pipeline import steps
    from fengsui_airflow.services import now, opened
    from records import IncidentKind

    try:
        with opened() as services:
            if close_operational(services, IncidentKind.PIPELINE, _name(context), now()):
                steps.notify(services)
    except Exception:
        log.exception("nobody could be told that %s is well again", _name(context))


def _name(context: Mapping[str, Any]) -> str:
    task = context["ti"]
    return f"{task.dag_id}.{task.task_id}"

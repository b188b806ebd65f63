"""Failures of any DAG as incidents of fengsui: `on_failure_callback=[OpenIncident()]`."""

from typing import Any

from airflow.sdk import BaseNotifier

from fengsui_airflow.callbacks import tell_failure, tell_success


class OpenIncident(BaseNotifier):
    """Opens an incident of kind pipeline about the task that failed, and tells the receivers."""

    def notify(self, context: Any) -> None:
        """Open it, once."""
        tell_failure(context)


class CloseIncident(BaseNotifier):
    """Lets the incident about a task recover when it succeeds, and tells the receivers."""

    def notify(self, context: Any) -> None:
        """Close it, if there is one."""
        tell_success(context)

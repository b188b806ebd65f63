"""A person says yes or no."""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator

PATIENCE = timedelta(hours=24)


def approval(task_id: str, *, subject: str, body: str) -> Any:
    """Return the task that waits for a person, for at most a day; silence is a failure, not a yes.

    What follows it is skipped when it is rejected. It is asked once: a repetition would ask again.
    """
    return ApprovalOperator(
        task_id=task_id,
        subject=subject,
        body=body,
        response_timeout=PATIENCE,
        execution_timeout=None,
        retries=0,
        pool="index",
    )

"""Starts a DAG from the API server, where the page lives."""

from typing import Any

from airflow._shared.timezones import timezone
from airflow.api.common.trigger_dag import trigger_dag
from airflow.utils.types import DagRunTriggeredByType, DagRunType


def start(dag_id: str, conf: dict[str, Any], by: str) -> None:
    """Queue a run of `dag_id`; Airflow's own form does no more.

    Raises:
        AirflowException: there is no such DAG, or it takes no such values.
    """
    trigger_dag(
        dag_id=dag_id,
        run_type=DagRunType.MANUAL,
        triggered_by=DagRunTriggeredByType.UI,
        triggering_user_name=by,
        run_after=timezone.utcnow(),
        conf=conf,
    )

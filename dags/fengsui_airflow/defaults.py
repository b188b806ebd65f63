"""What every DAG has in common.

Imported whenever a DAG file is parsed: nothing here, nor above the tasks in the DAG files, may load
the application or reach a database. Of the settings only the names of the sources are read.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from airflow.sdk import (
    Asset,
    AssetOrTimeSchedule,
    CronDataIntervalTimetable,
)

# Their names in the SDK itself are not typed.
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from fengsui_airflow.callbacks import tell_failure, tell_late, tell_run_failure, tell_success
from fengsui_airflow.names import DAGS
from fengsui_airflow.retry_policy import OnlyWhereItHelps

OWNER: Final = "fengsui"
SHANGHAI: Final = "Asia/Shanghai"
HOUR: Final = timedelta(hours=1)
# Never read: it only has to lie before the first run.
START: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - Airflow reads it in the timetable's own zone

# Of a scheme that begins with x- Airflow asks no provider, each of which it would load for that.
POSTS: Final = Asset("fengsui_posts", uri="x-fengsui://posts", group="fengsui")
MENTIONS: Final = Asset("fengsui_mentions", uri="x-fengsui://mentions", group="fengsui")


def dag_defaults(dag_id: str, *, minutes: float = 10, **default_args: Any) -> dict[str, Any]:
    """Return the arguments that the DAG `dag_id` takes; a run is given up after `minutes`."""
    tag, shown, described = DAGS[dag_id]
    return {
        "dag_id": dag_id,
        "dag_display_name": shown,
        "description": described,
        "on_failure_callback": [tell_run_failure],
        "start_date": START,
        "catchup": False,
        "max_active_runs": 1,
        "dagrun_timeout": timedelta(minutes=minutes),
        "tags": ["fengsui", tag],
        "default_args": {
            "owner": OWNER,
            "retries": 2,
            "retry_delay": timedelta(seconds=5),
            "retry_exponential_backoff": 2.0,
            "max_retry_delay": timedelta(minutes=5),
            "retry_policy": OnlyWhereItHelps(),
            "execution_timeout": timedelta(minutes=5),
            # Lists: Airflow calls those of a mapped task before it has made lists of them.
            "on_failure_callback": [tell_failure],
            "on_success_callback": [tell_success],
            "on_skipped_callback": [tell_success],
            **default_args,
        },
    }


def each_minute() -> CronDataIntervalTimetable:
    """Return the timetable of a run a minute."""
    return CronDataIntervalTimetable("* * * * *", timezone="UTC")


def minutely_or_at(asset: Asset) -> AssetOrTimeSchedule:
    """Return the schedule of a sweep each minute, and at once when `asset` has something new.

    An event is a wake-up and no more: in a burst some reach no run, and the sweep makes up for it.
    """
    return AssetOrTimeSchedule(timetable=each_minute(), assets=[asset])


def notify_when_late(dag_id: str, minutes: float) -> DeadlineAlert:
    """Return what tells, from the triggerer, that a run is not over `minutes` after it was queued.

    The scheduler or the workers may be what holds it up; neither is needed for this.
    """
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=minutes),
        callback=AsyncCallback(tell_late, kwargs={"name": dag_id}),
    )

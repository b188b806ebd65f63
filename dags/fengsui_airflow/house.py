"""What every DAG of the house has in common.

Imported whenever a DAG file is parsed: nothing here, nor above the tasks in the DAG files, may load
the application, reach a database or read the settings.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from airflow.sdk import (
    Asset,
    AssetOrTimeSchedule,
    CronDataIntervalTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
)

from fengsui_airflow.callbacks import tell_failure, tell_success

OWNER: Final = "fengsui"
SHANGHAI: Final = "Asia/Shanghai"
# The kinds of sources that the settings know; each has a pool `crawl_<kind>` and a mapped task.
PLATFORMS: Final = ("feed", "folder")
# Never read: it only has to lie before the first run.
START: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - Airflow reads it in the timetable's own zone

POSTS: Final = Asset("fengsui_posts", uri="fengsui://posts", group="fengsui")
MENTIONS: Final = Asset("fengsui_mentions", uri="fengsui://mentions", group="fengsui")

# Trying again changes nothing where a person has to act first. (What is named here is imported when
# a DAG file is parsed: `listeners.listener` holds little and loads nothing.)
NOT_AGAIN: Final[list[type[BaseException] | str]] = [
    "listeners.listener.LoginNeeded",
    "listeners.listener.Refused",
]
ONLY_WHERE_IT_HELPS: Final = ExceptionRetryPolicy(
    [RetryRule(exception=NOT_AGAIN, action=RetryAction.FAIL, reason="a person has to act")]
)


def house(*tags: str, minutes: float = 10, **default_args: Any) -> dict[str, Any]:
    """Return the arguments that every DAG takes; a run is given up after `minutes`."""
    return {
        "start_date": START,
        "catchup": False,
        "max_active_runs": 1,
        "dagrun_timeout": timedelta(minutes=minutes),
        "tags": ["fengsui", *tags],
        "default_args": {
            "owner": OWNER,
            "retries": 2,
            "retry_delay": timedelta(seconds=5),
            "retry_exponential_backoff": 2.0,
            "max_retry_delay": timedelta(minutes=5),
            "retry_policy": ONLY_WHERE_IT_HELPS,
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

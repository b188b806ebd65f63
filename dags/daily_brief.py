"""### The day in one message, at 08:00 in Shanghai

What happened, the levels, share of voice next to its baseline, open cases, coverage: to every
receiver that a route for all brands leads to, in its language, once.

### 每天北京时间 08:00 的日报

发生了什么、级别、声量占比与平时对比、未结工单、采集覆盖：发给关注所有品牌的接收者，各用其语言，只发一次。
"""

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, dag, task

from fengsui_airflow.defaults import SHANGHAI, dag_defaults
from fengsui_airflow.services import now, opened


@dag(
    schedule=CronDataIntervalTimetable("0 8 * * *", timezone=SHANGHAI),
    doc_md=__doc__,
    **dag_defaults("daily_brief", minutes=60, retry_delay=timedelta(minutes=1)),
)
def daily_brief() -> None:
    @task(pool="slack")
    def brief(data_interval_start: object = None, data_interval_end: object = None) -> list[str]:
        from fengsui.desk.send_once import check_delivered
        from fengsui.reports import brief
        from fengsui_airflow.intervals import interval

        with opened() as services:
            window = interval(data_interval_start, data_interval_end, timedelta(days=1), now())
            summary = brief.send(services, window, now)
        check_delivered(summary)
        return [*summary.sent, *summary.known]

    brief()


daily_brief()

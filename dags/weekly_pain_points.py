"""### What customers complained of, week against week

Every Monday at 08:30 in Shanghai: complaint categories, demands and rising words of each brand
compared with the week before, counted from the store. Nobody has verified them; the message says
so.

### 每周投诉与诉求

每周一北京时间 08:30：各品牌的投诉类别、诉求和上升的词，与上一周对比。按存储计数，未经人工核实。
"""

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, dag, task

from fengsui_airflow.defaults import SHANGHAI, dag_defaults
from fengsui_airflow.services import now, opened


@dag(
    schedule=CronDataIntervalTimetable("30 8 * * 1", timezone=SHANGHAI),
    doc_md=__doc__,
    **dag_defaults("weekly_pain_points", minutes=60, retry_delay=timedelta(minutes=1)),
)
def weekly_pain_points() -> None:
    @task(pool="slack", execution_timeout=timedelta(minutes=20))
    def review(data_interval_start: object = None, data_interval_end: object = None) -> list[str]:
        from fengsui.desk.send_once import check_delivered
        from fengsui.reports import pain_points
        from fengsui_airflow.intervals import interval

        with opened() as services:
            window = interval(data_interval_start, data_interval_end, timedelta(days=7), now())
            summary = pain_points.send(services, window, now)
        check_delivered(summary)
        return [*summary.sent, *summary.known]

    review()


weekly_pain_points()

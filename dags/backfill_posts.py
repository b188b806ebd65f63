"""### Past posts, without alerts

Started for a range (Beijing time unless a zone is given) and one source or all. Reads, then judges
the range again by the day: next to live runs, the counts end as those of one run over all.

### 补采历史帖子，不发提醒

手动触发，填起止时间（未写时区按北京时间）和来源。先采集，再按天重新评判；与实时任务并行，计数也与一次跑完相同。
"""

from datetime import timedelta

from airflow.sdk import dag, task

from fengsui_airflow import intervals
from fengsui_airflow.choices import source_param, time_param
from fengsui_airflow.defaults import dag_defaults
from fengsui_airflow.fetch_tasks import read_each
from fengsui_airflow.services import now, opened

PARAMS = {
    "since": time_param("since 起, 2026-03-01T00:00"),
    "until": time_param("until 止, 2026-03-08T00:00"),
    "source": source_param("source 来源（空 = 全部 empty = all）"),
}


@dag(schedule=None, params=PARAMS, doc_md=__doc__, **dag_defaults("backfill_posts", minutes=1440))
def backfill_posts() -> None:
    @task(pool="plan", multiple_outputs=False)
    def plan(params: intervals.Params = None) -> dict[str, list[str]]:
        with opened() as services:
            return intervals.by_platform(intervals.sources_for(services, params))

    @task(execution_timeout=timedelta(hours=2))
    def fetch(source: str, params: intervals.Params = None) -> int:
        from fengsui.pipeline.backfill import collect_range

        with opened() as services:
            return collect_range(services, source, intervals.window_of(params)).kept

    @task(pool="index", trigger_rule="none_failed")
    def days(params: intervals.Params = None) -> list[list[str]]:
        with opened() as services:
            return intervals.days(services, intervals.window_of(params), now())

    # A turn a day; each takes the next day that is left, so that their order is kept.
    @task(pool="model", execution_timeout=timedelta(hours=1), max_active_tis_per_dagrun=1)
    def judge(_turn: list[str], every_day: list[list[str]], run_id: str | None = None) -> int:
        from fengsui.pipeline.backfill import judge_next

        with opened() as services:
            return judge_next(services, str(run_id), intervals.windows(every_day)).posts

    every_day = days()
    read_each(plan(), fetch, every_day)
    judge.partial(every_day=every_day).expand(_turn=every_day)


backfill_posts()

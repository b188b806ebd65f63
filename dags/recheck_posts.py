"""### Posts that their source has deleted lose their words

Each hour the posts of the last week that were not seen for ten hours are asked for again by their
ids, where a source can be asked so. One that is missing twice, an hour apart, is taken for deleted:
its words leave the stores, it stays counted.

### 来源已删除的帖子，文字随之清除

每小时一次：一周内、超过十小时未再见到的帖子按编号重新询问（来源支持时）。相隔一小时两次都查不到，即视为已删除，
文字从存储中清除，计数保留。
"""

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, dag, task

from fengsui_airflow.defaults import dag_defaults
from fengsui_airflow.services import now, opened


@dag(
    schedule=CronDataIntervalTimetable("7 * * * *", timezone="UTC"),
    doc_md=__doc__,
    **dag_defaults(
        "recheck_posts",
        minutes=50,
        pool="crawl_weibo",
        execution_timeout=timedelta(minutes=20),
    ),
)
def recheck_posts() -> None:
    @task
    def look_again() -> int:
        from fengsui.ingest.recheck import recheck_everywhere

        with opened() as services:
            return recheck_everywhere(services, now()).gone

    look_again()


recheck_posts()

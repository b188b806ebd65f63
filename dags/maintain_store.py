"""### Every night: retention, counts, indices

Deletes posts older than `[upkeep] retention_days` (counts stay), counts again every minute that its
mentions contradict, checks the file and makes its indices anew. Elasticsearch keeps itself: its
months are dropped by `[elasticsearch] retention_months`.

### 每晚：清理、核对计数、重建索引

删除早于 `[upkeep] retention_days` 的帖子（计数保留），核对每分钟的计数并修正，检查文件并重建索引。
使用 Elasticsearch 时按 `[elasticsearch] retention_months` 删除整月索引。
"""

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, dag, task
from airflow.sdk import chain as in_order

from fengsui_airflow.defaults import SHANGHAI, dag_defaults
from fengsui_airflow.services import looked_after, now


@dag(
    schedule=CronDataIntervalTimetable("20 4 * * *", timezone=SHANGHAI),
    doc_md=__doc__,
    **dag_defaults(
        "maintain_store", minutes=360, pool="index", execution_timeout=timedelta(hours=2)
    ),
)
def maintain_store() -> None:
    @task
    def expire() -> int:
        from fengsui.maintenance import upkeep

        with looked_after() as chain:
            return upkeep.expire(chain, now())

    @task
    def repair_counts() -> int:
        from fengsui.maintenance import upkeep

        with looked_after() as chain:
            return upkeep.repair_counts(chain, now())

    @task
    def reindex() -> None:
        from fengsui.maintenance import upkeep

        with looked_after() as chain:
            upkeep.reindex(chain)

    in_order(expire(), repair_counts(), reindex())


maintain_store()

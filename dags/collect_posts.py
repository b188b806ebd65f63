"""### Read every source that is due

Each minute, one task a source, in the pool of its platform. A source that hangs is cut off after 45
seconds; one that fails is tried again and then rests, longer each time; one that lost its login
fails at once and raises an incident of kind coverage. None of them keeps another waiting. Sources
are tables in `fengsui.toml`.

### 采集到期的来源

每分钟一次，每个来源一个任务，按平台分池。卡住 45 秒即中断；失败则退避重试，再失败就休息，越来越久；
登录失效立即失败，并产生 coverage 事件。来源之间互不拖累，都写在 `fengsui.toml` 里。
"""

from datetime import timedelta

from airflow.sdk import dag, task

from fengsui_airflow.defaults import POSTS, dag_defaults, each_minute
from fengsui_airflow.fetch_tasks import read_each
from fengsui_airflow.intervals import by_platform
from fengsui_airflow.services import nothing_to_do, now, opened


# Several runs at once, so that a source on its second try does not hold up the next minute's.
@dag(
    schedule=each_minute(),
    doc_md=__doc__,
    **dag_defaults("collect_posts", minutes=5) | {"max_active_runs": 4},
)
def collect_posts() -> None:
    @task(pool="plan", multiple_outputs=False)
    def plan() -> dict[str, list[str]]:
        from fengsui.ingest.poll import due_sources

        with opened() as services:
            return by_platform(due_sources(services, now()))

    # `poll` itself raises an incident about the source and lets it recover; detect_crises tells.
    @task(execution_timeout=timedelta(seconds=45), on_failure_callback=[], on_success_callback=[])
    def fetch(source: str) -> int:
        from fengsui.ingest.poll import poll

        with opened() as services:
            return poll(services, source, now()).kept

    @task(pool="index", trigger_rule="all_done", outlets=[POSTS])
    def publish() -> None:
        from fengsui.ingest.poll import posts_wait

        with opened() as services:
            if not posts_wait(services):
                nothing_to_do("no post waits to be scored")

    read_each(plan(), fetch, publish())


collect_posts()

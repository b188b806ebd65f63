"""### From a new post to the alert, in one task

A trigger watches the sources and wakes this DAG when one has something new. One task reads it,
judges all that waits, detects and notifies. Should an event reach no run, the sweeps do the same.

### 从新帖到提醒，一个任务完成

触发器盯着各来源，有新内容就唤醒本 DAG：一个任务采集、评判全部待处理帖子、检测并通知。
若事件没有触发运行，每分钟的例行任务会补做。
"""

from datetime import timedelta

from airflow.sdk import Asset, AssetWatcher, dag, task

from fengsui_airflow.defaults import dag_defaults, notify_when_late
from fengsui_airflow.services import now, opened
from fengsui_airflow.watch import NewPosts

WATCHER = AssetWatcher("new_posts", trigger=NewPosts())
NEW_POSTS = Asset("fengsui_new_posts", uri="x-fengsui://new_posts", watchers=[WATCHER])


@dag(
    schedule=[NEW_POSTS],
    deadline=notify_when_late("hot_alert", minutes=5),
    doc_md=__doc__,
    **dag_defaults("hot_alert", minutes=5, retries=1),
)
def hot_alert() -> None:
    # First in line for the one slot: anyone else who wants to score can wait.
    @task(
        pool="model",
        priority_weight=100,
        execution_timeout=timedelta(seconds=150),
        multiple_outputs=False,
    )
    def collect_to_alert(triggering_asset_events: object = None) -> dict[str, int]:
        from fengsui.ingest import poll, slo
        from fengsui.pipeline import steps
        from fengsui_airflow.events import sources_named_by

        with opened() as services:
            woken = sources_named_by(triggering_asset_events)
            names = woken or [source.name for source in poll.due_sources(services, now())]
            kept = poll.poll_those_that_woke(services, names, now())
            judged = steps.annotate(services)
            found = steps.detect(services, now())
            slo.check_slo(services, now())  # nobody else does where collect_posts is dead
            report = steps.notify(services)
        numbers = {"kept": kept, "posts": judged.posts, "sent": report.sent}
        return {**numbers, "incidents": len(found.incidents)}

    collect_to_alert()


hot_alert()

"""### Notice crises and tell people

Judges the counts of every brand that changed or has an open incident, opens, raises and closes
incidents, and sends the alerts that wait, each once. Each minute, and when posts were judged.

### 发现危机并通知

检验计数有变化或有未结事件的品牌，开启、升级或关闭事件，待发的提醒各发一次。每分钟一次，有新评判时立即。
"""

from airflow.sdk import dag, task

from fengsui_airflow.defaults import MENTIONS, dag_defaults, minutely_or_at, notify_when_late
from fengsui_airflow.services import now, opened


@dag(
    schedule=minutely_or_at(MENTIONS),
    deadline=notify_when_late("detect_crises", minutes=5),
    doc_md=__doc__,
    **dag_defaults("detect_crises"),
)
def detect_crises() -> None:
    @task(pool="slack", multiple_outputs=False)
    def detect_and_notify() -> dict[str, object]:
        from fengsui.desk.duty import calendars, escalation
        from fengsui.ingest import slo
        from fengsui.pipeline import run, sending, steps
        from fengsui_airflow.metrics.gauges import emit

        with opened() as services:
            sending.verify_if_due(services, now())
            found = steps.detect(services, now())
            slo.check_slo(
                services, now()
            )  # where collect_posts is paused or dead, nobody else does
            calendars.refresh_calendars(services, now())
            escalation.escalate(services, now())
            sending.revive(services, now())
            report = steps.notify(services)
            run.show_in_kibana(services, now())  # last: nobody waits for it
            emit(services, now())
            sending.check_receivers(services)
        changed = [incident.key for incident in found.incidents]
        return {
            "incidents": changed,
            "sent": report.sent,
            "waiting": report.retried,
            "failed": report.failed,
        }

    detect_and_notify()


detect_crises()

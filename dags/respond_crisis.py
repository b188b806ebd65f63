"""### A reply, drafted, approved by a person, posted into the thread

Start it by hand; `incident` is an incident's key, or nothing for the worst open one. The draft
rests on the incident, its cases and what people ask for. It waits under *Required Actions*, and is
posted into the incident's threads only when approved. Rejected or unanswered, nothing is sent.

### 起草回应，经人批准后发到讨论串

手动触发；`incident` 填事件编号，留空则取最严重的未结事件。草稿依据事件、工单与诉求，在
*Required Actions* 等待批准，批准后才发到该事件的讨论串。驳回或无人答复则不发送。
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task

from fengsui_airflow.approval import approval
from fengsui_airflow.choices import text_param
from fengsui_airflow.defaults import dag_defaults
from fengsui_airflow.services import nothing_to_do, now, opened

PARAMS = {"incident": text_param("incident 事件（空 = 最严重 empty = worst）")}


@dag(schedule=None, params=PARAMS, doc_md=__doc__, **dag_defaults("respond_crisis", minutes=2880))
def respond_crisis() -> None:
    @task(pool="index", execution_timeout=timedelta(minutes=2), multiple_outputs=False)
    def draft(params: dict[str, str | None] | None = None) -> dict[str, str]:
        from dataclasses import asdict

        from fengsui.desk import reply

        with opened() as services:
            try:
                incident = reply.choose(services, (params or {}).get("incident") or "")
            except reply.NoIncident as error:
                nothing_to_do(str(error))
            return asdict(reply.draft(services, incident))

    @task(pool="slack", execution_timeout=timedelta(minutes=2))
    def post(made: Any) -> list[str]:
        from fengsui.desk import reply
        from fengsui.desk.send_once import check_delivered

        with opened() as services:
            summary = reply.send(services, reply.Draft(**made), now)
        check_delivered(summary)
        return [*summary.sent, *summary.known]

    made = draft()
    shown = "{{ ti.xcom_pull(task_ids='draft')['%s'] }}"
    body = f"{shown % 'incident'}\n\n{shown % 'zh'}\n\n---\n\n{shown % 'en'}"
    asked = approval("approve", subject="批准这份回应？ Approve this reply?", body=body)
    made >> asked >> post(made)


respond_crisis()

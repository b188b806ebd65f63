"""### Every Monday: is the model still good?

Measures the model in use on `[upkeep] labelled`, looks for drift, and tells the receivers. Started
with `candidate`, another model's folder, it measures both; approved under *Required Actions*, that
one scores until the settings name another.

### 每周一：模型还好吗

用 `[upkeep] labelled` 评测在用模型，检查漂移并通知。填 `candidate` 则一起评测，批准后启用。
"""

from typing import Any

from airflow.sdk import CronDataIntervalTimetable, dag, task

from fengsui_airflow.approval import approval
from fengsui_airflow.choices import text_param
from fengsui_airflow.defaults import HOUR, SHANGHAI, dag_defaults
from fengsui_airflow.services import nothing_to_do, now, opened


@dag(
    schedule=CronDataIntervalTimetable("0 6 * * 1", timezone=SHANGHAI),
    params={"candidate": text_param("candidate 候选模型文件夹")},
    doc_md=__doc__,
    **dag_defaults("maintain_model", minutes=2880, pool="index", execution_timeout=HOUR),
)
def maintain_model() -> None:
    @task
    def review() -> list[str]:
        from fengsui.desk.send_once import check_delivered
        from fengsui.operations.model_review import send_review

        with opened() as services:
            summary = send_review(services, now)
        check_delivered(summary)
        return [*summary.sent, *summary.known]

    @task(multiple_outputs=False)
    def compare(params: dict[str, str] | None = None) -> dict[str, str]:
        from fengsui.operations import model_review

        folder = (params or {}).get("candidate") or nothing_to_do("no candidate was given")
        with opened() as services:
            return model_review.compared(model_review.compare(services, folder))

    @task(pool="model")
    def promote(measured: Any) -> str:
        from fengsui.operations.model_review import promote_approved

        with opened() as services:
            return promote_approved(services, measured, now())

    review()
    measured, said = compare(), "{{ ti.xcom_pull(task_ids='compare')['said'] }}"
    asked = approval("approve", subject="启用这个模型？ Promote this model?", body=said)
    measured >> asked >> promote(measured)


maintain_model()

"""### Judge every post that waits

Brands, sentiment, complaints, copies; complaints become cases. Each minute, and at once when posts
came. Always everything that waits, by the store's own watermark, never what an event names.

### 评判所有待处理的帖子

识别品牌、情感、投诉与转抄；投诉成为工单。每分钟一次，有新帖时立即执行。以存储的水位为准处理全部待处理帖子，
不看事件内容。
"""

import time

from airflow.sdk import dag, task

from fengsui_airflow.defaults import MENTIONS, POSTS, dag_defaults, minutely_or_at
from fengsui_airflow.services import nothing_to_do, opened


@dag(schedule=minutely_or_at(POSTS), doc_md=__doc__, **dag_defaults("score_posts"))
def score_posts() -> None:
    @task(pool="model", outlets=[MENTIONS], multiple_outputs=False)
    def score() -> dict[str, int]:
        from fengsui.pipeline.steps import annotate
        from fengsui_airflow.metrics.gauges import scored

        began = time.monotonic()
        with opened() as services:
            done = annotate(services)
        if not done.posts:
            nothing_to_do("no post waits")
        scored(done.posts, time.monotonic() - began)
        return {"posts": done.posts, "mentions": done.mentions, "new_cases": done.cases}

    score()


score_posts()

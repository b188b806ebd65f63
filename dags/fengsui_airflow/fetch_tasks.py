"""Sources by platform: each platform is read by a task, and in a pool, of its own."""

from typing import Any, Final

from airflow.sdk import task

# Whom or what sources ask (`Source.platform`).
PLATFORMS: Final = ("feed", "folder", "heimao", "mail", "news", "weibo")


@task(pool="plan")
def of_platform(planned: dict[str, list[str]], platform: str) -> list[str]:
    """Return the planned sources of a platform: Airflow maps a task over a whole value only."""
    return planned[platform]


def read_each(planned: Any, fetch: Any, after: Any) -> None:
    """Map `fetch` over the planned sources of each platform, in its pool, before `after`."""
    for platform in PLATFORMS:
        names = of_platform.override(task_id=f"sources_{platform}")(planned, platform)
        one_each = fetch.override(task_id=f"fetch_{platform}", pool=f"crawl_{platform}")
        one_each.expand(source=names) >> after

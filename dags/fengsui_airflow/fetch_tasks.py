"""Sources by platform: each platform is read by a task, and in a pool, of its own."""

from typing import Any, Final

from airflow.sdk import TaskGroup, task

from fengsui_airflow import names

# Whom or what sources ask (`Source.platform`).
PLATFORMS: Final = tuple(names.PLATFORMS)


# It takes no part of the application, and its success is no reason to load one.
@task(pool="plan", on_success_callback=[], on_skipped_callback=[])
def of_platform(planned: dict[str, list[str]], platform: str) -> list[str]:
    """Return the planned sources of a platform: Airflow maps a task over a whole value only."""
    return planned[platform]


def read_each(planned: Any, fetch: Any, after: Any) -> None:
    """Map `fetch` over the planned sources of each platform, in its pool, before `after`."""
    for platform, shown in names.PLATFORMS.items():
        # The tasks keep their ids: Airflow remembers runs by them.
        with TaskGroup(platform, prefix_group_id=False, group_display_name=shown):
            sources = of_platform.override(task_id=f"sources_{platform}")(planned, platform)
            one_each = fetch.override(task_id=f"fetch_{platform}", pool=f"crawl_{platform}")
            one_each.expand(source=sources) >> after

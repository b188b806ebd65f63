"""Airflow's own scheduler, triggerer and API: from a new post to a reply that a person let go."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from tests.alerts.notify.slack_server import blocks_of, text_of
from tests.dags.desk import BRAND, minutes_ago, post, remember_quiet_weeks
from tests.dags.distributed.cluster import Cluster

pytestmark = pytest.mark.timeout(600, method="thread")

RUNS = "dags/respond_crisis/dagRuns"
Found = TypeVar("Found")


class Desk(Cluster):
    """A cluster whose brand has three quiet weeks behind it."""

    def prepare(self) -> None:
        """Take in the weeks."""
        with self.services() as services:
            remember_quiet_weeks(services, self.folder / "past.jsonl", "posts")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Return a running Airflow on PostgreSQL in which no sweep helps the fast path."""
    brand = f'[[brands]]\nname = "{BRAND}"\naliases = ["云朵奶茶"]\n'
    with Desk(tmp_path, brand, dags=["hot_alert", "respond_crisis"]) as cluster:
        yield cluster


def wait_for(look: Callable[[], Found | None], seconds: float = 120) -> Found:
    """Return what `look` finds as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.5)
    return found


def alarm(cluster: Cluster) -> dict[str, Any]:
    """Let complaints appear until Slack has taken an alert; return its message."""
    numbers = iter(range(10_000))

    def complain() -> dict[str, Any] | None:
        # More than once: what stood there before the trigger's first look is not new to it.
        cluster.say(post(next(numbers), minutes_ago(0)) for _ in range(4))
        return next(iter(cluster.slack.messages), None)

    return wait_for(complain)


def test_new_posts_are_told_and_an_approved_reply_is_posted(cluster: Cluster) -> None:
    """The trigger wakes the fast path; the reply goes into the thread once a person approved.

    A request without a login changes nothing, and until the approval nothing is sent.
    """
    alert = alarm(cluster)
    started = cluster.ask("POST", RUNS, {"logical_date": None, "conf": {}})
    assert started.status_code == httpx.codes.OK, started.text
    run = f"{RUNS}/{started.json()['dag_run_id']}"
    asked = wait_for(lambda: cluster.ask("GET", f"{run}/hitlDetails").json()["hitl_details"])
    (shown,) = [str(one["body"]) for one in asked]
    answer = f"{run}/taskInstances/approve/-1/hitlDetails"
    yes = {"chosen_options": ["Approve"], "params_input": {}}
    refused = cluster.ask("PATCH", answer, yes, known=False)
    assert refused.status_code == httpx.codes.UNAUTHORIZED
    drafted = shown.split("\n\n")[1].splitlines()
    assert len(drafted) > 1
    assert not replies(cluster, drafted)
    assert cluster.ask("PATCH", answer, yes).status_code == httpx.codes.OK
    (reply,) = wait_for(lambda: replies(cluster, drafted))
    assert reply["thread_ts"] == alert["ts"]
    assert wait_for(lambda: ended(cluster, run)) == "success"


def replies(cluster: Cluster, drafted: list[str]) -> list[dict[str, Any]]:
    """Return the messages that say what was drafted."""
    return [
        message
        for message in list(cluster.slack.messages)
        if all(line in "\n".join(map(text_of, blocks_of(message))) for line in drafted)
    ]


def ended(cluster: Cluster, run: str) -> str | None:
    """Return the state of a run that has ended."""
    state = str(cluster.ask("GET", run).json()["state"])
    return state if state in {"success", "failed"} else None

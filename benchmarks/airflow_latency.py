"""How long after a crisis's posts stand at the source Slack has taken the message, through Airflow.

`python -m benchmarks.airflow_latency [hot] [scheduled] [burst]`, with dags/ in PYTHONPATH. Airflow
runs with its own scheduler, PostgreSQL and the ledger on PostgreSQL; a watched folder is the source
and a local server stands in for Slack. A brand's twelve complaints appear at once; the time runs
until the message about that brand is accepted. `hot` leaves every DAG on; `scheduled` pauses
hot_alert, so that the minutely DAGs alone are measured; `burst` lets 200 posts appear one by one as
fast as they can be written, and waits until each is scored.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.latency import BRANDS, write_history
from fengsui.pipeline import steps
from fengsui.pipeline.import_file import import_file
from tests.dags.distributed.cluster import MINUTELY, Cluster, complaint

COMPLAINTS = 12
BURST = 200
GOALS = {"hot": 15.0, "scheduled": 75.0}
# Trials of the minutely path overlap, each at another phase of the minute.
APART = {"hot": 0.0, "scheduled": 11.0}
LONGEST_SECONDS = 240.0
WARM_SECONDS = 60.0


class Measured(Cluster):
    """A cluster whose brands have three quiet weeks behind them."""

    def prepare(self) -> None:
        """Take in the weeks."""
        file = self.folder / "history.jsonl"
        write_history(file, datetime.now(UTC) - timedelta(minutes=1))
        with self.services() as services:
            import_file(services, file)
            steps.annotate(services)
            steps.detect(services, datetime.now(UTC))


def trials(cluster: Cluster, brands: Sequence[str], apart: float) -> list[float]:
    """Return the seconds of one trial a brand; a crisis begins so many seconds after another."""
    rng = random.Random(5)
    begun: dict[str, float] = {}
    seconds: dict[str, float] = {}
    waiting = list(brands)
    before = len(cluster.slack.keys())
    deadline = time.monotonic() + LONGEST_SECONDS
    following = time.monotonic() + rng.random()
    while len(seconds) < len(brands):
        now = time.monotonic()
        if now > deadline:
            raise RuntimeError(f"no alarm within {LONGEST_SECONDS} s: {begun.keys() - seconds}")
        told = {alert.partition("@")[0] for alert in cluster.slack.keys()[before:]}
        for brand in told & begun.keys() - seconds.keys():
            seconds[brand] = now - begun[brand]
        idle = len(begun) == len(seconds)
        if waiting and now >= following and (apart or idle):
            brand = waiting.pop()
            cluster.say(complaint(brand, datetime.now(UTC), rng) for _ in range(COMPLAINTS))
            begun[brand] = time.monotonic()
            deadline = begun[brand] + LONGEST_SECONDS
            following = begun[brand] + (apart or 2 + 3 * rng.random())
        time.sleep(0.02)
    return list(seconds.values())


def burst(cluster: Cluster) -> float:
    """Return the seconds until each of 200 posts, one line after another, is scored."""
    rng = random.Random(9)
    started = time.monotonic()
    with cluster.services() as services:
        before = services.store.totals()["posts"]
        for _ in range(BURST):
            # Praise, so that the burst opens no incident that later trials would find.
            said = complaint(brand := rng.choice(BRANDS), datetime.now(UTC), rng)
            cluster.say([said | {"text": f"路过{brand}，味道不错 {said['id']}"}])
        while time.monotonic() - started < LONGEST_SECONDS:
            posts = services.store.totals()["posts"] - before
            if posts == BURST and not services.store.pending(1):
                return time.monotonic() - started
            time.sleep(0.2)
        waiting = len(services.store.pending(BURST))
    raise RuntimeError(f"stranded: {BURST - posts} not read, {waiting} not judged")


def measure(modes: Sequence[str]) -> None:
    """Measure the modes in one Airflow and print what came of them."""
    shares = {"hot": BRANDS[::2], "scheduled": BRANDS[1::2]}
    with tempfile.TemporaryDirectory() as name:
        brands = "".join(f'[[brands]]\nname = "{brand}"\n\n' for brand in BRANDS)
        with Measured(Path(name), brands, dags=[*MINUTELY, "hot_alert"]) as cluster:
            # The first runs of every DAG are behind.
            time.sleep(WARM_SECONDS)
            for mode in modes:
                cluster.switch("hot_alert", on=mode != "scheduled")
                if mode == "burst":
                    seconds = burst(cluster)
                    print(f"burst: {BURST} posts, none stranded, judged after {seconds:.1f} s")
                else:
                    show(mode, trials(cluster, shares[mode], APART[mode]))
                print(
                    f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True
                )


def show(mode: str, trials: Sequence[float]) -> None:
    """Print the percentiles and the goal."""
    p50, p95 = np.percentile(trials, [50, 95])
    said = "met" if p95 <= GOALS[mode] else "missed"
    print(
        f"{mode}: {len(trials)} alarms, p50 {p50:.1f} s, p95 {p95:.1f} s, max {max(trials):.1f} s"
    )
    print(f"goal p95 <= {GOALS[mode]:.0f} s: {said}")


def main() -> None:
    """Measure the modes that the arguments name, or all."""
    measure(sys.argv[1:] or ("hot", "scheduled", "burst"))


if __name__ == "__main__":
    main()

"""A PR desk for tests, with stores and a Slack of its own, and DAGs run in this process."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fengsui.pipeline import steps
from fengsui.services import Services
from fengsui.settings.application import Settings, load
from listeners.formats.read import read_file
from records import Window
from tests.alerts.notify.slack_server import CHANNEL, SlackServer

DAGS = Path(__file__).parents[2] / "dags"
BRAND = "云朵茶饮"
TEXTS = (
    "在{place}的云朵茶饮点了奶茶，喝到一半发现有虫子，太恶心了，要求退款",
    "云朵茶饮{place}店的奶茶里有虫，客服还推脱不处理，气死了，我要投诉",
    "再也不去云朵茶饮了，{place}这家不干净，喝完拉肚子，必须赔偿",
)
PLACES = ("南湖", "北苑", "东门", "西溪", "江边", "老街", "大学城", "火车站", "中山路", "体育场")
LETTERS = "的了是在有和就不人都一上也很到说要去你会着没看好自"


def post(number: int, at: datetime, text: str = "") -> dict[str, Any]:
    """Return a post in our own JSON Lines form; without `text` it complains, each in its words."""
    place, tail = (
        PLACES[number % len(PLACES)],
        "".join(LETTERS[(number * step) % len(LETTERS)] for step in range(3, 15)),
    )
    return {
        "source": "weibo",
        "id": str(number),
        "url": f"https://weibo.example/{number}",
        "text": text or f"{TEXTS[number % len(TEXTS)].format(place=place)} {tail}",
        "author": f"user-{number}",
        "author_name": f"用户{number}",
        "published_at": at.isoformat(),
    }


def remember_quiet_weeks(services: Services, file: Path, source: str) -> None:
    """Let the stores remember three quiet weeks: a calm post every two hours, all of it read."""
    now = datetime.now(UTC)
    calm = "云朵茶饮出了新的奶茶，同事说南湖那家可以自提"
    past = [post(10_000 + n, now - timedelta(hours=2 * n + 2), f"{calm}{n}") for n in range(252)]
    file.write_text(lines(past), encoding="utf-8")
    steps.store_items(services, list(read_file(file, fetched_at=None)))
    steps.annotate(services)
    services.ledger.record_read(source, Window(now - timedelta(days=28), now), ok=True)


def lines(posts: Sequence[dict[str, Any]]) -> str:
    """Return the posts as JSON Lines."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in posts)


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with fengsui.toml and an inbox, and the Slack server that its receiver posts to."""

    folder: Path
    slack: SlackServer

    def configure(self, sources: str = "", more: str = "", brands: str = "") -> None:
        """Write fengsui.toml: the inbox and `sources` to read, Slack to tell."""
        text = (
            f'{more}\n[[brands]]\nname = "{BRAND}"\naliases = ["云朵奶茶"]\n{brands}\n'
            '[[sources]]\nkind = "folder"\nname = "inbox"\npath = "inbox"\nsettle_seconds = 0\n'
            f'{sources}\n[[receivers]]\nkind = "slack"\nname = "pr"\nchannel = "{CHANNEL}"\n'
            f'timeout_seconds = 2\nbase_url = "{self.slack.url}"\n[[routes]]\nreceivers = ["pr"]\n'
        )
        (self.folder / "fengsui.toml").write_text(text, encoding="utf-8")
        (self.folder / "inbox").mkdir(exist_ok=True)

    def drop(self, name: str, posts: Sequence[dict[str, Any]]) -> None:
        """Put a file with `posts` into the inbox."""
        (self.folder / "inbox" / name).write_text(lines(posts), encoding="utf-8")

    @property
    def settings(self) -> Settings:
        """The settings."""
        return load(self.folder / "fengsui.toml")

    @contextmanager
    def services(self) -> Iterator[Services]:
        """Open the stores."""
        with Services(self.settings) as services:
            yield services


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a run: its state, its tasks' states by id and map index, its XComs."""

    state: str
    tasks: dict[tuple[str, int], str]
    values: dict[str, Any]

    def states(self, task: str) -> list[str]:
        """Return the states of the instances of `task`, by map index."""
        return [state for (name, _), state in sorted(self.tasks.items()) if name == task]


def run_dag(dag_id: str, conf: dict[str, Any] | None = None, **changes: Any) -> Ran:
    """Run a DAG with `dag.test` in this process, its retries without pause.

    `changes` are attributes to set on tasks: `fetch_feed={"retries": 0}`.
    """
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    dag = DagBag(str(DAGS / f"{dag_id}.py")).dags[dag_id]
    for task in dag.tasks:
        attributes = {"retry_delay": timedelta(0), "retry_exponential_backoff": 0}
        for name, value in (attributes | changes.get(task.task_id, {})).items():
            _set(task, name, value)
    # Airflow's own `test` looks a deadline up by an id that only its scheduler's database gives.
    dag.deadline = None
    ran = dag.test(run_conf=conf)
    tasks = {(ti.task_id, ti.map_index): str(ti.state) for ti in ran.get_task_instances()}
    with create_session() as session:
        query = select(XComModel).where(XComModel.run_id == ran.run_id, XComModel.dag_id == dag_id)
        values = {
            f"{row.task_id}[{row.map_index}].{row.key}": row.value for row in session.scalars(query)
        }
    return Ran(str(ran.state), tasks, values)


def _set(task: Any, name: str, value: Any) -> None:
    if hasattr(task, "partial_kwargs"):
        task.partial_kwargs[name] = value
    else:
        setattr(task, name, value)


def minutes_ago(minutes: float) -> datetime:
    """Return a time before now."""
    return datetime.now(UTC) - timedelta(minutes=minutes)

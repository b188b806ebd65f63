"""Which libraries a command may load before it begins: a start costs what it imports."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

# What takes a tenth of a second or more to import, or is for few settings.
HEAVY: Final = (
    "alembic", "cryptography", "elastic_transport", "elasticsearch", "httpx", "jieba",
    "matplotlib", "numpy", "onnxruntime", "pandas", "pydantic", "rich", "rich.progress", "rjieba",
    "scipy.special", "scipy.stats", "slack_sdk", "sqlalchemy", "tokenizers", "transformers",
)  # fmt: skip
STORES: Final = frozenset({"pydantic", "rich", "sqlalchemy"})
MODEL: Final = frozenset({"jieba", "numpy", "onnxruntime", "rjieba", "tokenizers"})
SETTINGS: Final = """
state = "state"
[[brands]]
name = "云朵茶饮"
[[sources]]
kind = "rss"
name = "news"
urls = ["https://example.org/feed"]
site = "example"
[[receivers]]
kind = "slack"
name = "desk"
channel = "C0123456789"
[[receivers]]
kind = "feishu"
name = "robot"
url_env = "FEISHU_WEBHOOK_URL"
[[receivers]]
kind = "dingtalk"
name = "dingtalk"
[[receivers]]
kind = "wecom"
name = "wecom"
[[receivers]]
kind = "email"
name = "mail"
host = "smtp.example.org"
sender = "fengsui@example.org"
recipients = ["pr@example.org"]
[[routes]]
receivers = ["desk", "robot", "dingtalk", "wecom", "mail"]
"""
RUN: Final = """
import json, runpy, sys
heavy = json.loads(sys.argv[1])
sys.argv = ["fengsui", *sys.argv[2:]]
try:
    runpy.run_module("fengsui", run_name="__main__")
except SystemExit as ended:
    code = ended.code
print()
print(json.dumps([code or 0, [name for name in heavy if name in sys.modules]]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with settings, and a store that was made before."""
    folder = tmp_path_factory.mktemp("start")
    (folder / "fengsui.toml").write_text(SETTINGS, encoding="utf-8")
    loaded(folder, "cases")
    return folder


def loaded(folder: Path, *arguments: str) -> frozenset[str]:
    """Return which of `HEAVY` a command has loaded when it ends well."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(HEAVY), *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    code, found = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    return frozenset(found)


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_list_and_the_version_load_no_library(folder: Path, option: str) -> None:
    """The list of commands, those of entry points too, and the version need the parser alone."""
    assert loaded(folder, option) == frozenset()


def test_the_help_of_init_loads_settings_alone(folder: Path) -> None:
    """The help of a command loads what its own module imports, and not the other commands."""
    assert loaded(folder, "init", "--help") <= {"pydantic", "rich"}


@pytest.mark.parametrize("command", [("search", "退款"), ("store", "status")])
def test_who_reads_the_stores_loads_no_model(folder: Path, command: tuple[str, ...]) -> None:
    """Reading the stores loads the database, and no NumPy, HTTP client or Slack client."""
    assert loaded(folder, *command) <= STORES


def test_cases_may_look_for_what_emerges(folder: Path) -> None:
    """The list of complaints also looks for what sprouts, which takes NumPy and no model."""
    assert loaded(folder, "cases") <= STORES | {"numpy"}


def test_who_scores_loads_the_model_and_no_client(folder: Path) -> None:
    """Judging loads the model; what asks and what sends stay away, and so do the big libraries."""
    post = {"source": "forum", "id": "1", "text": "云朵茶饮退款一直不到账", "author": "a",
            "published_at": "2026-03-20T00:00:00Z"}  # fmt: skip
    (folder / "posts.jsonl").write_text(json.dumps(post, ensure_ascii=False), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "fengsui", "import", "posts.jsonl"], cwd=folder, check=True
    )
    assert loaded(folder, "annotate") <= STORES | MODEL

"""Where the ledger is: next to the posts, or at a URL; and whether opinions are judged."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import nlp.opinion.judge
from fengsui.annotate.settings import AnnotationSettings
from fengsui.services import Services
from fengsui.settings.application import Settings, load
from nlp.sentiment.registry import LINEAR
from store.errors import StoreUnreachable
from tests.fengsui.commands import Shell
from tests.servers.postgresql import Postgresql

NAME = "FENGSUI_LEDGER_URL"
CHOSEN = f'ledger_url_env = "{NAME}"'


def test_default_is_a_file(fengsui: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the setting the ledger is a file in `state`, whatever the environment holds."""
    monkeypatch.setenv(NAME, "postgresql://nobody@127.0.0.1:1/none")
    with Services(Settings(state=fengsui.folder)) as services:
        assert services.ledger.totals()["incidents"] == 0
    assert (fengsui.folder / "ledger.sqlite3").exists()


def test_postgresql_is_used(
    fengsui: Shell, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the setting the steps write to PostgreSQL, and no file is made."""
    monkeypatch.setenv(NAME, postgresql_url)
    fengsui.settings(CHOSEN)
    settings = load(fengsui.folder / "fengsui.toml")
    with Services(settings) as services:
        services.ledger.set_cursor("collect", "7")
    with Services(settings) as services:
        assert services.ledger.cursor("collect") == "7"
    assert not list(settings.state.glob("ledger*"))


def test_check_reaches_it(
    fengsui: Shell, postgresql: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`check` says where the ledger is, without its password."""
    monkeypatch.setenv(NAME, postgresql.new_database())
    fengsui.settings(CHOSEN)
    ran = fengsui("check")
    assert "✓ ledger: 0 open incidents in postgresql+psycopg://" in ran.out
    assert f"127.0.0.1:{postgresql.port}" in ran.out
    assert postgresql.password not in ran.out + ran.err


def test_check_names_what_is_wrong(
    fengsui: Shell, postgresql: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password, or no URL at all, is a finding with exit code 1; no secret is shown."""
    fengsui.settings(CHOSEN)
    monkeypatch.setenv(NAME, Postgresql(postgresql.port, "wrong-guess").url())
    ran = fengsui("check")
    assert ran.code == 1
    assert "✗ ledger: " in ran.out
    assert "wrong-guess" not in ran.out + ran.err
    monkeypatch.setenv(NAME, " ")
    assert f"the environment variable {NAME} is empty" in fengsui("check").out
    assert f"the environment variable {NAME} is empty" in fengsui.refused("cases")
    with pytest.raises(StoreUnreachable, match=NAME):
        Services(load(fengsui.folder / "fengsui.toml"))


@pytest.fixture
def no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder of the judge of opinions is empty."""
    monkeypatch.setattr(nlp.opinion.judge, "FOLDER", tmp_path)
    nlp.opinion.judge.shipped.cache_clear()
    yield
    nlp.opinion.judge.shipped.cache_clear()


def test_opinions_are_judged_behind_the_cascade_alone(fengsui: Shell) -> None:
    """The judge stands behind the cascade where it is wanted: with another model there is none."""
    settings = Settings(state=fengsui.folder, annotation=AnnotationSettings(opinions=True))
    with Services(settings) as services:
        assert services.judge is not None
    with Services(settings.model_copy(update={"model": LINEAR})) as services:
        assert services.judge is None
    off = settings.annotation.model_copy(update={"opinions": False})
    with Services(settings.model_copy(update={"annotation": off})) as services:
        assert services.judge is None


@pytest.mark.usefixtures("no_weights")
def test_without_its_weights_the_cascade_works_alone(
    fengsui: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    """A missing or damaged folder costs accuracy, not mentions; the log and check say so."""
    wanted = AnnotationSettings(opinions=True)
    with Services(Settings(state=fengsui.folder, annotation=wanted)) as services:
        assert services.judge is None
    assert "pools.json" in caplog.text
    fengsui.settings("[annotation]\nopinions = true\n")
    ran = fengsui("check")
    assert ran.code == 1
    assert "✗ judge of opinions: " in ran.out
    assert "pools.json" in ran.out

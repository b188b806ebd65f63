"""`fengsui explain`, `fengsui tune` and the picture of `detect-csv`, on a made crisis."""

from pathlib import Path

import pytest

from fengsui.analysis.explain import Explained, explain
from fengsui.analysis.tune import tune
from fengsui.pipeline.replay import replay
from fengsui.services import Services
from records import Incident, Level, Window
from tests.fengsui import stories
from tests.fengsui.commands import Shell


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Incident, list[Explained]]:
    """Return the state of a replayed crisis, its incident, and the incident explained."""
    folder = tmp_path_factory.mktemp("told")
    file = stories.write(folder / "story.jsonl")
    with Services(stories.settings(folder / "state")) as services:
        replay(services, [file])
        incident = services.ledger.incidents()[0]
        return folder / "state", incident, list(explain(services, incident))


def test_ticks_are_shown_from_an_hour_before(
    told: tuple[Path, Incident, list[Explained]],
) -> None:
    """Each tick is shown once, in order, and the hour before the alarm gave no signal."""
    _, incident, ticks = told
    times = [tick.at for tick in ticks]
    assert times == sorted(set(times))
    first = next(tick for tick in ticks if tick.signal)
    assert first.at == incident.history[0].at
    assert first.change == incident.history[0]
    assert not any(tick.signal for tick in ticks if tick.at <= incident.opened_at)
    assert len([tick for tick in ticks if tick.at <= incident.opened_at]) >= 11


def test_what_is_needed_is_what_alarms(told: tuple[Path, Incident, list[Explained]]) -> None:
    """A tick signals just if a channel reached what it needed and nothing else was missing."""
    _, _, ticks = told
    assert any(tick.signal for tick in ticks)
    for tick in ticks:
        reached = [channel for channel in tick.channels if not channel.missing]
        assert bool(tick.signal) == bool(reached), tick
        for channel in tick.channels:
            assert (channel.observed < channel.needed) == ("rarity" in channel.missing)


def test_more_allowed_is_more_heard(told: tuple[Path, Incident, list[Explained]]) -> None:
    """Who allows more alarms gets no fewer, and the crisis is among them at every setting."""
    state, incident, _ = told
    with Services(stories.settings(state)) as services:
        window = Window(stories.START, incident.updated_at)
        found = tune(services, stories.BRAND, window, (0.1, 1.0, 5.0))
    assert [one.allowed for one in found] == [0.1, 1.0, 5.0]
    assert all(one.alarms >= 1 for one in found)
    assert all(sum(one.levels.values()) == len(one.opened) for one in found)
    assert all(one.levels[Level.RED] + one.levels[Level.ORANGE] >= 1 for one in found)


def test_commands_answer(fengsui: Shell) -> None:
    """Both commands print a table for people and one line of JSON for programs."""
    file = stories.write(fengsui.folder / "story.jsonl")
    fengsui.settings('state = "other"')
    assert fengsui("replay", file, "--config", "fengsui.toml", "--store", "state").code == 0
    fengsui.settings('state = "state"')
    until = stories.CRISIS.strftime("%Y-%m-%dT%H:%M+00:00").replace("T03", "T23")
    span = ("--since", "2026-03-16T00:00+00:00", "--until", until)
    tuned = fengsui("tune", "--brand", stories.BRAND, *span, "--json")
    assert tuned.code == 0, tuned.err
    settings = tuned.answer["settings"]
    assert [one["allowed"] for one in settings] == sorted(one["allowed"] for one in settings)
    opened = settings[-1]["opened"][0].replace("-", "").replace(":", "")[:13] + "Z"
    opened_at = settings[-1]["opened"][0]
    shown = fengsui("tune", "--brand", stories.BRAND, *span)
    assert "false_alarms_per_week" in shown.out
    key = f"{stories.BRAND}@{opened}"
    answer = fengsui("explain", key, "--json")
    assert answer.code == 0, answer.err
    assert {"at", "level", "channels", "evidence", "coverage"} <= set(answer.answer["ticks"][0])
    assert "negative" in fengsui("explain", key).out
    for named in (
        ("--brand", stories.BRAND),
        ("--brand", "云朵奶茶", "--at", opened_at),
        ("--at", opened_at),
    ):
        assert fengsui("explain", *named, "--json").answer["incident"] == key
    listed = fengsui("explain")
    assert (listed.code, listed.err) == (0, "")
    assert key in listed.out
    other = fengsui("explain", "--brand", stories.BRAND, "--at", "2026-01-01T10:00")
    assert (other.code, "no incident fits" in other.err, key in other.out) == (2, True, True)
    wrong = fengsui("explain", "无@20260101T0000Z", "--json")
    assert (wrong.code, [one["key"] for one in wrong.answer["incidents"]]) == (2, [key])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "无@20260101T0000Z"), "no incident fits"),
        (("tune", "--brand", "无"), "there is no brand"),
    ],
)
def test_what_is_not_there_is_refused(
    fengsui: Shell, arguments: tuple[str, ...], said: str
) -> None:
    """A key or a brand that does not exist is refused in words, with exit code 2."""
    fengsui.settings('state = "state"')
    ran = fengsui(*arguments)
    assert ran.code == 2
    assert said in ran.err


def test_the_picture_is_drawn(fengsui: Shell) -> None:
    """`detect-csv --plot` writes a PNG besides the rows, for counts and for any numbers."""
    for name, rows in (("a", range(400)), ("b", [0.5 * (n % 7) - 1 for n in range(400)])):
        file = fengsui.folder / f"{name}.csv"
        lines = [f"2026-03-{1 + i // 24:02}T{i % 24:02}:00,{v}" for i, v in enumerate(rows)]
        file.write_text("\n".join(["timestamp,value", *lines]) + "\n", encoding="utf-8")
        ran = fengsui("detect-csv", file, "--plot", f"{name}.png")
        assert ran.code == 0, ran.err
        assert (fengsui.folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert len(ran.out.splitlines()) == 401

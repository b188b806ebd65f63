"""Rules of `fengsui route test` and `fengsui oncall`."""

from datetime import UTC, datetime, timedelta

import pytest

from fengsui.services import Services
from fengsui.settings.application import load
from tests.fengsui.commands import Shell
from tests.fengsui.stories import BRAND

SETTINGS = """
[[receivers]]
kind = "terminal"
name = "pr"
[[receivers]]
kind = "terminal"
name = "phone"
[[routes]]
receivers = ["pr"]
escalation = "standard"
[[routes.routes]]
name = "legal"
topics = ["起诉"]
receivers = ["phone"]
continue = false
[[quiet_hours]]
begins = "22:00"
ends = "08:00"
[[escalations]]
name = "standard"
repeat_minutes = 60
[[escalations.steps]]
after_minutes = 10
on_call = "pr"
[[escalations.steps]]
after_minutes = 20
receivers = ["phone"]
[[on_call]]
name = "pr"
members = ["张三", "李四"]
begins = 2026-03-02
days_off = ["赵六"]
"""
SUNDAY = ("--at", "2026-03-08T03:00")


@pytest.fixture
def team(fengsui: Shell) -> Shell:
    """Return a shell with the settings of a small team."""
    fengsui.settings(SETTINGS)
    return fengsui


def test_the_path_of_a_grave_incident(team: Shell) -> None:
    """Orange goes out at night, and the person on call is asked in the policy's time."""
    answer = team("route", "test", "--brand", BRAND, "--level", "橙", *SUNDAY, "--json").answer
    assert answer["receivers"] == [{"name": "pr", "routes": ["1"], "held_until": None}]
    assert answer["on_call"] == "赵六"
    assert answer["escalation"] == "standard"
    steps = [(one["at"][11:16], one["kind"], one["person"]) for one in answer["steps"][:3]]
    assert steps == [("19:10", "step", "赵六"), ("19:20", "step", None), ("20:00", "repeat", None)]


def test_the_path_of_a_mild_one_by_its_words(team: Shell) -> None:
    """Yellow waits for the end of the quiet hours, by the route that its words lead to."""
    command = ("route", "test", "--brand", BRAND, "--level", "yellow", "--topic", "被起诉")
    answer = team(*command, *SUNDAY, "--json").answer
    held = "2026-03-08T00:00:00+00:00"
    assert answer["receivers"] == [{"name": "phone", "routes": ["legal"], "held_until": held}]
    assert answer["steps"] == []
    shown = team(*command, *SUNDAY)
    assert "phone: quiet hours, at Sun 03-08 08:00 as one message (route legal)" in shown.out
    assert "below the level of the policy" in shown.out


def test_a_silence_is_shown(team: Shell) -> None:
    """A brand that is silenced at that time says so, with the reason."""
    until = datetime.now(UTC) + timedelta(days=1)
    with Services(load(team.folder / "fengsui.toml"), notifiers={}) as services:
        services.ledger.silence(BRAND, until, "launch")
    assert "silenced, nothing is sent: launch" in team("route", "test", "--brand", BRAND).out


def test_a_silence_of_the_desk_is_shown(team: Shell) -> None:
    """A silence by words holds for an incident with these words, and never from orange on."""
    silence = ("silence", "add", "--word", "上新", "--until", "2h", "--reason", "launch")
    assert team(*silence).code == 0
    command = ("route", "test", "--brand", BRAND, "--topic", "上新排队", "--level")
    assert "silenced, nothing is sent: launch" in team(*command, "yellow").out
    assert "silenced" not in team(*command, "orange").out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--brand", "无名"), "无名"),
        (("--brand", BRAND, "--level", "purple"), "a level is one of blue"),
        (("--brand", BRAND, "--at", "sometime"), "sometime"),
    ],
)
def test_what_cannot_be_tried_is_refused(team: Shell, options: tuple[str, ...], said: str) -> None:
    """An unknown brand, level or time is refused with what there is."""
    shown = team("route", "test", *options)
    assert shown.code == 2
    assert said in shown.err


def test_on_call_lists_two_weeks(team: Shell) -> None:
    """`oncall` names who has it, by which rule, and each turn of the next two weeks."""
    (rota,) = team("oncall", "--at", "2026-03-06T12:00", "--json").answer["rotas"]
    assert (rota["name"], rota["on_call"], rota["why"]) == ("pr", "张三", "rotation")
    assert [one["member"] for one in rota["shifts"]] == ["张三", "赵六", "李四", "赵六", "张三"]
    shown = team("oncall", "--at", "2026-03-07T12:00")
    assert shown.out.splitlines()[0] == "pr: now 赵六 (days off)"


def test_without_a_rota_nobody_is_on_call(fengsui: Shell) -> None:
    """Without a rota `oncall` says how to write one."""
    fengsui.settings()
    assert "[[on_call]]" in fengsui("oncall").out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[[routes]]\nreceivers = ["terminal"]\nescalation = "x"', "no escalation policy"),
        ('[[routes]]\nreceivers = ["terminal"]\ncategories = ["x"]', "no category 'x'"),
        ('[[quiet_hours]]\nbegins = "22"\nends = "8:00"', "a time of day is written as 22:00"),
        (
            '[[escalations]]\nname = "s"\n[[escalations.steps]]\nafter_minutes = 1\non_call = "x"',
            "no rota is named 'x'",
        ),
        (
            '[[routes]]\nreceivers = ["terminal"]\n[[routes.routes]]\nreceivers = ["x"]',
            "no receiver is named 'x'",
        ),
    ],
)
def test_rules_that_name_what_is_not_there_are_refused(
    fengsui: Shell, more: str, said: str
) -> None:
    """Routes, quiet hours and steps may only name what the settings have."""
    fengsui.settings(more)
    assert said in fengsui.refused("route", "test", "--brand", BRAND)

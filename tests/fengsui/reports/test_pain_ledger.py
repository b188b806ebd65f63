"""The ledger of pain points: states, ranks, quadrants; the command that shows it."""

from datetime import timedelta

import pytest

from fengsui.cli.commands.painpoints import week_of
from fengsui.reports.pain_ledger import Heard, Quadrant, State, ledger
from fengsui.reports.pain_points import named_versions
from tests.fengsui import stories
from tests.fengsui.commands import UNSAFE, Shell


def heard(count: int, severity: int = 1) -> Heard:
    week = Heard()
    for n in range(count):
        week.add(severity, "上海", f"https://weibo.example/{n}", f"第{n}条")
    return week


@pytest.mark.parametrize(
    ("now", "before", "state"),
    [
        (5, 0, State.NEW),
        (8, 4, State.RISING),
        (5, 4, State.STEADY),
        (4, 8, State.FALLING),
        (0, 5, State.CLOSED),
    ],
)
def test_states(now: int, before: int, state: State) -> None:
    """Twice as many rise, half as many fall, none are closed, none before are new."""
    (row,) = ledger({"续航": heard(now)} if now else {}, {"续航": heard(before)} if before else {})
    assert (row.state, row.count, row.before) == (state, now, before)


def test_a_handful_is_no_pain_point() -> None:
    """Fewer than three complaints in both weeks are left out."""
    assert ledger({"续航": heard(2)}, {"续航": heard(2)}) == []


def test_rank_is_count_by_anger_by_growth() -> None:
    """The graver and the growing come first; what is over comes last."""
    now = {"续航": heard(10), "食品安全": heard(10, 3), "物流": heard(10), "客服": heard(4)}
    before = {"续航": heard(10), "食品安全": heard(10), "物流": heard(1), "价格": heard(9)}
    rows = ledger(now, before)
    assert [row.name for row in rows] == ["物流", "食品安全", "客服", "续航", "价格"]
    assert rows[0].weight == pytest.approx(10 * 1 * 11 / 2)
    assert rows[1].quadrant is Quadrant.SEVERE_RARE
    assert rows[1].anger == 3


def test_quadrants() -> None:
    """Severe from a mean of 1.5 on, frequent above the median."""
    now = {"食品安全": heard(9, 3), "安全": heard(3, 2), "价格": heard(8), "客服": heard(3)}
    assert {row.name: row.quadrant for row in ledger(now, {})} == {
        "食品安全": Quadrant.SEVERE_FREQUENT,
        "安全": Quadrant.SEVERE_RARE,
        "价格": Quadrant.MILD_FREQUENT,
        "客服": Quadrant.MILD_RARE,
    }


def test_samples_are_the_gravest() -> None:
    """Two posts stand for a pain point, the most severe first."""
    week = heard(5)
    week.add(3, "", "https://weibo.example/grave", "拉肚子")
    (row,) = ledger({"食品安全": week}, {})
    assert row.samples[0] == ("https://weibo.example/grave", "拉肚子")
    assert len(row.samples) == 2
    assert row.regions == ("上海",)


def test_a_version_is_shown_when_two_name_it() -> None:
    """Models and versions count by people; one person's, however often, is not shown."""
    week = heard(5)
    for author, version in (("甲", "X9 Pro"), ("乙", "x9pro"), ("丙", "X8"), ("丙", "X8")):
        week.name(version, author)
    (row,) = ledger({"续航": week}, {})
    assert row.versions == (("X9 Pro", 2),)
    assert list(named_versions(row, "zh")) == ["[X9 Pro 2 人]"]


def test_satisfaction_is_a_mean_over_those_who_state_it() -> None:
    """Posts that state no expectation count for nothing; without any there is no mean."""
    week = heard(5)
    (row,) = ledger({"续航": week}, {})
    assert (row.satisfaction, row.stated) == (None, 0)
    week.satisfaction += [-0.5, -0.1]
    (row,) = ledger({"续航": week}, {})
    assert row.satisfaction == pytest.approx(-0.3)
    assert row.stated == 2


@pytest.fixture
def shell(fengsui: Shell) -> Shell:
    """A shell whose store holds the story."""
    config = f'[[brands]]\nname = "{stories.BRAND}"\naliases = ["云朵奶茶"]\n'
    (fengsui.folder / "fengsui.toml").write_text(config, encoding="utf-8")
    path = stories.write(fengsui.folder / "story.jsonl")
    assert fengsui("import", path).code == 0
    assert fengsui("annotate").code == 0
    return fengsui


def test_the_command_shows_the_weeks_pain(shell: Shell) -> None:
    """The story's worms are the first pain point of its week, new, with a post and its link."""
    answer = shell("painpoints", "--week", "2026-W12", "--json").answer
    first = answer["brands"][stories.BRAND][0]
    assert (first["name"], first["state"], first["before"]) == ("食品安全", "new", 0)
    assert first["count"] >= 20
    shown = shell("painpoints", "--week", "2026-W12")
    assert "食品安全" in shown.out
    assert not UNSAFE.search(shown.out)
    assert "painpoints" in shell("privacy", "log").out


def test_the_week_after_closes_it(shell: Shell) -> None:
    """Once nobody complains any more the pain point is closed."""
    answer = shell("painpoints", "--week", "2026-W13", "--json").answer
    states = {row["name"]: row["state"] for row in answer["brands"][stories.BRAND]}
    assert states["食品安全"] == "closed"


def test_bad_words_are_refused(shell: Shell) -> None:
    """A week that is none, and a brand that nobody knows, are refused."""
    assert shell("painpoints", "--week", "12").code == 2
    assert shell("painpoints", "--brand", "别家").code == 2


def test_a_week_is_beijings() -> None:
    """A week begins on Monday, at midnight in Beijing, and has seven days."""
    window = week_of("2026-W12")
    assert window.since.isoformat() == "2026-03-15T16:00:00+00:00"
    assert window.until - window.since == timedelta(days=7)


def test_nothing_heard_is_an_empty_ledger() -> None:
    """Without complaints in either week there is no row."""
    assert ledger({}, {}) == []

"""Evidence besides the counts: what speaks, what stays silent, and what it may do to a level."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from alerts.detection.settings import DetectionSettings
from alerts.evidence import channels
from alerts.evidence.channels import FastPost
from alerts.evidence.combine import Pace, combine_evidence
from alerts.evidence.p_values import beta_binomial_tail, cauchy, either_of
from alerts.evidence.posts import QUARTER, BrandHistory, Day, PostView, day_of, quarter_of
from alerts.levels import LIFT
from records import Evidence, Level, Signal

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
SPAN = timedelta(hours=6)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SETTINGS = DetectionSettings()
USUAL_WORDS = ("奶茶", "排队", "等了", "味道", "店员")
PACE = Pace(rate=60.0, rises=True)


def voice(number: int, **more: object) -> PostView:
    made = PostView(
        post_key=f"weibo:{number}",
        at=NOW - timedelta(minutes=number % 300 + 1),
        author=f"user-{number}",
        source="weibo",
        followers=200,
        words=(USUAL_WORDS[number % 5], USUAL_WORDS[(number + 1) % 5]),
        reposts=number % 4,
        troubled=True,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def past(per_day: int = 12, days: int = 28, **more: object) -> BrandHistory:
    """Return a past of ordinary complaints about service."""
    return BrandHistory(
        tuple(
            day_of(
                voice(
                    day * per_day + n,
                    at=NOW - (day + 1) * DAY + n * DAY / per_day,
                    **more,
                )
                for n in range(per_day)
            )
            for day in range(days)
        )
    )


PAST = past()


def kinds(found: Sequence[Evidence]) -> set[str]:
    return {one.kind for one in found}


@pytest.mark.parametrize(
    ("count", "of", "hits", "misses"), [(1, 10, 0.5, 99.5), (7, 9, 3.0, 4.0), (40, 900, 1.5, 300.0)]
)
def test_the_tail_is_that_of_the_beta_binomial(
    count: int, of: int, hits: float, misses: float
) -> None:
    """The tail agrees with SciPy's distribution."""
    expected = float(betabinom.sf(count - 1, of, hits, misses))
    assert beta_binomial_tail(count, of, hits, misses) == pytest.approx(expected, rel=1e-6)


def test_the_tail_has_ends() -> None:
    """At least none is certain, more than all is next to impossible, and no prior is refused."""
    assert beta_binomial_tail(0, 5, 1.0, 1.0) == 1.0
    assert beta_binomial_tail(6, 5, 1.0, 1.0) < 1e-200
    assert 0 < beta_binomial_tail(500, 500, 1e-6, 1e6) < 1e-200
    with pytest.raises(ValueError, match="two positive numbers"):
        beta_binomial_tail(1, 5, 0.0, 1.0)


@pytest.mark.parametrize("alpha", [0.05, 0.01, 1e-3])
@pytest.mark.parametrize("shared", [0.0, 0.5, 0.95, 1.0])
def test_combined_p_values_keep_their_promise(alpha: float, shared: float) -> None:
    """Under chance, whatever the p-values share, at most about alpha fall below alpha."""
    random = np.random.default_rng(5)
    common, own = random.standard_normal((40_000, 1)), random.standard_normal((40_000, 5))
    from scipy.stats import norm  # noqa: PLC0415 - only here

    drawn = norm.sf(math.sqrt(shared) * common + math.sqrt(1 - shared) * own)
    combined = np.array([cauchy(row) for row in drawn.tolist()])
    assert (combined <= alpha).mean() <= 1.3 * alpha + 3 * math.sqrt(alpha / 40_000)


@given(st.lists(st.floats(1e-300, 1.0), min_size=1, max_size=8), st.integers(0, 12))
def test_a_combination_is_a_probability(p_values: list[float], more: int) -> None:
    """It lies in (0, 1], in any order, and is no less than the least of them or a half."""
    whole = cauchy(p_values, len(p_values) + more)
    assert 0 < whole <= 1
    assert cauchy(p_values[::-1], len(p_values) + more) == pytest.approx(whole, rel=1e-6)
    assert whole >= min(*p_values, 0.5) * 0.999


def test_what_was_not_telling_weighs_against_what_was() -> None:
    """One small p-value of five asked is weaker than one of one."""
    assert cauchy([1e-4], 5) == pytest.approx(5e-4, rel=0.01)
    assert cauchy([], 5) == 1.0
    assert cauchy([1e-300, 1e-300]) < 1e-299


def test_at_least_two_need_two() -> None:
    """Rueger's rule takes the second smallest."""
    assert either_of([1e-9, 0.5, 0.6], 2) == 0.75
    assert either_of([1e-9, 1e-6], 2) == 1e-6
    assert either_of([1e-9], 2) == 1.0
    with pytest.raises(ValueError, match="rank"):
        either_of([0.1], 0)


def test_a_usual_day_says_nothing() -> None:
    """As many complaints as ever, in the usual words by the usual people, are no evidence."""
    story = [voice(number) for number in range(20)]
    assert channels.channel_evidence(story, [FastPost("weibo:1", 2.0)], PAST, SPAN) == ()


@pytest.mark.parametrize("seed", range(5))
def test_chance_alone_seldom_speaks(seed: int) -> None:
    """Of stories drawn from the past itself, at most one in a hundred would lift a level."""
    random = np.random.default_rng(seed)
    lifted = 0
    for _ in range(100):
        story = [
            voice(
                number,
                words=tuple(random.choice(USUAL_WORDS, 2, replace=False).tolist()),
                reposts=int(random.integers(4)),
            )
            for number in random.integers(0, 10_000, 30).tolist()
        ]
        found = channels.channel_evidence(story, [FastPost("weibo:1", 3.0)], PAST, SPAN)
        lifted += cauchy([one.p_value for one in found if one.p_value < 1], 5) <= LIFT
    assert lifted <= 1


def test_new_words_are_found() -> None:
    """A word that the past never had, from many people, is evidence and shows its baseline."""
    story = [voice(number, words=("虫子", "店员")) for number in range(12)]
    found = channels.new_terms(story, PAST, SPAN)
    assert found is not None
    assert found.parts[0].name == "虫子"
    assert found.parts[0].observed == 12
    assert found.parts[0].expected < 0.05
    assert found.p_value < 1e-6


def test_a_word_of_few_is_not_new() -> None:
    """Four authors make no new word, nor one who says it a hundred times, nor do numbers."""
    few = [voice(number, words=("虫子",)) for number in range(4)]
    loud = [voice(number, words=("蟑螂",), author="one") for number in range(100)]
    counted = [voice(number, words=("315",)) for number in range(20)]
    others = [voice(number) for number in range(40, 60)]
    assert channels.new_terms([*few, *loud, *counted, *others], PAST, SPAN) is None


def test_the_brand_s_own_words_are_not_new() -> None:
    """What people have always complained of is not new, however many say it now."""
    story = [voice(number, words=("店员", "排队")) for number in range(10)]
    assert channels.new_terms(story, PAST, SPAN) is None


def test_words_that_come_in_bursts_are_less_surprising() -> None:
    """Where single days have always had words of their own, a new one means less."""
    bursts = BrandHistory(
        tuple(
            day_of(voice(n, words=(USUAL_WORDS[day % 5],)) for n in range(12)) for day in range(28)
        )
    )
    story = [voice(number, words=("虫子", "奶茶")) for number in range(12)]
    calm, stirred = (channels.new_terms(story, one, SPAN) for one in (PAST, bursts))
    assert calm is not None
    assert bursts.correlation > 10 * PAST.correlation
    assert stirred is None or stirred.p_value > 100 * calm.p_value


def test_large_accounts_are_counted_once() -> None:
    """Two accounts with a million followers are evidence; one that posts twice is one."""
    story = [voice(number) for number in range(20)]
    two = [voice(101, followers=2_000_000), voice(102, followers=1_500_000)]
    found = channels.reach([*story, *two], PAST, SPAN)
    assert found is not None
    assert (found.observed, found.parts[0].name) == (2, "1000000")
    assert found.p_value < 0.01
    again = [replace(two[0], post_key=f"weibo:{n}") for n in (201, 202)]
    once = channels.reach([*story, *again], PAST, SPAN)
    assert once is not None
    assert once.observed == 1


def test_a_brand_of_stars_is_used_to_stars() -> None:
    """Where large accounts always complain, two of them are usual."""
    famous = past(followers=3_000_000)
    story = [voice(number, followers=3_000_000) for number in range(10)]
    assert "reach" not in kinds(channels.channel_evidence(story, [], famous, SPAN))


def test_speed_is_held_against_all_that_posts_get() -> None:
    """Far more in an hour than others get in all is evidence; as much as they get is none."""
    spread = BrandHistory((*PAST.days, Day(reposts=[10, 20, 40, 80, 160, 320] * 10, posts=60)))
    fast = channels.velocity([FastPost("weibo:1", 50_000.0), FastPost("weibo:2", 3.0)], 5, spread)
    usual = channels.velocity([FastPost("weibo:1", 200.0)], 5, spread)
    assert fast is not None
    assert usual is not None
    assert fast.parts[0].name == "weibo:1"
    assert fast.p_value < 0.02 < usual.p_value
    assert channels.velocity([], 5, spread) is None
    assert channels.velocity([FastPost("weibo:1", 0.0)], 5, spread) is None


def test_a_heavier_past_makes_speed_less_surprising() -> None:
    """The heavier the tail of the past, the less the same speed says."""
    light = BrandHistory((Day(posts=100, reposts=[*range(100)]),))
    heavy = BrandHistory(
        (Day(posts=100, reposts=[*range(90), *(10 ** np.arange(1, 6)).tolist() * 2]),)
    )
    one, other = (channels.velocity([FastPost("a", 5_000.0)], 1, each) for each in (light, heavy))
    assert one is not None
    assert other is not None
    assert one.p_value < other.p_value


def test_a_second_platform_is_two_that_are_loud() -> None:
    """Two unusual sources are evidence with each source's baseline; one, however loud, is not."""
    weibo = [voice(number) for number in range(60)]
    heimao = [voice(number, source="heimao") for number in range(500, 509)]
    known = BrandHistory((*PAST.days[:-1], day_of([voice(9, source="heimao")])))
    both = channels.second_platform([*weibo, *heimao], known, SPAN)
    assert both is not None
    assert both.p_value < 1e-3
    assert {part.name for part in both.parts} == {"weibo", "heimao"}
    assert channels.second_platform(weibo, known, SPAN) is None
    one_man = [replace(each, author="same") for each in heimao]
    assert channels.second_platform([*weibo, *one_man], known, SPAN) is None


def test_a_hot_list_entry_is_evidence() -> None:
    """An entry where there never was one is rare; where there is one daily, it is usual."""
    entry = voice(1, headline=True, title="云朵茶饮 喝出虫子")
    found = channels.hot_list([entry], PAST, SPAN)
    assert found is not None
    assert found.p_value < 0.01
    assert found.parts[0].name == "云朵茶饮 喝出虫子"
    daily = BrandHistory(tuple(replace(day, headlines=4) for day in PAST.days))
    assert "hot_list" not in kinds(channels.channel_evidence([entry], [], daily, SPAN))


def test_without_a_past_nothing_weighs() -> None:
    """A brand without a past shows large accounts and entries, but with no weight."""
    none = BrandHistory(())
    story = [voice(n, followers=2_000_000, words=("虫子",), headline=n < 2) for n in range(9)]
    found = channels.channel_evidence(story, [FastPost("weibo:1", 900.0)], none, SPAN)
    assert kinds(found) == {"reach", "velocity", "hot_list"}
    assert {one.p_value for one in found} == {1.0}
    assert combine_evidence(signal(), found, PACE, SETTINGS).level is Level.BLUE


@pytest.mark.parametrize(
    ("hour", "quarter"), [(0, 1), (15, 3), (16, 0), (21, 0), (22, 1), (23, 1), (9, 2), (10, 3)]
)
def test_days_are_china_s(hour: int, quarter: int) -> None:
    """The first quarter of a day begins at midnight in China."""
    assert quarter_of(datetime(2026, 3, 2, hour, tzinfo=UTC)) == quarter
    assert timedelta(hours=6) == QUARTER


def signal(level: Level = Level.BLUE, *, count: float = 60.0, low_baseline: bool = False) -> Signal:
    evidence = (
        Evidence("negative", count, 2.0, HOUR, 1e-9),
        Evidence("complaints", 8.0, 0.5, HOUR, 1e-5),
    )
    return Signal("云朵", "made", NOW, 1e-9, level, evidence, low_baseline)


def beside(p_value: float = 1e-6, *names: str) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(name, 12.0, 0.1, SPAN, p_value) for name in (names or ("new_terms", "reach"))
    )


def test_evidence_lifts_by_one() -> None:
    """Unlikely evidence besides the counts lifts a level by one, and says so."""
    weighed = combine_evidence(signal(), beside(), PACE, SETTINGS)
    assert weighed.level is Level.YELLOW
    assert kinds(weighed.evidence) == {"negative", "complaints", "new_terms", "reach"}
    reasons = {reason.kind: reason for reason in weighed.reasons}
    assert reasons["rarity"].value == 1.0
    assert reasons["evidence"].value == 4.0
    assert reasons["beside"].names == ("new_terms", "reach")


def test_likely_evidence_lifts_nothing() -> None:
    """Evidence that chance brings once in fifty stories is shown and lifts nothing."""
    weighed = combine_evidence(signal(), beside(0.02), PACE, SETTINGS)
    assert weighed.level is Level.BLUE
    assert "beside" not in {reason.kind for reason in weighed.reasons}
    assert "reach" in kinds(weighed.evidence)


def test_no_other_evidence_changes_no_level() -> None:
    """Without other evidence, the counts keep their level and their evidence."""
    for level in Level:
        weighed = combine_evidence(signal(level), (), PACE, SETTINGS)
        assert (weighed.level, weighed.evidence) == (level, signal(level).evidence)


@given(
    st.sampled_from(Level),
    st.lists(st.floats(1e-300, 1.0), max_size=5),
    st.floats(0, 500),
    st.booleans(),
    st.booleans(),
)
def test_a_level_never_falls_and_rises_by_one_at_most(
    level: Level, p_values: list[float], rate: float, rises: bool, low: bool
) -> None:
    """Whatever other evidence there is, the level is the counts' own or the next."""
    found = tuple(Evidence("reach", 1.0, 0.1, SPAN, p_value) for p_value in p_values)
    made = combine_evidence(signal(level, low_baseline=low), found, Pace(rate, rises), SETTINGS)
    assert level <= made.level <= level + 1
    assert 0 < made.p_value <= 1


@pytest.mark.parametrize(
    ("pace", "level"),
    [
        (Pace(60.0, rises=True), Level.RED),
        (Pace(60.0, rises=False), Level.ORANGE),
        (Pace(20.0, rises=True), Level.ORANGE),
    ],
)
def test_red_takes_size_and_growth(pace: Pace, level: Level) -> None:
    """Evidence makes red only of what is large and clearly more than an hour before."""
    assert combine_evidence(signal(Level.ORANGE), beside(), pace, SETTINGS).level is level


def test_the_hardly_known_stays_yellow() -> None:
    """A brand without history is not lifted above yellow, and the signal gives the reason."""
    weighed = combine_evidence(signal(Level.YELLOW, low_baseline=True), beside(), PACE, SETTINGS)
    assert weighed.level is Level.YELLOW
    assert weighed.reasons[-1].kind == "low_baseline"


def test_a_handful_stays_a_handful() -> None:
    """However telling, a few posts are not lifted beyond what their number carries."""
    assert combine_evidence(signal(count=7.0), beside(1e-12), PACE, SETTINGS).level is Level.BLUE


def test_the_rarity_told_follows_the_setting() -> None:
    """With one false alarm in five weeks allowed, yellow is once in twenty weeks."""
    rare = DetectionSettings(false_alarms_per_week=0.2)
    assert combine_evidence(signal(Level.YELLOW), (), PACE, rare).reasons[0].value == pytest.approx(
        20.0
    )

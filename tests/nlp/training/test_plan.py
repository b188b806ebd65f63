"""How long a training run goes, and at which rates."""

import pytest

from nlp.training.encoder.loop.plan import Plan, Seconds, Steps


@pytest.mark.parametrize("stop", [Steps(1000), Seconds(10.0)])
def test_a_rate_rises_stays_and_falls_to_nothing(stop: Steps | Seconds) -> None:
    """The rate follows the run: up, level, down to zero at its end and after it."""
    plan = Plan(stop, warmup=0.1, cooldown=0.4)
    assert 0 < plan.factor(0) < plan.factor(0.05) < plan.factor(0.2) == 1
    assert 1 == plan.factor(0.6) > plan.factor(0.8) > plan.factor(0.99)
    assert plan.factor(1.0) == plan.factor(1.5) == 0


def test_a_run_is_as_long_as_its_steps_or_seconds() -> None:
    """Steps do not ask the clock, seconds do not count the steps."""
    assert Steps(200).share(50, 9e9) == 0.25
    assert Seconds(40.0).share(10**9, 10.0) == 0.25
    assert [str(Steps(2000)), str(Seconds(40.0))] == ["2,000 steps", "40 s"]


def test_no_cooldown_is_no_cooldown() -> None:
    """A plan without a fall keeps its rate to the end."""
    assert Plan(Steps(10), cooldown=0.0).factor(0.99) == 1

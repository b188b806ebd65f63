"""Charts as specifications, and drawn."""

from datetime import UTC, datetime, timedelta

import pytest

from fengsui.chart.drawn import png_of, svg_of
from fengsui.chart.timeline import Timeline
from fengsui.chart.vega import PALETTES, Bar, Look, beijing_millis, incident_spec, trend_spec
from records import Level, LevelChange, TurningPoint
from records.language import LEVEL_COLOURS

AT = datetime(2026, 3, 19, 12, tzinfo=UTC)
STEP = timedelta(minutes=10)


def made_line(count: int = 30) -> Timeline:
    return Timeline(
        "云朵茶饮",
        STEP,
        tuple(AT + place * STEP for place in range(count)),
        tuple(float(place) for place in range(count)),
        (1.0,) * count,
        (LevelChange(AT + 5 * STEP, Level.BLUE), LevelChange(AT + 9 * STEP, Level.RED)),
        AT + 25 * STEP,
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [358, 1072])
def test_incident_is_drawn_in_the_colours_of_its_levels(theme: str, width: int) -> None:
    """The bars have the colours of the levels at their times, in both themes and sizes."""
    look = Look(width, 220, theme)  # type: ignore[arg-type]  # a parameter
    line = made_line()
    svg = svg_of(incident_spec(line, (3.0,) * 30, (TurningPoint(AT, "large", "某人"),), look))
    assert LEVEL_COLOURS[Level.RED] in svg
    assert LEVEL_COLOURS[Level.BLUE] in svg
    assert PALETTES[look.theme].band in svg
    assert ">红<" in svg
    assert ">恢复<" in svg
    assert f'width="{width}"' in svg


def test_words_are_those_of_the_reader() -> None:
    """An English chart has English names of levels."""
    svg = svg_of(incident_spec(made_line(), (3.0,) * 30, (), Look(358, 220, language="en")))
    assert ">red<" in svg
    assert "红" not in svg


def test_clock_is_that_of_beijing_on_every_machine() -> None:
    """A time stands in a chart as Beijing's clock shows it, whatever the machine's zone."""
    assert (
        beijing_millis(AT) == beijing_millis(AT.astimezone()) == int(AT.timestamp() + 28_800) * 1000
    )
    svg = svg_of(incident_spec(made_line(), (3.0,) * 30, (), Look(1072, 220)))
    assert ">20:00<" in svg or ">20:30<" in svg or ">21:00<" in svg


def test_nothing_counted_is_a_chart_too() -> None:
    """A quiet time is drawn as an empty chart, not an error."""
    assert svg_of(trend_spec([], Look(358, 220))).startswith("<svg")
    zero = [Bar(AT, AT + STEP, 0.0, 0.0, 0.0)]
    assert svg_of(trend_spec(zero, Look(358, 220))).startswith("<svg")


def test_same_specification_gives_a_picture() -> None:
    """What the page shows as SVG a report takes as PNG."""
    assert png_of(trend_spec([], Look(358, 220)), 1.0).startswith(b"\x89PNG")

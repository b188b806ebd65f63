"""The charts of an incident: in the terminal and as a picture."""

import math
import re
import struct
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from fengsui.chart.font import FILE
from fengsui.chart.png import png_chart
from fengsui.chart.terminal import NARROW, terminal_chart
from fengsui.chart.timeline import WORDS, Timeline
from records import Level, LevelChange
from records.language import LEVEL_NAMES

STEP = timedelta(minutes=15)
START = datetime(2026, 3, 19, 10, 0, tzinfo=UTC)
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def timeline(
    steps: int, *, brand: str = "云朵茶饮", levels: bool = True, height: float = 90
) -> Timeline:
    """Return a wave of `steps` steps that climbs through all levels and recovers."""
    places = [steps * part // 8 for part in (2, 3, 4, 5)]
    return Timeline(
        brand=brand,
        step=STEP,
        at=tuple(START + place * STEP for place in range(steps)),
        negative=tuple(
            float(round(height * math.exp(-(((place - steps / 2) / (steps / 6)) ** 2))))
            for place in range(steps)
        ),
        usual=(1.5,) * steps,
        levels=tuple(
            LevelChange(START + place * STEP, level)
            for place, level in zip(places, Level, strict=True)
        )
        if levels
        else (),
        recovered_at=START + 7 * steps // 8 * STEP if levels else None,
    )


def plain(text: str) -> str:
    """Return `text` without colours."""
    return ANSI.sub("", text)


def size(path: Path) -> tuple[int, int]:
    """Return width and height of a PNG file."""
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:24])
    return width, height


@pytest.mark.parametrize("steps", [0, 1, 2, 97, 20_000])
@pytest.mark.parametrize("width", [20, 80, 160])
def test_any_length_fits_the_terminal(steps: int, width: int) -> None:
    """A chart of any length keeps to the width it was given."""
    lines = plain(terminal_chart(timeline(steps), width=width)).splitlines()
    chart = lines[1:-3] if steps else []
    assert all(len(line) <= width for line in chart)
    assert lines[0].startswith("云朵茶饮")


def test_a_picture_speaks_the_language_of_its_reader() -> None:
    """The words on a picture are those of the language; a file in memory will do."""
    chinese, english = BytesIO(), BytesIO()
    png_chart(timeline(97), chinese)
    png_chart(timeline(97), english, "en")
    assert chinese.getvalue()[:8] == english.getvalue()[:8] == b"\x89PNG\r\n\x1a\n"
    assert chinese.getvalue() != english.getvalue()


@pytest.mark.parametrize("steps", [0, 1, 2, 97, 20_000])
def test_any_length_becomes_a_picture(steps: int, tmp_path: Path) -> None:
    """A picture has the same size whatever it shows, and no letter of it is missing its glyph."""
    png_chart(timeline(steps), tmp_path / "chart.png")
    assert size(tmp_path / "chart.png") == (1800, 780)


def test_says_what_happened() -> None:
    """Below the chart stand the peak, each climb and the end, in Beijing time."""
    text = plain(terminal_chart(timeline(96), width=100))
    assert "峰值 90 · 03-20 05:45" in text
    assert "蓝 03-20 00:00 → 黄 03-20 03:00 → 橙 03-20 06:00 → 红 03-20 09:00" in text
    assert "恢复 03-20 15:00" in text


def test_bars_have_the_colour_of_their_level() -> None:
    """The bar of the peak is orange as its level was, and nothing is coloured where not asked."""
    coloured = terminal_chart(timeline(96), width=100)
    assert "\x1b[38;5;208m" in coloured.splitlines()[1]
    assert "\x1b" not in terminal_chart(timeline(96), width=100, colour=False)


def test_bars_follow_the_counts() -> None:
    """The highest column stands over the highest count."""
    counts = (0.0,) * 30 + (8.0,) + (2.0,) * 29
    steps = len(counts)
    line = Timeline(
        "甲", STEP, tuple(START + i * STEP for i in range(steps)), counts, (1.0,) * steps
    )
    rows = terminal_chart(line, width=100, colour=False).splitlines()
    axis = next(row for row in rows if "└" in row)
    start, canvas = axis.index("└") + 1, len(axis) - axis.index("└") - 1
    top = [place - start for place, letter in enumerate(rows[1]) if letter == "█"]
    assert top
    assert all(abs(place / canvas - 30 / steps) < 0.05 for place in top)


def test_narrow_terminals_get_one_line() -> None:
    """Below the narrow bound the bars become one line of blocks with the peak as the highest."""
    chart = terminal_chart(timeline(96), width=NARROW - 1).splitlines()[1]
    assert set(chart) <= set("▁▂▃▄▅▆▇█")
    assert chart[len(chart) // 2] == "█"


def test_thinning_keeps_the_peak() -> None:
    """A thinned time line still has the highest count of the whole."""
    whole = timeline(5_000)
    thin = whole.thinned(70)
    assert len(thin.at) <= 70
    assert max(thin.negative) == max(whole.negative)
    assert whole.thinned(5_000) is whole


def test_hostile_brand_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Control characters and formulas in a brand's name reach neither terminal nor picture."""
    hostile = timeline(40, brand="\x1b[2J$\\frac{1}{0}$\x07\u202e品牌\n")
    assert not {"\x1b", "\x07", "\u202e"} & set(terminal_chart(hostile, colour=False))
    png_chart(hostile, tmp_path / "chart.png")
    assert size(tmp_path / "chart.png") == (1800, 780)


@pytest.mark.parametrize("height", [0.0, 0.4, 3.0, 1_000_000.0])
def test_any_height(height: float, tmp_path: Path) -> None:
    """Nothing at all and a million an hour are drawn alike."""
    line = timeline(64, height=height, levels=False)
    assert terminal_chart(line, width=80)
    png_chart(line, tmp_path / "chart.png")


def test_spans_fall_back_to_calm() -> None:
    """Levels are coloured from their change to the next, and nothing after the recovery."""
    line = timeline(96)
    assert [level for _, _, level in line.spans()] == list(Level)
    assert line.level_at(line.at[10]) is None
    assert line.level_at(line.at[48]) is Level.ORANGE
    assert line.level_at(line.at[90]) is None


def test_uneven_rows_are_refused() -> None:
    """A time line with more times than counts is an error, not a crooked picture."""
    with pytest.raises(ValueError, match="as many counts"):
        Timeline("甲", STEP, (START,), (), ())


def test_font_is_for_simplified_chinese() -> None:
    """The font is the face for simplified Chinese, and holds every letter of the chart's words."""
    font = FT2Font(FILE.path, face_index=FILE.face_index)
    assert font.family_name == "Noto Sans CJK SC"
    letters = font.get_charmap()
    words = [*WORDS["zh"].values(), *LEVEL_NAMES["zh"].values()]
    assert all(ord(letter) in letters for word in words for letter in word)


def test_fonts_of_the_machine_are_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without any font, or one whose list of fonts is old, draws the same picture."""
    png_chart(timeline(97), tmp_path / "usual.png")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda **_: [])
    font_manager.fontManager._findfont_cached.cache_clear()  # type: ignore[attr-defined]
    png_chart(timeline(97), tmp_path / "bare.png")
    assert (tmp_path / "bare.png").read_bytes() == (tmp_path / "usual.png").read_bytes()


@settings(max_examples=25, deadline=None)
@given(
    counts=st.lists(st.floats(0, 1e6), max_size=60),
    width=st.integers(1, 200),
    height=st.integers(4, 40),
)
def test_never_raises(counts: list[float], width: int, height: int) -> None:
    """Any counts at any width give a chart."""
    steps = len(counts)
    at = tuple(START + place * STEP for place in range(steps))
    line = Timeline("甲", STEP, at, tuple(counts), (0.0,) * steps)
    assert terminal_chart(line, width=width, height=height)

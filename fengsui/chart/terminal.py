"""The time line of an incident in a terminal, as wide as there is room."""

import math
from collections.abc import Iterator
from datetime import timedelta

import plotext

from fengsui.chart.timeline import WORDS, Timeline, clock
from records import Level
from records.language import LEVEL_NAMES, Language
from records.time import BEIJING

NARROW = 44
AXIS = 8
TICK = 16
BLOCKS = "▁▂▃▄▅▆▇█"
# Indices of the 256 colours that terminals share; None is an hour outside the incident.
COLOURS: dict[Level | None, int] = {
    None: 245,
    Level.BLUE: 33,
    Level.YELLOW: 220,
    Level.ORANGE: 208,
    Level.RED: 197,
}


def terminal_chart(
    timeline: Timeline,
    *,
    width: int = 80,
    height: int = 16,
    language: Language = "zh",
    colour: bool = True,
) -> str:
    """Return the chart as text, with ANSI colours if `colour`, whether or not a terminal is there.

    Below `NARROW` columns the bars become one line of blocks. Nothing of `timeline` can bring in
    control characters: the brand's are left out.
    """
    if not timeline.at:
        return f"{_heading(timeline, language)}\n{WORDS[language]['empty']}"
    columns = max(1, width if width < NARROW else width - AXIS)
    thin = timeline.thinned(columns)
    body = _sparkline(thin) if width < NARROW else _bars(thin, width, height, colour=colour)
    lines = [_heading(timeline, language), body, *_legend(timeline, language)]
    return "\n".join(lines)


def _heading(timeline: Timeline, language: Language) -> str:
    brand = "".join(letter for letter in timeline.brand if letter.isprintable())
    return f"{brand} · {timeline.title(language)} · {WORDS[language]['zone']}"


def _legend(timeline: Timeline, language: Language) -> Iterator[str]:
    """Yield the lines below the chart: peak and baseline, the climb, the end."""
    words, peak = WORDS[language], timeline.peak
    top = words["peak"].format(count=timeline.negative[peak])
    yield f"▲ {top} · {clock(timeline.at[peak])} · {words['usual']} {timeline.usual[peak]:.1f}"
    climbs = [
        f"{LEVEL_NAMES[language][change.level]} {clock(change.at)}" for change in timeline.climbs()
    ]
    if climbs:
        yield "● " + " → ".join(climbs)
    if timeline.recovered_at is not None:
        yield f"✓ {words['recovered']} {clock(timeline.recovered_at)}"


def _sparkline(timeline: Timeline) -> str:
    top = max(timeline.negative) or 1.0
    scale = (len(BLOCKS) - 1) / top
    return "".join(BLOCKS[round(max(0.0, count) * scale)] for count in timeline.negative)


def _bars(timeline: Timeline, width: int, height: int, *, colour: bool) -> str:
    """Return bars in the colours of their levels over the line of the baseline."""
    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear.all()
    figure.plot_size(width, height)
    figure.theme("colorless")
    figure.axes(False, axis=0, side=1)
    figure.axes(False, axis=1, side=1)
    markers = [plotext.marker("full", pixel=COLOURS[timeline.level_at(at)]) for at in timeline.at]
    places = list(range(len(timeline.at)))
    figure.draw(figure.bar(places, list(timeline.negative), marker=markers, width=1))
    top = max(*timeline.negative, *timeline.usual, 1.0)
    counts = _round_numbers(top)
    figure.ruler(0).lim(-0.5, len(places) - 0.5)
    figure.ruler(0).ticks(*_hours(timeline, width))
    figure.ruler(1).lim(0, top)
    figure.ruler(1).ticks(counts, [f"{count:,}" for count in counts])
    return str(figure.build().string(colorless=not colour)).rstrip("\n")


def _round_numbers(top: float) -> list[int]:
    """Return 0 and up to five round numbers below `top`."""
    power = 10 ** max(0, math.floor(math.log10(top)) - 1)
    step = next(power * unit for unit in (1, 2, 5, 10, 20, 50) if power * unit * 5 >= top)
    return list(range(0, math.floor(top) + 1, step))


def _hours(timeline: Timeline, width: int) -> tuple[list[int], list[str]]:
    """Return places and labels where a round hour begins, as many as have room."""
    span = timeline.at[-1] - timeline.at[0]
    room = max(1, (width - AXIS) // TICK)
    hours = next((h for h in (1, 2, 3, 6, 12) if span / timedelta(hours=h) <= room), 24)
    local = [at.astimezone(BEIJING) for at in timeline.at]
    blocks = [(at.date(), at.hour // hours) for at in local]
    starts = [place for place in range(1, len(blocks)) if blocks[place] != blocks[place - 1]]
    places = starts[:: max(1, -(-len(starts) // room))] or [0]
    return places, [clock(timeline.at[place]) for place in places]

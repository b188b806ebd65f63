"""The time line of an incident as a picture."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, DateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.ticker import MaxNLocator

from fengsui.chart.font import FILE, sized
from fengsui.chart.timeline import WORDS, Timeline, clock
from records import Level
from records.language import LEVEL_COLOURS, LEVEL_NAMES, RECOVERED_COLOUR, Language
from records.time import BEIJING

SIZE, DPI = (12.0, 5.2), 150
STEPS = 2_000
INK, FAINT, PAPER, CALM = "#1f2933", "#7b8794", "#ffffff", "#9aa5b1"


def png_chart(timeline: Timeline, path: Path | BytesIO, language: Language = "zh") -> None:
    """Draw the chart into the file `path`, 1800 by 780 pixels.

    Letters that the font lacks are left out.

    Raises:
        OSError: the file cannot be written.
    """
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.055, 0.085, 0.9, 0.745), facecolor=PAPER)
    words = _Words(language)
    words.head(figure, timeline)
    if timeline.at:
        thin = timeline.thinned(STEPS)
        _counts(axes, thin, words)
        _marks(axes, thin, words)
    else:
        axes.text(0.5, 0.5, words["empty"], ha="center", transform=axes.transAxes, **words.style())
    _dress(axes)
    figure.savefig(path, format="png")


class _Words:
    """The words on the picture, and what it takes to draw them."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language
        self._letters = FT2Font(FILE.path, face_index=FILE.face_index).get_charmap()

    def __getitem__(self, word: str) -> str:
        return WORDS[self._language][word]

    def level(self, level: Level) -> str:
        """Return the name of a level."""
        return LEVEL_NAMES[self._language][level]

    def style(self, size: float = 10, colour: str = INK) -> dict[str, Any]:
        """Return what a text needs to be drawn so."""
        return {"fontproperties": sized(size), "color": colour}

    def head(self, figure: Figure, timeline: Timeline) -> None:
        """Write the brand and what is counted."""
        brand = self._readable(timeline.brand)
        title = timeline.title(self._language)
        first = brand or title[:1].upper() + title[1:]
        second = f"{title} · {self['zone']}" if brand else self["zone"]
        figure.text(0.055, 0.925, first, **self.style(17))
        figure.text(0.055, 0.865, second, **self.style(10.5, FAINT))

    def _readable(self, text: str) -> str:
        # A dollar sign would begin a formula.
        return "".join(letter for letter in text if ord(letter) in self._letters and letter != "$")


def _counts(axes: Axes, timeline: Timeline, words: _Words) -> None:
    """Draw the counts as bars in the colour of their level, and the line of the baseline."""
    left = [_place(at) for at in timeline.at]
    width = (left[1] - left[0]) if len(left) > 1 else timeline.step / timedelta(days=1)
    levels = [timeline.level_at(at) for at in timeline.at]
    colours = [CALM if level is None else LEVEL_COLOURS[level] for level in levels]
    axes.bar(left, timeline.negative, width * 0.86, align="edge", color=colours, linewidth=0)
    edges = [*left, left[-1] + width]
    usual = [*timeline.usual, timeline.usual[-1]]
    axes.plot(edges, usual, color=INK, linewidth=1.1, dashes=(4, 3), drawstyle="steps-post")
    axes.annotate(
        words["usual"], (edges[-1], usual[-1]), (-4, 5), textcoords="offset points", ha="right",
        **words.style(9, FAINT),
    )  # fmt: skip
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, max(*timeline.negative, *timeline.usual, 1.0) * 1.5)
    for since, until, level in timeline.spans():
        axes.axvspan(
            _place(since),
            _place(until),
            color=LEVEL_COLOURS[level],
            alpha=0.09,
            linewidth=0,
            zorder=0,
        )


def _marks(axes: Axes, timeline: Timeline, words: _Words) -> None:
    """Mark the climb from level to level, the peak and the end."""
    climbs = list(timeline.climbs())
    rows = _rows([_place(climb.at) for climb in climbs], axes.get_xlim())
    for climb, row in zip(climbs, rows, strict=True):
        label = f"{words.level(climb.level)} {clock(climb.at)[6:]}"
        _flag(axes, climb.at, label, LEVEL_COLOURS[climb.level], 0.955 - 0.068 * row, words)
    if timeline.recovered_at is not None:
        label = f"{words['recovered']} {clock(timeline.recovered_at)[6:]}"
        _flag(axes, timeline.recovered_at, label, RECOVERED_COLOUR, 0.955, words)
    if timeline.negative[timeline.peak] > 0:
        _peak(axes, timeline, words)


def _peak(axes: Axes, timeline: Timeline, words: _Words) -> None:
    """Write the peak above its bar, away from the flags, which stand before it."""
    peak = timeline.peak
    count, place = timeline.negative[peak], _place(timeline.at[peak])
    side = "right" if _late(axes, place) else "left"
    label = f"{words['peak'].format(count=count)} · {clock(timeline.at[peak])[6:]}"
    axes.annotate(
        label, (place, count), (0, 6), textcoords="offset points", ha=side, **words.style(10.5)
    )


def _place(at: datetime) -> float:
    """Return where a time lies on the axis."""
    return float(date2num(at))  # type: ignore[no-untyped-call]


def _late(axes: Axes, place: float) -> bool:
    low, high = axes.get_xlim()
    return place > low + 0.85 * (high - low)


def _rows(places: Iterable[float], limits: tuple[float, float]) -> list[int]:
    """Return a row for each flag, one lower where it would stand on the flag before it."""
    room = 0.085 * (limits[1] - limits[0])
    rows: list[int] = []
    last: float | None = None
    for place in places:
        rows.append(0 if last is None or place - last > room else rows[-1] + 1)
        last = place
    return rows


def _flag(axes: Axes, at: datetime, label: str, colour: str, height: float, words: _Words) -> None:
    """Stand a line at `at` with a label, which hangs to its left if there is room."""
    place = _place(at)
    low, high = axes.get_xlim()
    left = place > low + 0.1 * (high - low)
    axes.axvline(place, ymax=height + 0.03, color=colour, linewidth=1.2)
    axes.annotate(
        label, (place, height), (-5 if left else 5, 0), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha="right" if left else "left", va="center",
        **words.style(9.5, PAPER), annotation_clip=True,
        bbox={"boxstyle": "round,pad=0.28", "facecolor": colour, "edgecolor": "none"},
    )  # fmt: skip


def _dress(axes: Axes) -> None:
    """Keep what helps reading and take the rest of the frame away."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(CALM)
    axes.grid(axis="y", color=INK, alpha=0.08)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, colors=FAINT, labelsize=9.5)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    locator = AutoDateLocator(tz=BEIJING, minticks=4, maxticks=10)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    formatter = DateFormatter("%m-%d %H:%M", tz=BEIJING)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(formatter)
    for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        label.set_fontproperties(sized(9))

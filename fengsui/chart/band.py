"""Counts, what was expected of them, and the alarms, as a picture."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from records.time import BEIJING

Floats = npt.NDArray[np.float64]

SIZE, DPI = (12.0, 5.0), 150
INK, BAND, EDGE, ALARM = "#1f2933", "#cfe0f0", "#3e7cb8", "#cf2e3c"


@dataclass(frozen=True, slots=True)
class Banded:
    """A scored series: arrays of shape (ticks,), the first tick at `start`.

    `values` are NaN where nothing was read; `mean` and `upper` where too little was known.
    `alarms` are the places of the ticks on which an alarm begins.
    """

    title: str
    start: datetime
    step: timedelta
    values: Floats
    mean: Floats
    upper: Floats
    alarms: tuple[int, ...]


def band_chart(banded: Banded, path: Path) -> None:
    """Draw the picture into the PNG file `path`, 1800 by 750 pixels.

    Raises:
        OSError: the file cannot be written.
    """
    # Every command would load for half a second longer.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.dates import (  # noqa: PLC0415
        AutoDateLocator,
        ConciseDateFormatter,
        date2num,
    )
    from matplotlib.figure import Figure  # noqa: PLC0415

    from fengsui.chart.font import sized  # noqa: PLC0415

    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.06, 0.09, 0.92, 0.82))
    times = [banded.start + place * banded.step for place in range(len(banded.values))]
    at = date2num(times)  # type: ignore[no-untyped-call]
    axes.fill_between(
        at, 0, banded.upper, color=BAND, step="mid", linewidth=0, label="usual, up to 1 in 1,000"
    )
    axes.plot(at, banded.mean, color=EDGE, linewidth=1.0, label="expected")
    axes.plot(at, banded.values, color=INK, linewidth=0.6, label="counted")
    alarms = list(banded.alarms)
    axes.plot(
        at[alarms],
        banded.values[alarms],
        linestyle="none",
        marker="v",
        markersize=8,
        color=ALARM,
        label=f"alarms ({len(alarms)})",
    )
    locator = AutoDateLocator(tz=BEIJING)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator, tz=BEIJING)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(formatter)
    axes.set_title(banded.title, loc="left", fontproperties=sized(11), parse_math=False)
    axes.legend(loc="upper left", frameon=False, prop=sized(9))
    axes.margins(x=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, format="png")

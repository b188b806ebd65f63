"""A whole dashboard as a picture: its bar of controls, and its panels on their grid."""

import re
import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from PIL import Image

from dashboards.kibana.dashboard import GRID, TITLES, Chart, Choice, Dashboard, Place, Ways
from dashboards.kibana.lens import palette
from dashboards.kibana.naming import Naming
from dashboards.kibana.words import Words
from docs.pictures.drawing.panels import draw
from docs.pictures.drawing.values import ZONE, cut
from docs.pictures.drawing.xy import FAINT
from docs.pictures.emulation.aggregation import Scope
from docs.pictures.emulation.results import Shown
from fengsui.chart.font import sized

# Pixels: a cell of the grid, the bar on top, the space between panels, the title of a panel.
CELL, ROW, BAR, GAP, TITLE = 29.0, 20.0, 92.0, 5.0, 24.0
DPI = 100
COLOURS = 128
_BACK = "#f6f8fc"


class Page:
    """A sheet of `width` by `height` pixels, measured from the top left."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=_BACK)
        FigureCanvasAgg(self.figure)
        self.sheet = self.figure.add_axes((0, 0, 1, 1))
        self.sheet.set_xlim(0, width)
        self.sheet.set_ylim(height, 0)
        self.sheet.axis("off")

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes at a place of the sheet."""
        bottom = self.height - top - height
        return self.figure.add_axes(
            (left / self.width, bottom / self.height, width / self.width, height / self.height)
        )

    def frame(self, left: float, top: float, width: float, height: float) -> None:
        """Draw the card that a panel lies on."""
        self.sheet.add_patch(
            FancyBboxPatch(
                (left, top),
                width,
                height,
                boxstyle="round,pad=0,rounding_size=4",
                facecolor="white",
                edgecolor="#dfe3e9",
                linewidth=0.8,
            )
        )

    def write(
        self, left: float, middle: float, text: str, size: float, *, colour: str = palette.INK
    ) -> None:
        """Write a line."""
        self.sheet.text(left, middle, text, va="center", color=colour, fontproperties=sized(size))

    def save(self, path: Path) -> None:
        """Write the sheet as a PNG of few colours."""
        held = BytesIO()
        with warnings.catch_warnings():
            # What people write has letters that no font has; the picture is good without them.
            warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
            self.figure.savefig(held, format="png", dpi=DPI)
        held.seek(0)
        with Image.open(held) as image:
            small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            small.save(path, optimize=True)


def draw_page(
    board: Dashboard, shown: Mapping[str, Shown], naming: Naming, scope: Scope, path: Path
) -> None:
    """Draw `board` into the file `path`; `shown` are its Lenses with their rows, by id.

    Raises:
        OSError: the file cannot be written.
    """
    rows = max(panel.place.y + panel.place.h for panel in board.panels)
    page = Page(GRID * CELL + 2 * GAP, BAR + rows * ROW + 2 * GAP)
    _bar(page, board, naming, scope)
    for panel in board.panels:
        left, top, width, height = _box(panel.place)
        page.frame(left, top, width, height)
        if isinstance(panel, Ways):
            _ways(page, board, panel, naming)
        else:
            _panel(page, panel, shown[naming.lens(panel.lens.name).id], naming)
    page.save(path)


def _box(place: Place) -> tuple[float, float, float, float]:
    return (
        GAP + place.x * CELL + GAP / 2,
        BAR + place.y * ROW + GAP / 2,
        place.w * CELL - GAP,
        place.h * ROW - GAP,
    )


def _panel(page: Page, panel: Chart, shown: Shown, naming: Naming) -> None:
    left, top, width, height = _box(panel.place)
    title = cut(panel.lens.title.of(naming.language), width / 7.4)
    page.write(left + 10, top + TITLE / 2 + 2, title, 9.5)
    kind = shown.lens["attributes"]["visualizationType"]
    insides = {  # left, right, bottom
        "lnsXY": (56.0, 14.0, 42.0),
        "lnsMetric": (0.0, 0.0, 0.0),
        "lnsDatatable": (8.0, 8.0, 4.0),
        "lnsPie": (10.0, 10.0, 40.0),
        "lnsTagcloud": (6.0, 6.0, 6.0),
        "lnsHeatmap": (90.0, 14.0, 26.0),
    }
    left_in, right_in, bottom_in = insides[kind]
    if _has_long_labels(shown):
        left_in = 110.0
    axes = page.axes(
        left + left_in,
        top + TITLE + 4,
        width - left_in - right_in,
        height - TITLE - 4 - bottom_in,
    )
    draw(axes, shown)


def _has_long_labels(shown: Shown) -> bool:
    layers = shown.state.get("layers", [{}])
    return str(layers[0].get("seriesType", "")).startswith("bar_horizontal")


def _ways(page: Page, board: Dashboard, panel: Ways, naming: Naming) -> None:
    left, top, _, height = _box(panel.place)
    at = left + 12.0
    for name, title in TITLES.items():
        words = title.of(naming.language)
        text = page.sheet.text(
            at,
            top + height * 0.3,
            words,
            va="center",
            color=palette.INK if name == board.name else "#0b64dd",
            fontproperties=sized(9.5),
        )
        at += text.get_window_extent().width + 26
    page.write(left + 12, top + height * 0.72, panel.note.of(naming.language), 8.5, colour=FAINT)


def _bar(page: Page, board: Dashboard, naming: Naming, scope: Scope) -> None:
    page.sheet.add_patch(Rectangle((0, 0), page.width, BAR - 4, color="white"))
    page.write(18, 24, board.title.of(naming.language), 13)
    since, until = (f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}" for at in (scope.since, scope.until))
    page.sheet.text(
        page.width - 18,
        24,
        f"{since}  →  {until}",
        va="center",
        ha="right",
        color=FAINT,
        fontproperties=sized(9.5),
    )
    wide = (page.width - 36) / max(4, len(board.controls))
    for number, control in enumerate(board.controls):
        left = 18 + number * wide
        page.frame(left, 48, wide - 12, 30)
        if isinstance(control, Choice):
            label = control.view.label_of(control.field, naming.language)
            value = _chosen(control.field, scope.chosen) or Words("全部", "Any").of(naming.language)
        else:
            label, value = (
                Words("时间轴", "Time slider").of(naming.language),
                Words("拖动以回放", "move to play").of(naming.language),
            )
        page.write(left + 12, 63, label, 9)
        page.sheet.text(
            left + wide - 26,
            63,
            cut(value, 24),
            va="center",
            ha="right",
            color=FAINT,
            fontproperties=sized(9),
        )


def _chosen(field: str, chosen: str) -> str:
    return "、".join(re.findall(rf'\b{field}: "([^"]+)"', chosen))

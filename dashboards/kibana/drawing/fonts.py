"""The font of the pictures: one that holds Chinese, where one is installed."""

from functools import cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties

from fengsui.chart.png import CHINESE


@cache
def family() -> FontProperties:
    """Return a font with Chinese letters, else matplotlib's own."""
    file = _file()
    return FontProperties(fname=file) if file else FontProperties(family="DejaVu Sans")


def has_chinese() -> bool:
    """Say whether Chinese can be drawn."""
    return _file() is not None


@cache
def _file() -> str | None:
    known = {font.name: font.fname for font in font_manager.fontManager.ttflist}
    if not known.keys() & set(CHINESE):
        # The list is kept between runs; it does not know what was installed since.
        wanted = {name.replace(" ", "") for name in CHINESE}
        for path in sorted(font_manager.findSystemFonts()):
            stem = Path(path).stem.removesuffix("-Regular")
            if any(name.startswith(stem) for name in wanted):
                return path
    return next((known[name] for name in CHINESE if name in known), None)


def sized(points: float) -> FontProperties:
    """Return the font in a size."""
    font = family().copy()
    font.set_size(points)
    return font

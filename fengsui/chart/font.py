"""The font of every picture: Noto Sans CJK, which comes in a package.

Neither the fonts of the machine nor matplotlib's list of them are asked.
"""

from typing import Final

from matplotlib.font_manager import FontPath, FontProperties
from noto_cjk_sans_otc import FONT_PATH

# The collection has a face for each way of writing; this one is for simplified Chinese.
_FACE: Final = 2
FILE: Final = FontPath(str(FONT_PATH), _FACE)


def sized(points: float) -> FontProperties:
    """Return the font in a size."""
    return FontProperties(fname=FILE, size=points)

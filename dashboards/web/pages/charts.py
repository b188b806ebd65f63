"""Charts as SVG, in the size and the theme that the reader's screen asks for."""

from typing import Final, cast, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fengsui.chart.vega import Look, Theme
from records.language import Language

# For a telephone, and for all else.
SIZES: Final = {"narrow": (358, 220), "wide": (1072, 260)}
# A browser asks anew after so long.
FRESH_SECONDS: Final = 30.0


def look_of(request: Request, language: Language) -> Look:
    """Return how the chart is to be drawn.

    Raises:
        HTTPException: it is no size or no theme (404).
    """
    asked = request.query_params
    size, theme = asked.get("size", "wide"), asked.get("theme", "light")
    if size not in SIZES or theme not in get_args(Theme):
        raise HTTPException(404)
    return Look(*SIZES[size], cast(Theme, theme), language)


def as_svg(svg: str) -> Response:
    """Return the answer that holds a chart."""
    age = f"private, max-age={FRESH_SECONDS:.0f}"
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": age})

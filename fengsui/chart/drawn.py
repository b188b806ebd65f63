"""Charts drawn from their specifications, on this machine, as SVG or PNG."""

import json
import threading
from functools import lru_cache
from typing import Any, Final

# Drawn charts that are kept, 60 KB each at most.
KEPT: Final = 128
# The library draws one chart at a time.
_ONE: Final = threading.Lock()


def svg_of(spec: dict[str, Any]) -> str:
    """Return the chart as SVG; the same specification is drawn once.

    Raises:
        ValueError: it is no chart.
    """
    return _svg(json.dumps(spec, ensure_ascii=False, sort_keys=True))


@lru_cache(KEPT)
def _svg(spec: str) -> str:
    # It takes a second to load: only who draws waits for it.
    import vl_convert  # noqa: PLC0415  # see above

    with _ONE:
        return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


def png_of(spec: dict[str, Any], scale: float = 2.0) -> bytes:
    """Return the chart as PNG, `scale` times as many pixels.

    Raises:
        ValueError: it is no chart.
    """
    import vl_convert  # noqa: PLC0415  # as above

    with _ONE:
        return bytes(
            vl_convert.vegalite_to_png(
                json.dumps(spec, ensure_ascii=False), scale=scale, allowed_base_urls=[]
            )
        )

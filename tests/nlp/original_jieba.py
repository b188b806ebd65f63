"""jieba itself, as it is installed: what our words are compared with."""

import warnings
from typing import Any


def original_jieba() -> Any:
    """Return the module; it warns about the way that it is written."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba  # noqa: PLC0415 - as above
    jieba.setLogLevel("WARNING")
    return jieba

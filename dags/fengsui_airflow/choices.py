"""What a person may choose from when starting a run by hand."""

import os
import tomllib
from pathlib import Path
from typing import Final

from airflow.sdk import Param

from fengsui_airflow.names import CONFIG_ENV

ALL: Final = "全部 all"


def time_param(title: str) -> Param:
    """Return a time, for which the form has a calendar.

    The task refuses a run without it. A Param that has no default would do so in the form, but
    Airflow then fails before it calls anybody back of a run that failed.
    """
    return Param(None, type=["null", "string"], format="date-time", title=title)


def text_param(title: str) -> Param:
    """Return a text that may be left out."""
    return Param(None, type=["null", "string"], title=title)


def source_param(title: str) -> Param:
    """Return one of the sources of the settings, or none for all of them.

    A list to choose from where FENGSUI_CONFIG names a file that can be read; else any text.
    """
    names = source_names()
    if not names:
        return text_param(title)
    labels = {name: name for name in names}
    return Param(
        None,
        type=["null", "string"],
        enum=[None, *names],
        values_display={"null": ALL, **labels},
        title=title,
    )


def source_names() -> list[str]:
    """Return the names of the sources, from the file alone: it is read whenever a DAG is parsed.

    Nothing is checked here. The settings are, by the task that uses them, which says what is wrong.
    """
    path = os.environ.get(CONFIG_ENV, "").strip()
    if not path:
        return []
    try:
        settings = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    sources = settings.get("sources")
    named = (
        [one.get("name") for one in sources if isinstance(one, dict)]
        if isinstance(sources, list)
        else []
    )
    return sorted({name for name in named if isinstance(name, str) and name})

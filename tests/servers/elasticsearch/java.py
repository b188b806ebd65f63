"""The Java that a server of Elasticsearch runs on: found, never guessed."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

NEEDED = 21
_VERSION = re.compile(r'^JAVA_VERSION="(\d+)', re.MULTILINE)


def java_home(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the home of a Java that is new enough, the first of `candidates`, or None."""
    for home in candidates(environ):
        version = java_version(home)
        if version is not None and version >= NEEDED:
            return home
    return None


def candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield where a Java may be: as the environment says, on the PATH, installed."""
    for variable in ("ES_JAVA_HOME", "JAVA_HOME"):
        if home := environ.get(variable):
            yield Path(home)
    if program := shutil.which("java", path=environ.get("PATH")):
        yield Path(program).resolve().parent.parent
    yield from sorted(Path("/usr/lib/jvm").glob("*"), reverse=True)


def java_version(home: Path) -> int | None:
    """Return the feature release of the Java in `home`, as its own `release` file states it."""
    try:
        found = _VERSION.search((home / "release").read_text(encoding="utf-8"))
    except OSError:
        return None
    return int(found[1]) if found and (home / "bin/java").is_file() else None

"""Files that never change under their address: browsers keep them for a year."""

import hashlib
from pathlib import Path
from typing import Any, Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

FOLDER: Final = Path(__file__).parent / "static"
YEAR_SECONDS: Final = 31_536_000
KEPT: Final = f"public, max-age={YEAR_SECONDS}, immutable"


def version_of(folder: Path = FOLDER) -> str:
    """Return what tells these files from those of another version."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


VERSION: Final = version_of()


class FixedFiles(StaticFiles):
    """The files of the page; those asked for with the present version are kept."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a file with how long it may be kept."""
        answer = super().file_response(*args, **kwargs)
        scope = args[2] if len(args) > 2 else kwargs["scope"]
        is_present = scope["query_string"].decode() == f"v={VERSION}"
        answer.headers["Cache-Control"] = KEPT if is_present else "no-cache"
        return answer

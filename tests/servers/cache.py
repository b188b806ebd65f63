"""Where programs that were fetched are kept: outside the checkout, for all checkouts of a user."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Servers do not run as root, and others cannot look into the home of root.
_OF_ROOT = Path("/var/cache")


def cache() -> Path:
    """Return the folder of all that this project has fetched; it need not exist yet."""
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        return Path(chosen) / "fengsui"
    return (_OF_ROOT if os.geteuid() == 0 else Path.home() / ".cache") / "fengsui"


@contextmanager
def made_once(target: Path) -> Iterator[Path | None]:
    """Yield an empty folder to fill, which becomes `target`; None where `target` is there already.

    Of several processes one fills and the others wait. `target` is whole or absent: what an error
    or a kill leaves half done is thrown away.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.exists():
            yield None
            return
        for abandoned in target.parent.glob(f"{target.name}.part-*"):
            shutil.rmtree(abandoned)
        part = Path(tempfile.mkdtemp(prefix=f"{target.name}.part-", dir=target.parent))
        try:
            yield part
            part.chmod(0o755)
            part.rename(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)

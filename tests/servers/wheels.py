"""The programs of servers that come in wheels, with what lint and test need."""

import os
import shutil
from importlib.metadata import distribution
from pathlib import Path

from tests.servers.cache import cache, made_once


def carried(package: str, *folders: str) -> Path:
    """Return where the `folders` of an installed package lie, readable for whom servers run as."""
    installed = distribution(package)
    source = Path(str(installed.locate_file("")))
    if os.geteuid():
        return source
    # Servers do not run as root, and a checkout in the home of root is closed to others.
    target = cache() / package / installed.version
    if not target.exists():
        with made_once(target) as part:
            if part is not None:
                for folder in folders:
                    shutil.copytree(source / folder, part / folder)
    return target

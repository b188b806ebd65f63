"""The files of docker/ as data."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"


@cache
def compose() -> dict[str, Any]:
    """Return the compose file with its anchors resolved and its variables as they are written."""
    return dict(yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8")))


def services() -> dict[str, dict[str, Any]]:
    """Return the services by name."""
    return dict(compose()["services"])


def words(command: list[str] | str) -> str:
    """Return a command as one text."""
    return command if isinstance(command, str) else " ".join(command)


@cache
def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, continued lines joined."""
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [
        (name, " ".join(rest.split()))
        for name, _, rest in (x.partition(" ") for x in lines)
        if name
    ]

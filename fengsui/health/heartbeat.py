"""A file that is written after each turn: who looks at it sees whether the run goes on, and how."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from fengsui.health.pulse import Turns
from fengsui.settings.application import Settings

NAME: Final = "heartbeat.json"


def heartbeat_path(settings: Settings) -> Path:
    """Return where the file stands."""
    return settings.state / NAME


def write_heartbeat(path: Path, turns: Turns) -> None:
    """Put what the loop did into the file; a reader sees the old content or the new one.

    Raises:
        OSError: it cannot be written.
    """
    said = asdict(turns) | {"at": turns.at.isoformat() if turns.at else None}
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    part.chmod(0o600)
    part.replace(path)


def read_heartbeat(path: Path) -> Turns | None:
    """Return what the loop did by its last turn, None where no run has written it."""
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        at = said.pop("at")
        known = {name: value for name, value in said.items() if name in Turns.__slots__}
        known["failing"] = tuple(known.get("failing", ()))
        return Turns(at=datetime.fromisoformat(at) if at else None, **known)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None

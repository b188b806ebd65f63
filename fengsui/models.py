"""Which model scores: the one of the settings, or the one that was promoted in its place."""

import hashlib
import shutil
from datetime import datetime
from pathlib import Path

from store.ledger.state import PROMOTED, CursorStore, Promotion


def model_in_use(ledger: CursorStore, setting: str) -> str:
    """Return what names the model: the promoted folder, else `setting`."""
    promoted = PROMOTED.get(ledger)
    if promoted is None or promoted.instead_of != setting:
        return setting
    return promoted.folder


def promote(ledger: CursorStore, setting: str, candidate: Path, state: Path, now: datetime) -> str:
    """Copy the candidate's folder into the state and let it score from now on; return the copy.

    A copy, so that what was approved stays what it was. Promoting it again changes nothing.

    Raises:
        OSError: it cannot be copied.
    """
    folder = state.resolve() / "models" / f"{candidate.name}-{digest_of(candidate)}"
    if not folder.is_dir():
        part = folder.with_name(f".part-{folder.name}")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(candidate, part)
        part.replace(folder)
    PROMOTED.set(ledger, Promotion(setting, str(folder), now))
    return str(folder)


def digest_of(folder: Path) -> str:
    """Return twelve hexadecimal digits that stand for the names and contents of the files."""
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = hashlib.blake2b(path.read_bytes(), digest_size=32).hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{content}\0".encode())
    return digest.hexdigest()

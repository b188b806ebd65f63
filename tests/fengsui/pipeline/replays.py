"""Replays whose end is kept; `python -m tests.fengsui.pipeline.replays` writes it anew.

What is compared is what a user has afterwards: the rows of both databases and what was printed.
Left out are times of writing, pseudonyms (each store has a key of its own) and the time it took;
and how far detection came, since an unreadable row without a time is as old as the clock says.
The linear model reads, since an 8-bit encoder rounds by the processor's own instructions.
"""

import contextlib
import hashlib
import io
import json
import lzma
import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from unittest import mock

from fengsui.cli import main
from fengsui.demo import generate

REFERENCES: Final = Path(__file__).parent / "golden"
DATA: Final = Path(__file__).parents[4] / "shared" / "data"
# What is not the same in two runs of the same program.
_OWN: Final = {"written_at", "created_at", "judged", "seen_at", "digest", "origin"}
_PSEUDONYM: Final = re.compile(r"p-[0-9a-f]{24}")
_TABLES: Final = {
    "mentions": ("posts", "history", "mentions", "points"),
    "ledger": ("spans", "quarantine", "incidents", "notifications", "cases"),
}
_BRANDS: Final[Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]]] = {
    "tcl": ("weibo_search_tcl_2021.csv.xz", {"TCL": ("TCL电视",)}),
    "hot-topics": (
        "weibo_hottopic_snapshots_2023-05.csv.xz",
        {"迪士尼": ("上海迪士尼",), "国泰": ("国泰航空",), "湖南": (), "高考": ()},
    ),
}
NAMES: Final = ("sample", *_BRANDS)


def source_of(name: str) -> Path | None:
    """Return the file of others that a replay reads, None where it reads the sample."""
    return DATA / _BRANDS[name][0] if name in _BRANDS else None


def replayed(name: str, folder: Path) -> dict[str, Any]:
    """Replay into `folder`, and return what it came to: tables by digest, and the lines printed."""
    files, brands = _inputs(name, folder)
    config, store = folder / "fengsui.toml", folder / "store"
    config.write_text(f'model = "linear"\n{brands}', encoding="utf-8")
    printed = _run("replay", *files, "--config", config, "--store", store)
    printed = printed.replace(str(folder), "")
    # A table is as wide as the time that it took has digits.
    lines = [re.sub("  +|─+", " ", one) for one in printed.splitlines() if "用时" not in one]
    return {"printed": lines, "tables": dict(_tables(store))}


def _inputs(name: str, folder: Path) -> tuple[list[Path], str]:
    source = source_of(name)
    if source is None:
        sample = generate(folder / "sample")
        brands = sample.settings.read_text(encoding="utf-8")
        return [sample.weibo, sample.complaints], brands
    file = folder / source.stem
    file.write_bytes(lzma.decompress(source.read_bytes()))
    return [file], "\n".join(
        f'[[brands]]\nname = "{brand}"\naliases = {json.dumps(aliases, ensure_ascii=False)}'
        for brand, aliases in _BRANDS[name][1].items()
    )


def _run(*arguments: object) -> str:
    out = io.StringIO()
    environment = {"COLUMNS": "100", "NO_COLOR": "1"}
    with (
        mock.patch.dict("os.environ", environment),
        mock.patch.object(sys, "argv", ["fengsui", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.suppress(SystemExit),
    ):
        main()
    return out.getvalue()


def _tables(store: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for database, names in _TABLES.items():
        with closing(sqlite3.connect(store / f"{database}.sqlite3")) as opened:
            opened.row_factory = sqlite3.Row
            for name in names:
                rows = sorted(_row(row) for row in opened.execute(f"SELECT * FROM {name}"))
                digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
                yield name, {"rows": len(rows), "sha256": digest[:16]}


def _row(row: sqlite3.Row) -> str:
    kept = {name: row[name] for name in row.keys() if name not in _OWN}  # noqa: SIM118 - a Row
    if "value" in kept:
        kept["value"] = kept["value"].split()[-1]
    if "body" in kept and isinstance(kept["body"], str):
        with contextlib.suppress(ValueError):
            kept["body"] = json.loads(kept["body"])
    text = json.dumps(_rounded(kept), ensure_ascii=False, sort_keys=True)
    return _PSEUDONYM.sub("p-", text)


def _rounded(value: Any) -> Any:
    """Return the value with fractions to four digits: the last ones differ between processors."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items() if key not in _OWN}
    return [_rounded(one) for one in value] if isinstance(value, list) else value


def reference_of(name: str) -> dict[str, Any]:
    """Return the reference as it was written."""
    reference: dict[str, Any] = json.loads((REFERENCES / f"{name}.json").read_text("utf-8"))
    return reference


if __name__ == "__main__":
    for each in sys.argv[1:] or NAMES:
        with tempfile.TemporaryDirectory() as temporary:
            text = json.dumps(replayed(each, Path(temporary)), ensure_ascii=False, indent=1)
        (REFERENCES / f"{each}.json").write_text(text + "\n", encoding="utf-8")

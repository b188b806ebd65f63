"""Score every text of a file, and measure the answers where the file holds labels.

Texts are read as in the chain: the author's own words and emoticons. Only where there are none,
here the quoted words are scored (`nlp.sentiment.voice`), while the chain takes a bare repost for
neutral.

Columns of the input are written back as they came, also where a cell begins with = + - or @: the
file is the user's own, and a changed text would no longer be the text that was scored. The columns
that are added hold only class names and decimals: they bring no formula into a spreadsheet.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from fengsui.tables import Row, Table, TableError, TableWriter, cell, open_for_writing
from nlp.evaluation import accuracy, macro_f1
from nlp.normalise import normalise
from nlp.sentiment.model import LABELS, Score, SentimentModel
from nlp.sentiment.voice import voice

ADDED: Final = ("sentiment", *LABELS)
"""The columns that are added to the input's own."""

_BATCH: Final = 2_000  # rows in memory at once
_POLES: Final = frozenset({"negative", "positive"})
_SHOWN: Final = 8  # values of a label column that an error names


class ScoreError(Exception):
    """A file cannot be scored; the message says what was looked for and what was found."""


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """What came of scoring a file.

    `n` rows count; `left_out` more have a label that the map does not name: they are scored and
    written, and not measured. `confusion` is `[true][given]`. The three measures are None
    where no label column was named; macro-F1 is over the classes that the labels hold.
    """

    n: int
    left_out: int
    texts_per_second: float
    accuracy: float | None = None
    macro_f1: float | None = None
    confusion: Mapping[str, Mapping[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """What of a table is scored, and what it is held against."""

    table: Table
    text: str
    label: str | None
    mapping: Mapping[str, str]

    def true_class(self, row: Row) -> str | None:
        """Return the class that the row's label means, None where the map does not name it."""
        return self.mapping.get(cell(row.get(self.label)).strip()) if self.label else None

    def classes(self) -> frozenset[str]:
        """Return the classes that the table's labels mean.

        Raises:
            ScoreError: the map names no label that there is.
        """
        if not self.label:
            return frozenset(LABELS)
        values = Counter(cell(row.get(self.label)).strip() for row in self.table.rows())
        found = frozenset(self.mapping[value] for value in values if value in self.mapping)
        if not found:
            shown = [value for value, _ in values.most_common(_SHOWN)]
            raise ScoreError(
                f"no row has a label that the map names: the map names {sorted(self.mapping)}, "
                f"the column {self.label!r} holds {shown}"
            )
        return found


@dataclass(slots=True)
class _Tally:
    """What was counted so far."""

    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: int = 0
    seconds: float = 0.0


def score_file(
    path: Path,
    text: str,
    label: str | None,
    mapping: Mapping[str, str],
    out: Path | None,
    model: SentimentModel,
) -> ScoreReport:
    """Score the column `text` of the table at `path`; memory does not grow with the file.

    `mapping` leads from the values of the column `label` to classes; an empty one stands for the
    names of the classes themselves. Where the labels hold only negative and positive, the answer,
    measured and written, is the likelier of these two. `out` gets the input's columns and ADDED,
    in UTF-8 and in the input's kind, when the last row is scored.

    Raises:
        ScoreError: the file, a column, the map or the output will not do.
    """
    try:
        reading = _Reading(
            Table.open(path), text, label, mapping or {name: name for name in LABELS}
        )
        _check(reading, out)
        choices = LABELS if reading.classes() - _POLES else tuple(sorted(_POLES))
        return _report(_run(reading, choices, out, model), label)
    except TableError as error:
        raise ScoreError(str(error)) from error


def _check(reading: _Reading, out: Path | None) -> None:
    columns = reading.table.columns
    for name in filter(None, (reading.text, reading.label)):
        if name not in columns:
            raise ScoreError(f"no column {name!r}; there are: {', '.join(map(repr, columns))}")
    if wrong := sorted(set(reading.mapping.values()) - set(LABELS)):
        raise ScoreError(f"the map leads to {wrong[0]!r}; the classes are {', '.join(LABELS)}")
    if out and (taken := [name for name in ADDED if name in columns]):
        raise ScoreError(f"there already is a column {taken[0]!r}: rename it, or write no output")
    if out and out.resolve() == reading.table.path.resolve():
        raise ScoreError(f"{out} is the input: name another file for the output")


def _run(
    reading: _Reading, choices: Sequence[str], out: Path | None, model: SentimentModel
) -> _Tally:
    tally = _Tally()
    with ExitStack() as stack:
        writer = stack.enter_context(_output(out, reading.table)) if out else None
        for rows in _batches(reading.table.rows()):
            for row, score in zip(rows, _scores(rows, reading.text, model, tally), strict=True):
                given = max(choices, key=lambda name: getattr(score, name))
                if (truth := reading.true_class(row)) is not None:
                    tally.pairs[truth, given] += 1
                if writer:
                    writer.write({**row, **_added(given, score)})
        if not tally.rows:
            raise ScoreError(f"{reading.table.path} has columns and no rows")
    return tally


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _scores(rows: Sequence[Row], text: str, model: SentimentModel, tally: _Tally) -> list[Score]:
    began = time.perf_counter()
    scores = model.score([voice(normalise(cell(row.get(text)))) for row in rows])
    tally.seconds += time.perf_counter() - began
    tally.rows += len(rows)
    return scores


def _added(given: str, score: Score) -> dict[str, str | float]:
    shares = {name: round(getattr(score, name), 6) for name in LABELS}
    return {"sentiment": given, **shares}


@contextmanager
def _output(out: Path, table: Table) -> Iterator[TableWriter]:
    """Write beside `out` and move it there at the end: nobody finds half a file."""
    part = out.with_name(f".part-{out.name}")
    try:
        with open_for_writing(part) as file:
            yield TableWriter(file, table.kind, (*table.columns, *ADDED))
        part.replace(out)
    except OSError as error:
        raise ScoreError(f"{out} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _report(tally: _Tally, label: str | None) -> ScoreReport:
    speed = tally.rows / max(tally.seconds, 1e-9)
    if not label:
        return ScoreReport(n=tally.rows, left_out=0, texts_per_second=speed)
    counts = {a: {b: tally.pairs[a, b] for b in LABELS} for a in LABELS}
    return ScoreReport(
        n=tally.pairs.total(),
        left_out=tally.rows - tally.pairs.total(),
        texts_per_second=speed,
        accuracy=accuracy(counts),
        macro_f1=macro_f1(counts),
        confusion=counts,
    )

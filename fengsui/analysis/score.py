"""Score every text of a file, and measure the answers where the file holds labels.

Read each text whole, own words and quoted ones, since the person who labelled it read it so; the
pipeline reads an author's own words alone, for it asks what the author says of a brand.

Columns of the input are written back as they came, also where a cell begins with = + - or @: the
file is the user's own, and a changed text would no longer be the text that was scored. The columns
that are added hold only class names and decimals: they bring no formula into a spreadsheet.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from fengsui.analysis.tables import Row, Table, TableError, TableWriter, cell, open_for_writing
from nlp.metrics import accuracy, macro_f1
from nlp.sentiment.questions import Question
from nlp.text.normalise import normalise

_BATCH: Final = 2_000  # rows in memory at once
_POLES: Final = frozenset({"negative", "positive"})
_SHOWN: Final = 8  # values of a label column that an error names


def added_columns(question: Question) -> tuple[str, ...]:
    """Return the columns that are added to the input's own: the answer, and each probability."""
    return (question.task, *question.classes)


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
    question: Question

    def true_class(self, row: Row) -> str | None:
        """Return the class that the row's label means, None where the map does not name it."""
        return self.mapping.get(cell(row.get(self.label)).strip()) if self.label else None

    def found_classes(self) -> frozenset[str]:
        """Return the classes that the table's labels mean.

        Raises:
            ScoreError: the map names no label that there is.
        """
        if not self.label:
            return frozenset(self.question.classes)
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
    question: Question,
    progress: Callable[[int], None] = lambda _: None,
) -> ScoreReport:
    """Score the column `text` of the table at `path`; memory does not grow with the file.

    `mapping` leads from the values of the column `label` to classes; an empty one stands for the
    names of the classes themselves. Where the labels hold only negative and positive, the answer,
    measured and written, is the likelier of these two. `out` gets the input's columns and those
    of `added_columns`, in UTF-8 and in the input's kind, when the last row is scored. `progress`
    gets how many rows are scored so far.

    Raises:
        ScoreError: the file, a column, the map or the output will not do.
    """
    try:
        reading = _Reading(
            Table.open(path),
            text,
            label,
            mapping or {name: name for name in question.classes},
            question,
        )
        _check(reading, out)
        choices = question.classes if reading.found_classes() - _POLES else tuple(sorted(_POLES))
        return _report(_run(reading, choices, out, progress), reading)
    except TableError as error:
        raise ScoreError(str(error)) from error


def _check(reading: _Reading, out: Path | None) -> None:
    columns = reading.table.columns
    for name in filter(None, (reading.text, reading.label)):
        if name not in columns:
            raise ScoreError(f"no column {name!r}; there are: {', '.join(map(repr, columns))}")
    classes = reading.question.classes
    if wrong := sorted(set(reading.mapping.values()) - set(classes)):
        raise ScoreError(f"the map leads to {wrong[0]!r}; the classes are {', '.join(classes)}")
    added = added_columns(reading.question)
    if out and (taken := [name for name in added if name in columns]):
        raise ScoreError(f"there already is a column {taken[0]!r}: rename it, or write no output")
    if out and out.resolve() == reading.table.path.resolve():
        raise ScoreError(f"{out} is the input: name another file for the output")


def _run(
    reading: _Reading, choices: Sequence[str], out: Path | None, progress: Callable[[int], None]
) -> _Tally:
    tally = _Tally()
    with ExitStack() as stack:
        writer = stack.enter_context(_output(out, reading)) if out else None
        for rows in _batches(reading.table.rows()):
            for row, shares in zip(rows, _answers(rows, reading, tally), strict=True):
                given = max(choices, key=lambda name: shares[name])
                if (truth := reading.true_class(row)) is not None:
                    tally.pairs[truth, given] += 1
                if writer:
                    writer.write({**row, **_added(reading.question, given, shares)})
            progress(tally.rows)
        if not tally.rows:
            raise ScoreError(f"{reading.table.path} has columns and no rows")
    return tally


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _answers(rows: Sequence[Row], reading: _Reading, tally: _Tally) -> list[dict[str, float]]:
    texts = [normalise(cell(row.get(reading.text))).display for row in rows]
    began = time.perf_counter()
    answers = reading.question.answer(texts)
    tally.seconds += time.perf_counter() - began
    tally.rows += len(rows)
    return [dict(zip(reading.question.classes, shares, strict=True)) for shares in answers]


def _added(question: Question, given: str, shares: Mapping[str, float]) -> dict[str, str | float]:
    return {question.task: given, **{name: round(share, 6) for name, share in shares.items()}}


@contextmanager
def _output(out: Path, reading: _Reading) -> Iterator[TableWriter]:
    """Write next to `out` and move the file there at the end: nobody finds half a file."""
    part = out.with_name(f".part-{out.name}")
    try:
        with open_for_writing(part) as file:
            columns = (*reading.table.columns, *added_columns(reading.question))
            yield TableWriter(file, reading.table.kind, columns)
        part.replace(out)
    except OSError as error:
        raise ScoreError(f"{out} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _report(tally: _Tally, reading: _Reading) -> ScoreReport:
    speed = tally.rows / max(tally.seconds, 1e-9)
    if not reading.label:
        return ScoreReport(n=tally.rows, left_out=0, texts_per_second=speed)
    classes = reading.question.classes
    counts = {a: {b: tally.pairs[a, b] for b in classes} for a in classes}
    return ScoreReport(
        n=tally.pairs.total(),
        left_out=tally.rows - tally.pairs.total(),
        texts_per_second=speed,
        accuracy=accuracy(counts),
        macro_f1=macro_f1(counts),
        confusion=counts,
    )

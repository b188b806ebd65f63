"""The columns of a Lens layer: buckets that group documents, and metrics that measure a group."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from dashboards.kibana.views import View
from dashboards.kibana.words import Words
from records.language import Language

Json: TypeAlias = dict[str, Any]
Operation: TypeAlias = Literal["sum", "average", "max", "min", "unique_count"]

RECORDS: Final = "___records___"
WHOLE: Final[Json] = {"id": "number", "params": {"decimals": 0}}
COMPACT: Final[Json] = {"id": "number", "params": {"decimals": 1, "compact": True}}
SHARE: Final[Json] = {"id": "percent", "params": {"decimals": 0}}


def kuery(query: str) -> Json:
    """Return a query in Kibana's own language."""
    return {"language": "kuery", "query": query}


@dataclass(frozen=True, slots=True)
class Made:
    """What a column is written in: the data view of its layer and the language."""

    view: View
    language: Language


@dataclass(frozen=True, slots=True)
class Count:
    """How many documents, of those that match `where`."""

    id: str
    label: Words
    where: str = ""
    format: Json | None = None

    def states(self, made: Made) -> Iterator[tuple[str, Json]]:
        """Yield the id and the state of the column, and of those it stands on."""
        state = _metric("count", RECORDS, "number", self.label.of(made.language))
        yield self.id, _finished(state, self.where, self.format)

    def formula(self) -> str:
        """Return it as a term of a formula."""
        return f"count({_kql(self.where)})"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number made of the values of `field`, in documents that match `where`.

    A `unique_count` is near, not exact, above some thousands.
    """

    id: str
    label: Words
    operation: Operation
    field: str
    where: str = ""
    format: Json | None = None

    def states(self, made: Made) -> Iterator[tuple[str, Json]]:
        """Yield the id and the state of the column, and of those it stands on."""
        dated = self.operation in {"min", "max"} and made.view.type_of(self.field) == "date"
        kind = "date" if dated else "number"
        state = _metric(self.operation, self.field, kind, self.label.of(made.language))
        yield self.id, _finished(state, self.where, self.format)

    def formula(self) -> str:
        """Return it as a term of a formula."""
        separator = ", " if self.where else ""
        return f"{self.operation}({self.field}{separator}{_kql(self.where)})"


@dataclass(frozen=True, slots=True)
class Last:
    """The value of `field` in the latest document by the time `by`."""

    id: str
    label: Words
    field: str
    by: str

    def states(self, made: Made) -> Iterator[tuple[str, Json]]:
        """Yield the id and the state of the column, and of those it stands on."""
        kind = made.view.type_of(self.field)
        yield (
            self.id,
            {
                "label": self.label.of(made.language),
                "customLabel": True,
                "dataType": kind,
                "operationType": "last_value",
                "isBucketed": False,
                "scale": "ordinal" if kind == "string" else "ratio",
                "sourceField": self.field,
                "filter": kuery(f'"{self.field}": *'),
                "params": {"sortField": self.by},
            },
        )


@dataclass(frozen=True, slots=True)
class Ratio:
    """One measure divided by another, shown as a share. It is written as a formula."""

    id: str
    label: Words
    top: Count | Measure
    bottom: Count | Measure

    def states(self, made: Made) -> Iterator[tuple[str, Json]]:
        """Yield the id and the state of the column, and of those it stands on."""
        label = self.label.of(made.language)
        text = f"{self.top.formula()} / {self.bottom.formula()}"
        parts = [f"{self.id}X{number}" for number in range(3)]
        whole = _formula("formula", label, [parts[2]])
        whole["params"] = {"formula": text, "isFormulaBroken": False, "format": SHARE}
        yield self.id, whole
        for part, term in zip(parts, (self.top, self.bottom), strict=False):
            _, state = next(term.states(made))
            yield part, state | {"label": _part_of(label)}
        quotient = _formula("math", _part_of(label), parts[:2])
        quotient["params"] = {
            "tinymathAst": {
                "type": "function",
                "name": "divide",
                "args": parts[:2],
                "location": {"min": 0, "max": len(text)},
                "text": text,
            }
        }
        yield parts[2], quotient


@dataclass(frozen=True, slots=True)
class Cumulative:
    """The sum of a measure from the beginning up to each point of time."""

    id: str
    label: Words
    of: Count | Measure

    def states(self, made: Made) -> Iterator[tuple[str, Json]]:
        """Yield the id and the state of the column, and of those it stands on."""
        yield self.id, _formula("cumulative_sum", self.label.of(made.language), [self.of.id])
        yield from self.of.states(made)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A number that is always the same: where a line of reference lies."""

    id: str
    label: Words
    value: float

    def states(self, made: Made) -> Iterator[tuple[str, Json]]:
        """Yield the id and the state of the column, and of those it stands on."""
        state = _formula("static_value", self.label.of(made.language), [])
        yield self.id, state | {"isStaticValue": True, "params": {"value": f"{self.value:g}"}}


def quoted(said: str) -> str:
    """Return a text as a value of Kibana's query language, whatever it holds."""
    return '"' + said.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True, slots=True)
class Terms:
    """A bucket for each of the `size` values of `field` that come first by `by`.

    `by` is the id of a metric of the layer, or a metric that is not shown; `without` is left out.
    """

    id: str
    label: Words
    field: str
    by: str | Count | Measure
    size: int = 10
    ascending: bool = False
    without: tuple[str, ...] = ()

    def states(self, made: Made) -> Iterator[tuple[str, Json]]:
        """Yield the id and the state of the column, and of those it stands on."""
        yield (
            self.id,
            {
                "label": self.label.of(made.language),
                "customLabel": True,
                "dataType": made.view.type_of(self.field),
                "operationType": "terms",
                "isBucketed": True,
                "scale": "ordinal",
                "sourceField": self.field,
                "params": {
                    "size": self.size,
                    **self._order(made),
                    "orderDirection": "asc" if self.ascending else "desc",
                    "otherBucket": False,
                    "missingBucket": False,
                    "parentFormat": {"id": "terms"},
                    "include": [],
                    "exclude": list(self.without),
                    "includeIsRegex": False,
                    "excludeIsRegex": False,
                },
            },
        )

    def _order(self, made: Made) -> Json:
        if isinstance(self.by, str):
            return {"orderBy": {"type": "column", "columnId": self.by}}
        _, state = next(self.by.states(made))
        del state["customLabel"]
        return {"orderBy": {"type": "custom"}, "orderAgg": state}


@dataclass(frozen=True, slots=True)
class Times:
    """A bucket for each interval of time: `auto`, or one such as 1m, 5m, 1h, 1d."""

    id: str
    field: str
    interval: str = "auto"

    def states(self, made: Made) -> Iterator[tuple[str, Json]]:
        """Yield the id and the state of the column, and of those it stands on."""
        yield (
            self.id,
            {
                "label": made.view.label_of(self.field, made.language),
                "customLabel": True,
                "dataType": "date",
                "operationType": "date_histogram",
                "isBucketed": True,
                "scale": "interval",
                "sourceField": self.field,
                "params": {
                    "interval": self.interval,
                    "includeEmptyRows": True,
                    "dropPartials": False,
                },
            },
        )


@dataclass(frozen=True, slots=True)
class Queries:
    """A bucket for each query, named; a document may stand in several."""

    id: str
    label: Words
    queries: tuple[tuple[str, Words], ...]

    def states(self, made: Made) -> Iterator[tuple[str, Json]]:
        """Yield the id and the state of the column, and of those it stands on."""
        yield (
            self.id,
            {
                "label": self.label.of(made.language),
                "customLabel": True,
                "dataType": "string",
                "operationType": "filters",
                "isBucketed": True,
                "scale": "ordinal",
                "params": {
                    "filters": [
                        {"input": kuery(query), "label": label.of(made.language)}
                        for query, label in self.queries
                    ]
                },
            },
        )


Metric: TypeAlias = Count | Measure | Last | Ratio | Cumulative | Fixed
Bucket: TypeAlias = Terms | Times | Queries
Column: TypeAlias = Metric | Bucket


def _metric(operation: str, field: str, kind: str, label: str) -> Json:
    return {
        "label": label,
        "customLabel": True,
        "dataType": kind,
        "operationType": operation,
        "isBucketed": False,
        "scale": "ratio",
        "sourceField": field,
        # With True, Kibana shows a counted zero as if it were not known.
        "params": {"emptyAsNull": False},
    }


def _formula(operation: str, label: str, references: list[str]) -> Json:
    return {
        "label": label,
        "customLabel": True,
        "dataType": "number",
        "operationType": operation,
        "isBucketed": False,
        "scale": "ratio",
        "references": references,
    }


def _finished(state: Json, where: str, shown: Json | None) -> Json:
    if shown:
        state["params"] = {**state["params"], "format": shown}
    return state | ({"filter": kuery(where)} if where else {})


def _kql(where: str) -> str:
    return f"kql='{where}'" if where else ""


def _part_of(label: str) -> str:
    return f"Part of {label}"

"""What a Lens layer asks Elasticsearch: the search it stands for, and the rows that come back.

Read from the saved object, not from what made it, so that what is proven is what Kibana gets.
Buckets nest in the order of the layer's columns. Where Kibana computes in the browser (formulas,
cumulative sums), it is computed here from the rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from docs.pictures.emulation.kuery import to_query

Json: TypeAlias = dict[str, Any]
# A value for each column, by its id.
Row: TypeAlias = dict[str, Any]

METRICS: Final = {
    "sum": "sum",
    "average": "avg",
    "max": "max",
    "min": "min",
    "unique_count": "cardinality",
}
COMPUTED: Final = frozenset({"formula", "math", "cumulative_sum", "static_value"})
_INNER: Final = "value"
# Kibana aims at so many bars (histogram:barTarget) and takes the round interval that comes next:
# each interval up to the span given, which is between it and the one before.
_BARS: Final = 50
_ROUND: Final = (
    (timedelta(seconds=2), "1s"),
    (timedelta(seconds=7.5), "5s"),
    (timedelta(seconds=15), "10s"),
    (timedelta(seconds=45), "30s"),
    (timedelta(minutes=3), "1m"),
    (timedelta(minutes=9), "5m"),
    (timedelta(minutes=20), "10m"),
    (timedelta(minutes=45), "30m"),
    (timedelta(hours=2), "1h"),
    (timedelta(hours=6), "3h"),
    (timedelta(days=1), "12h"),
    (timedelta(weeks=1), "1d"),
    (timedelta(weeks=3), "1w"),
    (timedelta(days=365), "1M"),
)
_CALENDAR: Final = frozenset({"1d", "1w", "1M", "1y"})


class Unsupported(ValueError):
    """A column of a kind that is not translated here; the message names it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a dashboard is set to: the time from `since` to `until`, what its controls choose.

    `chosen` is in Kibana's language. Times relative to now are relative to `until`.
    """

    since: datetime
    until: datetime
    chosen: str = ""
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Search:
    """A layer's search: the index (an alias), the body of the request, the layer's columns."""

    index: str
    body: Json
    columns: Mapping[str, Json]
    order: tuple[str, ...]


def searches(lens: Json, views: Mapping[str, Json], scope: Scope) -> dict[str, Search]:
    """Return the search of each layer of `lens`, a Lens object as it is saved.

    `views` are the attributes of the data views, by id. A layer that only holds numbers of its own
    asks nothing and has no search.

    Raises:
        Unsupported: a column cannot be translated.
        KueryError: a query cannot be read.
    """
    state = lens["attributes"]["state"]
    used = {one["name"]: one["id"] for one in lens["references"]}
    found = {}
    for name, layer in state["datasourceStates"]["formBased"]["layers"].items():
        if all(column["operationType"] == "static_value" for column in layer["columns"].values()):
            continue
        view = views[used[f"indexpattern-datasource-layer-{name}"]]
        found[name] = _search(layer, view, state["query"]["query"], scope)
    return found


def rows(search: Search, answer: Json) -> list[Row]:
    """Return the rows of the table that the answer of Elasticsearch holds, in its order."""
    buckets = [name for name in search.order if search.columns[name]["isBucketed"]]
    whole = {**answer.get("aggregations", {}), "doc_count": answer["hits"]["total"]["value"]}
    found = list(_flat(whole, buckets, search, {}))
    for name in search.order:
        if search.columns[name]["operationType"] == "cumulative_sum":
            _accumulate(found, name, search, buckets)
    return found


def fixed_values(lens: Json, layer: str) -> Row:
    """Return the numbers that a layer of static values holds."""
    columns = lens["attributes"]["state"]["datasourceStates"]["formBased"]["layers"][layer][
        "columns"
    ]
    return {name: float(column["params"]["value"]) for name, column in columns.items()}


def interval_for(span: timedelta) -> str:
    """Return the interval that `auto` means for a time range of this length."""
    wanted = span / _BARS
    return next((interval for bound, interval in _ROUND if wanted < bound), "1y")


def _search(layer: Json, view: Json, query: str, scope: Scope) -> Search:
    columns, order = layer["columns"], tuple(layer["columnOrder"])
    asked = [to_query(query, scope.until)]
    if not layer.get("ignoreGlobalFilters"):
        asked.append(to_query(scope.chosen, scope.until))
    if time := view.get("timeFieldName"):
        asked.append({"range": {time: {"gte": _iso(scope.since), "lte": _iso(scope.until)}}})
    body: Json = {
        "size": 0,
        "track_total_hits": True,
        "query": {"bool": {"filter": [one for one in asked if one != {"match_all": {}}]}},
    }
    metrics = _metrics(columns, order)
    aggregations = metrics
    for name in reversed([name for name in order if columns[name]["isBucketed"]]):
        bucket = _bucket(name, columns, metrics, scope)
        nested = {**aggregations, **bucket.pop("aggs", {})}
        aggregations = {name: bucket | ({"aggs": nested} if nested else {})}
    if aggregations:
        body["aggs"] = aggregations
    return Search(view["title"], body, columns, order)


def _metrics(columns: Json, order: tuple[str, ...]) -> Json:
    found: Json = {}
    for name in order:
        column = columns[name]
        if not column["isBucketed"] and column["operationType"] not in COMPUTED:
            found |= _metric(name, column)
    return found


def _metric(name: str, column: Json) -> Json:
    operation, field = column["operationType"], column["sourceField"]
    inner: Json
    if operation == "count":
        inner = {}
    elif operation == "last_value":
        newest = {column["params"]["sortField"]: {"order": "desc"}}
        # Kibana asks for top_metrics, which answers the same and is not part of every server.
        inner = {"top_hits": {"size": 1, "sort": [newest], "_source": False, "fields": [field]}}
    elif operation in METRICS:
        inner = {METRICS[operation]: {"field": field}}
    else:
        raise Unsupported(f"no aggregation is known for the operation {operation!r} of {name!r}")
    if "filter" not in column:
        return {name: inner} if inner else {}
    wrapped: Json = {"filter": to_query(column["filter"]["query"])}
    return {name: wrapped | ({"aggs": {_INNER: inner}} if inner else {})}


def _bucket(name: str, columns: Json, metrics: Json, scope: Scope) -> Json:
    column = columns[name]
    match column["operationType"]:
        case "terms":
            return _terms(name, column, metrics)
        case "date_histogram":
            return {"date_histogram": _histogram(column, scope)}
        case "filters":
            queries = {
                one["label"]: to_query(one["input"]["query"], scope.until)
                for one in column["params"]["filters"]
            }
            return {"filters": {"filters": queries}}
        case other:
            raise Unsupported(f"no bucket is known for the operation {other!r} of {name!r}")


def _terms(name: str, column: Json, metrics: Json) -> Json:
    params = column["params"]
    if params["orderBy"]["type"] == "custom":
        by, measured = f"{name}-order", _metric(f"{name}-order", params["orderAgg"])
    else:
        by = params["orderBy"]["columnId"]
        measured = {by: metrics[by]} if by in metrics else {}
    path = by if measured else "_count"
    if "aggs" in measured.get(by, {}):
        path = f"{by}>{_INNER}"
    asked = {
        "field": column["sourceField"],
        "size": params["size"],
        "order": {path: params["orderDirection"]},
    }
    return {"terms": asked, "aggs": measured}


def _histogram(column: Json, scope: Scope) -> Json:
    interval = column["params"]["interval"]
    if interval == "auto":
        interval = interval_for(scope.until - scope.since)
    return {
        "field": column["sourceField"],
        ("calendar_interval" if interval in _CALENDAR else "fixed_interval"): interval,
        "time_zone": scope.zone,
        "min_doc_count": 0 if column["params"]["includeEmptyRows"] else 1,
        "extended_bounds": {"min": _iso(scope.since), "max": _iso(scope.until)},
    }


def _flat(bucket: Json, names: list[str], search: Search, above: Row) -> Iterator[Row]:
    if not names:
        yield above | _measured(bucket, search)
        return
    name, column = names[0], search.columns[names[0]]
    inner = bucket[name]["buckets"] if name in bucket else []
    if column["operationType"] == "filters" and inner:
        labels = [one["label"] for one in column["params"]["filters"]]
        pairs = [(label, inner[label]) for label in labels]
    elif column["operationType"] == "date_histogram":
        pairs = [(datetime.fromtimestamp(one["key"] / 1000, UTC), one) for one in inner]
    else:
        pairs = [(one.get("key_as_string", one["key"]), one) for one in inner]
    for value, one in pairs:
        yield from _flat(one, names[1:], search, above | {name: value})


def _measured(bucket: Json, search: Search) -> Row:
    row: Row = {}
    waiting = []
    for name in search.order:
        column = search.columns[name]
        if column["isBucketed"]:
            continue
        if column["operationType"] in COMPUTED:
            waiting.append(name)
        else:
            row[name] = _value(name, column, bucket)
    # Terms of a formula stand after it: what is made of others comes last.
    for name in reversed(waiting):
        row[name] = _computed(search.columns[name], row)
    return row


def _value(name: str, column: Json, bucket: Json) -> Any:
    found = bucket.get(name, bucket)
    if column["operationType"] == "count":
        return found["doc_count"]
    if "filter" in column:
        found = found[_INNER]
    if column["operationType"] == "last_value":
        hits = found["hits"]["hits"]
        return hits[0]["fields"][column["sourceField"]][0] if hits else None
    value = found["value"]
    if value is not None and column["dataType"] == "date":
        return datetime.fromtimestamp(value / 1000, UTC)
    return value


def _computed(column: Json, row: Row) -> Any:
    match column["operationType"]:
        case "formula":
            return row[column["references"][0]]
        case "math":
            ast = column["params"]["tinymathAst"]
            if ast["name"] != "divide":
                raise Unsupported(f"no arithmetic is known for {ast['name']!r}")
            top, bottom = (row[name] for name in ast["args"])
            return top / bottom if top is not None and bottom else None
        case "static_value":
            return float(column["params"]["value"])
        case _:  # cumulative sums need the rows before this one
            return row[column["references"][0]]


def _accumulate(found: list[Row], name: str, search: Search, buckets: list[str]) -> None:
    times = [one for one in buckets if search.columns[one]["operationType"] == "date_histogram"]
    splits = [one for one in buckets if one not in times]
    sums: dict[tuple[Any, ...], float] = {}
    for row in found:
        series = tuple(row[one] for one in splits)
        sums[series] = sums.get(series, 0) + (row[name] or 0)
        row[name] = sums[series]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")

"""Every Lens layer, run as the aggregation it stands for on a real Elasticsearch."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from docs.pictures.emulation.aggregation import (
    Row,
    Scope,
    Search,
    Unsupported,
    fixed_values,
    interval_for,
    rows,
    searches,
)
from tests.dashboards.kibana.objects import documents, layers
from tests.docs.pictures.expected import EXPECTED
from tests.docs.pictures.scene import CAR, END, START, TEA, at, load
from tests.servers.fixtures import Elasticsearch, unique_prefix

Json = dict[str, Any]

HOUR = Scope(START, END)


@pytest.fixture(scope="module")
def prefix(elasticsearch_9: Elasticsearch) -> Iterator[str]:
    """Return the prefix of indices that hold the scene."""
    name = unique_prefix()
    load(elasticsearch_9.url, name)
    yield name
    elasticsearch_9.clear(name)


def lens_of(name: str, prefix: str) -> Json:
    (found,) = (one for one in documents(prefix=prefix) if one["id"] == f"{prefix}-{name}")
    return found


def asked(
    elasticsearch: Elasticsearch, prefix: str, name: str, scope: Scope = HOUR
) -> dict[str, tuple[Search, list[Row]]]:
    """Return the search of each layer of a Lens with its rows."""
    found = {}
    for layer, search in searches(lens_of(name, prefix), views(prefix), scope).items():
        status, answer = elasticsearch.call("POST", f"/{search.index}/_search", search.body)
        assert status == 200, answer
        found[layer] = (search, rows(search, answer))
    return found


def views(prefix: str) -> dict[str, Json]:
    found = documents(prefix=prefix)
    return {one["id"]: one["attributes"] for one in found if one["type"] == "index-pattern"}


def shown(search: Search, found: list[Row]) -> list[tuple[Any, ...]]:
    """Return rows as the table of expectations has them."""
    sums = {
        name: column["references"][0]
        for name, column in search.columns.items()
        if column["operationType"] == "cumulative_sum"
    }
    parts = {n for n, c in search.columns.items() if c["label"].startswith("Part of ")}
    metrics = [name for name in search.order if not search.columns[name]["isBucketed"]]
    names = [name for name in search.order if name not in parts | set(sums.values())]
    kept: list[Row] = []
    for row in found:
        grows = not sums or not kept or any(row[name] != kept[-1][name] for name in sums)
        if grows and any(row[name] for name in metrics):
            kept.append(row)
    return [tuple(row[name] for name in names) for row in kept]


@pytest.mark.parametrize("name", sorted({name for name, _ in EXPECTED}))
def test_layer_shows_the_numbers_of_the_scene(
    name: str, elasticsearch_9: Elasticsearch, prefix: str
) -> None:
    """Each layer of each Lens comes to what is counted by hand."""
    for layer, (search, found) in asked(elasticsearch_9, prefix, name).items():
        assert shown(search, found) == EXPECTED[name, layer], layer


def test_every_layer_of_every_lens_is_expected() -> None:
    """No Lens is left out above; a layer of fixed numbers asks nothing."""
    found = {
        (one["id"].removeprefix("fengsui-"), layer)
        for one in documents()
        if one["type"] == "lens"
        for layer, state in layers(one).items()
        if not all(c["operationType"] == "static_value" for c in state["columns"].values())
    }
    assert found == set(EXPECTED)


def test_line_of_reference_lies_where_its_layer_says() -> None:
    """A layer of fixed numbers holds them itself."""
    assert fixed_values(lens_of("overview-coverage", "fengsui"), "enough") == {"enough": 0.8}


def test_control_narrows_what_it_reaches(elasticsearch_9: Elasticsearch, prefix: str) -> None:
    """A brand chosen above narrows mentions; layers that stand apart stay whole."""
    chosen = Scope(START, END, f'brand: "{CAR}"')
    _, found = asked(elasticsearch_9, prefix, "overview-mentions", chosen)["mentions"]
    assert found == [{"volume": 1}]
    _, found = asked(elasticsearch_9, prefix, "overview-incidents", chosen)["incidents"]
    assert {row["brand"] for row in found} == {TEA, CAR}
    _, found = asked(elasticsearch_9, prefix, "crisis-incident", chosen)["incidents"]
    assert [row["brand"] for row in found] == [CAR]


def test_source_leaves_the_expectation_out(elasticsearch_9: Elasticsearch, prefix: str) -> None:
    """A band of all sources is not shown with the numbers of one."""
    chosen = Scope(START, END, 'source: "weibo"')
    for _, found in asked(elasticsearch_9, prefix, "brand-volume", chosen).values():
        assert not [row for row in found if any(row[name] for name in row if name != "at")]


def test_what_nobody_read_is_unknown_and_not_zero(
    elasticsearch_9: Elasticsearch, prefix: str
) -> None:
    """A tick below the coverage has no number, though the count there is zero."""
    _, found = asked(elasticsearch_9, prefix, "brand-volume")["seen"]
    seen = {row["at"]: row["seen"] for row in found}
    assert [seen.get(at(minute)) for minute in (0, 5, 10, 15)] == [4, 12, None, None]


def test_time_picker_does_not_hide_cases(elasticsearch_9: Elasticsearch, prefix: str) -> None:
    """Cases that wait are shown whatever time is chosen; how late they are goes by the clock."""
    later = Scope(END + timedelta(days=30), END + timedelta(days=31))
    _, found = asked(elasticsearch_9, prefix, "complaints-waiting", later)["cases"]
    assert found == [{"cases": 3}]
    _, found = asked(elasticsearch_9, prefix, "complaints-overdue", later)["cases"]
    assert found == [{"cases": 3}]


def test_empty_time_gives_zero_and_no_share(elasticsearch_9: Elasticsearch, prefix: str) -> None:
    """Where there are no posts the count is zero, and a share is not known."""
    before = Scope(START - timedelta(days=3), START - timedelta(days=2))
    _, found = asked(elasticsearch_9, prefix, "overview-mentions", before)["mentions"]
    assert found == [{"volume": 0}]
    _, found = asked(elasticsearch_9, prefix, "overview-negative-share", before)["mentions"]
    assert found[0]["share"] is None


def test_indices_that_are_not_there_yet_give_empty_panels(elasticsearch_9: Elasticsearch) -> None:
    """Before the first mention there is no monthly index; Kibana asks so that this is no error."""
    search = searches(lens_of("overview-volume", "nothing"), views("nothing"), HOUR)["mentions"]
    path = f"/{search.index}/_search?ignore_unavailable=true"
    status, answer = elasticsearch_9.call("POST", path, search.body)
    assert status == 200, answer
    assert rows(search, answer) == []


@pytest.mark.parametrize(
    ("span", "interval"),
    [
        (timedelta(minutes=15), "30s"),
        (timedelta(hours=1), "1m"),
        (timedelta(hours=12), "10m"),
        (timedelta(hours=24), "30m"),
        (timedelta(days=7), "3h"),
        (timedelta(days=30), "12h"),
        (timedelta(days=90), "1d"),
        (timedelta(days=365), "1w"),
        (timedelta(days=20_000), "1y"),
    ],
)
def test_auto_takes_the_round_interval_near_fifty_bars(span: timedelta, interval: str) -> None:
    """`auto` is the interval that Kibana takes with its default of 50 bars."""
    assert interval_for(span) == interval


def test_unknown_operation_is_named() -> None:
    """A column that is not translated is an error, never an empty chart."""
    lens = lens_of("overview-mentions", "fengsui")
    layers(lens)["mentions"]["columns"]["volume"] |= {"operationType": "percentile"}
    with pytest.raises(Unsupported, match=r"'percentile' of 'volume'"):
        searches(lens, views("fengsui"), HOUR)

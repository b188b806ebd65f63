"""The Elasticsearch store on a real server: writes against the client's own, reads at a million.

The server is the one of the tests, with its compiler at full strength. Times are those of the
clock: a server works next to us. `ratio` is documents a second over those of `helpers.bulk`.
"""

import random
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

from elasticsearch import Elasticsearch, helpers

from benchmarks.measure import Row, show
from benchmarks.store import SPAN, STEP, made
from store.elasticsearch.bulk import Action, BulkWriter
from store.elasticsearch.client import Server
from store.elasticsearch.indices.lifecycle import Indices
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.rows import mention_document
from store.elasticsearch.settings import ElasticsearchSettings
from store.elasticsearch.store import ElasticsearchMentionStore
from store.tokens import tokens
from tests.servers.elasticsearch.server import ElasticsearchServer

DOCUMENTS = 20_000
WARM_ROUNDS, ROUNDS = 2, 5
MILLION = 1_000_000
QUERIES = 7
BRAND = "品牌9"
_CAUSES = ("异物", "退款", "排队", "涨价", "客服", "新品", "外卖", "杯子", "糖", "开业")


def run() -> list[Row]:
    """Start a server and measure writing and reading."""
    with ElasticsearchServer(heap="1g", quick=False) as place:
        settings = ElasticsearchSettings(urls=(place.url,), prefix="bench", replicas=0)
        server = Server.of(settings)
        Indices(settings, server).init()
        try:
            return [bulk(settings, server), *reading(settings, server)]
        finally:
            server.close()


def bulk(settings: ElasticsearchSettings, server: Server) -> Row:
    """Index the same mentions by the store's writer and by `helpers.bulk` as it comes."""
    documents = [
        mention_document(settings.prefix, mention, 1, post, tokens(mention.text))
        for post, mention in made(DOCUMENTS)
    ]
    index = documents[0].index
    plain = Elasticsearch(list(settings.urls))
    writer = BulkWriter(server)

    def ours() -> None:
        actions = (Action("index", index, one.id, one.encoded(1)) for one in documents)
        _all_written(writer, actions)

    def theirs() -> None:
        actions = (
            {"_index": index, "_id": one.id, "_source": one.document | {"noted": 1}}
            for one in documents
        )
        helpers.bulk(plain, actions)

    pairs = []
    for number in range(WARM_ROUNDS + ROUNDS):
        pair = []
        for work in (ours, theirs):
            server.client.options(ignore_status=404).indices.delete(index=index)
            pair.append(_seconds(work))
        if number >= WARM_ROUNDS:  # the server has loaded and compiled its classes
            pairs.append(pair)
    server.client.indices.delete(index=index)
    own, other = (median(pair[side] for pair in pairs) for side in (0, 1))
    return Row(
        "elasticsearch, bulk writes",
        f"{DOCUMENTS / own:,.0f} documents/s",
        f"helpers.bulk {DOCUMENTS / other:,.0f}/s",
        median(theirs / ours for ours, theirs in pairs),
        f"{ROUNDS} rounds of {DOCUMENTS:,} mentions",
    )


def reading(settings: ElasticsearchSettings, server: Server) -> Iterator[Row]:
    """Fill a million mentions in and ask what a dashboard and the detector ask."""
    writer = BulkWriter(server)
    before, started = _peak(), time.perf_counter()
    _all_written(writer, _million(settings))
    seconds = time.perf_counter() - started
    yield Row(
        "elasticsearch, a million mentions",
        f"{MILLION / seconds:,.0f} documents/s",
        "",
        1.0,
        f"made and streamed; {(_peak() - before) / 1024:.0f} MiB more memory",
    )
    alias = KINDS["mentions"].alias(settings.prefix)
    server.client.indices.refresh(index=alias)
    asked = {"time line": _time_line(BRAND), "significant terms": _causes(BRAND)}
    for name, body in asked.items():
        first, again = _latency(partial(_ask, server, alias, body))
        yield Row(f"elasticsearch, {name}", again, f"first {first}", 1.0, f"{MILLION:,} mentions")
    with ElasticsearchMentionStore(settings) as store:
        first, again = _latency(partial(store.points, BRAND, SPAN, STEP))
        held = sum(point.volume for point in store.points(BRAND, SPAN, STEP))
    detail = f"28 days, authors exact, {held:,} mentions"
    yield Row("elasticsearch, points", again, f"first {first}", 1.0, detail)


def _all_written(writer: BulkWriter, actions: Iterator[Action]) -> None:
    if writer.settle(actions):
        raise RuntimeError("a server that nobody else writes to has newer documents")


def _million(settings: ElasticsearchSettings) -> Iterator[Action]:
    rng = random.Random(3)
    for post, mention in made(MILLION):
        words = tuple(rng.sample(_CAUSES, 2))
        one = mention_document(
            settings.prefix, replace(mention, keywords=words), 1, post, tokens(post.text)
        )
        yield Action("index", one.index, one.id, one.encoded(1))


def _time_line(brand: str) -> dict[str, Any]:
    """Ask for volume and negatives of a brand by hour over 28 days, with its distinct authors."""
    return {
        "query": _between(brand, SPAN.since, SPAN.until),
        "aggs": {
            "ticks": {
                "date_histogram": {"field": "published_at", "fixed_interval": "1h"},
                "aggs": {
                    "negative": {"filter": {"term": {"sentiment": "negative"}}},
                    "authors": {"cardinality": {"field": "author"}},
                },
            }
        },
    }


def _causes(brand: str) -> dict[str, Any]:
    """Ask which words posts about a brand use today more than at other times."""
    usual = {"term": {"brand": brand}}
    words = {"field": "keywords", "background_filter": usual, "min_doc_count": 3}
    return {
        "query": _between(brand, SPAN.until - timedelta(days=1), SPAN.until),
        "aggs": {"causes": {"significant_terms": words}},
    }


def _between(brand: str, since: datetime, until: datetime) -> dict[str, Any]:
    span = {"gte": since.isoformat(), "lt": until.isoformat()}
    filters = [{"term": {"brand": brand}}, {"range": {"published_at": span}}]
    return {"bool": {"filter": filters}}


def _ask(server: Server, index: str, body: dict[str, Any]) -> None:
    server.client.search(index=index, size=0, request_cache=False, **body)


def _latency(work: Callable[[], object]) -> tuple[str, str]:
    """Return the time of the first call and the median of the others, as milliseconds."""
    times = [_seconds(work) for _ in range(QUERIES)]
    return f"{1_000 * times[0]:.0f} ms", f"{1_000 * median(times[1:]):.0f} ms"


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _peak() -> int:
    """Return the most memory that this process has had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    show(run())

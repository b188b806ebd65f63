"""What each panel of a dashboard shows: its Lens, asked of Elasticsearch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from elastic_transport import ObjectApiResponse
from elasticsearch import Elasticsearch

from dashboards.kibana.saved_objects import SavedObject
from docs.pictures.emulation.aggregation import Row, Scope, Search, fixed_values, rows, searches
from store.elasticsearch.client import Server

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A Lens as it is saved, with the rows of each of its layers and their data views.

    `series` are the names that have got a colour on the dashboard, in the order of their coming:
    one name has one colour on all its panels.
    """

    lens: Json
    rows: Mapping[str, Sequence[Row]]
    views: Mapping[str, Json]
    series: list[str]

    def place(self, name: str) -> int:
        """Return which colour a name has got, from 0; one that has none yet gets the next."""
        if name not in self.series:
            self.series.append(name)
        return self.series.index(name)

    @property
    def state(self) -> Json:
        """The state of the visualisation."""
        found: Json = self.lens["attributes"]["state"]["visualization"]
        return found

    def columns(self, layer: str) -> Json:
        """Return the columns of a layer, by id."""
        layers = self.lens["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]
        found: Json = layers[layer]["columns"]
        return found


def ask(objects: Sequence[SavedObject], server: Server, scope: Scope) -> dict[str, Shown]:
    """Return what every Lens of `objects` shows in `scope`, by id.

    Raises:
        StoreError: the server cannot be reached or refuses.
    """
    documents = [one.document() for one in objects]
    views = {d["id"]: d["attributes"] for d in documents if d["type"] == "index-pattern"}
    lenses = [document for document in documents if document["type"] == "lens"]
    series: list[str] = []
    return {
        lens["id"]: Shown(lens, *_answers(lens, views, server, scope), series) for lens in lenses
    }


def _answers(
    lens: Json, views: Mapping[str, Json], server: Server, scope: Scope
) -> tuple[dict[str, Sequence[Row]], dict[str, Json]]:
    """Return the rows and the data view of each layer."""
    asked = searches(lens, views, scope)
    found: dict[str, Sequence[Row]] = {}
    used: dict[str, Json] = {}
    for reference in lens["references"]:
        layer = reference["name"].removeprefix("indexpattern-datasource-layer-")
        used[layer] = views[reference["id"]]
        if layer not in asked:
            found[layer] = [fixed_values(lens, layer)]
            continue
        search = asked[layer]
        asking = partial(_search, search)
        found[layer] = rows(search, server.ask(asking))
    return found, used


def _search(search: Search, client: Elasticsearch) -> ObjectApiResponse[Any]:
    return client.search(index=search.index, ignore_unavailable=True, **search.body)

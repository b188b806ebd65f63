"""A Lens visualisation: a chart, and the layers it draws from."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from dashboards.kibana.lens.charts import Chart, Layer
from dashboards.kibana.lens.columns import Made, kuery
from dashboards.kibana.naming import Naming
from dashboards.kibana.saved_objects import SavedObject
from dashboards.kibana.words import Words

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lens:
    """One visualisation. `query` (in Kibana's language) narrows all its layers."""

    name: str
    title: Words
    chart: Chart
    layers: tuple[Layer, ...]
    description: Words
    query: str = ""

    def saved(self, naming: Naming) -> SavedObject:
        """Return the object that Kibana keeps."""
        language = naming.language
        state = {
            "adHocDataViews": {},
            "datasourceStates": {
                "formBased": {
                    "layers": {layer.name: layer_state(layer, naming) for layer in self.layers}
                },
                "textBased": {"layers": {}},
            },
            "filters": [],
            "internalReferences": [],
            "query": kuery(self.query),
            "visualization": self.chart.state(language),
        }
        attributes = {
            "title": self.title.of(language),
            "description": self.description.of(language),
            "visualizationType": self.chart.kind,
            "state": state,
        }
        references = tuple(
            (f"indexpattern-datasource-layer-{layer.name}", naming.view(layer.view))
            for layer in self.layers
        )
        return SavedObject(naming.lens(self.name), attributes, references)


def layer_state(layer: Layer, naming: Naming) -> Json:
    """Return the state of a layer: its columns, and the order in which they nest."""
    made = Made(layer.view, naming.language)
    columns = dict(pair for column in layer.columns for pair in column.states(made))
    return {
        "columnOrder": sorted(columns, key=lambda name: not columns[name]["isBucketed"]),
        "columns": columns,
        "incompleteColumns": {},
        "sampling": 1,
        "ignoreGlobalFilters": layer.apart,
    }

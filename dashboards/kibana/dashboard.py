"""A dashboard: panels on a grid, controls above it, and ways to the other dashboards."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from dashboards.kibana.lens.columns import kuery
from dashboards.kibana.lens.lens import Lens
from dashboards.kibana.naming import Naming
from dashboards.kibana.saved_objects import Key, SavedObject, text
from dashboards.kibana.views import View
from dashboards.kibana.words import Words

Json: TypeAlias = dict[str, Any]

# Columns of the grid. A row is some 20 pixels high.
GRID: Final = 48
_PANEL_VERSION: Final = "8.9.0"
_DRILLDOWN: Final = "DASHBOARD_TO_DASHBOARD_DRILLDOWN"
TITLES: Final = {
    "overview": Words("烽燧 · 舆情总览", "fengsui · Overview"),
    "brand": Words("烽燧 · 品牌深挖", "fengsui · One brand"),
    "crisis": Words("烽燧 · 危机现场", "fengsui · Crisis room"),
    "complaints": Words("烽燧 · 投诉台", "fengsui · Complaints desk"),
    "collection": Words("烽燧 · 采集健康", "fengsui · Collection health"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel lies on the grid, in cells: from the left, from the top, width, height."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A panel that shows a Lens; a click on a value of it may lead on to a dashboard."""

    place: Place
    lens: Lens
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class Ways:
    """A panel of links to all dashboards, the present one marked, with a line of explanation."""

    place: Place
    note: Words


Panel: TypeAlias = Chart | Ways


@dataclass(frozen=True, slots=True)
class Choice:
    """A control: which values of a field to look at."""

    field: str
    view: View
    single: bool = False


@dataclass(frozen=True, slots=True)
class TimeSlider:
    """A control that moves a slice of time along, to see how a thing came about."""


Control: TypeAlias = Choice | TimeSlider


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard; `since` is how far back it looks when it is opened (7d, 24h, ...)."""

    name: str
    description: Words
    since: str
    controls: tuple[Control, ...]
    panels: tuple[Panel, ...]

    @property
    def title(self) -> Words:
        """Its title."""
        return TITLES[self.name]

    def lenses(self) -> Iterator[Lens]:
        """Yield the visualisations of its panels."""
        yield from (panel.lens for panel in self.panels if isinstance(panel, Chart))

    def saved(self, naming: Naming) -> SavedObject:
        """Return the object that Kibana keeps."""
        references = [*self._panel_references(naming), *self._control_references(naming)]
        panels = [self._panel(number, naming) for number in range(len(self.panels))]
        attributes = {
            "title": self.title.of(naming.language),
            "description": self.description.of(naming.language),
            "version": 1,
            "timeRestore": True,
            "timeFrom": f"now-{self.since}",
            "timeTo": "now",
            "refreshInterval": {"pause": False, "value": 60_000},
            "optionsJSON": text(
                {
                    "useMargins": True,
                    "syncColors": True,
                    "syncCursor": True,
                    "syncTooltips": False,
                    "hidePanelTitles": False,
                }
            ),
            "panelsJSON": text(panels),
            "kibanaSavedObjectMeta": {"searchSourceJSON": text({"filter": [], "query": kuery("")})},
            "controlGroupInput": self._controls(naming),
        }
        return SavedObject(naming.dashboard(self.name), attributes, tuple(references))

    def _panel(self, number: int, naming: Naming) -> Json:
        panel, index = self.panels[number], str(number + 1)
        place = panel.place
        state: Json = {
            "version": _PANEL_VERSION,
            "gridData": {"x": place.x, "y": place.y, "w": place.w, "h": place.h, "i": index},
            "panelIndex": index,
        }
        if isinstance(panel, Ways):
            return state | {
                "type": "visualization",
                "title": "",
                "embeddableConfig": _markdown(self._ways(panel, naming)),
            }
        enhancements: Json = {}
        if panel.leads_to:
            enhancements = {"dynamicActions": {"events": [self._event(panel, index, naming)]}}
        return state | {
            "type": "lens",
            "panelRefName": f"panel_{index}",
            "title": panel.lens.title.of(naming.language),
            "embeddableConfig": {"enhancements": enhancements, "hidePanelTitles": False},
        }

    def _event(self, panel: Chart, index: str, naming: Naming) -> Json:
        where = Words("转到 {}", "Go to {}").of(naming.language)
        return {
            "eventId": naming.unique(f"{self.name}:{index}:{panel.leads_to}"),
            "triggers": ["FILTER_TRIGGER"],
            "action": {
                "factoryId": _DRILLDOWN,
                "name": where.format(TITLES[panel.leads_to].of(naming.language)),
                "config": {
                    "useCurrentFilters": True,
                    "useCurrentDateRange": True,
                },
            },
        }

    def _ways(self, panel: Ways, naming: Naming) -> str:
        links = []
        for name, title in TITLES.items():
            said = title.of(naming.language)
            here = name == self.name
            link = f"[{said}](#/dashboard/{naming.dashboard(name).id})"
            links.append(f"**{said}**" if here else link)
        return f"{' · '.join(links)}\n\n{panel.note.of(naming.language)}"

    def _panel_references(self, naming: Naming) -> Iterator[tuple[str, Key]]:
        for number, panel in enumerate(self.panels, 1):
            if isinstance(panel, Ways):
                continue
            yield f"{number}:panel_{number}", naming.lens(panel.lens.name)
            if panel.leads_to:
                event = naming.unique(f"{self.name}:{number}:{panel.leads_to}")
                name = f"{number}:drilldown:{_DRILLDOWN}:{event}:dashboardId"
                yield name, naming.dashboard(panel.leads_to)

    def _controls(self, naming: Naming) -> Json:
        panels = {}
        for order, control in enumerate(self.controls):
            panels[self._control_id(control, naming)] = {
                "order": order,
                "width": "medium",
                "grow": True,
                **self._control(control, naming),
            }
        ignored = dict.fromkeys(
            ("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations"), False
        )
        return {
            "controlStyle": "oneLine",
            "chainingSystem": "HIERARCHICAL",
            "ignoreParentSettingsJSON": text(ignored),
            "panelsJSON": text(panels),
        }

    def _control(self, control: Control, naming: Naming) -> Json:
        own: Json = {"id": self._control_id(control, naming), "enhancements": {}}
        if isinstance(control, TimeSlider):
            title = Words("时间轴", "Time slider").of(naming.language)
            return {"type": "timeSlider", "explicitInput": own | {"title": title}}
        own |= {
            "fieldName": control.field,
            "title": control.view.label_of(control.field, naming.language),
            "selectedOptions": [],
            "singleSelect": control.single,
        }
        return {"type": "optionsListControl", "explicitInput": own}

    def _control_references(self, naming: Naming) -> Iterator[tuple[str, Key]]:
        for control in self.controls:
            if isinstance(control, Choice):
                name = f"controlGroup_{self._control_id(control, naming)}:optionsListDataView"
                yield name, naming.view(control.view)

    def _control_id(self, control: Control, naming: Naming) -> str:
        what = control.field if isinstance(control, Choice) else "time"
        return naming.unique(f"{self.name}:control:{what}")


def _markdown(said: str) -> Json:
    return {
        "enhancements": {},
        "hidePanelTitles": True,
        "savedVis": {
            "title": "",
            "description": "",
            "type": "markdown",
            "params": {"fontSize": 12, "openLinksInNewTab": False, "markdown": said},
            "uiState": {},
            "data": {
                "aggs": [],
                "searchSource": {"filter": [], "query": kuery("")},
            },
        },
    }

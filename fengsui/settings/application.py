"""One TOML file, read once, refused with the line and a hint where it is wrong."""

import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from alerts.delivery.outbox import GROUP_OVER
from alerts.detection.settings import DetectionSettings
from alerts.policies import EscalationPolicy, InhibitionSettings, OnCallSettings, QuietHours
from alerts.settings import (
    ReceiverSettings,
    RouteSettings,
    TerminalReceiver,
    routes_of_unnamed,
)
from fengsui.annotate.settings import AnnotationSettings
from fengsui.settings.cases import CaseSettings
from fengsui.settings.faults import Fault, Faults, Tables, language_in, syntax_fault
from fengsui.settings.health import HealthSettings
from fengsui.settings.kibana import KibanaSettings
from fengsui.settings.members import MemberSettings
from fengsui.settings.page import PageSettings
from fengsui.settings.policies import policy_faults
from fengsui.settings.privacy import PrivacySettings
from fengsui.settings.profiles import ProfileSettings
from fengsui.settings.reports import ReportSettings
from fengsui.settings.slack import SlackAppSettings
from fengsui.settings.upkeep import UpkeepSettings
from fengsui.settings.watches import TopicSettings, WatchSettings
from fengsui.wording.choice import language_of
from fengsui.wording.words import say
from listeners.settings import SourceSettings
from nlp.brands.matcher import BrandSettings, alias_conflicts
from nlp.sentiment.model import GIVEN_UP
from nlp.text.normalise import fold
from records.language import Language
from store.elasticsearch.settings import ElasticsearchSettings


class SettingsError(Exception):
    """The settings cannot be used; the message holds the file, the line and a hint a fault."""


class Settings(BaseModel):
    """Everything a user decides. Relative paths are relative to the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Language = "zh"
    state: Path = Path("state")
    playbook: Path | None = Field(
        default=None, description="a team's own steps and checklists in alerts, a TOML file"
    )
    store: Literal["sqlite", "elasticsearch"] = "sqlite"
    elasticsearch: ElasticsearchSettings = ElasticsearchSettings()
    kibana: KibanaSettings = KibanaSettings()
    page: PageSettings = PageSettings()
    slack: SlackAppSettings = Field(
        default=SlackAppSettings(), description="the app through which people act from Slack"
    )
    # Names the environment variable with a PostgreSQL ledger's URL, in which a password stands.
    ledger_url_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")] | None = None
    model: str = "cascade"
    accuracy_given_up: float = Field(
        default=GIVEN_UP,
        ge=0,
        le=10,
        description="points of the model's accuracy given up for speed: how much the linear stage "
        "settles alone",
    )
    brands: tuple[BrandSettings, ...] = ()
    profiles: tuple[ProfileSettings, ...] = Field(
        default=(), description="tables of other tools: which column stands for which field"
    )
    sources: tuple[Annotated[SourceSettings, Field(discriminator="kind")], ...] = ()
    annotation: AnnotationSettings = AnnotationSettings()
    detection: DetectionSettings = DetectionSettings()
    cases: CaseSettings = CaseSettings()
    upkeep: UpkeepSettings = UpkeepSettings()
    privacy: PrivacySettings = PrivacySettings()
    health: HealthSettings = HealthSettings()
    reports: ReportSettings = ReportSettings()
    receivers: tuple[Annotated[ReceiverSettings, Field(discriminator="kind")], ...] = (
        TerminalReceiver(name="terminal"),
    )
    escalations: tuple[EscalationPolicy, ...] = ()
    routes: tuple[RouteSettings, ...] = Field(default=(), validate_default=True)
    watches: tuple[WatchSettings, ...] = ()
    topics: tuple[TopicSettings, ...] = ()
    quiet_hours: tuple[QuietHours, ...] = ()
    inhibition: InhibitionSettings = InhibitionSettings()
    on_call: tuple[OnCallSettings, ...] = ()
    emergency_receiver: str | None = Field(
        default=None,
        description="a receiver that also learns that another receiver takes no messages",
    )
    members: tuple[MemberSettings, ...] = Field(
        default=(), description="the people of the team, who act on incidents and cases"
    )
    group_over: int = Field(
        default=GROUP_OVER,
        ge=1,
        description="more messages of one kind for one receiver at once go out as one",
    )

    @property
    def has_elasticsearch(self) -> bool:
        """Whether the store is on servers of Elasticsearch; else it is a file in `state`."""
        return self.store == "elasticsearch"

    @property
    def watched(self) -> tuple[str, ...]:
        """The names of brands and topics: what posts are counted for, and alarms are raised of."""
        return (*(brand.name for brand in self.brands), *(one.name for one in self.topics))

    @model_validator(mode="before")
    @classmethod
    def _in_one_language(cls, data: Any) -> Any:
        """Let receivers speak the language of the settings where they name none."""
        if not isinstance(data, dict) or not isinstance(data.get("language", "zh"), str):
            return data
        language = data.get("language", "zh")
        receivers = data.get("receivers", [{"kind": "terminal", "name": "terminal"}])
        if not isinstance(receivers, list | tuple):
            return data
        spoken = [
            {"language": language, **one} if isinstance(one, dict) else one for one in receivers
        ]
        return {**data, "receivers": spoken}

    @field_validator("routes")
    @classmethod
    def _reach_everyone(
        cls, routes: tuple[RouteSettings, ...], info: ValidationInfo
    ) -> tuple[RouteSettings, ...]:
        """Send everything to the receivers that no route and no step names."""
        policies: Sequence[EscalationPolicy] = info.data.get("escalations", ())
        stepped = {name for one in policies for step in one.steps for name in step.receivers}
        return (*routes, *routes_of_unnamed(routes, info.data.get("receivers", ()), stepped))

    @model_validator(mode="after")
    def _names_agree(self) -> "Settings":
        faults = [
            *_conflicts(self.brands),
            *_repeated("sources", [source.name for source in self.sources]),
            *_repeated("profiles", [one.name for one in self.profiles]),
            *_repeated("receivers", [one.name for one in self.receivers]),
            *_repeated("members", [one.name for one in self.members]),
            *_shared_ids(self.members),
            *_repeated("escalations", [one.name for one in self.escalations]),
            *_taken([brand.name for brand in self.brands], [one.name for one in self.topics]),
            *_repeated("watches", [one.name for one in self.watches]),
            *_repeated("on_call", [one.name for one in self.on_call]),
            *self._unknown_names(),
        ]
        if faults:
            said = "; ".join(fault.said(self.language) for fault in faults)
            raise PydanticCustomError("names", "{said}", {"said": said, "faults": faults})
        return self

    def _unknown_names(self) -> Iterator[Fault]:
        receivers = {receiver.name for receiver in self.receivers}
        brands = set(self.watched)
        emergency = self.emergency_receiver
        if emergency is not None and emergency not in receivers:
            slots = {"name": emergency, "known": "、".join(sorted(receivers))}
            yield Fault(("emergency_receiver",), "settings.no_receiver", slots)
        yield from policy_faults(self, receivers, brands)


def _conflicts(brands: Sequence[BrandSettings]) -> Iterator[Fault]:
    """Yield a fault, at the last brand concerned, for every alias that several brands claim."""
    for conflict in alias_conflicts(brands):
        claims = [i for i, brand in enumerate(brands) if conflict.alias in brand.names]
        last = brands[claims[-1]]
        key = "name" if fold(last.name) == conflict.alias else "aliases"
        others = "、".join(dict.fromkeys(conflict.brands[:-1]))
        slots = {"alias": conflict.alias, "brands": others}
        yield Fault(("brands", claims[-1], key), "settings.shared_alias", slots)


def _taken(brands: Sequence[str], topics: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault for every topic that is called as a brand or another topic."""
    for index, name in enumerate(topics):
        if name in brands or name in topics[:index]:
            slots = {"table": "topics", "name": name}
            yield Fault(("topics", index, "name"), "settings.repeated", slots)


def _repeated(table: str, names: list[str]) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name in names[:index]:
            slots = {"table": table, "name": name}
            yield Fault((table, index, "name"), "settings.repeated", slots)


def _shared_ids(members: Sequence[MemberSettings]) -> Iterator[Fault]:
    """Yield a fault for every id of a channel that two members claim."""
    for channel in ("slack", "feishu", "dingtalk", "email"):
        ids = [getattr(member, channel) for member in members]
        for index, one in enumerate(ids):
            if one is not None and one in ids[:index]:
                slots = {"table": "members", "name": one}
                yield Fault(("members", index, channel), "settings.repeated", slots)


def load(path: Path) -> Settings:
    """Read the settings file at `path`.

    Raises:
        SettingsError: the file is missing, is no TOML, holds a secret, or holds something that the
            settings do not know or do not allow.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        said = say(language_of(os.environ), "settings.missing", path=path)
        raise SettingsError(said) from None
    except (OSError, UnicodeDecodeError) as error:
        said = say(language_of(os.environ), "settings.unreadable", path=path, error=error)
        raise SettingsError(said) from None
    return parse(text, path)


def parse(text: str, path: Path) -> Settings:
    """Return the settings that `text` holds; `path` is named in errors and anchors paths.

    Raises:
        SettingsError: see `load`.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(syntax_fault(error, text, path)) from None
    hint = say(language_in(text), "settings.secret")
    secrets = [f"{path}:{line}: {hint}" for line in _secrets(text)]
    if secrets:
        raise SettingsError("\n".join(secrets))
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        lines = Faults(text, document, _tables()).lines(error, path)
        raise SettingsError("\n".join(lines)) from None
    return _anchored(settings, path.parent)


def _anchored(settings: Settings, folder: Path) -> Settings:
    sources = tuple(_anchored_source(source, folder) for source in settings.sources)
    servers = settings.elasticsearch
    if servers.ca_certs is not None:
        servers = servers.model_copy(update={"ca_certs": folder / servers.ca_certs})
    upkeep = settings.upkeep
    if upkeep.labelled is not None:
        upkeep = upkeep.model_copy(update={"labelled": folder / upkeep.labelled})
    kibana = settings.kibana
    if kibana.ca_certs is not None:
        kibana = kibana.model_copy(update={"ca_certs": folder / kibana.ca_certs})
    brands = tuple(_anchored_brand(brand, folder) for brand in settings.brands)
    rotas = tuple(
        one if one.ical is None else one.model_copy(update={"ical": folder / one.ical})
        for one in settings.on_call
    )
    anchored: dict[str, object] = {
        "brands": brands,
        "on_call": rotas,
        "sources": sources,
        "upkeep": upkeep,
        "elasticsearch": servers,
        "kibana": kibana,
    }
    if settings.playbook is not None:
        anchored["playbook"] = folder / settings.playbook
    return settings.model_copy(update={"state": folder / settings.state, **anchored})


def _anchored_brand(brand: BrandSettings, folder: Path) -> BrandSettings:
    if not brand.goods.endswith(".npz"):
        return brand
    return brand.model_copy(update={"goods": str(folder / brand.goods)})


def _anchored_source(source: SourceSettings, folder: Path) -> SourceSettings:
    paths = {
        name: folder / value for name in source.paths if (value := getattr(source, name, None))
    }
    return source.model_copy(update=paths) if paths else source


SECRET_VALUE = re.compile(
    r"xox[abeoprs]-|xapp-|hooks\.slack\.com/|access_token=|://[^/\s\"']+:[^@/\s\"']+@"
)
SECRET_KEY = re.compile(
    r"^\s*(?:\w*(?:token|password|passwd|secret|api_?key|cookie))\s*=", re.IGNORECASE
)


def _secrets(text: str) -> Iterator[int]:
    """Yield the lines that hold what looks like a secret."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        if SECRET_VALUE.search(line) or SECRET_KEY.match(line):
            yield number


def _tables() -> Tables:
    """Return the models of each table, those of the file itself under no name."""
    single = {
        "annotation": AnnotationSettings,
        "detection": DetectionSettings,
        "cases": CaseSettings,
        "upkeep": UpkeepSettings,
        "privacy": PrivacySettings,
        "health": HealthSettings,
        "reports": ReportSettings,
        "elasticsearch": ElasticsearchSettings,
        "kibana": KibanaSettings,
        "page": PageSettings,
        "slack": SlackAppSettings,
        "brands": BrandSettings,
        "routes": RouteSettings,
        "watches": WatchSettings,
        "topics": TopicSettings,
        "quiet_hours": QuietHours,
        "inhibition": InhibitionSettings,
        "escalations": EscalationPolicy,
        "on_call": OnCallSettings,
        "profiles": ProfileSettings,
        "members": MemberSettings,
    }
    return {
        "": (Settings,),
        **{name: (model,) for name, model in single.items()},
        "sources": get_args(SourceSettings),
        "receivers": get_args(ReceiverSettings),
    }

"""One TOML file, read once, refused with the line and a hint where it is wrong."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from alerts.delivery.outbox import GROUP_OVER
from alerts.detection.settings import DetectionSettings
from alerts.settings import ReceiverSettings, RouteSettings, TerminalReceiver
from fengsui.annotate.settings import AnnotationSettings
from fengsui.settings.cases import CaseSettings
from fengsui.settings.kibana import KibanaSettings
from fengsui.settings.privacy import PrivacySettings
from fengsui.settings.upkeep import UpkeepSettings
from listeners.settings import SourceSettings
from nlp.brands.matcher import BrandSettings, alias_conflicts
from nlp.sentiment.model import GIVEN_UP
from nlp.text.normalise import fold
from store.elasticsearch.settings import ElasticsearchSettings

# Where in the file, as a path of keys and places, and what is wrong there.
Fault: TypeAlias = tuple[tuple[str | int, ...], str]


class SettingsError(Exception):
    """The settings cannot be used; the message holds the file, the line and a hint a fault."""


class Settings(BaseModel):
    """Everything a user decides. Relative paths are relative to the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Literal["zh", "en"] = "zh"
    state: Path = Path("state")
    store: Literal["sqlite", "elasticsearch"] = "sqlite"
    elasticsearch: ElasticsearchSettings = ElasticsearchSettings()
    kibana: KibanaSettings = KibanaSettings()
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
    sources: tuple[Annotated[SourceSettings, Field(discriminator="kind")], ...] = ()
    annotation: AnnotationSettings = AnnotationSettings()
    detection: DetectionSettings = DetectionSettings()
    cases: CaseSettings = CaseSettings()
    upkeep: UpkeepSettings = UpkeepSettings()
    privacy: PrivacySettings = PrivacySettings()
    receivers: tuple[Annotated[ReceiverSettings, Field(discriminator="kind")], ...] = (
        TerminalReceiver(name="terminal"),
    )
    routes: tuple[RouteSettings, ...] = (RouteSettings(receivers=("terminal",)),)
    emergency_receiver: str | None = Field(
        default=None,
        description="a receiver that also learns that another receiver takes no messages",
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

    @model_validator(mode="after")
    def _names_agree(self) -> "Settings":
        faults = [
            *_conflicts(self.brands),
            *_repeated("sources", [source.name for source in self.sources]),
            *_repeated("receivers", [receiver.name for receiver in self.receivers]),
            *self._unknown_names(),
        ]
        if faults:
            said = "; ".join(message for _, message in faults)
            raise PydanticCustomError("names", "{said}", {"said": said, "faults": faults})
        return self

    def _unknown_names(self) -> Iterator[Fault]:
        receivers = {receiver.name for receiver in self.receivers}
        brands = {brand.name for brand in self.brands}
        emergency = self.emergency_receiver
        if emergency is not None and emergency not in receivers:
            yield ("emergency_receiver",), f"no receiver is named {emergency!r}"
        for index, route in enumerate(self.routes):
            for name in sorted(set(route.receivers) - receivers):
                yield ("routes", index, "receivers"), f"no receiver is named {name!r}"
            for name in sorted(set(route.brands) - brands):
                yield ("routes", index, "brands"), f"no brand is named {name!r}"


def _conflicts(brands: Sequence[BrandSettings]) -> Iterator[Fault]:
    """Yield a fault, at the last brand concerned, for every alias that several brands claim."""
    for conflict in alias_conflicts(brands):
        claims = [i for i, brand in enumerate(brands) if conflict.alias in brand.names]
        last = brands[claims[-1]]
        key = "name" if fold(last.name) == conflict.alias else "aliases"
        others = "、".join(dict.fromkeys(conflict.brands[:-1]))
        yield (
            ("brands", claims[-1], key),
            f"{conflict.alias!r} is a name of {others} already; give each alias to one brand",
        )


def _repeated(table: str, names: list[str]) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (table, index, "name"), f"another of the {table} is named {name!r} already"


def load(path: Path) -> Settings:
    """Read the settings file at `path`.

    Raises:
        SettingsError: the file is missing, is no TOML, holds a secret, or holds something that the
            settings do not know or do not allow.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(
            f"{path} is not there. `fengsui init` writes one with comments, or name another "
            "with --config."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None
    return parse(text, path)


def parse(text: str, path: Path) -> Settings:
    """Return the settings that `text` holds; `path` is named in errors and anchors paths.

    Raises:
        SettingsError: see `load`.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    secrets = [f"{path}:{line}: {hint}" for line, hint in _secrets(text)]
    if secrets:
        raise SettingsError("\n".join(secrets))
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        raise SettingsError("\n".join(_faults(error, text, path))) from None
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
    anchored = {
        "brands": brands,
        "sources": sources,
        "upkeep": upkeep,
        "elasticsearch": servers,
        "kibana": kibana,
    }
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


def _secrets(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        if SECRET_VALUE.search(line) or SECRET_KEY.match(line):
            yield (
                number,
                "this looks like a secret. Put it into an environment variable and name the "
                'variable here, e.g. token_env = "SLACK_BOT_TOKEN".',
            )


def _faults(error: ValidationError, text: str, path: Path) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_input=False):
        for place, message in fault.get("ctx", {}).get("faults", ()):
            yield f"{path}:{line_of(text, place)}: {message}"
        if fault["type"] == "names":
            continue
        location = tuple(part for part in fault["loc"] if part not in _TAGS)
        where = ".".join(str(part) for part in location) or "file"
        line = line_of(text, location)
        yield f"{path}:{line}: {where}: {fault['msg']}{_hint(fault['type'], location)}"


# pydantic puts the tag of a discriminated union into the location of a fault.
_TAGS = frozenset(
    tag
    for model in (*get_args(SourceSettings), *get_args(ReceiverSettings))
    for tag in get_args(model.model_fields["kind"].annotation)
)


def _hint(kind: str, location: tuple[Any, ...]) -> str:
    if kind != "extra_forbidden":
        return ""
    close = difflib.get_close_matches(str(location[-1]), _known_keys(), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _known_keys() -> set[str]:
    models: list[Any] = [Settings, BrandSettings, DetectionSettings, CaseSettings, RouteSettings]
    models += [AnnotationSettings, ElasticsearchSettings, KibanaSettings, UpkeepSettings]
    models += [PrivacySettings, *get_args(SourceSettings), *get_args(ReceiverSettings)]
    return {name for model in models for name in model.model_fields}


def line_of(text: str, location: tuple[str | int, ...]) -> int:
    """Return the line (from 1) of the TOML text where `location` stands, as near as is known.

    `location` is a path of keys and places in arrays of tables, as pydantic names it.
    """
    line, rest = 1, list(location)
    if len(rest) >= 2 and isinstance(rest[1], int):
        line = _nth_line(text, rf"^\s*\[\[\s*{re.escape(str(rest[0]))}\s*\]\]", rest[1]) or 1
        rest = rest[2:]
    elif len(rest) >= 2:
        line = _nth_line(text, rf"^\s*\[\s*{re.escape(str(rest[0]))}\s*\]", 0) or 1
        rest = rest[1:]
    if rest:
        key = re.compile(rf"^\s*\[*\s*\"?{re.escape(str(rest[0]))}\"?\s*[=\]]")
        for number, content in enumerate(text.splitlines()[line - 1 :], line):
            if number > line and content.lstrip().startswith("[") and not key.match(content):
                break
            if key.match(content):
                return number
    return line


def _nth_line(text: str, pattern: str, index: int) -> int | None:
    found = [n for n, line in enumerate(text.splitlines(), 1) if re.match(pattern, line)]
    return found[index] if index < len(found) else None

"""The templates and indices of one prefix: made, looked at, and dropped when their time is over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from store.elasticsearch.client import Server
from store.elasticsearch.indices.mappings import (
    KINDS,
    TEMPLATES,
    Kind,
    index_body,
    policy,
    policy_name,
)
from store.elasticsearch.indices.names import month_of
from store.elasticsearch.settings import ElasticsearchSettings
from store.errors import StoreError, StoreFull, StoreTooNew

_META = "*.mappings._meta"


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """An index. `mapping` is the version of its mapping, `wanted` that of this program.

    `blocked` says that no write is taken: by a migration that is under way or was broken off, which
    has to be run again, or by hand.
    """

    name: str
    kind: str
    mapping: int
    wanted: int
    documents: int
    size: int
    health: str
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """The server, and the indices of the prefix in the order of their names."""

    server: str
    cluster: str
    indices: tuple[IndexStatus, ...]

    @property
    def is_current(self) -> bool:
        """Whether every index has the mapping of this program."""
        return all(index.mapping == index.wanted for index in self.indices)


class Indices:
    """The templates and indices of the prefix in `settings`."""

    def __init__(self, settings: ElasticsearchSettings, server: Server) -> None:
        self._given = settings
        self._server = server
        self._prefix = settings.prefix

    def ready(self) -> None:
        """Make what is not there yet, and refuse what another version of this program made.

        Raises:
            StoreTooNew: a newer program made an index.
            StoreError: an older one did: `fengsui store migrate` brings it up to date.
        """
        versions = self.versions()
        self._refuse_newer(versions)
        old = [name for name, (kind, number) in versions.items() if number < kind.version]
        if old:
            raise StoreError(
                f"{self._server.place}: {old[0]} and {len(old) - 1} more have an older mapping: "
                "run `fengsui store migrate`"
            )
        present = set(versions) | set(self._aliases())
        wanted = {kind.alias(self._prefix) for kind in KINDS.values() if not kind.monthly}
        if not wanted <= present or self._lacks_templates():
            self.init()

    def init(self) -> list[str]:
        """Put the templates and make the indices that have no months; return what was made.

        Raises:
            StoreTooNew: a newer program made an index.
        """
        self._refuse_newer(self.versions())
        settings = self.settings()
        if settings.ilm:
            self._server.ask(
                lambda client: client.ilm.put_lifecycle(
                    name=policy_name(self._prefix), policy=policy(settings)
                )
            )
        for name, made in TEMPLATES.items():
            self._put_template(f"{self._prefix}-{name}", made(settings))
        kinds = [kind for kind in KINDS.values() if not kind.monthly]
        return [kind.alias(self._prefix) for kind in kinds if self._created(kind, settings)]

    def settings(self) -> ElasticsearchSettings:
        """Return the settings, without a lifecycle policy where the server knows none."""
        if not self._given.ilm:
            return self._given
        return self._given.model_copy(update={"ilm": self._has_lifecycles()})

    def versions(self) -> dict[str, tuple[Kind, int]]:
        """Return kind and version of the mapping of every index, by name."""
        found = self._server.ask(
            lambda client: client.indices.get_mapping(
                index=self._all(), filter_path=_META, ignore_unavailable=True
            )
        )
        return dict(self._ours(found))

    def status(self) -> Status:
        """Return what there is on the server.

        Raises:
            StoreError: see `client`.
        """
        about = self._server.ask(lambda client: client.cluster.health())
        rows = self._server.ask(
            lambda client: client.cat.indices(
                index=self._all(),
                format="json",
                bytes="b",
                h="index,health,docs.count,store.size",
            )
        )
        known, blocked = self.versions(), self._blocked()
        listed = {row["index"]: row for row in rows}
        return Status(
            self._version(),
            about["cluster_name"],
            tuple(
                _status_of(name, known[name], listed[name], name in blocked)
                for name in sorted(known)
                if name in listed
            ),
        )

    def expire(self, now: datetime) -> list[str]:
        """Drop the months older than the settings keep; return the names of the dropped indices.

        Kept are the month of `now` in UTC and `retention_months` before it.
        """
        if not self._given.retention_months:
            return []
        first = _months_before(now, self._given.retention_months)
        old = [
            name
            for name, (kind, _) in sorted(self.versions().items())
            if kind.monthly and (of := month_of(name)) is not None and of < first
        ]
        for name in old:
            self._delete(name)
        return old

    def drop(self) -> None:
        """Delete every index and template of the prefix, with all that they hold."""
        for name in sorted(self.versions()):
            self._delete(name)
        for name in TEMPLATES:
            self._server.ask(
                lambda client, name=name: client.options(  # type: ignore[misc]  # a default argument
                    ignore_status=404
                ).indices.delete_index_template(name=f"{self._prefix}-{name}")
            )

    def _delete(self, name: str) -> None:
        self._server.ask(lambda client: client.indices.delete(index=name, ignore_unavailable=True))

    def _version(self) -> str:
        """Return the version of the oldest server; the root of an address may be closed to us."""
        nodes = self._server.ask(lambda client: client.nodes.info(filter_path="nodes.*.version"))
        return str(min(node["version"] for node in nodes["nodes"].values()))

    def _has_lifecycles(self) -> bool:
        try:
            self._server.ask(lambda client: client.ilm.get_status())
        except StoreError:
            return False
        return True

    def _all(self) -> str:
        """Return a pattern that every index of the prefix matches."""
        names = (kind.alias(self._prefix) for kind in KINDS.values())
        return ",".join(f"{name}*" for name in names)

    def _ours(self, found: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Kind, int]]]:
        """Yield the indices that carry our mark; another prefix may begin with ours."""
        for name, index in found.items():
            mark = index["mappings"]["_meta"].get("fengsui", {})
            kind = KINDS.get(mark.get("kind", ""))
            if kind and name.startswith(kind.alias(self._prefix)):
                yield name, (kind, int(mark["mapping"]))

    def _refuse_newer(self, versions: Mapping[str, tuple[Kind, int]]) -> None:
        for name, (kind, number) in versions.items():
            if number > kind.version:
                raise StoreTooNew(
                    f"{self._server.place}: {name} has mapping {number}, this program knows "
                    f"{kind.version}: upgrade fengsui"
                )

    def _blocked(self) -> set[str]:
        """Return the indices that take no writes."""
        found = self._server.ask(
            lambda client: client.indices.get_settings(
                index=self._all(),
                name="index.blocks.write",
                flat_settings=True,
                ignore_unavailable=True,
            )
        )
        return {
            name
            for name, index in found.items()
            if index["settings"].get("index.blocks.write") == "true"
        }

    def _aliases(self) -> list[str]:
        found = self._server.ask(
            lambda client: client.indices.get_alias(index=self._all(), ignore_unavailable=True)
        )
        return [alias for index in found.values() for alias in index["aliases"]]

    def _lacks_templates(self) -> bool:
        """Whether a template is missing; who has no right to look has one to trust."""
        try:
            found = self._server.ask(
                lambda client: client.indices.get_index_template(
                    name=f"{self._prefix}-*", filter_path="index_templates.name"
                )
            )
        except StoreFull:
            return False
        names = {template["name"] for template in found.get("index_templates", ())}
        return not names >= {f"{self._prefix}-{name}" for name in TEMPLATES}

    def _put_template(self, name: str, body: dict[str, Any]) -> None:
        self._server.ask(
            lambda client: client.indices.put_index_template(
                name=name,
                index_patterns=body["index_patterns"],
                template=body["template"],
                priority=body["priority"],
                version=body["version"],
                meta=body["_meta"],
            )
        )

    def _created(self, kind: Kind, settings: ElasticsearchSettings) -> bool:
        """Make the index of a kind without months; False where it, or its copy, is there."""
        name, body = kind.alias(self._prefix), index_body(kind, settings)
        if self._server.ask(lambda client: client.indices.exists(index=name)):
            return False
        try:
            self._server.ask(lambda client: client.indices.create(index=name, **body))
        except StoreError as error:
            if "resource_already_exists" in str(error):
                return False
            raise
        return True


def _status_of(
    name: str, known: tuple[Kind, int], row: Mapping[str, Any], blocked: bool
) -> IndexStatus:
    kind, number = known
    return IndexStatus(
        name=name,
        kind=kind.name,
        mapping=number,
        wanted=kind.version,
        documents=int(row["docs.count"] or 0),
        size=int(row["store.size"] or 0),
        health=row["health"],
        blocked=blocked,
    )


def _months_before(now: datetime, months: int) -> str:
    """Return the month that lies so many before that of `now` in UTC."""
    own = now.astimezone(UTC)
    year, before = divmod(own.year * 12 + own.month - 1 - months, 12)
    return f"{year:04}.{before + 1:02}"

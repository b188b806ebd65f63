"""Our dashboards compared with those in Kibana: what differs, and putting ours there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from dashboards.kibana.saved_objects import Key, SavedObject
from dashboards.kibana.sync.client import KibanaClient
from dashboards.kibana.sync.comparison import Difference, differences, normalised
from dashboards.kibana.sync.errors import ChangedInKibana
from dashboards.kibana.sync.ndjson import ndjson
from dashboards.kibana.sync.record import Pushed, Record

Json: TypeAlias = dict[str, Any]

_NAMED = 5


class State(StrEnum):
    """How an object stands here and in Kibana."""

    SAME = "same"
    ADDED = "added"  # not in Kibana
    CHANGED = "changed"  # ours has changed, Kibana's is as we pushed it
    CHANGED_THERE = "changed in Kibana"  # somebody has changed it since we pushed it
    FOREIGN = "not pushed from here"  # it is there, differs, and we know nothing of it
    REMOVED = "removed"  # we pushed it once and no longer make it


@dataclass(frozen=True, slots=True)
class Standing:
    """How one object stands.

    `here` is what a push would change in it, `there` what was changed in Kibana since our last
    push, or, where nothing is known of a push, how Kibana's differs from ours.
    """

    key: Key
    title: str
    state: State
    here: tuple[Difference, ...] = ()
    there: tuple[Difference, ...] = ()

    @property
    def protected(self) -> bool:
        """Whether a push would destroy somebody's work."""
        return self.state in {State.CHANGED_THERE, State.FOREIGN}


@dataclass(frozen=True, slots=True)
class PushResult:
    """What a push did: how many objects were written, and how each stood before."""

    written: int
    before: Sequence[Standing]


def compare(objects: Sequence[SavedObject], client: KibanaClient, record: Record) -> list[Standing]:
    """Return how each object stands, ours in their order, then those that we no longer make.

    Raises:
        KibanaError: see `KibanaClient`.
    """
    ours = {one.key: normalised(one.document()) for one in objects}
    there = {key: normalised(one) for key, one in _held(ours, client, record).items()}
    standings = [_standing(key, said, there.get(key), record) for key, said in ours.items()]
    left = sorted((record.objects.keys() - ours.keys()) & there.keys())
    return [*standings, *(Standing(key, _title(there[key]), State.REMOVED) for key in left)]


def push(
    objects: Sequence[SavedObject], client: KibanaClient, record: Record, *, overwrite: bool
) -> PushResult:
    """Put `objects` into Kibana, all of them or none, and note what it holds then.

    Nothing is written where nothing differs. An object that was changed in Kibana is not
    overwritten unless `overwrite`; between the look and the import lies a moment that Kibana's API
    cannot close.

    Raises:
        ChangedInKibana: objects were changed there; nothing was written.
        KibanaError: see `KibanaClient`.
    """
    client.check()
    before = compare(objects, client, record)
    protected = [one for one in before if one.protected]
    if protected and not overwrite:
        raise ChangedInKibana(_refusal(protected, client))
    waiting = [one for one in before if one.state not in {State.SAME, State.REMOVED}]
    if waiting:
        all_new = all(one.state is State.ADDED for one in before if one.state is not State.REMOVED)
        client.load(ndjson(objects), overwrite=overwrite or not all_new)
    _note(objects, client, record)
    return PushResult(len(objects) if waiting else 0, before)


def _held(ours: Mapping[Key, Json], client: KibanaClient, record: Record) -> dict[Key, Json]:
    return client.export(ours.keys() | record.objects.keys())


def _standing(key: Key, ours: Json, there: Json | None, record: Record) -> Standing:
    title = _title(ours)
    if there is None:
        return Standing(key, title, State.ADDED)
    known = record.objects.get(key)
    if known is None:
        apart = tuple(differences(ours, there))
        return Standing(key, title, State.FOREIGN if apart else State.SAME, there=apart)
    here = tuple(differences(known.sent, ours))
    edited = tuple(differences(known.held, there))
    if edited and list(differences(ours, there)):
        return Standing(key, title, State.CHANGED_THERE, here, edited)
    return Standing(key, title, State.CHANGED if here else State.SAME, here)


def _note(objects: Sequence[SavedObject], client: KibanaClient, record: Record) -> None:
    """Note what Kibana holds now. An object that it has dropped since is noted no more."""
    sent = {one.key: normalised(one.document()) for one in objects}
    held = client.export(sent.keys() | record.objects.keys())
    record.objects = {
        key: Pushed(sent.get(key) or record.objects[key].sent, normalised(one))
        for key, one in held.items()
    }
    record.write()


def _refusal(protected: Sequence[Standing], client: KibanaClient) -> str:
    names = [f"{one.key} ({one.state})" for one in protected[:_NAMED]]
    if len(protected) > _NAMED:
        names.append(f"and {len(protected) - _NAMED} more")
    return (
        f"{client.place}: nothing was pushed, a push would overwrite {', '.join(names)}; look with "
        "`fengsui dashboards diff`, and push with --overwrite to replace them"
    )


def _title(said: Json) -> str:
    attributes = said.get("attributes", {})
    return str(attributes.get("name") or attributes.get("title") or "")

"""The calls of Kibana's saved-objects API that we make.

What goes wrong is a KibanaError of one line that says what to do (see `refusals`).
"""

import json
import os
import ssl
from collections.abc import Collection, Iterator
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeAlias

import httpx
from pydantic import SecretStr

from dashboards.kibana.naming import DEFAULT_SPACE
from dashboards.kibana.saved_objects import OLDEST_KIBANA, Key
from dashboards.kibana.sync.errors import KibanaError
from dashboards.kibana.sync.refusals import Refusals, mapping
from fengsui.settings.kibana import KibanaSettings

Json: TypeAlias = dict[str, Any]


class KibanaClient:
    """A Kibana and one of its spaces; use it as a context manager.

    Raises:
        KibanaError: the API key would leave the machine unencrypted, or the authority's file
            cannot be read.
    """

    def __init__(self, settings: KibanaSettings, key: SecretStr | None) -> None:
        self.place = f"{settings.url} (space {settings.space})"
        self._settings = settings
        self._refusals = Refusals(settings, key)
        self._root = "" if settings.space == DEFAULT_SPACE else f"/s/{settings.space}"
        if key and settings.leaves_the_machine:
            raise KibanaError(f"{settings.url}: an API key is sent over https:// only")
        headers = {"kbn-xsrf": "fengsui", "User-Agent": "fengsui"}
        if key:
            headers["Authorization"] = f"ApiKey {key.get_secret_value()}"
        self._http = httpx.Client(
            base_url=settings.url,
            headers=headers,
            timeout=settings.request_timeout_seconds,
            verify=_verification(settings),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def check(self) -> str:
        """Return Kibana's version, after a look at whether it and the space will do.

        Raises:
            KibanaError: it is too old, there is no such space, or see the module.
        """
        said = self._told(self._sent("GET", "/api/status"))
        version = self._refusals.clean(str(mapping(said.get("version")).get("number", "")))
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
        if numbers and numbers < OLDEST_KIBANA:
            oldest = ".".join(str(number) for number in OLDEST_KIBANA)
            raise KibanaError(
                f"{self._settings.url}: this is Kibana {version}; the dashboards need {oldest} or "
                "newer"
            )
        if self._root:
            # Without this look, an import into a space that is not there is lost from sight.
            self._told(self._sent("GET", f"/api/spaces/space/{self._settings.space}"))
        return version

    def export(self, keys: Collection[Key]) -> dict[Key, Json]:
        """Return those of the objects that Kibana has, by key.

        Raises:
            KibanaError: see the module.
        """
        wanted = sorted(set(keys))
        while wanted:
            answer = self._sent(
                "POST",
                f"{self._root}/api/saved_objects/_export",
                json={
                    "objects": [{"type": key.type, "id": key.id} for key in wanted],
                    "includeReferencesDeep": False,
                    "excludeExportDetails": True,
                },
            )
            missing = set(_missing(answer)) & set(wanted)
            if not missing:
                return {Key(str(o["type"]), str(o["id"])): o for o in self._lines(answer)}
            wanted = [key for key in wanted if key not in missing]
        return {}

    def load(self, file: str, *, overwrite: bool) -> None:
        """Import the objects of `file` (NDJSON), over those that are there if `overwrite`.

        Raises:
            KibanaError: Kibana did not take all of them (the message names the first and the
                reason), or see the module.
        """
        answer = self._sent(
            "POST",
            f"{self._root}/api/saved_objects/_import",
            params={"overwrite": "true" if overwrite else "false"},
            files={"file": ("fengsui.ndjson", file.encode(), "application/ndjson")},
        )
        said = self._told(answer)
        if said.get("errors") or not said.get("success"):
            raise KibanaError(f"{self.place}: {self._refusals.not_taken(said)}")

    def _sent(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **options)
        except httpx.TimeoutException:
            raise KibanaError(f"{self._settings.url}: no answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = self._refusals.clean(str(error))
            raise KibanaError(
                f"{self._settings.url}: cannot be reached ({reason}); is kibana.url right, and "
                "kibana.ca_certs for a certificate of your own?"
            ) from None

    def _held_to(self, answer: httpx.Response) -> None:
        if not answer.is_success:
            raise KibanaError(f"{self.place}: {self._refusals.meaning(answer)}")

    def _told(self, answer: httpx.Response) -> Json:
        """Return the object of JSON that the answer holds."""
        self._held_to(answer)
        try:
            said = answer.json()
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise KibanaError(f"{self.place}: {self._refusals.foreign(answer)}")
        return said

    def _lines(self, answer: httpx.Response) -> Iterator[Json]:
        """Yield the saved objects that the answer holds, one a line."""
        self._held_to(answer)
        # Only a line feed ends a line here: JSON may hold what Unicode calls line separators.
        for line in filter(str.strip, answer.content.decode(errors="replace").split("\n")):
            try:
                one = mapping(json.loads(line))
            except ValueError:
                one = {}
            if not {"id", "type", "attributes"} <= one.keys():
                raise KibanaError(f"{self.place}: {self._refusals.foreign(answer)}")
            yield one


def key_of(settings: KibanaSettings) -> SecretStr | None:
    """Return the API key from the environment, None where there is none.

    Raises:
        KibanaError: it holds what cannot stand in a header.
    """
    value = os.environ.get(settings.api_key_env, "").strip()
    if not all("!" <= char <= "~" for char in value):
        raise KibanaError(f"{settings.api_key_env} holds signs that no API key has")
    return SecretStr(value) if value else None


def _verification(settings: KibanaSettings) -> ssl.SSLContext | bool:
    if settings.ca_certs is None:
        return True
    try:
        return ssl.create_default_context(cafile=settings.ca_certs)
    except (OSError, ssl.SSLError):
        raise KibanaError(f"{settings.ca_certs}: no certificate can be read from it") from None


def _missing(answer: httpx.Response) -> Iterator[Key]:
    """Yield the objects that an export found not to be there."""
    if answer.status_code != HTTPStatus.BAD_REQUEST:
        return
    try:
        said = mapping(answer.json())
    except ValueError:
        return
    for one in mapping(said.get("attributes")).get("objects") or ():
        if mapping(one.get("error")).get("statusCode") == HTTPStatus.NOT_FOUND:
            yield Key(str(one.get("type")), str(one.get("id")))

"""What an answer of Kibana's means that is not the one we hoped for, and what to do about it.

What others wrote is put on one printable line, and never with our key in it.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeAlias

import httpx
from pydantic import SecretStr

from dashboards.kibana.naming import DEFAULT_SPACE
from fengsui.settings.kibana import KibanaSettings

Json: TypeAlias = dict[str, Any]

_LONGEST: Final = 300
_PASSING: Final = frozenset({429, 502, 503, 504})
_NEWER: Final = "more recent version"
_TOO_OLD: Final = "this Kibana is older than the dashboards"
_KEY_REFUSED: Final = "Kibana refuses the API key in {variable}: it is wrong, or has expired"
_MEANINGS: Final = {
    HTTPStatus.FORBIDDEN: "the API key in {variable} lacks the right; it needs all rights on "
    "“Saved Objects Management” in this space",
    HTTPStatus.CONFLICT: "somebody is changing the same objects right now; see "
    "`fengsui dashboards diff`, and push again",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the file is larger than Kibana, or a proxy before it, "
    "takes (savedObjects.maxImportPayloadBytes)",
}
_NOT_TAKEN: Final = {
    "conflict": "is there already and is not ours to overwrite; see `fengsui dashboards diff`, and "
    "push with --overwrite to replace it",
    "missing_references": "refers to an object that is not there",
}


@dataclass(frozen=True, slots=True)
class Refusals:
    """The words for the answers of one Kibana; `key` is what must not be in them."""

    settings: KibanaSettings
    key: SecretStr | None

    def meaning(self, answer: httpx.Response) -> str:
        """Return what an answer means that is no success."""
        status = answer.status_code
        if status in _MEANINGS:
            return _MEANINGS[HTTPStatus(status)].format(variable=self.settings.api_key_env)
        if status == HTTPStatus.UNAUTHORIZED:
            return self._unauthorized()
        if status == HTTPStatus.NOT_FOUND:
            return self._not_found()
        if answer.is_redirect:
            return "the answer leads elsewhere: a login page or a proxy stands before Kibana"
        if status in _PASSING:
            return f"Kibana is busy or not ready (HTTP {status}); try again later"
        return f"HTTP {status}: {self._reason(answer)}"

    def not_taken(self, said: Json) -> str:
        """Return why an import was not taken whole: the first object, and how many there are."""
        errors = said.get("errors") or []
        if not errors:
            return f"the import failed: {self.clean(str(said.get('message', '')))}"
        first = mapping(errors[0])
        error = mapping(first.get("error"))
        kind = str(error.get("type", "unknown")).removeprefix("ambiguous_")
        message = str(error.get("message") or kind)
        why = _TOO_OLD if _NEWER in message else _NOT_TAKEN.get(kind, self.clean(message))
        others = f" ({len(errors)} objects in all)" if len(errors) > 1 else ""
        name = self.clean("/".join(str(first.get(part)) for part in ("type", "id")))
        return f"{name} was not taken: {why}{others}"

    def foreign(self, answer: httpx.Response) -> str:
        """Return the words for an answer that is none of Kibana's."""
        page = ", a page of HTML" if "html" in answer.headers.get("content-type", "") else ""
        return f"what answers is no Kibana{page}; a login page or a proxy may stand before it"

    def clean(self, text: str) -> str:
        """Return foreign text as one printable line without the key."""
        if self.key:
            text = text.replace(self.key.get_secret_value(), "***")
        line = "".join(char if char.isprintable() else " " for char in text)
        return " ".join(line.split())[:_LONGEST]

    def _unauthorized(self) -> str:
        variable = self.settings.api_key_env
        if self.key is None:
            return f"Kibana wants a login: put an API key into the variable {variable}"
        return _KEY_REFUSED.format(variable=variable)

    def _not_found(self) -> str:
        if self.settings.space == DEFAULT_SPACE:
            return "there is no Kibana at this address; does kibana.url lack a path?"
        return f"there is no space {self.settings.space!r}, or no Kibana at this address"

    def _reason(self, answer: httpx.Response) -> str:
        try:
            said = mapping(json.loads(answer.text))
        except ValueError:
            return self.foreign(answer)
        message = self.clean(str(said.get("message", ""))) or "without a reason"
        return f"{_TOO_OLD} ({message})" if _NEWER in message else message


def mapping(value: Any) -> Json:
    """Return `value` if it is an object of JSON, else an empty one."""
    return value if isinstance(value, dict) else {}

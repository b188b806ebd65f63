"""Forms of the page, filled in and sent as a browser does."""

import re
from html import unescape
from typing import Any

from starlette.testclient import TestClient

_FIELD = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">')


def hidden(html: str, action: str, **wanted: str) -> dict[str, str]:
    """Return the hidden fields of the form to `action` that has all `wanted` among them."""
    for form in re.findall(rf'<form method="post" action="{action}".*?</form>', html, re.DOTALL):
        fields = {name: unescape(value) for name, value in _FIELD.findall(form)}
        if wanted.items() <= fields.items():
            return fields
    raise AssertionError(f"no form to {action} with {wanted}")


def act(client: TestClient, path: str, kind: str, **data: str) -> Any:
    """Do what the form of `kind` on the page at `path` does, and return the page after it."""
    fields = hidden(client.get(path).text, "/act", kind=kind)
    return client.post("/act", data={**fields, **data})

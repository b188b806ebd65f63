"""The roles that are shipped for Elasticsearch, and keys to a server that can do no more."""

import base64
import itertools
from typing import Any

import yaml

from tests.servers.elasticsearch.server import ROLES
from tests.servers.fixtures import Elasticsearch

_numbers = itertools.count()


def roles() -> dict[str, Any]:
    """Return the shipped roles by name, in the form that the server's API takes them in."""
    return dict(yaml.safe_load(ROLES.read_text(encoding="utf-8")))


def key_for(server: Elasticsearch, *names: str) -> str:
    """Return an API key that can do what the named roles together can, and nothing else."""
    shipped = roles()
    status, made = server.call(
        "POST",
        "/_security/api_key",
        {
            "name": f"test-{next(_numbers)}",
            "role_descriptors": {name: shipped[name] for name in names},
        },
    )
    assert status == 200, made
    return base64.b64encode(f"{made['id']}:{made['api_key']}".encode()).decode("ascii")

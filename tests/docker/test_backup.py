"""What the stack's backup copies comes back, from real servers to real servers."""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.docker.stack import DOCKER, services
from tests.servers.databases import postgresql, postgresql_url
from tests.servers.elasticsearch.server import USER
from tests.servers.fixtures import Elasticsearch, elasticsearch_secured
from tests.servers.postgresql import USER as DATABASE_USER
from tests.servers.postgresql import _program
from tests.servers.processes import missing

__all__ = ["elasticsearch_secured", "postgresql", "postgresql_url"]

# In the engine's place: runs what it is asked to run in a container here, after the service's name.
ENGINE = """#!/bin/sh
set -eu
shift 2
while :; do
    case $1 in
    --entrypoint) entry=$2; shift 2 ;;
    -*) shift ;;
    *) break ;;
    esac
done
shift
exec ${entry-} $(echo "$@" | sed "s#/var/lib/fengsui#$STATE#")
"""


@pytest.fixture
def stack(
    tmp_path: Path, elasticsearch_secured: Elasticsearch, postgresql_url: str
) -> dict[str, str]:
    """Return the environment of the scripts: an engine of ours before servers of the test's."""
    if shutil.which("curl") is None:
        missing("curl, which snapshots are asked for with,", "curl")
    engine = tmp_path / "bin/docker"
    engine.parent.mkdir()
    engine.write_text(ENGINE, encoding="ascii")
    engine.chmod(0o755)
    (tmp_path / "volume").mkdir()
    place = urlsplit(postgresql_url)
    programs = Path(_program("pg_dump")).parent
    path = [engine.parent, DOCKER, DOCKER / "elasticsearch", programs, os.environ["PATH"]]
    return {
        "PATH": ":".join(map(str, path)),
        "STATE": str(tmp_path / "volume"),
        "SECRETS": str(tmp_path / "none"),
        "DATABASES": place.path.strip("/"),
        "DATABASE_USER": DATABASE_USER,
        "PGHOST": "127.0.0.1",
        "PGPORT": str(place.port),
        "PGPASSWORD": str(place.password),
        "ELASTICSEARCH_URL": elasticsearch_secured.url,
        "ELASTICSEARCH_CA": str(elasticsearch_secured.ca),
        "ELASTIC_USER": USER,
        "ELASTIC_PASSWORD": elasticsearch_secured.password,
        "INDICES": "kept-*",
        "REPOSITORY": f"r{os.getpid()}",
    }


def run(
    script: str, folder: Path, environment: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Run a script of the stack."""
    return subprocess.run(
        [DOCKER / script, folder], env=environment, capture_output=True, text=True, check=False
    )


def test_copy_of_the_servers_comes_back(
    stack: dict[str, str],
    elasticsearch_secured: Elasticsearch,
    postgresql_url: str,
    tmp_path: Path,
) -> None:
    """What was deleted after the copy is there again (rows, documents, files); nothing later is."""
    call, state = elasticsearch_secured.call, Path(stack["STATE"])
    call("PUT", "/kept-posts/_doc/1?refresh=true", {"text": "虫子"})
    (state / "author.key").write_text("key", encoding="ascii")
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE cases (key text PRIMARY KEY)")
        connection.execute("INSERT INTO cases VALUES ('云朵茶饮@1')")
    copy = tmp_path / "copy-1"
    done = run("backup", copy, stack)
    assert (done.returncode, done.stderr) == (0, "")
    assert stack["ELASTIC_PASSWORD"] not in done.stdout
    assert copy.stat().st_mode & 0o077 == 0
    assert run("backup", copy, stack).returncode != 0

    call("DELETE", "/kept-posts")
    (state / "author.key").unlink()
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("DELETE FROM cases")
        connection.execute("INSERT INTO cases VALUES ('later')")
    done = run("restore", copy, stack)
    assert (done.returncode, done.stderr) == (0, "")
    assert call("GET", "/kept-posts/_doc/1")[1]["_source"] == {"text": "虫子"}
    assert (state / "author.key").read_text(encoding="ascii") == "key"
    with psycopg.connect(postgresql_url) as connection:
        assert connection.execute("SELECT key FROM cases").fetchall() == [("云朵茶饮@1",)]
    call("DELETE", "/kept-posts")

    damaged = bytearray((copy / "state.tar").read_bytes())
    damaged[0] ^= 1
    (copy / "state.tar").write_bytes(damaged)
    done = run("restore", copy, stack)
    assert done.returncode != 0
    assert call("GET", "/kept-posts")[0] == 404


def test_snapshots_have_a_place() -> None:
    """Elasticsearch has a folder for snapshots on a volume of its own, and the script for them."""
    service = services()["elasticsearch"]
    place = service["environment"]["path.repo"]
    assert f"elasticsearch-snapshots:{place}" in service["volumes"]
    assert "./elasticsearch/snapshot:/usr/local/bin/snapshot:ro" in service["volumes"]

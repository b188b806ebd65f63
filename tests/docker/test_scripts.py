"""The scripts of the stack do what they say, run for real where their programs are."""

import json
import os
import re
import shutil
import subprocess
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
import yaml

from tests.docker.stack import DOCKER, services
from tests.servers.elasticsearch.roles import roles
from tests.servers.elasticsearch.server import USER
from tests.servers.fixtures import Elasticsearch, elasticsearch_secured
from tests.servers.processes import free_port, missing, until_ready
from tests.servers.redis import programs

__all__ = ["elasticsearch_secured"]

SCRIPTS = [
    DOCKER / "make-secrets",
    DOCKER / "with-secrets",
    DOCKER / "pin-images",
    DOCKER / "backup",
    DOCKER / "restore",
    DOCKER / "elasticsearch/snapshot",
    DOCKER / "elasticsearch/make-certificates",
    DOCKER / "elasticsearch/make-users",
    DOCKER / "postgresql/make-databases.sh",
]
PASSWORDS = {
    "KIBANA_SYSTEM_PASSWORD": "kibana-of-a-test",
    "FENGSUI_WRITER_PASSWORD": "writer-of-a-test",
    "FENGSUI_MANAGER_PASSWORD": "manager-of-a-test",
    "FENGSUI_READER_PASSWORD": "reader-of-a-test",
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_are_programs(script: Path) -> None:
    """Every script parses in the shell that it names, and may be run."""
    shell = script.read_text(encoding="ascii").partition("\n")[0].removeprefix("#!")
    assert subprocess.run([shell, "-n", script], check=False).returncode == 0
    assert os.access(script, os.X_OK)


def test_secrets_are_written_once(tmp_path: Path) -> None:
    """make-secrets fills a folder of its owner alone with values that differ, and changes none."""
    folder, older = tmp_path / "secrets", tmp_path / "env"
    folder.mkdir(mode=0o755)
    (folder / "elastic_password").write_text("mine", encoding="ascii")
    older.write_text("POSTGRES_PASSWORD=older\nREDIS_PASSWORD=red=is\n", encoding="ascii")
    shown = []
    for _ in range(2):
        done = subprocess.run(
            [DOCKER / "make-secrets", folder, older], check=True, capture_output=True, text=True
        )
        shown.append({path.name: path.read_text("ascii") for path in folder.iterdir()})
        assert not any(value in done.stdout for value in shown[-1].values() if value)
    made = shown[0]
    assert shown[1] == made
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "fengsui_author_key").stat().st_mode & 0o777 == 0o444
    assert made.pop("elastic_password") == "mine"
    assert made.pop("slack_bot_token") == ""
    # What an older stack was given, it keeps.
    assert made.pop("postgres_password") == "older"
    assert made.pop("redis_password") == "red=is"
    assert made.pop("airflow_broker_url") == "redis://:red=is@redis:6379/0"
    assert len(urlsafe_b64decode(made.pop("airflow_fernet_key"))) == 32
    addresses = {name: made.pop(name) for name in list(made) if name.endswith("_url")}
    assert all(
        made[f"{user}_database_password"] in addresses[name]
        for name, user in (
            ("fengsui_ledger_url", "fengsui"),
            ("airflow_database_url", "airflow"),
            ("airflow_result_url", "airflow"),
        )
    )
    assert all(re.fullmatch(r"[0-9a-f]{32,64}", value) for value in made.values())
    assert len(set(made.values())) == len(made)


def test_secrets_are_given_to_a_program(tmp_path: Path) -> None:
    """with-secrets hands each file over as a variable, and then becomes the program."""
    (tmp_path / "FENGSUI_SECRET").write_text("a b'\"$HOME`id`=\\", encoding="ascii")
    (tmp_path / "EMPTY").write_text("", encoding="ascii")
    shown = (
        "import os; print(repr(os.environ['FENGSUI_SECRET']), repr(os.environ['EMPTY'])); exit(7)"
    )
    done = subprocess.run(
        [DOCKER / "with-secrets", "python3", "-c", shown],
        env={"PATH": os.environ["PATH"], "SECRETS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7
    assert done.stdout == f"{'a b' + chr(39) + chr(34) + '$HOME`id`=' + chr(92)!r} ''\n"


@pytest.mark.parametrize("digest", ["sha256:" + "a" * 64, "ERROR"])
def test_images_are_pinned_by_what_the_registry_says(tmp_path: Path, digest: str) -> None:
    """pin-images gives every service the digest that the engine reports, or writes nothing."""
    engine = tmp_path / "docker"
    engine.write_text(f'#!/bin/sh\necho "{digest}"\n', encoding="ascii")
    engine.chmod(0o755)
    written = tmp_path / "override.yaml"
    done = subprocess.run(
        [DOCKER / "pin-images", written],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if digest == "ERROR":
        assert done.returncode != 0
        assert not written.exists()
        return
    assert done.returncode == 0
    pinned = yaml.safe_load(written.read_text(encoding="utf-8"))["services"]
    assert pinned.keys() == services().keys()
    for name, service in services().items():
        if "build" in service:
            [base] = pinned[name]["build"]["args"].values()
            assert base.endswith(f"@{digest}")
        else:
            assert pinned[name]["image"] == f"{service['image']}@{digest}"


def test_key_of_the_dashboards_has_the_shipped_role() -> None:
    """The key that make-users makes has the rights of the role in roles.yml, and no others."""
    text = (DOCKER / "elasticsearch/make-users").read_text(encoding="ascii")
    body = json.loads(re.search(r"^\{.*?^  .*?\}\}\}$", text, re.DOTALL | re.MULTILINE)[0])  # type: ignore[index]
    granted, shipped = (
        json.dumps(role, sort_keys=True)
        for role in (
            body["role_descriptors"]["fengsui_dashboards"],
            roles()["fengsui_dashboards"],
        )
    )
    assert granted == shipped


def test_users_are_made_on_a_real_server(
    elasticsearch_secured: Elasticsearch, tmp_path: Path
) -> None:
    """make-users, twice, leaves users that can log in with their roles, and one key."""
    if shutil.which("curl") is None:
        missing("curl, which make-users asks Elasticsearch with,", "curl")
    key = tmp_path / "kibana"
    environment = {
        **PASSWORDS,
        "PATH": os.environ["PATH"],
        "ELASTICSEARCH_URL": elasticsearch_secured.url,
        "ELASTICSEARCH_CA": str(elasticsearch_secured.ca),
        "ELASTIC_USER": USER,
        "ELASTIC_PASSWORD": elasticsearch_secured.password,
        "KEY_FILE": str(key),
        "KEY_OWNER": f"{os.getuid()}:{os.getgid()}",
    }
    kept = ""
    for _ in range(2):
        done = subprocess.run(
            [DOCKER / "elasticsearch/make-users"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert not any(password in done.stdout for password in PASSWORDS.values())
        kept = kept or key.read_text(encoding="ascii")
    assert key.read_text(encoding="ascii") == kept
    assert key.stat().st_mode & 0o777 == 0o400
    known = who(elasticsearch_secured, f"Authorization: ApiKey {kept.strip()}")
    assert known["api_key"]["name"] == "fengsui-dashboards"
    for name, variable, given in (
        ("kibana_system", "KIBANA_SYSTEM_PASSWORD", {"kibana_system"}),
        ("fengsui_writer", "FENGSUI_WRITER_PASSWORD", {"fengsui_writer", "fengsui_retention"}),
        ("fengsui_manager", "FENGSUI_MANAGER_PASSWORD", {"fengsui_manager"}),
        ("fengsui_reader", "FENGSUI_READER_PASSWORD", {"fengsui_reader"}),
    ):
        known = who(elasticsearch_secured, user=f"{name}:{PASSWORDS[variable]}")
        assert set(known["roles"]) == given
    given = {one["target"] for one in services()["elasticsearch-users"]["secrets"]}
    assert set(PASSWORDS) < given


def test_redis_asks_for_its_password(tmp_path: Path) -> None:
    """Redis starts as in the stack, keeps its password out of sight, and is found healthy."""
    port, service = free_port(), services()["redis"]
    own = f"dir {tmp_path}\nport {port}\nbind 127.0.0.1"
    command = [part.replace("$$", "$").replace("dir /data", own) for part in service["command"]]
    check = service["healthcheck"]["test"][1].replace("$$", "$")
    check = check.replace("redis-cli", f"redis-cli -p {port}")
    path = f"{DOCKER}:{programs()}:{os.environ['PATH']}"
    environment = {"PATH": path, "REDIS_PASSWORD": "of-a-test"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        until_ready(
            server,
            lambda: (
                subprocess.run(
                    ["sh", "-c", check], env=environment, capture_output=True, check=False
                ).returncode
                == 0
            ),
            tmp_path / "none",
        )
        shown = Path(f"/proc/{server.pid}/cmdline").read_bytes()
        stranger = {**environment, "REDIS_PASSWORD": "another"}
        refused = subprocess.run(
            ["sh", "-c", check], env=stranger, capture_output=True, check=False
        )
        server.terminate()
    assert server.returncode == 0
    assert b"of-a-test" not in shown
    assert refused.returncode != 0


def who(server: Elasticsearch, header: str = "X-None: 1", user: str = "") -> dict:  # type: ignore[type-arg]
    """Return whom the server takes the credential for."""
    command = ["curl", "--silent", "--fail", "--cacert", str(server.ca), "--header", header]
    command += ["--user", user] if user else []
    command += [f"{server.url}/_security/_authenticate"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(answer.stdout))

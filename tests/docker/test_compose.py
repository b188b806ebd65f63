"""The stack's compose file holds together with the project that it runs."""

import json
import re
import subprocess
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator
from jsonschema.exceptions import best_match

from fengsui.cli.app import whole
from fengsui.settings.application import load
from fengsui_airflow.local.processes import TUNED
from listeners.push.server import PushedSource
from store.elasticsearch.settings import ElasticsearchSettings
from tests.docker.stack import DOCKER, compose, services, words
from tests.docker.stack import ROOT as ROOT_FOLDER

EXPECTED = {
    "certificates", "elasticsearch", "elasticsearch-users", "kibana", "postgresql", "redis",
    "airflow-init", "fengsui-store-init", "fengsui-store-migrate", "fengsui-dashboards",
    "fengsui-receive", "receive-door", "airflow-api-server", "airflow-scheduler",
    "airflow-dag-processor", "airflow-triggerer", "airflow-clean", "airflow-worker-1",
    "airflow-worker-2",
}  # fmt: skip
ONCE = {
    "certificates", "elasticsearch-users", "airflow-init", "fengsui-store-init",
    "fengsui-store-migrate", "fengsui-dashboards",
}  # fmt: skip
# They write into their own installation when they start.
WRITES = {"certificates", "elasticsearch", "kibana"}
# They begin as root to give files to others, and keep no other right of root's.
ROOT = {"certificates", "elasticsearch-users"}


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Return the folder of secrets as make-secrets writes it."""
    made = tmp_path / "secrets"
    subprocess.run(
        [DOCKER / "make-secrets", made, tmp_path / "none"], check=True, capture_output=True
    )
    return made


def test_file_follows_the_schema() -> None:
    """The file is what the published schema of such files allows, and names no variable.

    The schema (Apache-2.0) is the one that docker-compose 1.29 itself reads a file by.
    """
    schema = json.loads((Path(__file__).parent / "schemas/compose_spec.json").read_bytes())
    text = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
    assert "$" not in text.replace("$$", "")
    checker = Draft201909Validator(schema)
    assert list(checker.iter_errors(yaml.safe_load(text))) == []
    wrong = yaml.safe_load(text.replace("healthcheck:", "healtcheck:"))
    assert "healtcheck" in str(best_match(checker.iter_errors(wrong)))


def test_all_parts_are_there() -> None:
    """The stack has the parts that its description names, two workers among them."""
    assert set(services()) == EXPECTED


def test_images_are_pinned() -> None:
    """Every image has a full version; Elasticsearch and Kibana have the same one."""
    images = {service["image"] for service in services().values()}
    for image in images:
        assert re.fullmatch(r"[a-z-]+:\d+\.\d+(\.\d+)?(-bookworm|-trixie)?", image), image
    elastic = {image.split(":")[1] for image in images if image.startswith(("elastic", "kibana"))}
    assert len(elastic) == 1
    assert elastic.pop().startswith("9.")
    own = {image for image in images if image.startswith("fengsui")}
    assert own == {f"fengsui:{version('fengsui')}", f"fengsui-airflow:{version('fengsui')}"}


def test_ports_are_this_machines_alone() -> None:
    """Nothing is published to other machines, and no port twice."""
    published = [port for service in services().values() for port in service.get("ports", ())]
    assert all(re.fullmatch(r"127\.0\.0\.1:(\d+):\1", port) for port in published)
    assert len(set(published)) == len(published)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_service_is_bounded_and_looked_after(name: str) -> None:
    """A service has limits, a restart policy and a health check; one that ends has none."""
    service = services()[name]
    limits = service["deploy"]["resources"]["limits"]
    assert float(limits["cpus"]) > 0
    assert re.fullmatch(r"\d+[mg]", limits["memory"])
    assert service["restart"] == ("on-failure" if name in ONCE else "unless-stopped")
    check = service.get("healthcheck", {})
    assert check.get("disable", False) is (name in ONCE)
    assert name in ONCE or check["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_dependencies_can_come_true(name: str) -> None:
    """What is waited for exists: its health where it stays, its end where it ends."""
    for other, how in services()[name].get("depends_on", {}).items():
        ends = "service_completed_successfully"
        assert how["condition"] == (ends if other in ONCE else "service_healthy")
        assert other in EXPECTED


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_service_has_no_right_that_it_does_not_need(name: str) -> None:
    """A service drops every right, takes none back but root's over files, and writes to volumes."""
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert ("cap_add" in service) is (name in ROOT)
    assert set(service.get("cap_add", ())) <= {"CHOWN", "DAC_OVERRIDE", "FOWNER"}
    assert service.get("read_only", False) is (name not in WRITES)


def test_limits_add_up() -> None:
    """What the services that stay may take is the memory that both descriptions ask for."""
    units = {"m": 1, "g": 1024}
    limits = [
        service["deploy"]["resources"]["limits"]["memory"]
        for name, service in services().items()
        if name not in ONCE
    ]
    gigabytes = sum(int(limit[:-1]) * units[limit[-1]] for limit in limits) / 1024
    for readme, words_before in (("README.md", "give "), ("README.zh-CN.md", "分配 ")):
        text = (DOCKER / readme).read_text(encoding="utf-8")
        [asked] = re.findall(rf"{words_before}(\d+) GB", text)
        assert gigabytes <= int(asked) < gigabytes + 1


def test_secrets_are_made_by_make_secrets(secrets: Path) -> None:
    """Every secret of the file is written by make-secrets, used, and the other way round."""
    declared = {name: how["file"] for name, how in compose()["secrets"].items()}
    assert declared == {name: f"./secrets/{name}" for name in declared}
    assert set(declared) == {path.name for path in secrets.iterdir()}
    used = {one["source"] for service in services().values() for one in service.get("secrets", ())}
    assert used == set(declared)
    assert "/docker/secrets/" in (ROOT_FOLDER / ".gitignore").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_secret_reaches_its_program(name: str) -> None:
    """Who is given secrets starts, and is looked after, through with-secrets, mounted in it."""
    service = services()[name]
    if not service.get("secrets"):
        return
    started = [*service.get("entrypoint", ()), *service.get("command", ())]
    assert "with-secrets" in started
    assert "./with-secrets:/usr/local/bin/with-secrets:ro" in service["volumes"]
    targets = [one["target"] for one in service["secrets"]]
    assert len(set(targets)) == len(targets)
    assert not set(targets) & set(service.get("environment", {}))
    check = service.get("healthcheck", {}).get("test", ())
    if any(word in words(list(check)) for word in ("airflow jobs", "celery", "REDIS_PASSWORD")):
        assert "with-secrets" in words(list(check))


def test_no_secret_stands_in_the_file() -> None:
    """Whatever is called a password, secret, key or token is the path of a file or a secret."""
    for name, service in services().items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|_KEY$|KEY$", key):
                assert "/" in value, f"{name}: {key}"
            assert not re.search(r"://[^@/]*:[^@/]+@", str(value)), f"{name}: {key}"


def test_airflow_is_tuned_and_runs_its_dags() -> None:
    """The stack has the settings that `make airflow` was measured with, and pauses no DAG."""
    for name, service in services().items():
        if service["image"].startswith("fengsui-airflow"):
            environment = service["environment"]
            assert TUNED.items() <= environment.items(), name
            assert environment["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "False"
            assert environment["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabAuthManager")


def test_pushes_arrive() -> None:
    """A push goes through the door to the port that the settings' receiver listens at."""
    door = (DOCKER / "receive/haproxy.cfg").read_text(encoding="utf-8")
    pushed = [one for one in load(DOCKER / "stack.toml").sources if isinstance(one, PushedSource)]
    assert [f"127.0.0.1:{one.port}" for one in pushed] == re.findall(
        r"^    server \S+ (\S+)", door, re.MULTILINE
    )
    assert {getattr(one, "secret_env", None) for one in pushed} <= {
        secret["target"] for secret in services()["fengsui-receive"]["secrets"]
    }
    [published] = services()["fengsui-receive"]["ports"]
    assert re.search(rf"bind :{published.split(':')[2]} ssl", door)
    assert services()["receive-door"]["network_mode"] == "service:fengsui-receive"
    spools = [Path(one.path) for one in pushed]
    assert all(path.is_relative_to("/var/lib/fengsui") for path in spools)


def test_mounted_files_exist() -> None:
    """Every file that is mounted from here is there, and every volume is declared and used."""
    used = set()
    for service in services().values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DOCKER / source).is_file(), source
                assert volume.endswith(":ro")
            else:
                used.add(source)
    assert used == set(compose()["volumes"])


def test_builds_are_of_this_checkout() -> None:
    """The images that are built have their Dockerfile, and stages that are in it."""
    stages = re.findall(r"^FROM .* AS (\S+)$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE)
    for service in services().values():
        if build := service.get("build"):
            assert (DOCKER / build["context"]).resolve() == ROOT_FOLDER
            assert (ROOT_FOLDER / build["dockerfile"]).is_file()
            assert build["target"] in stages


def test_commands_are_fengsuis() -> None:
    """Every `fengsui ...` that a service runs is a command of the program, with its options."""
    found = set()
    for service in services().values():
        started = [*service.get("entrypoint", ()), *service.get("command", ())]
        text = words(started)
        for match in re.findall(r"\bfengsui ((?:[a-z-]+ )*[a-z-]+)(?: --| *$)", text, re.MULTILINE):
            command: Any = whole()
            for word in match.split():
                assert word in command.commands, match
                command = command.commands[word]
            options = {name for parameter in command.params for name in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", text.partition(match)[2])) <= options
            found.add(match)
    assert found == {"store init", "store migrate", "dashboards push", "receive"}


def test_settings_of_airflow_exist() -> None:
    """Every AIRFLOW__SECTION__KEY is an option of the Airflow that is locked, or of its Celery."""
    known: dict[str, dict[str, object]] = {}
    config = files("airflow") / "config_templates/config.yml"
    for section, body in yaml.safe_load(config.read_text(encoding="utf-8")).items():
        known[section] = body["options"]
    # Celery's options come with its provider.
    celery: Any = import_module("airflow.providers.celery.get_provider_info")
    for section, body in celery.get_provider_info()["config"].items():
        known.setdefault(section, {}).update(body["options"])
    for service in services().values():
        targets = [one["target"] for one in service.get("secrets", ())]
        for name in (*service.get("environment", {}), *targets):
            if name.startswith("AIRFLOW__"):
                _, section, key = name.split("__", 2)
                assert key.lower() in known.get(section.lower(), {}), name


def test_settings_of_the_stack_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped settings load; their addresses, files and variables are the services'."""
    monkeypatch.setenv("FENGSUI_LEDGER_URL", "postgresql://fengsui:x@postgresql:5432/fengsui")
    settings = load(DOCKER / "stack.toml")
    assert settings.store == "elasticsearch"
    worker = services()["airflow-worker-1"]
    given = {*worker["environment"], *(one["target"] for one in worker["secrets"])}
    defaults = ElasticsearchSettings()
    assert {settings.ledger_url_env, defaults.username_env, defaults.password_env} <= given
    for url in (*settings.elasticsearch.urls, settings.kibana.url):
        host, _, port = url.removeprefix("https://").partition(":")
        assert f"127.0.0.1:{port}:{port}" in services()[host]["ports"]
    mounts = {volume.split(":")[1]: volume.split(":")[0] for volume in worker["volumes"]}
    assert settings.state.is_relative_to("/var/lib/fengsui")
    assert mounts["/var/lib/fengsui"] == "fengsui-state"
    for certificate in (settings.elasticsearch.ca_certs, settings.kibana.ca_certs):
        assert certificate == Path("/etc/fengsui/certificates/ca/ca.crt")
    assert mounts["/etc/fengsui/certificates"] == "certificates"
    key = settings.kibana.api_key_env
    assert f"export {key}\n" in services()["fengsui-dashboards"]["command"][0]

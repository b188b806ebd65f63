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
from store.elasticsearch.settings import ElasticsearchSettings
from tests.docker.stack import DOCKER, ROOT, compose, services, words

EXPECTED = {
    "certificates", "elasticsearch", "elasticsearch-users", "kibana", "postgresql", "redis",
    "airflow-init", "fengsui-store-init", "fengsui-dashboards", "airflow-api-server",
    "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer", "airflow-worker-1",
    "airflow-worker-2",
}  # fmt: skip
ONCE = {
    "certificates", "elasticsearch-users", "airflow-init", "fengsui-store-init",
    "fengsui-dashboards",
}  # fmt: skip
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)([^}]*)\}")


@pytest.fixture
def env(tmp_path: Path) -> Path:
    """Return a file of variables as make-env writes it."""
    made = tmp_path / "env"
    subprocess.run([DOCKER / "make-env", made], check=True, capture_output=True)
    return made


def names_in(env: Path) -> set[str]:
    """Return the variables that the file sets."""
    return {line.partition("=")[0] for line in env.read_text(encoding="ascii").splitlines()}


def interpolated(text: str, values: dict[str, str]) -> str:
    """Return the file as docker-compose reads it; a dollar sign that it refuses is an error."""
    filled = VARIABLE.sub(lambda found: values[found[1]], text).replace("$$", "")
    assert "$" not in filled
    return filled


def test_file_follows_the_schema(env: Path) -> None:
    """With the variables of make-env the file is what the published schema of such files allows.

    The schema (Apache-2.0) is the one that docker-compose 1.29 itself reads a file by.
    """
    schema = json.loads((Path(__file__).parent / "schemas/compose_spec.json").read_bytes())
    values = dict(line.split("=", 1) for line in env.read_text(encoding="ascii").splitlines())
    text = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
    checker = Draft201909Validator(schema)
    assert list(checker.iter_errors(yaml.safe_load(interpolated(text, values)))) == []
    wrong = yaml.safe_load(interpolated(text, values).replace("healthcheck:", "healtcheck:"))
    assert "healtcheck" in str(best_match(checker.iter_errors(wrong)))


def test_all_parts_are_there() -> None:
    """The stack has the parts that its description names, two workers among them."""
    assert set(services()) == EXPECTED


def test_images_are_pinned() -> None:
    """Every image has a full version; Elasticsearch and Kibana have the same one."""
    images = {service["image"] for service in services().values()}
    for image in images:
        assert re.fullmatch(r"[a-z-]+:\d+\.\d+(\.\d+)?(-bookworm)?", image), image
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


def test_variables_are_made_by_make_env(env: Path) -> None:
    """Every variable of the file is written by make-env, and the other way round; none is bare."""
    text = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
    used = dict(VARIABLE.findall(text))
    assert set(used) == names_in(env)
    assert {name for name, rest in used.items() if rest != ":?run ./make-env"} == {
        "SLACK_BOT_TOKEN"
    }


def test_no_secret_stands_in_the_file() -> None:
    """Whatever is called a password, secret, key or token is a variable or the path of a file."""
    for name, service in services().items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|_KEY$|KEY$", key):
                assert VARIABLE.search(value) or "/" in value, f"{name}: {key}"
        for key, value in service.get("environment", {}).items():
            bare = VARIABLE.sub("", str(value))
            assert not re.search(r"://[^@/]*:[^@/]+@", bare), f"{name}: {key}"


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
            assert (DOCKER / build["context"]).resolve() == ROOT
            assert (ROOT / build["dockerfile"]).is_file()
            assert build["target"] in stages


def test_commands_are_fengsuis() -> None:
    """Every `fengsui ...` that a service runs is a command of the program, with its options."""
    found = set()
    for service in services().values():
        text = words(service.get("command", []))
        for match in re.findall(r"\bfengsui ((?:[a-z-]+ )*[a-z-]+)(?: --| *$)", text, re.MULTILINE):
            command: Any = whole()
            for word in match.split():
                assert word in command.commands, match
                command = command.commands[word]
            options = {name for parameter in command.params for name in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", text.partition(match)[2])) <= options
            found.add(match)
    assert found == {"store init", "dashboards push"}


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
        for name in service.get("environment", {}):
            if name.startswith("AIRFLOW__"):
                _, section, key = name.split("__", 2)
                assert key.lower() in known.get(section.lower(), {}), name


def test_settings_of_the_stack_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped settings load; their addresses, files and variables are the services'."""
    monkeypatch.setenv("FENGSUI_LEDGER_URL", "postgresql://fengsui:x@postgresql:5432/fengsui")
    settings = load(DOCKER / "stack.toml")
    assert settings.store == "elasticsearch"
    worker = services()["airflow-worker-1"]
    assert settings.ledger_url_env in worker["environment"]
    defaults = ElasticsearchSettings()
    assert {defaults.username_env, defaults.password_env} <= set(worker["environment"])
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

"""The values for Airflow's official chart fit the image and the settings of the stack.

`helm template` of chart 1.22.0 with these values and the chart's own schema were run by hand: the
chart is a megabyte of other people's files, and is not kept here.
"""

from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import yaml

from fengsui_airflow.local.processes import TUNED
from tests.docker.stack import DOCKER, instructions


@cache
def values() -> dict[str, Any]:
    """Return the values."""
    return dict(yaml.safe_load((DOCKER / "helm/values.yaml").read_text(encoding="utf-8")))


def of_stage(stage: str) -> dict[str, str]:
    """Return the environment of a stage of the Dockerfile, and its user as USER."""
    found: dict[str, str] = {}
    current = ""
    for name, rest in instructions():
        current = rest.split(" AS ")[-1] if name == "FROM" else current
        if current == stage and name == "ENV":
            found |= dict(part.split("=", 1) for part in rest.split())
        if current == stage and name == "USER":
            found["USER"] = rest
    return found


def test_values_fit_the_image() -> None:
    """Folders, the user and the versions are those of the image that the Dockerfile makes."""
    image = of_stage("airflow")
    core = values()["config"]["core"]
    assert core["dags_folder"] == image["AIRFLOW__CORE__DAGS_FOLDER"]
    assert core["plugins_folder"] == image["AIRFLOW__CORE__PLUGINS_FOLDER"]
    environment = {one["name"]: one["value"] for one in values()["env"]}
    assert environment["PYTHONPATH"] == image["PYTHONPATH"]
    assert f"{values()['uid']}:{values()['gid']}" == image["USER"]
    assert values()["securityContexts"]["pod"]["runAsUser"] == values()["uid"]
    assert values()["airflowVersion"] == version("apache-airflow")
    assert values()["defaultAirflowTag"] == version("fengsui")


def test_nothing_of_another_image_is_called() -> None:
    """The probes and sidecars call no script that only Airflow's own image has."""
    for part, job in (
        ("scheduler", "SchedulerJob"),
        ("dagProcessor", "DagProcessorJob"),
        ("triggerer", "TriggererJob"),
    ):
        wanted = ["airflow", "jobs", "check", "--job-type", job, "--local"]
        assert values()[part]["livenessProbe"]["command"] == wanted
        sidecar = values()[part]["logGroomerSidecar"]
        assert sidecar == {"enabled": False} or "/clean-logs" not in str(sidecar["args"])
    assert values()["scheduler"]["startupProbe"] == values()["scheduler"]["livenessProbe"]


def test_airflow_is_tuned_and_runs_its_dags() -> None:
    """No DAG is paused when it is made, people have accounts, and the measured settings hold."""
    config = values()["config"]
    assert config["core"]["dags_are_paused_at_creation"] == "False"
    assert config["core"]["auth_manager"].endswith(".FabAuthManager")
    for name, value in TUNED.items():
        _, section, key = name.lower().split("__")
        # A cluster runs more at once than one machine.
        if key != "parallelism":
            assert str(config[section][key]) == value, name
    text = (files("airflow") / "config_templates/config.yml").read_text(encoding="utf-8")
    known = yaml.safe_load(text)
    for section in ("core", "scheduler", "dag_processor"):
        assert config[section].keys() <= known[section]["options"].keys()


def test_password_of_admin_is_a_secret() -> None:
    """The first user has the password of a secret, read from standard input."""
    job = values()["createUserJob"]
    [password] = job["env"]
    assert password["valueFrom"]["secretKeyRef"] == {"name": "fengsui-admin", "key": "password"}
    assert job["args"][:2] == ["bash", "-ec"]
    assert job["args"][2].startswith("printf '%s\\n%s\\n' \"$AIRFLOW_ADMIN_PASSWORD\"")
    assert "--password" not in job["args"][2]

"""`fengsui run` as a service: the container, the pod and the unit ask the same health server."""

import re
from typing import Any

import yaml

from tests.docker.stack import DOCKER, instructions
from tests.docker.test_helm import values

ADDRESS = "127.0.0.1:8421"


def deployment() -> dict[str, Any]:
    """Return the deployment of fengsui on Kubernetes."""
    [made] = [
        one
        for one in yaml.safe_load_all((DOCKER / "helm/fengsui.yaml").read_text(encoding="utf-8"))
        if one["kind"] == "Deployment"
    ]
    return dict(made["spec"]["template"]["spec"])


def test_all_ask_the_server_that_is_started() -> None:
    """Where `--health` listens is where container, pod and unit ask whether it works."""
    image = [rest for name, rest in instructions() if name in {"HEALTHCHECK", "CMD"}][-2:]
    assert f"http://{ADDRESS}/healthz" in image[0]
    assert f'"--health", "{ADDRESS}"' in image[1]
    [run] = deployment()["containers"]
    assert run["args"][-2:] == ["--health", ADDRESS]
    for probe, path in (("startup", "healthz"), ("liveness", "healthz"), ("readiness", "readyz")):
        assert f"http://{ADDRESS}/{path}" in run[f"{probe}Probe"]["exec"]["command"][2]


def test_pod_is_given_what_airflows_is() -> None:
    """The pod has the secrets and settings of the chart's values, and no right too many."""
    pod = deployment()
    secrets = {(one["envName"], one["secretName"], one["secretKey"]) for one in values()["secret"]}
    for container in (*pod["initContainers"], *pod["containers"]):
        given = {
            (one["name"], *one["valueFrom"]["secretKeyRef"].values()) for one in container["env"]
        }
        assert given == secrets
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert [one["args"][:2] for one in pod["initContainers"]] == [
        ["store", "init"],
        ["store", "migrate"],
    ]
    assert pod["securityContext"] == values()["securityContexts"]["pod"]


def test_unit_is_watched() -> None:
    """systemd waits until it works, starts it again when it is silent, and gives it no rights."""
    text = (DOCKER / "systemd/fengsui.service").read_text(encoding="utf-8")
    said = dict(re.findall(r"^([A-Za-z]+)=(.*)$", text, re.MULTILINE))
    assert said["Type"] == "notify"
    assert int(said["WatchdogSec"]) >= 60
    assert said["Restart"] == "always"
    assert said["StartLimitIntervalSec"] == "0"
    assert said["ExecStart"].endswith(f"--health {ADDRESS}")
    assert (said["CapabilityBoundingSet"], said["UMask"]) == ("", "0077")

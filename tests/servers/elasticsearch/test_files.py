"""What the servers' programs are fetched, kept and found by."""

import multiprocessing
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.servers.cache import cache, made_once
from tests.servers.elasticsearch import java
from tests.servers.elasticsearch.files import DISTRIBUTIONS, fetched, place, unpack
from tests.servers.processes import NotReady

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is the cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/fengsui"


def fill(target: Path, tally: Path) -> None:
    """Fill a folder of the cache; write a line where this process had to do it."""
    with made_once(target) as part:
        if part is not None:
            (part / "one").write_text("1", encoding="ascii")
            with tally.open("a", encoding="ascii") as lines:
                lines.write("filled\n")
            (part / "two").write_text("2", encoding="ascii")
    assert {file.name for file in target.iterdir()} == {"one", "two"}


def test_cache_lies_outside_the_checkout(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache is where the environment says, else where the user that servers run as can look."""
    assert cache() == own_cache
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache().name == "fengsui"
    assert not cache().is_relative_to(Path(__file__).parents[3])
    assert os.geteuid() or not cache().is_relative_to(Path.home())


def test_of_many_processes_one_fills(tmp_path: Path) -> None:
    """Processes that want the same folder at once find it whole; one of them has made it."""
    target, tally = tmp_path / "kept/here", tmp_path / "tally"
    processes = [SPAWN.Process(target=fill, args=(target, tally)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert tally.read_text(encoding="ascii") == "filled\n"


def test_what_is_half_done_is_thrown_away(tmp_path: Path) -> None:
    """An error leaves no folder behind, and what a kill left is cleared by the next."""
    target = tmp_path / "here"
    (tmp_path / "here.part-killed").mkdir()
    with pytest.raises(OSError, match="broken"):
        break_off(target)
    assert {path.name for path in tmp_path.iterdir()} == {"here.lock"}


def break_off(target: Path) -> None:
    """Begin to fill a folder of the cache, and fail."""
    with made_once(target) as part:
        assert part is not None
        assert not target.with_name("here.part-killed").exists()
        (part / "one").touch()
        raise OSError("broken")


def archive(path: Path, *names: str) -> Path:
    """Return an archive with these names."""
    with zipfile.ZipFile(path, "w") as packed:
        for name in names:
            packed.writestr(name, name)
    return path


def test_only_the_server_is_unpacked(tmp_path: Path) -> None:
    """Of an archive what lies in the wanted folder is unpacked, and nothing else."""
    packed = archive(
        tmp_path / "a.zip", "s-1/lib/x.jar", "s-1/elasticsearch/bin/e", "s-1/elasticsearchx/y"
    )
    (tmp_path / "out").mkdir()
    unpack(packed, "s-*/elasticsearch/", tmp_path / "out")
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert [str(path.relative_to(tmp_path / "out")) for path in files] == ["bin/e"]


@pytest.mark.parametrize("name", ["s-1/elasticsearch/../../../evil", "s-1/other/file"])
def test_strange_archives_are_refused(tmp_path: Path, name: str) -> None:
    """An archive whose names lead out of the folder, or that holds no server, is an error."""
    (tmp_path / "out").mkdir()
    with pytest.raises(NotReady, match=r"holds the name|has nothing in"):
        unpack(archive(tmp_path / "a.zip", name), "s-*/elasticsearch/", tmp_path / "out")
    assert not (tmp_path / "evil").exists()


def test_archive_is_checked(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Maven brings is used only if it hashes to what it should; nothing stays otherwise."""
    maven = tmp_path / "bin/mvn"
    maven.parent.mkdir()
    maven.write_text(
        "#!/bin/bash\n"
        "for word; do [[ $word == -Dmaven.repo.local=* ]] && repository=${word#*=}; done\n"
        "folder=$repository/org/elasticsearch/distribution/integ-test-zip/elasticsearch/8.19.21\n"
        'mkdir -p "$folder" && echo wrong >"$folder/elasticsearch-8.19.21.zip"\n',
        encoding="ascii",
    )
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", f"{maven.parent}:{os.environ['PATH']}")
    with pytest.raises(NotReady, match="has the SHA-256"):
        fetched(DISTRIBUTIONS["8"])
    left = {path.name for path in (own_cache / "elasticsearch").iterdir()}
    assert left == {"8.19.21.lock"}


def test_maven_may_be_missing(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Maven the error says what to install, unless the server was fetched before."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotReady, match="fetched by Maven"):
        fetched(DISTRIBUTIONS["9"])
    place(DISTRIBUTIONS["9"]).mkdir(parents=True)
    assert fetched(DISTRIBUTIONS["9"]).is_relative_to(own_cache)


def test_java_is_found_by_its_release(tmp_path: Path) -> None:
    """Of the Javas that the environment names the first that is new enough is taken."""
    for version in ("17.0.15", "21.0.1", "25"):
        home = tmp_path / version
        (home / "bin").mkdir(parents=True)
        (home / "bin/java").touch()
        (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    old, new, newest = (tmp_path / name for name in ("17.0.15", "21.0.1", "25"))
    assert [java.java_version(home) for home in (old, new, newest)] == [17, 21, 25]
    assert java.java_version(tmp_path) is None
    assert java.java_home({"ES_JAVA_HOME": str(old), "JAVA_HOME": str(new)}) == new
    assert java.java_home({"ES_JAVA_HOME": str(newest), "JAVA_HOME": str(new)}) == newest


@pytest.mark.parametrize("strict", ["", "1"])
def test_skips_cannot_be_overlooked(tmp_path: Path, strict: str) -> None:
    """A missing program is named at the end of the run; under FENGSUI_NO_SKIP=1 it is a failure."""
    (tmp_path / "conftest.py").write_text(
        "from tests.servers.skips import pytest_terminal_summary\n", encoding="ascii"
    )
    (tmp_path / "test_it.py").write_text(
        "from tests.servers.processes import missing\n"
        "def test_one():\n    missing('Java 21', 'some-java')\n",
        encoding="ascii",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(Path(__file__).parents[3]), "FENGSUI_NO_SKIP": strict},
        capture_output=True,
        text=True,
        check=False,
    )
    if strict:
        assert done.returncode == 1
        assert "Java 21 is not installed here: apt-get install some-java" in done.stdout
    else:
        assert done.returncode == 0
        assert "NOT TESTED" in done.stdout
        assert "1 tests skipped. Java 21 is not installed here" in done.stdout

"""`fengsui dashboards push` and `diff` against a server that speaks Kibana's API."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fengsui.cli import main
from tests.dashboards.kibana.sync.kibana_server import KEY, Fault, KibanaServer, boom
from tests.servers.certificates import write_certificates

OVERVIEW = "fengsui-overview"
Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kibana() -> Iterator[KibanaServer]:
    with KibanaServer(spaces=("default", "pr-team")) as server:
        yield server


@pytest.fixture
def shell(
    tmp_path: Path,
    kibana: KibanaServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    """Return a function that runs a command with the settings of the test's own Kibana."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIBANA_API_KEY", KEY)
    configure(kibana.url)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fengsui", "dashboards", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def configure(url: str, more: str = "") -> None:
    Path("fengsui.toml").write_text(
        f'language = "en"\n[kibana]\nurl = "{url}"\n{more}', encoding="utf-8"
    )


def test_push_puts_every_object_there(shell: Shell, kibana: KibanaServer) -> None:
    """After a push Kibana has all that the export holds."""
    code, out, err = shell("push")
    assert (code, err) == (0, "")
    _, exported, _ = shell("export")
    lines = [json.loads(line) for line in exported.splitlines()]
    assert {(one["type"], one["id"]) for one in lines[:-1]} == {key[1:] for key in kibana.objects}
    assert f"{len(kibana.objects)} objects written" in out


def test_push_again_writes_nothing(shell: Shell, kibana: KibanaServer) -> None:
    """A push of what is there already sends nothing, though Kibana wrote it its own way."""
    shell("push")
    code, out, _ = shell("push")
    assert code == 0
    assert "the same" in out
    assert len(kibana.imports()) == 1


def test_first_push_does_not_overwrite(shell: Shell, kibana: KibanaServer) -> None:
    """Where nothing was there, the request forbids Kibana to overwrite what came meanwhile."""
    shell("push")
    assert kibana.imports()[0].endswith("overwrite=false")


def test_changed_language_is_pushed_over_our_own(shell: Shell, kibana: KibanaServer) -> None:
    """What only we have changed is replaced without being asked."""
    shell("push")
    code, _, err = shell("push", "--language", "en")
    assert (code, err) == (0, "")
    assert kibana.objects["default", "dashboard", OVERVIEW]["attributes"]["title"] == (
        "fengsui · Overview"
    )


def test_edited_object_is_protected(shell: Shell, kibana: KibanaServer) -> None:
    """What was changed in Kibana since our push stops the next, which says what and how to look."""
    shell("push")
    kibana.edit("dashboard", OVERVIEW, title="我们的总览")
    code, _, err = shell("push", "--language", "en")
    assert code == 2
    assert f"dashboard/{OVERVIEW} (changed in Kibana)" in err
    assert "fengsui dashboards diff" in err
    assert "--overwrite" in err
    assert len(kibana.imports()) == 1
    assert kibana.objects["default", "dashboard", OVERVIEW]["attributes"]["title"] == "我们的总览"


def test_overwrite_replaces_the_edited_object(shell: Shell, kibana: KibanaServer) -> None:
    """With --overwrite ours is put there, and the next push is at peace."""
    shell("push")
    kibana.edit("dashboard", OVERVIEW, title="我们的总览")
    assert shell("push", "--overwrite")[0] == 0
    held = kibana.objects["default", "dashboard", OVERVIEW]
    assert held["attributes"]["title"] == "fengsui · Overview"
    assert shell("push")[0] == 0


def test_object_that_we_did_not_push_is_protected(shell: Shell, kibana: KibanaServer) -> None:
    """An object under our id that differs, of whose origin nothing is known, is not overwritten."""
    shell("push")
    kibana.edit("lens", "fengsui-overview-volume", title="other")
    for file in Path("state/kibana").iterdir():
        file.unlink()
    code, _, err = shell("push")
    assert code == 2
    assert "not pushed from here" in err


def test_object_deleted_in_kibana_comes_back(shell: Shell, kibana: KibanaServer) -> None:
    """What was deleted there is added again by the next push."""
    shell("push")
    del kibana.objects["default", "dashboard", OVERVIEW]
    code, out, _ = shell("diff")
    assert code == 1
    assert f"added: dashboard/{OVERVIEW}" in out
    assert shell("push")[0] == 0
    assert ("default", "dashboard", OVERVIEW) in kibana.objects


def test_diff_is_silent_where_nothing_differs(shell: Shell) -> None:
    """After a push nothing differs, and the exit code says so."""
    shell("push")
    code, out, _ = shell("diff")
    assert code == 0
    assert out.rstrip().endswith("are the same, 0 differ")


def test_diff_names_the_paths_that_were_changed_there(shell: Shell, kibana: KibanaServer) -> None:
    """For an edited object the path, the value before and the value now are shown."""
    shell("push")
    kibana.edit("dashboard", OVERVIEW, timeFrom="now-30d")
    code, out, _ = shell("diff")
    assert code == 1
    assert f"changed in Kibana: dashboard/{OVERVIEW}" in out
    assert 'Kibana: attributes.timeFrom: "now-24h" -> "now-30d"' in out


def test_diff_names_the_paths_that_we_changed(shell: Shell) -> None:
    """For an object that we make otherwise than at the last push, the paths are shown."""
    shell("push", "--language", "zh")
    code, out, _ = shell("diff", "--language", "en")
    assert code == 1
    assert f"changed: dashboard/{OVERVIEW}" in out
    _, out, _ = shell("diff", "--language", "en", "--json")
    (entry,) = (one for one in json.loads(out)["objects"] if one["id"] == OVERVIEW)
    change = {
        "path": "attributes.title",
        "before": "烽燧 · 舆情总览",
        "after": "fengsui · Overview",
    }
    assert change in entry["here"]
    assert entry["kibana"] == []


def test_diff_names_what_we_no_longer_make(shell: Shell, kibana: KibanaServer) -> None:
    """What we pushed once and no longer make is named, and left to a person to delete."""
    configure(kibana.url, '[elasticsearch]\nprefix = "old"\n')
    shell("push")
    configure(kibana.url)
    code, out, _ = shell("diff", "--json")
    assert code == 1
    states = {one["id"]: one["state"] for one in json.loads(out)["objects"]}
    assert states["old-overview"] == "removed"
    assert states[OVERVIEW] == "added"
    assert "dashboard/old-overview; delete it there" in shell("push")[1]
    assert ("default", "dashboard", "old-overview") in kibana.objects


def test_what_kibana_holds_is_shown_without_controls(shell: Shell, kibana: KibanaServer) -> None:
    """Text that others wrote in Kibana cannot steer the terminal."""
    shell("push")
    kibana.edit("dashboard", OVERVIEW, title="\x1b[2J\u202eevil\nline")
    _, out, _ = shell("diff")
    assert "evil" in out
    assert not {"\x1b", "\u202e"} & set(out)


def test_space_has_objects_of_its_own(shell: Shell, kibana: KibanaServer) -> None:
    """Objects of two spaces have ids of their own, since Kibana keeps ids unique across spaces."""
    shell("push")
    configure(kibana.url, 'space = "pr-team"\n')
    assert shell("push")[0] == 0
    first, second = (
        {key[1:] for key in kibana.objects if key[0] == space} for space in ("default", "pr-team")
    )
    assert len(first) == len(second)
    assert not first & second
    assert "POST /s/pr-team/api/saved_objects/_import?overwrite=false" in kibana.imports()


def test_tls_with_an_authority_of_ones_own(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ca_certs a certificate of one's own authority is trusted, without it is not."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    write_certificates(tmp_path)
    files = (str(tmp_path / "server.pem"), str(tmp_path / "server.key"))
    with KibanaServer(certificate=files) as kibana:
        configure(kibana.url, 'ca_certs = "ca.pem"\n')
        assert shell("push")[0] == 0
        configure(kibana.url)
        code, _, err = shell("push")
    assert code == 2
    assert "kibana.ca_certs" in err


# What Kibana, or what stands before it, answers; the step it answers; what a person reads.
REFUSALS = {
    "forbidden": (boom(403, f"unauthorized {KEY}"), "lacks the right"),
    "conflict": (boom(409, "version conflict"), "somebody is changing the same objects"),
    "too large": (boom(413, "Payload content length greater than maximum"), "larger than Kibana"),
    "busy": (boom(503, "Kibana server is not ready yet"), "not ready (HTTP 503)"),
    "newer": (boom(422, "belongs to a more recent version of Kibana"), "older than the dashboards"),
    "unknown": (boom(500, f"\x1b[31mbroken {KEY}"), "HTTP 500: [31mbroken ***"),
    "a proxy's page": (
        Fault(200, "<html><form>login</form></html>", "text/html; charset=utf-8"),
        "no Kibana, a page of HTML",
    ),
    "a proxy's error": (
        Fault(400, "<html>bad</html>", "text/html"),
        "no Kibana, a page of HTML",
    ),
    "a login page": (Fault(302, "", "text/html", location="/login"), "a login page or a proxy"),
    "not json": (Fault(200, "ok", "text/plain"), "what answers is no Kibana"),
    "no answer": (Fault(drop=True), "cannot be reached"),
    "wrong shape": (Fault(200, "[1]"), "what answers is no Kibana"),
}


@pytest.mark.parametrize("step", ["/api/status", "_export", "_import"])
@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_are_said_in_one_line(
    name: str, step: str, shell: Shell, kibana: KibanaServer
) -> None:
    """Whatever goes wrong at any step is one line that says what to do, without the key."""
    fault, told = REFUSALS[name]
    kibana.faults.append(Fault(**{k: getattr(fault, k) for k in fault.__slots__} | {"path": step}))
    code, out, err = shell("push")
    assert code == 2
    assert out == ""
    assert told in err
    assert err.count("\n") == 1
    assert KEY not in err
    assert not kibana.objects


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("", "put an API key into the variable KIBANA_API_KEY"),
        ("d3Jvbmc=", "refuses the API key in KIBANA_API_KEY"),
        ("两", "holds signs that no API key has"),
    ],
)
def test_login(shell: Shell, monkeypatch: pytest.MonkeyPatch, key: str, told: str) -> None:
    """A key that is missing, wrong or no key gets an error of its own, and is never shown."""
    monkeypatch.setenv("KIBANA_API_KEY", key)
    code, _, err = shell("push")
    assert code == 2
    assert told in err
    assert not key or key not in err


def test_unknown_space_is_named(shell: Shell, kibana: KibanaServer) -> None:
    """A space that is not there is refused before anything is written into nowhere."""
    configure(kibana.url, 'space = "nowhere"\n')
    code, _, err = shell("push")
    assert code == 2
    assert "there is no space 'nowhere'" in err
    assert not kibana.imports()


def test_old_kibana_is_refused(shell: Shell, kibana: KibanaServer) -> None:
    """A Kibana that cannot read our objects is recognised by its version, before sending."""
    kibana.version = "8.8.2"
    code, _, err = shell("push")
    assert code == 2
    assert "this is Kibana 8.8.2; the dashboards need 8.9 or newer" in err
    assert not kibana.imports()


def test_import_that_takes_not_all_is_an_error(shell: Shell, kibana: KibanaServer) -> None:
    """HTTP 200 is no success: the object that was not taken is named with the reason."""
    errors = [
        {"type": "lens", "id": "a", "error": {"type": "missing_references"}},
        {"type": "lens", "id": "b", "error": {"type": "unknown", "message": "x"}},
    ]
    kibana.faults.append(
        Fault(200, json.dumps({"success": False, "errors": errors}), path="_import")
    )
    code, _, err = shell("push")
    assert code == 2
    assert "lens/a was not taken: refers to an object that is not there (2 objects in all)" in err


def test_object_that_comes_in_between_is_not_overwritten(
    shell: Shell, kibana: KibanaServer
) -> None:
    """An object that appears between our look and our first import makes a conflict."""
    errors = [{"type": "dashboard", "id": OVERVIEW, "error": {"type": "conflict"}}]
    kibana.faults.append(
        Fault(200, json.dumps({"success": False, "errors": errors}), path="_import")
    )
    code, _, err = shell("push")
    assert code == 2
    assert "is not ours to overwrite" in err


def test_key_is_not_sent_unencrypted_to_another_machine(shell: Shell) -> None:
    """An API key goes over https only, but to this machine."""
    configure("http://kibana.example:5601")
    code, _, err = shell("push")
    assert code == 2
    assert "https:// only" in err


def test_nothing_listens(shell: Shell) -> None:
    """An address where nothing listens is named."""
    configure("http://127.0.0.1:9")
    code, _, err = shell("diff")
    assert code == 2
    assert err.startswith("fengsui: http://127.0.0.1:9: cannot be reached")


def test_damaged_record_is_named(shell: Shell) -> None:
    """A record that cannot be read stops us, since without it nothing could be protected."""
    shell("push")
    (file,) = Path("state/kibana").iterdir()
    file.write_text("{", encoding="utf-8")
    code, _, err = shell("push")
    assert code == 2
    assert "is damaged" in err


def test_record_holds_no_credential(shell: Shell) -> None:
    """What we keep with the state does not hold the key."""
    shell("push")
    (file,) = Path("state/kibana").iterdir()
    assert KEY not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('url = "kibana:5601"', "begins with https://"),
        ('url = "https://me:pw@kibana.example"', "secret"),
        ('space = "Team A"', "[kibana] space"),
        ('ca_certs = "ca.pem"', "begins with https://"),
        ('api_key = "abc"', "secret"),
    ],
)
def test_settings_that_cannot_be_meant(shell: Shell, line: str, told: str) -> None:
    """A wrong [kibana] table is refused with a hint."""
    Path("fengsui.toml").write_text(f"[kibana]\n{line}\n", encoding="utf-8")
    code, _, err = shell("push")
    assert code == 2
    assert told in err
    assert "pw@" not in err

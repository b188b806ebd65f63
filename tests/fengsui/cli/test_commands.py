"""Rules of the commands: what each does, prints and answers, and that it may be repeated."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.cli.times import read_time
from fengsui.demo import generate
from nlp.sentiment.linear import LinearModel
from tests.alerts.notify.slack_server import CHANNEL, TOKEN, SlackServer
from tests.fengsui import stories
from tests.fengsui.commands import Shell
from tests.fengsui.contents import contents

FOLDER_SOURCE = '[[sources]]\nkind = "folder"\nname = "exports"\npath = "inbox"\n'
WINDOW = ("--since", "2026-03-16T00:00Z", "--until", "2026-03-20T06:00Z")


def line(number: int, text: str, **more: object) -> str:
    post = {
        "source": "forum",
        "id": str(number),
        "text": text,
        "author": f"user-{number}",
        "published_at": (stories.CRISIS + timedelta(minutes=number)).isoformat(),
        **more,
    }
    return json.dumps(post, ensure_ascii=False) + "\n"


@pytest.fixture
def complaints(fengsui: Shell) -> Shell:
    """Return a shell whose store holds three complaints, the second the most urgent."""
    fengsui.settings()
    file = fengsui.folder / "complaints.jsonl"
    with file.open("w", encoding="utf-8") as out:
        out.write(line(1, "云朵茶饮退款一直不到账，要求退款", kind="complaint"))
        out.write(line(2, "在云朵茶饮喝出虫子，拉肚子进了医院，要求赔偿", kind="complaint"))
        out.write(line(3, "云朵茶饮发票一直不开，要求开发票", kind="complaint"))
    assert fengsui("import", file).code == 0
    assert fengsui("annotate", "--json").answer["new_cases"] == 3
    return fengsui


def test_init_writes_settings_that_check_finds_sound(fengsui: Shell) -> None:
    """What `init` writes can be run as it is: `check` finds nothing wrong."""
    assert fengsui("init").code == 0
    checked = fengsui("check", "--json")
    assert checked.code == 0
    findings = checked.answer["findings"]
    assert all(finding["ok"] for finding in findings)
    assert [finding["what"] for finding in findings] == [
        "store",
        "ledger",
        "pseudonyms",
        "model",
        "source exports",
        "receiver terminal",
        "caution",
    ]
    (caution,) = (finding for finding in findings if finding["warning"])
    assert "sample" in caution["seen"]


def test_init_leaves_what_is_there(fengsui: Shell) -> None:
    """`init` never writes over a file."""
    path = fengsui.folder / "mine.toml"
    path.write_text("mine", encoding="utf-8")
    assert "mine.toml is there already" in fengsui.refused("init", "mine.toml")
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("settings", "what", "hint"),
    [
        ('model = "nowhere"\n', "model", "cascade, linear or"),
        (FOLDER_SOURCE, "source exports", "cannot be read: No such file"),
        ('[[brands]]\nname = "星野"\ngoods = "own.npz"\n', "aspects of 星野", "no aspects at"),
        (
            '[[receivers]]\nkind = "slack"\nname = "pr"\nchannel = "C1"\ntoken_env = "NO_TOKEN"\n'
            '[[routes]]\nreceivers = ["pr"]\n',
            "receiver pr",
            "the environment variable NO_TOKEN is not set",
        ),
    ],
)
def test_check_names_what_is_broken(fengsui: Shell, settings: str, what: str, hint: str) -> None:
    """A part that does not work is named with what to fix; exit code 1; the others still work."""
    fengsui.settings(settings)
    checked = fengsui("check")
    assert checked.code == 1
    (broken,) = (said for said in checked.out.splitlines() if said.startswith("✗"))
    assert broken.startswith(f"✗ {what}: ")
    assert hint in broken


def test_check_prints_no_secret(fengsui: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that Slack refuses, or takes, is never printed."""
    with SlackServer() as server:
        fengsui.settings(
            f'[[receivers]]\nkind = "slack"\nname = "pr"\nchannel = "{CHANNEL}"\n'
            f'base_url = "{server.url}"\n[[routes]]\nreceivers = ["pr"]\n'
        )
        for token, code in (("xoxb-refused-token", 1), (TOKEN, 0)):
            monkeypatch.setenv("SLACK_BOT_TOKEN", token)
            checked = fengsui("--verbose", "check")
            assert checked.code == code
            assert token not in checked.out + checked.err


def test_import_totals_add_up(fengsui: Shell) -> None:
    """read = kept + duplicate + quarantined, over all files, also where a file comes twice."""
    fengsui.settings()
    file = fengsui.folder / "posts.jsonl"
    file.write_text(
        line(1, "云朵茶饮") + line(2, "路过") + line(2, "路过") + "{broken\n", encoding="utf-8"
    )
    first = fengsui("import", file, "--json").answer
    none = {"left_out": 0, "gone": 0}
    counts = {"read": 4, "kept": 2, "duplicate": 1, "quarantined": 1, **none}
    assert first.items() >= counts.items()
    assert first["files"][0]["rejected"] == [{"row": 4, "reason": "broken JSON", "count": 1}]
    again = fengsui("import", file, file, "--json").answer
    counts = {"read": 8, "kept": 0, "duplicate": 6, "quarantined": 2, **none}
    assert again.items() >= counts.items()
    assert "read 4 = kept 0 + duplicate 3 + quarantined 1" in fengsui("import", file).out


@pytest.mark.parametrize(("days", "is_told"), [(90, True), (0, False), (100_000, False)])
def test_an_import_says_what_will_not_stay(fengsui: Shell, days: int, is_told: bool) -> None:
    """An import of posts older than what is kept warns at once that they leave, and how to keep."""
    fengsui.settings(f"[privacy]\ntext_days = {days}\n")
    file = fengsui.folder / "posts.jsonl"
    file.write_text(line(1, "云朵茶饮"), encoding="utf-8")
    done = fengsui("import", file)
    assert done.code == 0
    assert ("text_days = 0 keeps all" in done.err) == is_told


def test_steps_by_hand_tell_of_the_crisis_and_repeat_safely(fengsui: Shell) -> None:
    """collect, annotate, detect, notify find the crisis; all of them again change nothing."""
    fengsui.settings(FOLDER_SOURCE)
    inbox = fengsui.folder / "inbox"
    inbox.mkdir()
    stories.write(inbox / "story.jsonl")
    seen = []
    for turn in range(2):
        collected = fengsui("collect", *WINDOW, "--json").answer
        assert collected["read"] == collected["kept"] + collected["duplicate"]
        assert bool(collected["kept"]) == (turn == 0)
        annotated = fengsui("annotate", *WINDOW, "--json").answer
        assert bool(annotated["mentions"]) == (turn == 0)
        detected = fengsui("detect", *WINDOW, "--json")
        assert detected.code == 0
        notified = fengsui("notify", "--json")
        assert bool(notified.answer["sent"]) == (turn == 0)
        assert (stories.BRAND in notified.out) == (turn == 0)
        seen.append(contents(fengsui.folder / "state"))
    assert seen[0]["incidents"]
    assert seen[0] == seen[1]


def test_annotate_again_judges_the_window_again(fengsui: Shell) -> None:
    """`--again` annotates what was annotated, and finds the same."""
    fengsui.settings()
    file = fengsui.folder / "posts.jsonl"
    file.write_text(line(1, "云朵茶饮真难喝") + line(90, "云朵茶饮真好喝"), encoding="utf-8")
    fengsui("import", file)
    assert fengsui("annotate", "--json").answer["posts"] == 2
    before = contents(fengsui.folder / "state")
    first_hour = ("--since", "2026-03-20T03:00Z", "--until", "2026-03-20T04:00Z")
    assert fengsui("annotate", "--again", *first_hour, "--json").answer["posts"] == 1
    assert contents(fengsui.folder / "state") == before


def test_collect_reads_the_other_sources_where_one_fails(fengsui: Shell) -> None:
    """A source that cannot be read is named, exit code 1; the others are read."""
    gone = '[[sources]]\nkind = "folder"\nname = "gone"\npath = "gone"\n'
    fengsui.settings(gone + FOLDER_SOURCE)
    (fengsui.folder / "inbox").mkdir()
    (fengsui.folder / "inbox" / "a.jsonl").write_text(line(1, "云朵茶饮"), encoding="utf-8")
    collected = fengsui("collect", "--json")
    assert collected.code == 1
    assert collected.err.startswith("gone: the folder")
    assert collected.answer["kept"] == 1
    assert fengsui("collect", "--source", "exports").code == 0
    assert "there is no source 'else'" in fengsui("collect", "--source", "else").err


def test_replay_answers_in_one_line_of_json(fengsui: Shell) -> None:
    """`replay --json` ends with one line: the totals, and each incident with its alerts."""
    file = stories.write(fengsui.folder / "story.jsonl")
    replayed = fengsui("replay", file, "--brand", f"{stories.BRAND}=云朵奶茶", "--json")
    assert replayed.code == 0
    assert replayed.out.count("\n") == 1
    answer = replayed.answer
    posts = sum(1 for _ in stories.lines())
    assert (answer["read"], answer["kept"]) == (posts, posts)
    assert (answer["duplicate"], answer["quarantined"]) == (0, 0)
    assert answer["mentions"] == posts
    (incident,) = answer["incidents"]
    assert set(incident) == {"brand", "level", "opened_at", "peak_at", "alerts"}
    assert incident["brand"] == stories.BRAND
    assert incident["level"] in {"orange", "red"}
    assert incident["alerts"] >= 2
    opened, peak = (datetime.fromisoformat(incident[name]) for name in ("opened_at", "peak_at"))
    assert stories.CRISIS <= opened < peak
    # What people read goes elsewhere, so that the answer can be piped.
    assert stories.BRAND in replayed.err


def test_replay_resumes_in_its_store(fengsui: Shell) -> None:
    """`--resume` goes on in the store and finds its own work; without it the store is emptied."""
    file = stories.write(fengsui.folder / "story.jsonl")
    command = ("replay", file, "--brand", stories.BRAND, "--store", "own", "--json")
    first = fengsui(*command).answer
    before = contents(fengsui.folder / "own")
    assert fengsui(*command, "--resume").answer == first
    assert contents(fengsui.folder / "own") == before
    other = fengsui.folder / "other.jsonl"
    other.write_text(line(1, "云朵茶饮"), encoding="utf-8")
    emptied = fengsui("replay", other, "--brand", stories.BRAND, "--store", "own", "--json").answer
    assert (emptied["mentions"], emptied["incidents"]) == (1, [])


def test_replay_at_a_speed_takes_its_time(fengsui: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--speed 600` holds a tick of five minutes for half a second."""
    waited: list[float] = []
    monkeypatch.setattr("fengsui.cli.commands.files.time.sleep", waited.append)
    file = fengsui.folder / "two.jsonl"
    file.write_text(line(1, "云朵茶饮") + line(31, "云朵茶饮"), encoding="utf-8")
    command = ("replay", file, "--brand", stories.BRAND, "--json")
    slow = fengsui(*command, "--speed", "600").answer
    assert waited == [0.5, 0.5]
    assert fengsui(*command).answer == slow
    assert len(waited) == 2


def test_replay_never_empties_the_live_store(complaints: Shell) -> None:
    """A replay into the settings' own store is refused before anything is removed."""
    before = contents(complaints.folder / "state")
    file = complaints.folder / "complaints.jsonl"
    assert "would empty it" in complaints.refused("replay", file, "--store", "state")
    assert contents(complaints.folder / "state") == before


def test_cases_come_by_urgency(complaints: Shell) -> None:
    """`cases` lists the most urgent first, in the table and in JSON."""
    answer = complaints("cases", "--json").answer
    assert answer["total"] == 3
    assert answer["cases"][0]["posts"] == ["forum:2"]
    urgencies = [case["urgency"] for case in answer["cases"]]
    assert urgencies == sorted(urgencies, reverse=True)
    shown = complaints("cases").out
    places = [shown.index(case["key"]) for case in answer["cases"]]
    assert places == sorted(places)
    assert len(complaints("cases", "--limit", "2", "--json").answer["cases"]) == 2
    assert complaints("cases", "--brand", "无名", "--json").answer["total"] == 0


def test_cases_are_handled_and_resolved(complaints: Shell) -> None:
    """`--handle` and `--resolve` mark a case; a resolved one leaves the list."""
    key = f"{stories.BRAND}@forum:2"
    handled = complaints("cases", "--handle", key, "--json").answer
    assert {case["key"]: case["status"] for case in handled["cases"]}[key] == "handling"
    assert complaints("cases", "--resolve", key, "--json").answer["total"] == 2
    resolved = complaints("cases", "--status", "resolved", "--json").answer
    assert [case["key"] for case in resolved["cases"]] == [key]
    unknown = complaints("cases", "--resolve", "nobody@x:1")
    assert unknown.code == 2
    assert "there is no case 'nobody@x:1'" in unknown.err


def test_detect_csv_writes_every_row(fengsui: Shell) -> None:
    """Every row comes back with a score and an alert, on stdout or in a file."""
    start = datetime(2026, 3, 2, tzinfo=UTC)
    rows = [
        [f"{start + timedelta(hours=hour):%Y-%m-%d %H:%M:%S}", str(900 if hour == 300 else 10)]
        for hour in range(400)
    ]
    file = fengsui.folder / "counts.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["timestamp", "value"], *rows])
    printed = list(csv.DictReader(fengsui("detect-csv", file).out.splitlines()))
    assert [[row["timestamp"], row["value"]] for row in printed] == rows
    assert [row["alert"] for row in printed].count("1") == 1
    assert printed[300]["alert"] == "1"
    written = fengsui("detect-csv", file, "--out", "scored.csv")
    assert "400 rows, 1 alerts, one row each 3600 s" in written.out
    with (fengsui.folder / "scored.csv").open(encoding="utf-8") as scored:
        assert list(csv.DictReader(scored)) == printed
    answered = fengsui("detect-csv", file, "--json")
    assert answered.out.count("\n") == 1
    alerted = datetime.fromisoformat(f"{rows[300][0]}+08:00").astimezone(UTC).isoformat()
    assert answered.answer["alerted"] == [alerted]
    assert (answered.answer["rows"], answered.answer["step_seconds"]) == (400, 3600)


def test_score_answers_exactly_four_numbers(fengsui: Shell) -> None:
    """`score --json` answers n, accuracy, macro_f1 and texts_per_second, and nothing else."""
    file = fengsui.folder / "labelled.csv"
    file.write_text("review,label\n太难喝了，恶心,0\n很好喝，喜欢,1\n", encoding="utf-8")
    command = ("score", file, "--text", "review", "--json")
    labelled = fengsui(*command, "--label", "label", "--map", "0=negative,1=positive").answer
    assert list(labelled) == ["n", "accuracy", "macro_f1", "texts_per_second"]
    assert (labelled["n"], labelled["accuracy"], labelled["macro_f1"]) == (2, 1.0, 1.0)
    assert labelled["texts_per_second"] > 0
    assert fengsui(*command).answer["accuracy"] is None


@pytest.mark.parametrize(("options", "given_up"), [((), 0.0), (("--accuracy-given-up", "2"), 2.0)])
def test_score_gives_up_no_accuracy_unless_told(
    fengsui: Shell, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], given_up: float
) -> None:
    """A file is scored as accurately as the cascade can, or less what the option gives up."""
    asked = []

    def model(_setting: str, given_up: float) -> LinearModel:
        asked.append(given_up)
        return LinearModel.load()

    monkeypatch.setattr("nlp.sentiment.questions.load_model", model)
    (fengsui.folder / "a.csv").write_text("review\n难喝\n好喝\n", encoding="utf-8")
    fengsui("score", "a.csv", "--text", "review", "--json", *options)
    assert asked == [given_up]


@pytest.mark.parametrize("text", ["0:negative", "0=bad", "=", "0"])
def test_score_refuses_a_bad_map(fengsui: Shell, text: str) -> None:
    """A map that is none is refused with the form it should have."""
    (fengsui.folder / "a.csv").write_text("review\n好喝\n", encoding="utf-8")
    refused = fengsui("score", "a.csv", "--text", "review", "--map", text)
    assert refused.code == 2
    assert "VALUE=negative|neutral|positive" in refused.err


def test_demo_settings_look_at_the_sample(tmp_path: Path, fengsui: Shell) -> None:
    """The sample that `demo` replays can be imported with the settings that come with it."""
    sample = generate(tmp_path / "sample")
    imported = fengsui("import", sample.complaints, "--config", sample.settings, "--json").answer
    assert imported["kept"] > 0
    assert imported["read"] == sum(imported[part] for part in ("kept", "duplicate", "quarantined"))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-19T19:40", datetime(2026, 3, 19, 11, 40, tzinfo=UTC)),
        ("2026-03-19T19:40+00:00", datetime(2026, 3, 19, 19, 40, tzinfo=UTC)),
        ("2026-03-19", datetime(2026, 3, 18, 16, tzinfo=UTC)),
        ("3h", datetime(2026, 3, 19, 21, tzinfo=UTC)),
        ("7d", datetime(2026, 3, 13, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_beijing_unless_they_say_otherwise(text: str, at: datetime) -> None:
    """A time without a zone is Beijing time; a span counts back from now."""
    assert read_time(text, datetime(2026, 3, 20, tzinfo=UTC)) == at


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "999999999999d", "²d", "0001-01-01"])
def test_what_is_no_time_is_refused(fengsui: Shell, text: str) -> None:
    """What is no time, or lies beyond all time, is refused with an example, not with a trace."""
    fengsui.settings()
    refused = fengsui("detect", "--since", text)
    assert refused.code == 2
    assert "is no time; write 2026-03-19T19:40, 22:00" in refused.err

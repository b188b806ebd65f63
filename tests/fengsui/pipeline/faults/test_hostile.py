"""Rules of hostile input from the file to the eye: nothing is lost, nothing has an effect."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fengsui.cli.options import print_json
from tests.alerts.notify.slack_server import CHANNEL, TOKEN, SlackServer, blocks_of, text_of
from tests.fengsui import stories
from tests.fengsui.commands import UNSAFE, Shell

BRAND = stories.BRAND
WEIBO_SEARCH = "id,微博正文,发布时间\n"
ESCAPES = "\x1b[31m\x1b]0;title\x07\x9b2J\x1b[2K\r\x08"
REORDERING = "\u202e\u2066\u200f"
MARKUP = (
    "[red]红[/red][link=https://evil.example]点[/link][/] <!channel> <@U123> <https://e.example|点>"
)
HOSTILE = f"{ESCAPES}{REORDERING}{MARKUP}\x00"


def post(number: int, text: str, minutes: float = 0, **more: object) -> dict[str, Any]:
    return {
        "source": "forum",
        "id": str(number),
        "text": text,
        "author": f"user-{number}",
        "published_at": (stories.CRISIS + timedelta(minutes=minutes)).isoformat(),
        **more,
    }


def encoded(posts: list[dict[str, Any]], encoding: str = "utf-8") -> bytes:
    lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in posts)
    return "".join(lines).encode(encoding, "surrogatepass")


def totals(fengsui: Shell, content: bytes, command: str = "import") -> dict[str, int]:
    """Return the totals of reading `content`, which must add up."""
    (fengsui.folder / "given").write_bytes(content)
    options = ("--brand", BRAND) if command == "replay" else ()
    ran = fengsui(command, "given", "--json", *options)
    assert ran.code == 0, ran.err
    answer = {name: ran.answer[name] for name in ("read", "kept", "duplicate", "quarantined")}
    assert answer["read"] == answer["kept"] + answer["duplicate"] + answer["quarantined"]
    return answer


@pytest.mark.parametrize("command", ["import", "replay"])
def test_invalid_utf8_costs_at_most_its_row(fengsui: Shell, command: str) -> None:
    """Rows with broken bytes are kept with a note or quarantined; the others are read."""
    rows = [encoded([post(number, f"{BRAND}第{number}次")]) for number in range(20)]
    for number in (3, 11):
        rows[number] = rows[number].replace("次".encode(), b"\xff\xfe\xe4")
    answer = totals(fengsui, b"".join(rows), command)
    assert answer["read"] == 20
    assert answer["kept"] >= 18


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_character_sets_are_detected_by_content(fengsui: Shell, encoding: str) -> None:
    """GB18030, UTF-16 and a byte-order mark are read as what they are: the brand is found."""
    content = encoded([post(number, f"{BRAND}好喝，第{number}次") for number in range(5)], encoding)
    assert totals(fengsui, content)["kept"] == 5
    assert fengsui("replay", "given", "--brand", BRAND, "--json").answer["mentions"] == 5


@pytest.mark.parametrize("command", ["import", "replay"])
def test_zero_bytes_cost_at_most_their_row(fengsui: Shell, command: str) -> None:
    """Zero bytes, raw or escaped, are dropped or quarantined; the others are read."""
    rows = [encoded([post(number, f"{BRAND}第{number}次")]) for number in range(6)]
    rows[2] = rows[2].replace("次".encode(), b"\x00\x00")
    rows[4] = rows[4].replace("次".encode(), b"\\u0000")
    answer = totals(fengsui, b"".join(rows), command)
    assert answer["read"] == 6
    assert answer["kept"] >= 5


@pytest.mark.parametrize("command", ["import", "replay"])
def test_unterminated_quote_swallows_little(fengsui: Shell, command: str) -> None:
    """A quote that is never closed costs its row, not the rest of the file."""
    rows = [f"{5000000000000000 + n},{BRAND}第{n}次,2026-03-20 11:{n:02d}\n" for n in range(40)]
    rows[5] = f'5000000000000005,"{BRAND}忘了引号,2026-03-20 11:05\n'
    answer = totals(fengsui, (WEIBO_SEARCH + "".join(rows)).encode(), command)
    assert answer["kept"] >= 39


@pytest.mark.parametrize("command", ["import", "replay"])
def test_endless_text_is_a_text(fengsui: Shell, command: str) -> None:
    """A text of 100,000 characters is kept, scored, and shown in a line or two."""
    content = encoded([post(1, f"{BRAND}难喝，要求退款！" + "啊" * 100_000, kind="complaint")])
    assert totals(fengsui, content, command)["kept"] == 1
    if command == "import":
        fengsui.settings()
        assert fengsui("annotate", "--json").answer["new_cases"] == 1
        assert len(fengsui("cases").out) < 5_000


@pytest.mark.parametrize("content", [b"\x00" * 5000, b"\x1b[31m" * 999, bytes(range(256)) * 40])
@pytest.mark.parametrize("command", ["import", "replay"])
def test_wrong_kind_is_refused_plainly(fengsui: Shell, content: bytes, command: str) -> None:
    """Bytes of no known kind are refused in one line that shows none of them."""
    (fengsui.folder / "given").write_bytes(content)
    options = ("--brand", BRAND) if command == "replay" else ()
    said = fengsui.refused(command, "given", *options)
    assert "unknown format" in said
    assert not UNSAFE.search(said)


@pytest.fixture
def hostile_story(tmp_path: Path) -> Path:
    """Return a crisis whose first, widest and fastest posts are hostile in every field."""
    angry = (
        "云朵茶饮的茉莉奶绿里喝出虫子，恶心，要求退款",
        "投诉云朵茶饮，客服推脱不处理，气死了，必须赔偿",
        "云朵茶饮拉肚子进医院，再也不去了，太脏了",
    )
    extra: tuple[dict[str, int], ...] = ({}, {"followers": 9_000_000}, {"reposts": 80_000})
    url = "https://e.example/\x1b[31m>|<!here>"
    attacks = [
        post(
            900 + place,
            f"{HOSTILE}{text}{HOSTILE}",
            place / 10 - 1,
            author_name=f"<!here>{HOSTILE}",
            url=url,
            region=HOSTILE,
            kind="complaint",
            **extra[place],
        )
        for place, text in enumerate(angry)
    ]
    file = tmp_path / "story.jsonl"
    with file.open("wb") as out:
        out.write(encoded(attacks))
        out.write(encoded(list(stories.lines())))
    return file


def test_terminal_alerts_show_hostile_text_as_text(fengsui: Shell, hostile_story: Path) -> None:
    """Alerts on the terminal hold no control signs, whatever the posts hold that they rest on."""
    ran = fengsui("replay", hostile_story, "--brand", BRAND)
    assert ran.code == 0
    assert not UNSAFE.search(ran.out + ran.err)
    assert "fengsui explain" in ran.out


def test_cases_show_hostile_text_as_text(fengsui: Shell, hostile_story: Path) -> None:
    """`cases` holds no control signs, in the table and in JSON; the content is still the same."""
    fengsui.settings()
    assert fengsui("import", hostile_story).code == 0
    assert fengsui("annotate").code == 0
    table, answer = fengsui("cases"), fengsui("cases", "--json")
    assert not UNSAFE.search(table.out + answer.out)
    assert "[red]红[/red]" in re.sub(r"[\s│┃]+", "", table.out)
    assert any("<!channel>" in case["title"] for case in answer.answer["cases"])


def mrkdwn(message: dict[str, Any]) -> Iterator[str]:
    """Yield every text of a Slack message in which signs have a meaning."""
    yield message["text"]
    for block in blocks_of(message):
        yield text_of(block)


def test_slack_messages_show_hostile_text_as_text(
    fengsui: Shell, hostile_story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack messages hold no control signs, call nobody, and link to nothing but posts."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    at = stories.CRISIS + timedelta(minutes=25)
    with SlackServer() as server:
        fengsui.settings(
            f'[[receivers]]\nkind = "slack"\nname = "pr"\nchannel = "{CHANNEL}"\n'
            f'base_url = "{server.url}"\n[[routes]]\nreceivers = ["pr"]\n'
        )
        assert fengsui("import", hostile_story).code == 0
        assert fengsui("annotate").code == 0
        window = ("--since", stories.CRISIS.isoformat(), "--until", at.isoformat())
        assert fengsui("detect", *window, "--json").answer["alerts"]
        assert fengsui("notify", "--json").answer["failed"] == 0
    texts = [text for message in server.messages for text in mrkdwn(message)]
    said = "\n".join(texts)
    assert "&lt;!channel&gt;" in said
    assert not UNSAFE.search(said)
    # What is left of `<...>` are links to posts; their words close nothing early.
    for link in re.findall(r"<[^>]*>?", said):
        assert re.fullmatch(r"<https://(?:e|weibo)\.example/[!-~]*\|[^<>|]+>", link), link
    assert "<!" not in said
    assert "<@" not in said


def test_large_file_takes_flat_memory(tmp_path: Path) -> None:
    """60 MB take hardly more memory than 1 MB: the database's page cache, and nothing else."""
    small, large = tmp_path / "small.jsonl", tmp_path / "large.jsonl"
    filler = "云朵茶饮的了是在有和就不人都一上也很" * 70
    for path, count in ((small, 250), (large, 16_000)):
        with path.open("wb") as out:
            for number in range(count):
                out.write(encoded([post(number, f"{number} {filler}", number / 60)]))
    assert large.stat().st_size > 60_000_000
    files = map(str, (tmp_path / "state", small, large))
    command = [sys.executable, "-m", "tests.fengsui.importer", *files]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    (_, _, before), (read, kept, after) = (map(int, line.split()) for line in told.splitlines())
    assert (read, kept) == (16_000, 15_750)
    # 64 MB are SQLite's page cache (store.pragmas).
    assert after - before < 64 + 32


def test_json_answers_hold_no_control_signs(capsys: pytest.CaptureFixture[str]) -> None:
    """A line of JSON is one line without control signs, and reads back as what it was."""
    answer = {"title": f"红{HOSTILE}\n\u2028\U000e0041\ud83d", "\x9b": 1}
    print_json(answer)
    printed = capsys.readouterr().out
    assert not UNSAFE.search(printed)
    assert printed.count("\n") == 1
    assert "红" in printed
    assert json.loads(printed) == answer

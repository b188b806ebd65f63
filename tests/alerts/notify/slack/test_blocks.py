"""Messages in Slack's blocks: inside its limits, and hostile text stays text."""

import json
import unicodedata
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.catalogue import LANGUAGES
from alerts.messages.compose import compose
from alerts.messages.evidence_message import POSTS as CITATIONS
from alerts.messages.format import one_line
from alerts.notify.slack.blocks import escape, payload_of
from nlp.complaints.rules import CATEGORIES
from records import (
    Change,
    Evidence,
    Level,
    Link,
    Theme,
)
from records.language import Language
from tests.alerts.hostile import HOSTILE
from tests.alerts.made import (
    HOUR,
    made_alert,
    made_beside,
    made_citation,
    made_incident,
    made_told,
)
from tests.alerts.notify.slack_server import blocks_of, fault_of_form, text_of


def test_calls_links_and_code_are_shown_as_text() -> None:
    """What Slack would take for a call, a link, code or emphasis becomes mere text."""
    text = "<!channel> @here <https://a.example|b> `c` *d* _e_ ~f~ &amp;"
    assert escape(text) == (
        "&lt;!channel&gt; ＠here &lt;https://a.example|b&gt; ˋcˋ ＊d＊ ＿e＿ ～f～ &amp;amp;"
    )


def test_slack_parses_nothing_by_itself() -> None:
    """Every text with markup is verbatim, the header is plain, and any title fits into it."""
    payload = payload_of(replace(compose(made_alert()), title="长" * 500))
    header, *others = blocks_of(payload)
    assert header["text"] == {"type": "plain_text", "text": "长" * 149 + "…", "emoji": False}
    texts = [t for b in others for t in (b["elements"] if "elements" in b else [b["text"]])]
    assert all(text["verbatim"] for text in texts)


@given(HOSTILE)
def test_escaped_text_has_no_markup(text: str) -> None:
    """Escaped text holds no character that Slack gives a meaning, but for its three entities."""
    escaped = escape(one_line(text, 600))
    bare = escaped.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert not set("&<>`*_~@") & set(bare)


@given(
    text=HOSTILE,
    word=HOSTILE,
    url=HOSTILE.map("https://weibo.com/".__add__),
    change=st.sampled_from(Change),
    language=st.sampled_from(LANGUAGES),
    many=st.integers(1, 200),
)
def test_slack_s_limits_hold(
    text: str, word: str, url: str, change: Change, language: Language, many: int
) -> None:
    """Hostile text in every field stays within Slack's limits and names nobody."""
    citation = replace(
        made_citation(text=text), author_name=word, url=url, role=word, followers=10**12
    )
    alert = replace(
        made_alert(change),
        incident=replace(
            made_incident(),
            brand=word,
            evidence=tuple(Evidence(word, 1e300, -1e300, HOUR, 0.0) for _ in range(min(many, 20))),
        ),
        keywords=((word, 10**12),) * many,
        demands=((word, 10**12),) * many,
        categories=((word, 10**12),) * many,
        themes=(Theme(word, 10**12, 10**12, 10**12, word),) * 3,
        citations=(citation,) * many,
    )
    payload = payload_of(compose(alert, language))
    assert fault_of_form({**payload, "metadata": {}}) == ""
    shown = "".join(map(text_of, blocks_of(payload))) + payload["text"]
    assert not any(unicodedata.category(c) in {"Cs", "Co"} for c in shown)
    assert not {"\x1b", "\x07", "\x00", "\r", "\u202e", "\u2066"} & set(shown)
    assert "<!" not in shown
    assert "<@" not in shown
    assert len(compose(alert, language).quotes) <= CITATIONS
    json.dumps(payload, allow_nan=False).encode()


def test_the_worst_text_is_still_accepted() -> None:
    """The longest texts of nothing but characters to escape stay below what Slack refuses."""
    worst = "&" * 500
    citation = replace(
        made_citation(text=worst), author_name=worst, url="https://weibo.com/" + "&" * 280
    )
    evidence = tuple(Evidence("&" * 40, 1e11, 1e9, HOUR, 0.0) for _ in range(4))
    beside = tuple(
        replace(one, parts=tuple(replace(part, name=worst) for part in one.parts * 6))
        for one in made_beside()
    )
    links = tuple(Link(worst, worst, Level.RED, (worst,) * 12, 10**9) for _ in range(10))
    alert = replace(
        made_alert(Change.RAISED, previous=Level.BLUE),
        incident=replace(
            made_told(), low_baseline=True, brand=worst, evidence=evidence + beside, links=links
        ),
        keywords=((worst, 10**9),) * 10,
        demands=((worst, 10**9),) * 10,
        categories=tuple((name, 10**9) for name in CATEGORIES),
        themes=(Theme(worst, 10**9, 10**9, 10**9, worst),) * 3,
        citations=(citation,) * 3,
    )
    for language in LANGUAGES:
        assert fault_of_form({**payload_of(compose(alert, language)), "metadata": {}}) == ""

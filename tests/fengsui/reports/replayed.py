"""A replayed story with its reports, and the rows of the store that they are held against."""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fengsui.pipeline.replay import replay
from fengsui.reports.daily import document as daily
from fengsui.reports.daily import facts
from fengsui.reports.document.model import Document, Sentence, Table
from fengsui.reports.review import document as reviewing
from fengsui.reports.review.facts import gather
from fengsui.services import Services
from nlp.brands.matcher import BrandSettings
from records import Action, ActionKind, Incident, Via, Window, subject_of
from records.action import CASE, INCIDENT
from tests.fengsui import stories
from tests.fengsui.incidents.story.test_situation import OFFICIAL, Row, lines, stored

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNTIL = datetime(2026, 3, 21, 0, tzinfo=UTC)
WINDOW = Window(UNTIL - DAY, UNTIL)


@dataclass(frozen=True, slots=True)
class Reported:
    """A replayed story: its rows, what the ledger holds, and the reports in both languages."""

    rows: tuple[Row, ...]
    cases: tuple[Mapping[str, Any], ...]
    notifications: tuple[Mapping[str, Any], ...]
    incident: Incident
    brief: Document
    review: Document
    english: tuple[Document, Document]
    actions: tuple[Action, ...]
    handled: tuple[Document, Document]
    at: datetime

    def organic(self, since: datetime, until: datetime) -> list[Row]:
        return [one for one in self.rows if one.organic and since <= one.at < until]

    def negative(self, since: datetime, until: datetime) -> list[Row]:
        found = self.organic(since, until)
        return [one for one in found if one.mention["sentiment"] == "negative"]

    @property
    def story(self) -> list[Row]:
        """The story's organic rows: from its first troubled post to its end."""
        first = next(one for one in self.rows if one.at >= stories.CRISIS and one.troubled)
        return self.organic(first.at, self.at)

    @property
    def troubled(self) -> list[Row]:
        return [one for one in self.story if one.troubled]


def replayed(folder: Path) -> Reported:
    """Replay the story in `folder`, and write its reports, before and after people act."""
    file, state = folder / "story.jsonl", folder / "state"
    text = "\n".join(json.dumps(one, ensure_ascii=False) for one in lines())
    file.write_text(text, encoding="utf-8")
    brand = BrandSettings(name=stories.BRAND, aliases=("云朵奶茶",), own_accounts=(OFFICIAL,))
    settings = stories.settings(state).model_copy(update={"brands": (brand,)})
    with Services(settings, notifiers={}) as services:
        replay(services, [file])
        (incident,) = services.ledger.incidents()
        brief = facts.gather(services, WINDOW)
        review = gather(services, incident)
        rows, _ = stored(state)
        english = (
            daily.document_of(services, brief, "en"),
            reviewing.document_of(services, review, "en"),
        )
        untouched = (
            daily.document_of(services, brief, "zh"),
            reviewing.document_of(services, review, "zh"),
        )
        actions = tuple(acted(services, incident))
        services.ledger.append(actions)
        handled = (
            daily.document_of(services, facts.gather(services, WINDOW), "zh"),
            reviewing.document_of(services, gather(services, incident), "zh"),
        )
        return Reported(
            rows=rows,
            cases=ledger_rows(state, "cases"),
            notifications=ledger_rows(state, "notifications"),
            incident=incident,
            brief=untouched[0],
            review=untouched[1],
            english=english,
            actions=actions,
            handled=handled,
            at=review.at,
        )


def acted(services: Services, incident: Incident) -> Iterator[Action]:
    """Yield what people do: they claim, note, answer one case in time and one late, and end it."""
    due = [one for one in services.ledger.cases() if one.due_at in WINDOW]
    early, late = due[0], due[1]
    about = subject_of(INCIDENT, incident.key)
    for number, (subject, kind, when, data) in enumerate(
        (
            (about, ActionKind.CLAIM, incident.opened_at + 40 * MINUTE, {}),
            (about, ActionKind.NOTE, incident.opened_at + HOUR, {"text": NOTE}),
            (about, ActionKind.RESOLVE, incident.opened_at + 9 * HOUR, {"cause": "原料"}),
            (subject_of(CASE, early.key), ActionKind.CLAIM, early.due_at - MINUTE, {}),
            (subject_of(CASE, late.key), ActionKind.RESOLVE, late.due_at + MINUTE, {}),
        )
    ):
        yield Action(f"test:{number}", subject, kind, "小王", when, Via.WEB, data)


NOTE = "已联系\u202e客户\x07 <b>=1+1</b>"


def ledger_rows(state: Path, table: str) -> tuple[Mapping[str, Any], ...]:
    """Return the bodies of a table of the ledger, as they are stored."""
    with closing(sqlite3.connect(state / "ledger.sqlite3")) as database:
        found = database.execute(f"SELECT body FROM {table}").fetchall()
    return tuple(json.loads(body) for (body,) in found)


def said(document: Document, name: str) -> Sentence:
    """Return the one sentence of this name."""
    (found,) = [one for one in document.sentences() if one.name == name]
    return found


def numbers(sentence: Sentence) -> list[float]:
    """Return the numbers in a sentence, times left out."""
    text = re.sub(r"\d\d-\d\d \d\d:\d\d", "", sentence.text).replace(",", "")
    return [float(one) for one in re.findall(r"\d+(?:\.\d+)?", text)]


def rows_of(document: Document, section: str, place: int = 0) -> list[list[str]]:
    """Return the cells of a table."""
    found = document.section(section)
    assert found is not None
    tables = [one for one in found.blocks if isinstance(one, Table)]
    return [[cell.text for cell in row.cells] for row in tables[place].rows]


def at(text: str) -> datetime:
    """Return a time as it is stored."""
    return datetime.fromisoformat(text)

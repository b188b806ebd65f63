"""Every number of the brief and of the review, counted again from the rows of the store."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from fengsui.reports.document.model import RESTS
from nlp.topics.harm import harms_people
from records import OWN
from records.action import INCIDENT
from records.time import BEIJING
from tests.fengsui import stories
from tests.fengsui.incidents.story.test_situation import Row, own
from tests.fengsui.reports.replayed import (
    DAY,
    HOUR,
    MINUTE,
    UNTIL,
    WINDOW,
    Reported,
    at,
    numbers,
    rows_of,
    said,
)

# The brief


def test_the_voice_of_a_brand_is_that_of_the_rows(reported: Reported) -> None:
    """Mentions, negatives, complaints and what is usual are recounted; ids name the negatives."""
    organic = reported.organic(WINDOW.since, UNTIL)
    negative = reported.negative(WINDOW.since, UNTIL)
    complaints = [one for one in organic if one.mention.get("complaint")]
    brief, brand = reported.brief, stories.BRAND
    assert numbers(said(brief, f"voice.organic.{brand}")) == [len(organic)]
    cell = said(brief, f"voice.negative.{brand}")
    assert numbers(cell) == [len(negative)]
    assert set(cell.posts) == {one.key for one in negative}
    assert cell.rests == len(negative)
    cell = said(brief, f"voice.complaints.{brand}")
    assert numbers(cell) == [len(complaints)]
    assert set(cell.posts) == {one.key for one in complaints}
    assert len(negative) > 50
    assert len(complaints) > 50


def test_what_is_usual_is_the_mean_of_the_known_days(reported: Reported) -> None:
    """Days before the first post count for nothing; the rest are added up and divided."""
    before = reported.organic(WINDOW.since - 7 * DAY, WINDOW.since)
    volume = [one for one in reported.rows if WINDOW.since - 7 * DAY <= one.at < WINDOW.since]
    days = {(one.at - WINDOW.since) // DAY for one in volume}
    assert len(days) == 4
    usual = numbers(said(reported.brief, f"voice.usual.{stories.BRAND}"))
    assert usual == [pytest.approx(len(before) / len(days), abs=0.5)]
    calm = [one for one in before if one.mention["sentiment"] == "negative"]
    usual = numbers(said(reported.brief, f"voice.usual_negative.{stories.BRAND}"))
    assert usual == [pytest.approx(len(calm) / len(days), abs=0.051)]


def test_the_brief_leads_with_the_same_numbers(reported: Reported) -> None:
    """The first sentences hold the numbers of the tables, and the worst incident's level."""
    lead = said(reported.brief, "lead.volume")
    organic = len(reported.organic(WINDOW.since, UNTIL))
    negative = len(reported.negative(WINDOW.since, UNTIL))
    assert numbers(lead)[:2] == [organic, negative]
    worst = said(reported.brief, "lead.incidents")
    changes = [one for one in reported.incident.history if one.at <= UNTIL]
    assert worst.level == max(one.level for one in changes)
    assert worst.posts == (reported.incident.title_post,)
    assert "1 起事件" in worst.text
    assert said(reported.brief, "levels").text.count("1") == 1


def test_cases_and_answers_are_those_of_the_ledger(reported: Reported) -> None:
    """New, open, urgent and overdue cases, and those that fell due, are counted from the bodies."""
    times = [{k: at(v) for k, v in one.items() if k in CASE_TIMES} for one in reported.cases]
    begun = [
        (one, when)
        for one, when in zip(reported.cases, times, strict=True)
        if when["first_seen"] < UNTIL
    ]
    waiting = [(one, when) for one, when in begun if one["status"] != "resolved"]
    due = [(one, when) for one, when in begun if when["due_at"] in WINDOW]
    assert numbers(said(reported.brief, "cases")) == [
        sum(when["first_seen"] in WINDOW for _, when in begun),
        len(waiting),
        sum(one["urgency"] == 3 for one, _ in waiting),
        sum(when["due_at"] < UNTIL for _, when in waiting),
    ]
    still = sum(one["status"] == "open" for one, _ in due)
    answers = said(reported.brief, "answers")
    assert numbers(answers) == [len(due), 0, 0, still, 0]
    assert set(answers.posts) == {one["posts"][0] for one, _ in due}
    assert len(due) > 3


CASE_TIMES = ("first_seen", "due_at", "updated_at")


def test_the_worst_and_the_best_posts_went_furthest(reported: Reported) -> None:
    """No negative (positive) post of the day has more reposts and followers than those shown."""
    organic = reported.organic(WINDOW.since, UNTIL)
    for kind, sentiment in (("worst", "negative"), ("best", "positive")):
        shown = [one.posts[0] for one in reported.brief.sentences() if one.name == kind]
        of_kind = [
            one
            for one in organic
            if one.mention["sentiment"] == sentiment
            and (kind == "worst" or not one.mention.get("complaint"))
        ]
        weights = {one.key: weight(one) for one in of_kind}
        assert len(shown) == 3
        assert set(shown) <= set(weights)
        least = min(weights[key] for key in shown)
        assert all(value <= least for key, value in weights.items() if key not in shown)


def weight(row: Row) -> float:
    return float(row.post.get("reposts") or 0) + int(row.post.get("followers") or 0) / 1000


# The review


def test_the_counts_of_a_review_are_those_of_the_rows(reported: Reported) -> None:
    """Negatives, complaints, people and harm of the whole story are recounted; ids are theirs."""
    troubled = reported.troubled
    negative = [one for one in troubled if one.mention["sentiment"] == "negative"]
    filed = [one for one in troubled if one.mention.get("complaint")]
    people = {one.mention["author"] for one in troubled}
    counts = said(reported.review, "lead.counts")
    found = numbers(counts)
    assert found[0] == len(negative)
    assert found[2:4] == [len(filed), len(people)]
    assert set(counts.posts) == {one.key for one in negative}
    assert counts.rests == len(negative) < RESTS
    peak = max(
        len(reported.negative(end - HOUR, end)) for end in ticks(stories.CRISIS, reported.at)
    )
    assert found[-1] == peak
    harm = [one for one in troubled if harms_people(own(one))]
    sentence = said(reported.review, "lead.harm")
    assert numbers(sentence) == [len(harm)]
    assert set(sentence.posts) == {one.key for one in harm}


def ticks(since: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the ends of the five-minute ticks of a span."""
    end = since
    while end <= until:
        yield end
        end += timedelta(minutes=5)


def test_reach_is_added_up_by_kind_of_account(reported: Reported) -> None:
    """Posts, people and followers of each kind of account come out again from the rows."""
    kinds = {one.post.get("account") or "unknown" for one in reported.troubled}
    assert len(kinds) >= 2
    for kind in kinds:
        some = [one for one in reported.troubled if (one.post.get("account") or "unknown") == kind]
        known: dict[str, int] = {}
        for one in some:
            if one.post.get("followers") is not None:
                author = one.mention["author"]
                known[author] = max(one.post["followers"], known.get(author, 0))
        cell = said(reported.review, f"reach.posts.{kind}")
        assert numbers(cell) == [len(some)]
        assert set(cell.posts) == {one.key for one in some}
        people = {one.mention["author"] for one in some}
        assert numbers(said(reported.review, f"reach.people.{kind}")) == [len(people)]
        assert numbers(said(reported.review, f"reach.followers.{kind}")) == [sum(known.values())]
        assert numbers(said(reported.review, f"reach.known.{kind}")) == [len(known)]


def test_the_steps_of_the_response_stand_at_their_times(reported: Reported) -> None:
    """First post, first alert, first answer, peak and end are those of the rows and the ledger."""
    alerts = [one["alert"] for one in reported.notifications if one.get("alert")]
    answer = next(one for one in reported.rows if one.mention.get("discount") == OWN)
    found = {
        "first": reported.troubled[0].at,
        "alert": min(at(one["at"]) for one in alerts),
        "answer": answer.at,
        "peak": reported.incident.peak_at,
        "end": reported.incident.recovered_at,
    }
    first = found["first"]
    assert first is not None
    table = {row[0]: row[1:] for row in rows_of(reported.review, "response")}
    for name, when in found.items():
        assert when is not None
        time, whole, _ = table[STEPS[name]]
        assert time == f"{when.astimezone(BEIJING):%m-%d %H:%M}"
        assert span(whole) == whole_minute(when) - whole_minute(first)
    assert answer.key in said(reported.review, "lead.speed").posts


def whole_minute(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)


STEPS = {
    "first": "首帖",
    "alert": "首次告警",
    "answer": "品牌首次回应",
    "peak": "负面最多",
    "end": "平息",
}


def span(text: str) -> timedelta:
    """Return the span that is written as days, hours and minutes."""
    parts = {unit: int(count) for count, unit in re.findall(r"(\d+) (天|小时|分)", text)}
    return timedelta(
        days=parts.get("天", 0), hours=parts.get("小时", 0), minutes=parts.get("分", 0)
    )


def test_a_rebound_after_the_answer_is_counted(reported: Reported) -> None:
    """The negatives before and after the brand's statement are those of whole minutes."""
    answer = next(one for one in reported.rows if one.mention.get("discount") == OWN)
    when = answer.at.replace(second=0, microsecond=0)
    before = len(reported.negative(when - HOUR, when))
    after = len(reported.negative(when, when + HOUR))
    rebound = [one for one in reported.review.sentences() if one.name == "lesson.rebound"]
    assert [numbers(one) for one in rebound] == ([[before, after]] if after > before else [])


def test_cases_of_the_story_are_those_that_hold_its_posts(reported: Reported) -> None:
    """Counts by state and urgency, and the overdue ones, come from the bodies of the cases."""
    keys = {one.key for one in reported.troubled if one.mention.get("complaint")}
    mine = [one for one in reported.cases if keys & set(one["posts"])]
    states = Counter(one["status"] for one in mine)
    late = [one for one in mine if one["status"] != "resolved" and at(one["due_at"]) < reported.at]
    counts = said(reported.review, "cases.counts")
    assert numbers(counts) == [
        len(mine),
        states["open"],
        states["handling"],
        states["resolved"],
        sum(one["urgency"] == 3 for one in mine),
        len(late),
    ]
    assert set(counts.posts) == {one["posts"][0] for one in mine}
    assert numbers(said(reported.review, "lead.cases")) == [len(mine), len(mine)]


def test_topics_are_counted_over_the_complaints(reported: Reported) -> None:
    """Categories, demands and frequent words have the counts of the rows."""
    filed = [one for one in reported.troubled if one.mention.get("complaint")]
    demands = Counter(demand for one in filed for demand in one.mention.get("demands", ()))
    words = Counter(word for one in reported.troubled for word in one.mention.get("keywords", ()))
    for name, counted in (("demands", demands), ("keywords", words)):
        shown = re.findall(r"([^\s、：]+) (\d+)", said(reported.review, name).text)
        assert shown
        assert all(counted[word] == int(count) for word, count in shown)
    categories = Counter(one.mention["category"] for one in filed if one.mention.get("category"))
    shown = re.findall(r" (\d+)", said(reported.review, "categories").text)
    assert sorted(map(int, shown)) == sorted(n for _, n in categories.most_common(6))


def test_every_alert_that_went_out_is_listed(reported: Reported) -> None:
    """There is a row for each alert of the ledger, at its time."""
    keys = {one["alert"]["key"]: at(one["alert"]["at"]) for one in reported.notifications}
    listed = [row[0] for row in rows_of(reported.review, "done")]
    assert listed == [f"{when.astimezone(BEIJING):%m-%d %H:%M}" for when in sorted(keys.values())]


def test_every_post_that_is_named_is_stored(reported: Reported) -> None:
    """Each id that a sentence rests on is that of a row; those referred to are described."""
    keys = {one.key for one in reported.rows}
    for document in (reported.brief, reported.review, *reported.english):
        named = {key for one in document.sentences() for key in one.posts}
        assert named
        assert named <= keys
        assert set(document.numbers()) <= set(document.sources)
        assert all(document.sources[key].about for key in document.numbers())


def test_both_languages_hold_the_same_numbers(reported: Reported) -> None:
    """Sentence by sentence the English report has the numbers of the Chinese one."""
    for chinese, english in zip((reported.brief, reported.review), reported.english, strict=True):
        pairs = zip(chinese.sentences(), english.sentences(), strict=True)
        for one, other in pairs:
            assert (one.posts, one.rests, one.name) == (other.posts, other.rests, other.name)
            if one.name.startswith(("voice.", "reach.", "cases.")):
                assert numbers(one) == numbers(other)


# What people did


def test_a_claim_stands_in_the_response(reported: Reported) -> None:
    """Without a claim nobody claimed it; with one its time stands there, and that it was slow."""
    table = {row[0]: row[1:] for row in rows_of(reported.review, "response")}
    assert table["认领"][0] == "没有"
    assert said(reported.review, "lesson.claim.none")
    claim = reported.actions[0]
    table = {row[0]: row[1:] for row in rows_of(reported.handled[1], "response")}
    time, whole, _ = table["认领"]
    assert time == f"{claim.at.astimezone(BEIJING):%m-%d %H:%M}"
    assert span(whole) == whole_minute(claim.at) - whole_minute(reported.troubled[0].at)
    alerts = [one["alert"] for one in reported.notifications if one.get("alert")]
    waited = claim.at - min(at(one["at"]) for one in alerts)
    assert numbers(said(reported.handled[1], "lesson.claim")) == [waited // MINUTE]


def test_what_people_did_is_listed(reported: Reported) -> None:
    """Each action on the incident has its row, in order; what a person wrote is plain text."""
    mine = [one for one in reported.actions if one.about == INCIDENT]
    rows = rows_of(reported.handled[1], "done")
    assert [row[0] for row in rows] == [f"{one.at.astimezone(BEIJING):%m-%d %H:%M}" for one in mine]
    assert {row[1] for row in rows} == {"小王"}
    assert "已联系客户 <b>=1+1</b>" in rows[1][2]
    assert "数据不足" in said(reported.review, "actions.none").text
    assert "没有处置记录" in said(reported.review, "lesson.record").text
    assert "没有处置记录" not in said(reported.handled[1], "lesson.record").text


def test_answers_are_in_time_by_the_log(reported: Reported) -> None:
    """A case claimed before it was due is in time, one ended after is late; the rest are open."""
    due = [one for one in reported.cases if at(one["due_at"]) in WINDOW]
    brief = reported.handled[0]
    share = round(100 / len(due))
    counts = numbers(said(brief, "answers"))
    assert counts == [len(due), 1, share, len(due) - 2, 1]
    waiting = numbers(said(reported.brief, "cases"))[1]
    assert numbers(said(brief, "cases"))[1] == waiting - 1


def test_the_brief_names_who_has_it(reported: Reported) -> None:
    """The owner stands with the incident; where nobody has it, the brief says so."""
    assert said(reported.brief, "owner").text == "无人认领"
    assert said(reported.handled[0], "owner").text == "小王"
    assert "小王" in said(reported.handled[0], "lead.incidents").text

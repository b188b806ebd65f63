"""Form of the hand-labelled sentences for sentiment towards a brand; all brands are invented."""

import csv
import io
import re
from collections import Counter

from tests.nlp.hand_labels import LABELS, rows

FILE = "towards_brand.csv"
FIELDS = ("id", "half", "kind", "brand", "text", "label")
KINDS = {
    "comparison",
    "complaint_flat",
    "concession",
    "emoticon_contrast",
    "headline",
    "irony",
    "mixed",
    "negation",
    "neutral_mention",
    "other_target",
    "praise_flat",
    "question",
    "quoted",
    "second_hand",
    "slang",
}
ROWS = rows(FILE)


def test_file_is_plain_csv() -> None:
    """UTF-8, LF and quotes only where RFC 4180 asks for them: written again, it is the same."""
    again = io.StringIO()
    writer = csv.writer(again, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows([row[field] for field in FIELDS] for row in ROWS)
    assert again.getvalue().encode() == (LABELS / FILE).read_bytes()


def test_values_are_known() -> None:
    """Ids are unique; halves, kinds and labels are those that the scores are reported by."""
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert {row["half"] for row in ROWS} <= {"blind", "seen"}
    assert {row["kind"] for row in ROWS} == KINDS
    assert {row["label"] for row in ROWS} == {"negative", "neutral", "positive"}


def test_kinds_are_spread_evenly() -> None:
    """Each kind has at least 20 rows in the blind half, and no label is short of a fifth there."""
    blind = [row for row in ROWS if row["half"] == "blind"]
    assert len(blind) >= 260
    assert min(Counter(row["kind"] for row in blind).values()) >= 20
    assert min(Counter(row["label"] for row in blind).values()) >= len(blind) / 5


def test_text_names_its_brand() -> None:
    """The brand stands in the text, in the own words or the quoted ones; 5 to 140 characters."""
    for row in ROWS:
        assert row["brand"] in row["text"], row["id"]
        assert 5 <= len(row["text"]) <= 140, row["id"]


def test_every_row_is_a_sentence_of_its_own() -> None:
    """A text stands once per brand, and none is another one with the brand's name swapped."""
    # Marks and signs stay: an emoticon or a question mark may be all that decides.
    bare = Counter(re.sub(r"\s", "", row["text"].replace(row["brand"], "")) for row in ROWS)
    assert [text for text, count in bare.items() if count > 1] == []


def test_same_text_judges_two_brands_apart() -> None:
    """Comparisons stand once for each brand, and some praise one and blame the other."""
    labels: dict[str, list[str]] = {}
    for row in ROWS:
        if row["kind"] == "comparison":
            labels.setdefault(row["text"], []).append(row["label"])
    assert {len(given) for given in labels.values()} == {2}
    assert sum(set(given) == {"negative", "positive"} for given in labels.values()) >= 8

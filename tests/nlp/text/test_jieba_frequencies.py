"""jieba's frequencies, read as they are asked for, are those that jieba reads at once."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.jieba_frequencies import AddedFrequencies, JiebaFrequencies
from nlp.text.segment import jieba_folder
from tests.nlp.original_jieba import original_jieba

WORDS = st.text(st.sampled_from("aB&的了é𠀀小米"), min_size=1, max_size=4)


def jiebas_own(path: Path) -> tuple[dict[str, int], int]:
    """Return what jieba makes of a dictionary."""
    with path.open("rb") as file:
        frequencies, total = original_jieba().Tokenizer.gen_pfdict(file)
    return dict(frequencies), int(total)


def test_whole_dictionary_is_jiebas() -> None:
    """Every word and prefix of jieba's dictionary has jieba's number, asked for in any order."""
    path = jieba_folder() / "dict.txt"
    expected, total = jiebas_own(path)
    found = JiebaFrequencies(path)
    assert found.total == total
    words = list(expected)
    random.Random(1).shuffle(words)
    for word in words:
        assert word in found
        assert found[word] == found.get(word) == expected[word]
    assert found == expected


@given(entries=st.lists(st.tuples(WORDS, st.integers(0, 10**9))), ended=st.booleans())
def test_any_dictionary(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[str, int]], *, ended: bool
) -> None:
    """In any order, with words twice, with and without a last line break, it is jieba's."""
    path = tmp_path_factory.mktemp("words") / "dict.txt"
    lines = [f"{word} {number} n" for word, number in entries]
    path.write_text("\n".join(lines) + "\n" * (ended and bool(lines)), encoding="utf-8")
    expected, total = jiebas_own(path)
    found = JiebaFrequencies(path)
    assert found.total == total
    assert {word: found[word] for word in expected} == expected
    assert "不" not in found
    assert found.get("不", 7) == 7
    assert found == expected


def test_added_word_stays(tmp_path: Path) -> None:
    """A number that was set is not undone by the reading of what begins alike."""
    path = tmp_path / "dict.txt"
    path.write_text("小米 5 n\n小 9 n\n", encoding="utf-8")
    found = JiebaFrequencies(path)
    found["小米"] = 50
    assert (found["小米"], found["小"]) == (50, 9)


def test_added_words_are_ones_own(tmp_path: Path) -> None:
    """Words that are added stand before the known ones, and change them for nobody else."""
    path = tmp_path / "dict.txt"
    path.write_text("小米 5 n\n小 9 n\n", encoding="utf-8")
    known = JiebaFrequencies(path)
    one, other = AddedFrequencies(known), AddedFrequencies(known)
    one["小米"], one["大米"] = 50, 7
    assert (one["小米"], one["小"], one.get("大米"), "大米" in one) == (50, 9, 7, True)
    assert (other["小米"], other.get("大米", 0), "大米" in other) == (5, 0, False)
    assert (known["小米"], "大米" in known) == (5, False)


def test_wrong_file_is_refused(tmp_path: Path) -> None:
    """What is no dictionary is refused, and the error says so."""
    path = tmp_path / "dict.txt"
    path.write_text("小米\n", encoding="utf-8")
    with pytest.raises(ValueError, match="not a dictionary"):
        JiebaFrequencies(path)


def test_threads_see_all_or_wait(tmp_path: Path) -> None:
    """A thread that asks while another reads the same character's words waits and finds them."""
    path = tmp_path / "dict.txt"
    words = [f"小{number}" for number in range(20_000)]
    path.write_text("".join(f"{word} 3 n\n" for word in words), encoding="utf-8")
    for _ in range(5):
        found = JiebaFrequencies(path)
        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(lambda word: found.get(word) == 3, reversed(words[-400:])))  # noqa: B023 - used at once

"""The Rust twin's words are jieba's words."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.text.segment import PLAIN, Segmenter, segmenter_of
from tests.nlp.original_jieba import original_jieba
from tests.nlp.real_texts import real_texts

TRICKY = "我的了不在人是小米手机恶心太好吃赞当abXY019.+#&_%-,，。！ \n\r\t　T恤c云朵㐀豈鿖𠀀"
TEXTS = st.text(st.sampled_from(TRICKY) | st.characters(exclude_categories=()), max_size=30)


@pytest.fixture(scope="module")
def jieba() -> Any:
    return original_jieba()


@given(text=TEXTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text(jieba: Any, text: str) -> None:
    """Whatever stands in a text, the words are those of jieba, and together they are the text."""
    assert PLAIN.cut(text) == jieba.lcut(text)
    assert "".join(PLAIN.cut(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "C++和AT&T",
        "涨了15.5%啊",
        "ab-c.d_e 3.14.15",
        "......哈",
        "赞赞赞赞赞",
        "真是美美美",
        "A座T恤",
        "",
        " ",
    ],
)
def test_known_differences(jieba: Any, text: str) -> None:
    """Where the twin alone differs, the difference is corrected."""
    assert PLAIN.cut(text) == jieba.lcut(text)


def test_real_texts(jieba: Any) -> None:
    """Of thousands of real posts at most one in a thousand is cut otherwise (float ties)."""
    texts = real_texts(4000)
    different = [text for text in texts if PLAIN.cut(text) != jieba.lcut(text)]
    assert len(different) <= len(texts) // 1000


def test_added_words(jieba: Any) -> None:
    """Added words are found, as by a jieba to which they were added; known ones change nothing."""
    words = ["云朵茶饮", "A.O.史密斯", "Mi10", "太恶心"]
    segmenter, own = Segmenter([*words, "天气"]), jieba.Tokenizer()
    for word in sorted(words):
        own.add_word(word)
    text = "云朵茶饮太恶心了，A.O.史密斯和Mi10也是，喜茶云朵，哈哈哈哈"
    assert segmenter.cut(text) == own.lcut(text)
    assert set(words) <= set(segmenter.cut(text))
    assert segmenter.knows("云朵茶饮")
    assert segmenter.known_parts("云朵茶饮好") == ["云朵茶饮", "好"]
    for other in real_texts(500):
        assert segmenter.cut(other) == own.lcut(other)


def test_segmenters_do_not_change_each_other(jieba: Any) -> None:
    """Words that one segmenter knows change no other one, nor jieba itself."""
    text, before = "云朵茶饮和霁湖云饮都在降价降价降价", (jieba.dt.total, dict(jieba.dt.FREQ))
    first, second = Segmenter(["云朵茶饮"]), Segmenter(["霁湖云饮", "降价降价"])
    assert [first.knows("云朵茶饮"), first.knows("霁湖云饮")] == [True, False]
    assert [second.knows("云朵茶饮"), second.knows("霁湖云饮")] == [False, True]
    assert [PLAIN.knows("云朵茶饮"), PLAIN.knows("霁湖云饮")] == [False, False]
    assert "云朵茶饮" in first.cut(text)
    assert "霁湖云饮" in second.cut(text)
    assert PLAIN.cut(text) == jieba.lcut(text)
    assert {"降价降价"} & {*first.cut(text), *PLAIN.cut(text)} == set()
    assert (jieba.dt.total, jieba.dt.FREQ) == before


def test_the_same_words_share_a_segmenter() -> None:
    """Who adds the same words, in any order, loads one dictionary; without words it is PLAIN."""
    assert segmenter_of(frozenset(["甲乙", "丙丁"])) is segmenter_of(frozenset(["丙丁", "甲乙"]))
    assert segmenter_of(frozenset()) is PLAIN


def test_threads_load_one_dictionary() -> None:
    """Threads that use a new segmenter at once all know its words."""
    segmenter = Segmenter(["云朵茶饮"])
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(segmenter.cut, ["云朵茶饮哈哈哈哈"] * 32))
    assert all(words[0] == "云朵茶饮" for words in found)
    assert len({tuple(words) for words in found}) == 1


def test_import_loads_nothing() -> None:
    """Importing loads no dictionary and prints nothing."""
    modules = "sys, nlp.text.segment, nlp.text.keywords"
    code = f"import {modules}; print({{'jieba', 'rjieba'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
    assert not done.stderr


def test_long_run_costs_no_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of thousands of characters are not given to jieba, which takes their square."""

    def never(_: Segmenter) -> Any:
        raise AssertionError("jieba segments a long run")

    monkeypatch.setattr(Segmenter, "_original", never)
    text = "不" * 5_000 + "，" + "暖" * 2_000
    assert "".join(PLAIN.cut(text)) == text

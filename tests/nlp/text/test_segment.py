"""The Rust twin's words are jieba's words."""

import subprocess
import sys
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.text.segment import cut, load_words, reference
from tests.nlp.real_texts import real_texts

TRICKY = "我的了不在人是小米手机恶心太好吃赞当abXY019.+#&_%-,，。！ \n\r\t　T恤c云朵㐀豈鿖𠀀"
TEXTS = st.text(st.sampled_from(TRICKY) | st.characters(exclude_categories=()), max_size=30)


@pytest.fixture(scope="module")
def jieba() -> ModuleType:
    return reference()


@given(text=TEXTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text(jieba: ModuleType, text: str) -> None:
    """Whatever stands in a text, the words are those of jieba, and together they are the text."""
    assert cut(text) == jieba.lcut(text)
    assert "".join(cut(text)) == text


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
def test_known_differences(jieba: ModuleType, text: str) -> None:
    """Where the twin alone differs, the difference is mended."""
    assert cut(text) == jieba.lcut(text)


def test_real_texts(jieba: ModuleType) -> None:
    """Of thousands of real posts at most one in a thousand is cut otherwise (float ties)."""
    texts = real_texts(4000)
    different = [text for text in texts if cut(text) != jieba.lcut(text)]
    assert len(different) <= len(texts) // 1000


def test_added_words(jieba: ModuleType) -> None:
    """Added words are found, by both alike; adding them again changes nothing."""
    words = ["云朵茶饮", "A.O.史密斯", "Mi10", "太恶心"]
    load_words(words)
    text = "云朵茶饮太恶心了，A.O.史密斯和Mi10也是，喜茶云朵"
    assert cut(text) == jieba.lcut(text)
    assert {"云朵茶饮", "A.O.史密斯", "Mi10", "太恶心"} <= set(cut(text))
    total = jieba.dt.total
    load_words(words)
    assert jieba.dt.total == total
    for other in real_texts(500):
        assert cut(other) == jieba.lcut(other)


def test_import_loads_nothing() -> None:
    """Importing loads no dictionary and prints nothing."""
    modules = "sys, nlp.text.segment, nlp.text.keywords"
    code = f"import {modules}; print({{'jieba', 'rjieba'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
    assert not done.stderr

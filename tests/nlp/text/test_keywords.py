"""The keywords are those of jieba.analyse."""

import warnings
from importlib import import_module
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.text.keywords import STOP_WORDS, _Rarity, _rarity, extract
from nlp.text.segment import Segmenter
from tests.nlp.original_jieba import original_jieba
from tests.nlp.real_texts import real_texts


@pytest.fixture(scope="module")
def analyse() -> ModuleType:
    original_jieba()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it leaves a file open
        return import_module("jieba.analyse")


@given(text=st.text(st.sampled_from("云朵茶饮真难喝的了the and投诉退款 \r\n.-哈"), max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text(analyse: ModuleType, text: str) -> None:
    """The same words in the same order with the same weights, ties included."""
    assert extract(text, 5) == analyse.extract_tags(text, topK=5, withWeight=True)


def test_real_texts(analyse: ModuleType) -> None:
    """Of thousands of real posts at most one in a thousand differs (float ties of the cut)."""
    texts = real_texts(3000)
    same = [extract(text) == analyse.extract_tags(text, withWeight=True) for text in texts]
    assert same.count(False) <= len(texts) // 1000


def test_tables_are_jiebas(analyse: ModuleType) -> None:
    """Every word's rarity, the median for others, and the stop words are those of jieba."""
    own = _rarity()
    jiebas = analyse.default_tfidf.idf_freq
    assert {word: own._known.get(word, -1.0) for word in jiebas} == jiebas
    assert own._known.get("没有这个词", -1.0) == -1.0
    assert own._median == analyse.default_tfidf.median_idf
    assert analyse.default_tfidf.stop_words == STOP_WORDS


def test_all_words(analyse: ModuleType) -> None:
    """A `top_k` of 0 asks for all words."""
    text = "云朵茶饮的饮料里有虫子，门店拒绝退款，客服电话打不通，我要投诉到消协"
    assert extract(text, 0) == analyse.extract_tags(text, topK=0, withWeight=True)


def test_names_of_one_brand_change_no_keywords_of_another() -> None:
    """Each segmenter gives the keywords of its own words, whatever others were asked before."""
    text = "霁湖云饮的客服态度恶劣"
    before = extract(text)
    named = dict(extract(text, segmenter=Segmenter(["霁湖云饮"])))
    assert "霁湖云饮" in named
    assert extract(text, segmenter=Segmenter(["禾屿冰铺"])) == extract(text) == before


def test_nothing_to_say() -> None:
    """A text without words of two characters has no keywords."""
    assert extract("") == extract("哈 。") == []


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are remembered up to a bound, and forgetting changes no answer."""
    monkeypatch.setattr("nlp.text.keywords._REMEMBERED", 3)
    rarity = _Rarity({"投诉": 7.0}, 5.0, {"the"})
    words = ["投诉", "退款", "The", "我", "赔偿", "投诉"] * 2
    assert [rarity[word] for word in words] == [7.0, 5.0, 0.0, 0.0, 5.0, 7.0] * 2
    assert len(rarity) <= 3

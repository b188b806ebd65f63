"""The reader that ships: any post has an answer, alone or among others, and damage is named."""

import json
import math
import shutil
from pathlib import Path

import pytest

from nlp.opinion.gram_rows import FILE_NAME
from nlp.opinion.marking import BRAND, RIVAL, hide
from nlp.opinion.questions import CHOICES, SEVERAL
from nlp.opinion.reader import CONFIG_FILE, READER_FILE, OpinionReader, shipped
from nlp.sentiment.model import ModelError
from nlp.sentiment.transformer import FOLDER, MANY

STRANGE = (
    "",
    " ",
    BRAND,
    "🙂" * 300,
    "\ud83d",
    "這家店" * 200,
    f"{RIVAL}{BRAND}" * 90,
    "a" * 9_999,
)


def test_what_nobody_doubts() -> None:
    """Vermin is blame, about safety and serious; praise is praise and no complaint."""
    bad, good = shipped().read(
        [
            (f"在{BRAND}吃出一只蟑螂，服务员说是配料，恶心死了", ""),
            (f"{BRAND}太好喝了，服务也好，强烈推荐", ""),
        ]
    )
    assert (bad.stance.label, good.stance.label) == ("negative", "positive")
    assert bad.complaint > 0 > good.complaint
    detail = shipped().detail(bad)
    assert max(detail.severity) == detail.severity[2]
    assert max(detail.categories) == detail.categories[SEVERAL["categories"].index("safety")]
    assert not shipped().detail(good).harm


def test_harm_in_plain_words_is_read() -> None:
    """Who was taken to hospital was hurt, whatever word of complaint is missing."""
    (opinion,) = shipped().read([(f"喝完{BRAND}拉了一晚上肚子，挂急诊输液，店长不认账", "")])
    assert shipped().detail(opinion).harm


@pytest.mark.parametrize("own", STRANGE)
def test_any_text_has_an_answer(own: str) -> None:
    """Whatever stands in a post, each question has an answer among its classes."""
    (opinion,) = shipped().read([(hide(own, []), "")])
    assert sum(opinion.stance) == pytest.approx(1)
    assert opinion.spam in {"", *CHOICES["spam"][1:]}
    detail = shipped().detail(opinion)
    assert len(detail.categories) == len(SEVERAL["categories"])
    assert all(map(math.isfinite, (*detail.categories, *detail.severity, opinion.complaint)))
    assert set(detail.demands) <= set(SEVERAL["demands"])


def test_a_post_is_read_alone() -> None:
    """Among others, however many, a post has the answer that it has alone, to the last bit."""
    posts = [(f"{BRAND}第{number}次难喝" * (number % 5 + 1), "") for number in range(3 * MANY)]
    together = shipped().read(posts)
    fresh = OpinionReader.load()
    assert [fresh.read([post])[0] for post in posts[::7]] == together[::7]


def test_a_reader_of_another_encoder_is_refused(tmp_path: Path) -> None:
    """Half of its weights stand in the encoder's file: with another one it would read nonsense."""
    for name in (READER_FILE, CONFIG_FILE, FILE_NAME, "model.int8.onnx", "tokenizer.json"):
        shutil.copyfile(FOLDER / name, tmp_path / name)
    OpinionReader.load(tmp_path)
    config = json.loads((FOLDER / CONFIG_FILE).read_text(encoding="utf-8"))
    (tmp_path / CONFIG_FILE).write_text(json.dumps(config | {"encoder": "0" * 16}))
    with pytest.raises(ModelError, match="another encoder"):
        OpinionReader.load(tmp_path)


@pytest.mark.parametrize("content", ["", "{}", '{"width": 1}'])
def test_damaged_settings_are_named(tmp_path: Path, content: str) -> None:
    """A folder without sound settings says which file is wrong."""
    (tmp_path / CONFIG_FILE).write_text(content)
    with pytest.raises(ModelError, match=CONFIG_FILE):
        OpinionReader.load(tmp_path)

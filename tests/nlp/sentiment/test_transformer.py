"""The encoder that ships, and other people's folders: read, asked, and refused when damaged."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nlp.sentiment.labels import sentiment_places
from nlp.sentiment.model import ModelError, Score, SentimentModel
from nlp.sentiment.onnx_encoder import OnnxEncoder
from nlp.sentiment.questions import Question
from nlp.sentiment.registry import LINEAR, LinearAlone, load_model
from nlp.sentiment.tasks import CLASSES, TASKS
from nlp.sentiment.transformer import FOLDER, MANY, TransformerModel, softmax
from tests.nlp.sentiment.contract import POSTS, SentimentModelContract

MODEL = TransformerModel.load()
STRANGE = (
    "[怒][怒]",
    "http://t.cn/A6xyz http://t.cn/A6xyz",
    "Worst service ever, never again",
    "呢间嘢食真系好难食",
    "這家店的服務態度真的很差",
    "🙂" * 300,
    "\ud83d",
    "a" * 100_000,
)


class TestTransformerModel(SentimentModelContract):
    """The shipped encoder keeps to the contract."""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> SentimentModel:
        return MODEL


def test_same_tokens_as_transformers() -> None:
    """The tokenizer that is read directly gives what `transformers.AutoTokenizer` gives."""
    from transformers import AutoTokenizer  # noqa: PLC0415 - takes seconds

    tokenizer = AutoTokenizer.from_pretrained(FOLDER, local_files_only=True)
    encoder = OnnxEncoder(FOLDER)
    limit = encoder.config["fengsui"]["max_tokens"]
    for text in (*POSTS, *STRANGE[:6]):
        wanted = tokenizer(text, truncation=True, max_length=limit)["input_ids"]
        assert encoder._tokens(text) == wanted


def test_size() -> None:
    """The folder that ships holds at most 30 MB."""
    assert sum(path.stat().st_size for path in FOLDER.rglob("*")) <= 30_000_000


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("text", STRANGE)
def test_every_question_has_an_answer(task: str, text: str) -> None:
    """Any text gets probabilities of the classes of every question, which add up to 1."""
    shares = MODEL.probabilities(text, task)  # type: ignore[arg-type]
    assert len(shares) == len(CLASSES[task])  # type: ignore[index]
    assert sum(shares) == pytest.approx(1)


def test_clear_cases() -> None:
    """What nobody doubts is read so, and so is anger."""
    bad, good = MODEL.score(["质量太差了，客服还骂人，垃圾", "特别好用，非常满意，推荐购买"])
    assert (bad.label, good.label) == ("negative", "positive")
    emotion = MODEL.probabilities("气死我了，太过分了，必须给个说法！", "emotion")
    assert CLASSES["emotion"][emotion.index(max(emotion))] == "angry"


@pytest.mark.parametrize("processors", [1, 3])
def test_many_texts_are_scored_as_each_alone(
    monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    """On any number of processors every text gets the score that it has alone, in its place."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(processors)))
    model = TransformerModel.load()
    texts = [f"等了{number}天，退款还是没有到账" for number in range(MANY * 2)]
    texts = [*texts, texts[0], " "]
    assert model.score(texts) == [model.score([text])[0] for text in texts]


def test_no_file_is_fetched_and_no_pytorch_needed() -> None:
    """Loading and scoring touch no network and import neither torch nor transformers."""
    code = (
        "import socket, sys\n"
        "def refuse(*_): raise OSError('no network')\n"
        "socket.socket.connect = refuse\n"
        "from nlp.sentiment.registry import load_model\n"
        "load_model('transformer').score(['很好'])\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("model.int8.onnx", None, "no ONNX model"),
        ("model.int8.onnx", b"damaged", "no sound ONNX model"),
        ("config.json", None, "is missing"),
        ("config.json", b"{", "cannot be read"),
        ("config.json", b"[]", "no JSON object"),
        ("tokenizer.json", b"{}", "no tokenizer"),
    ],
)
def test_damage_is_reported(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    """A missing or damaged file is an error that names it; the cascade then works linearly."""
    folder = tmp_path / "encoder"
    shutil.copytree(FOLDER, folder)
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=says):
        TransformerModel.load(folder)


def test_linear_stage_works_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without its transformer the default model is the linear one, under its name, and says why."""
    monkeypatch.setattr("nlp.sentiment.cascade.FOLDER", tmp_path)
    model, linear = load_model(), load_model(LINEAR)
    assert isinstance(model, LinearAlone)
    assert "config.json" in model.problem
    assert model.name == linear.name
    assert model.score(list(POSTS)) == linear.score(list(POSTS))


def test_a_folder_of_other_labels(tmp_path: Path) -> None:
    """An ONNX folder with `id2label` is a model; its classes are put into our order."""
    folder = tmp_path / "other"
    shutil.copytree(FOLDER, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    del config["fengsui"]
    config["id2label"] = {"0": "负面", "1": "中性", "2": "正面"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "cascade.json").unlink()
    (score,) = load_model(str(folder)).score(["质量太差了，垃圾"])
    assert score == pytest.approx(Score(*softmax(_raw("质量太差了，垃圾"), 1.0)))


def _raw(text: str) -> list[float]:
    return [float(value) for value in OnnxEncoder(FOLDER).logits(text)["sentiment"]]


@pytest.mark.parametrize(
    ("names", "places"),
    [
        ({"0": "LABEL_0", "1": "LABEL_1"}, ["negative", "positive"]),
        ({"0": "0", "1": "1", "2": "2"}, ["negative", "neutral", "positive"]),
        ({"0": "Positive", "1": "Negative"}, ["positive", "negative"]),
        ({"0": "negative (stars 1, 2 and 3)", "1": "positive (stars 4 and 5)"}, None),
        ({"0": "1 star", "1": "2 stars", "2": "3 stars", "3": "4 stars", "4": "5 stars"}, None),
    ],
)
def test_labels_of_others(names: dict[str, str], places: list[str] | None) -> None:
    """Labels of the common kinds are understood, bare numbers in the common order."""
    found = sentiment_places({"id2label": names})
    if places:
        assert [found[at] for at in sorted(found)] == places
    assert {"negative", "positive"} <= set(found.values())


@pytest.mark.parametrize("names", [None, {}, {"0": "sports", "1": "finance"}])
def test_labels_that_mean_nothing(names: dict[str, str] | None) -> None:
    """A model whose labels are no sentiment is refused."""
    with pytest.raises(ModelError):
        sentiment_places({"id2label": names})


def test_questions_are_refused_by_who_cannot_answer() -> None:
    """The linear model knows no emotions, and says so."""
    with pytest.raises(ModelError, match="emotion"):
        Question.of("emotion", LINEAR)

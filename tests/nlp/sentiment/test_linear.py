"""The linear model: the contract, its weights' file, its judgement and its grams."""

from pathlib import Path

import numpy as np
import pytest

from nlp.sentiment.grams import BLANK, MAX_LENGTH, Batch, Grams
from nlp.sentiment.linear import FILE_NAME, LinearModel, LinearWeights
from nlp.sentiment.model import LABELS, Score, SentimentModel
from nlp.sentiment.registry import LINEAR, ModelError, load_model
from tests.nlp.sentences import LABELLED, NEGATIVE
from tests.nlp.sentiment.contract import SentimentModelContract


def _weights(bits: int = 10) -> LinearWeights:
    grams = Grams(longest=3, bits=bits)
    table = np.random.default_rng(5).integers(-127, 128, (2, grams.buckets), dtype=np.int8)
    table[:, BLANK] = 0
    return LinearWeights(grams, table, np.array([0.01, 0.02]), np.array([-0.5, 0.25]))


class TestLinearModel(SentimentModelContract):
    """The weights that ship keep to the contract."""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> SentimentModel:
        return LinearModel.load()


class TestTinyLinearModel(SentimentModelContract):
    """So do weights with many collisions and no sense."""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> SentimentModel:
        return LinearModel(_weights())


def test_log_odds_by_definition() -> None:
    """The log odds are the weights' sum over the grams by the root of their number, plus bias."""
    weights, text = _weights(), "客服不理人"
    batch = Batch.of([text])
    buckets = np.concatenate([b[b != BLANK] for b in weights.grams.hash(batch)])
    padded = len(text) + 2
    assert len(buckets) == padded + (padded - 1) + (padded - 2) == weights.grams.count(batch)[0]
    sums = weights.table[:, buckets].astype(np.int64).sum(axis=1)
    expected = sums / np.sqrt(len(buckets)) * weights.scale + weights.bias
    assert LinearModel(weights).log_odds([text])[0] == pytest.approx(expected)


def test_equal_grams_share_a_bucket_wherever_they_stand() -> None:
    """A gram's bucket depends on its characters alone; other grams nearly never share it."""
    grams = Grams(longest=4, bits=22)
    pairs = [b[b != BLANK] for b in grams.hash(Batch.of(["甲乙丙丁", "丁丙甲乙丙"]))]
    singles, doubles, triples = pairs[0], pairs[1], pairs[2]
    assert singles[1] == singles[9]  # 甲
    assert doubles[1] == doubles[8]  # 甲乙
    assert triples[1] == triples[7]  # 甲乙丙
    assert len(set(np.concatenate(pairs).tolist())) > 25


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("WIFI 慢", "wifi 慢"),
        ("等了3小时", "等了8小时"),
        ("哈哈哈", "哈哈哈哈哈哈"),
        ("！！！！", "！！！"),
    ],
)
def test_folding(one: str, other: str) -> None:
    """Case, the value of a digit and the length of a long run say nothing."""
    model = LinearModel(_weights())
    assert model.score([one]) == model.score([other])


def test_only_the_beginning_of_an_endless_text_is_read() -> None:
    """What stands beyond MAX_LENGTH changes nothing; what stands before it does."""
    model = LinearModel(_weights())
    text = "客服不理人" * (MAX_LENGTH // 5)
    assert model.score([text + "很好"]) == model.score([text])
    assert model.score([text[:-2]]) != model.score([text])


def test_save_and_load(tmp_path: Path) -> None:
    """Weights come back as they were saved, from the file and from its folder."""
    weights = _weights()
    weights.save(tmp_path / FILE_NAME)
    before = LinearModel(weights)
    for path in (tmp_path, tmp_path / FILE_NAME):
        after = LinearModel.load(path)
        assert after.name == before.name
        assert after.score(NEGATIVE) == before.score(NEGATIVE)


def test_name_follows_the_weights() -> None:
    """Other weights have another name: a stored score says which weights gave it."""
    weights = _weights()
    moved = LinearWeights(weights.grams, weights.table, weights.scale * 2, weights.bias)
    assert len({LinearModel(w).name for w in (weights, _weights(11), moved)}) == 3


@pytest.mark.parametrize(
    "content",
    [b"", b"not a zip", b"PK\x03\x04 cut off", b"\x93NUMPY\x01\x00", b"\x80\x04]\x94."],
)
def test_damaged_weights(tmp_path: Path, content: bytes) -> None:
    """A file that is no archive of weights is refused, with its name."""
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    with pytest.raises(ModelError, match=FILE_NAME):
        LinearModel.load(path)


def test_cut_off_weights(tmp_path: Path) -> None:
    """An archive that lost bytes anywhere is refused."""
    path = tmp_path / FILE_NAME
    _weights().save(path)
    whole = path.read_bytes()
    for keep in (len(whole) // 4, len(whole) // 2, len(whole) - 10):
        path.write_bytes(whole[:keep])
        with pytest.raises(ModelError, match=FILE_NAME):
            LinearModel.load(path)
    middle = len(whole) // 2
    path.write_bytes(
        whole[:middle] + bytes(b ^ 255 for b in whole[middle : middle + 8]) + whole[middle + 8 :]
    )
    with pytest.raises(ModelError, match=FILE_NAME):
        LinearModel.load(path)


@pytest.mark.parametrize(
    "change",
    [
        {"bits": np.int64(12)},
        {"longest": np.int64(0)},
        {"bits": np.int64(63)},
        {"table": np.zeros((2, 1024), dtype=np.float32)},
        {"table": np.zeros((3, 1024), dtype=np.int8)},
        {"scale": np.array([np.nan, 1.0])},
        {"bias": np.array([1.0])},
        {"bias": np.array([None, 1.0], dtype=object)},
        {"bits": np.array(["x"])},
    ],
)
def test_weights_of_another_make(tmp_path: Path, change: dict[str, np.ndarray]) -> None:
    """Arrays of a wrong shape, type or value are refused, and nothing is unpickled."""
    weights = _weights()
    arrays: dict[str, object] = {
        "longest": np.int64(3),
        "bits": np.int64(10),
        "table": weights.table,
        "scale": weights.scale,
        "bias": weights.bias,
    }
    path = tmp_path / FILE_NAME
    np.savez(path, **(arrays | change))  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=FILE_NAME):
        LinearModel.load(path)


def test_missing_weights(tmp_path: Path) -> None:
    """Weights that are not there are named."""
    with pytest.raises(ModelError, match="no weights at"):
        LinearModel.load(tmp_path)


def test_weights_are_read_once(tmp_path: Path) -> None:
    """A second load gives the same model; a file that changed is read again."""
    path = tmp_path / FILE_NAME
    _weights().save(path)
    first = LinearModel.load(path)
    assert LinearModel.load(path) is LinearModel.load(tmp_path) is first
    _weights(11).save(path)
    assert LinearModel.load(path).name == LinearModel(_weights(11)).name != first.name


def test_damage_is_not_remembered(tmp_path: Path) -> None:
    """A file that was refused is read once it is sound."""
    path = tmp_path / FILE_NAME
    path.write_bytes(b"")
    with pytest.raises(ModelError, match=FILE_NAME):
        LinearModel.load(path)
    _weights().save(path)
    assert LinearModel.load(path).name == LinearModel(_weights()).name


def test_shared_weights_cannot_be_changed() -> None:
    """What every caller shares refuses to be written to."""
    model = LinearModel.load()
    with pytest.raises(ValueError, match="read-only"):
        model._weights.table[0, 1] = 1


def test_registry(tmp_path: Path) -> None:
    """A setting is a name or a folder of weights; anything else is refused with what can be."""
    assert load_model(LINEAR).name == LinearModel.load().name
    _weights().save(tmp_path / FILE_NAME)
    assert load_model(str(tmp_path)).name == LinearModel(_weights()).name
    with pytest.raises(ModelError, match="cascade, linear or"):
        load_model("bert-base-chinese")


def test_brand_talk() -> None:
    """Of sentences written in the manner of brand talk, most get their class."""
    scores = LinearModel.load().score([text for text, _ in LABELLED])
    hits = {
        label: [s.label == label for s, (_, t) in zip(scores, LABELLED, strict=True) if t == label]
        for label in LABELS
    }
    shares = {label: sum(found) / len(found) for label, found in hits.items()}
    assert shares["negative"] >= 0.9, shares
    assert shares["positive"] >= 0.8, shares
    assert shares["neutral"] >= 0.65, shares


def test_complaint_and_praise_are_never_swapped() -> None:
    """Hardly a complaint is taken for praise, and hardly any praise for a complaint."""
    scores = LinearModel.load().score([text for text, _ in LABELLED])
    swapped = [
        text
        for (text, label), score in zip(LABELLED, scores, strict=True)
        if {label, score.label} == {"negative", "positive"}
    ]
    assert len(swapped) <= 5, swapped


def test_emoticons_speak_but_do_not_rule() -> None:
    """An emoticon moves a plain sentence its way, and does not turn a plain complaint."""
    model = LinearModel.load()
    plain, angry, happy = model.score(["到货了", "到货了[怒]", "到货了[爱你]"])
    assert angry.negative > plain.negative
    assert happy.positive > plain.positive
    assert model.score(["喝出虫子，太恶心了，客服还不理人[哈哈]"])[0].label == "negative"


def test_score_names() -> None:
    """A score's label and confidence are those of its greatest probability."""
    score = Score(0.2, 0.1, 0.7)
    assert (score.label, score.confidence) == ("positive", 0.7)

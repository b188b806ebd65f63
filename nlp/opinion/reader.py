"""What a small model reads in a post about a brand, in 8-bit ONNX, each post alone.

Its lower layers are those of the encoder that ships, and stand in that encoder's file alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import xxhash

from nlp.opinion.gram_rows import FILE_NAME, GramRows
from nlp.opinion.marking import Marked, Pieces, Signs, marked
from nlp.opinion.questions import CHOICES, MARKS, PLACES, SEVERAL, WIDTH
from nlp.sentiment.model import ModelError, Score
from nlp.sentiment.onnx_encoder import model_file, open_session
from nlp.sentiment.transformer import FOLDER, KEPT, each, softmax

READER_FILE: Final = "opinion.int8.onnx"
CONFIG_FILE: Final = "opinion.json"
_ANSWERS: Final = "answers"

Row = npt.NDArray[np.float32]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands next to a reader's file.

    `encoder` is the digest of the encoder that it shares layers with; `thresholds` are log odds
    from which a mark, a demand and a kind of spam hold.
    """

    encoder: str
    signs: Signs
    width: int
    thresholds: Mapping[str, float]
    training: str = ""

    def to_json(self) -> Any:
        """Return what `json` writes."""
        return msgspec.to_builtins(self)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a post says about a brand, as read in `post`: hidden own words and title.

    `complaint` are log odds. `row` are all answers.
    """

    post: tuple[str, str]
    row: Row = field(compare=False)
    stance: Score
    complaint: float
    spam: str


class Detail(NamedTuple):
    """What a complaint is about: log odds of severity 1 to 3 and of each category, and the rest."""

    severity: tuple[float, ...]
    categories: tuple[float, ...]
    demands: tuple[str, ...]
    harm: bool


class OpinionReader:
    """Reads posts, each alone and once as long as it is remembered."""

    def __init__(
        self, session: Any, pieces: Pieces, settings: Settings, rows: GramRows, name: str
    ) -> None:
        self.name = name
        self._rows = rows
        self._session = session
        self._pieces = pieces
        self.settings = settings
        self._remembered = lru_cache(maxsize=KEPT)(self._read)

    @staticmethod
    def load(folder: Path | None = None) -> "OpinionReader":
        """Load the reader of a folder; by default the one that ships.

        Raises:
            ModelError: it is missing or damaged, or belongs to another encoder.
        """
        folder = FOLDER if folder is None else folder
        settings = _settings(folder / CONFIG_FILE)
        path, base = folder / READER_FILE, model_file(folder)
        if base is None or not path.is_file() or digest_of(base) != settings.encoder:
            raise ModelError(f"{path} is missing, or was trained for another encoder")
        rows = folder / FILE_NAME
        found = GramRows.load(rows)
        name = f"opinion-{digest_of(path)[:8]}-{digest_of(rows)[:4]}"
        return OpinionReader(open_session(path), pieces_of(folder), settings, found, name)

    def read(self, posts: Sequence[tuple[str, str]]) -> list[Opinion]:
        """Return the opinions of posts: hidden own words and title each (`marking.hide`)."""
        return each(self._remembered, posts)

    def _read(self, post: tuple[str, str]) -> Opinion:
        row = self.row(post)
        marks = dict(zip(MARKS, row[PLACES["marks"]].tolist(), strict=True))
        limit = self.settings.thresholds
        return Opinion(
            post,
            row,
            stance=Score(*softmax(row[PLACES["stance"]].tolist(), 1.0)),
            complaint=marks["complaint"],
            spam=_spam(row[PLACES["spam"]], limit["spam"]),
        )

    def row(self, post: tuple[str, str]) -> Row:
        """Return the row of answers to a post, shape (WIDTH,)."""
        given = _given(marked(*post, self.settings.signs, self._pieces))
        row: Row = self._session.run([_ANSWERS], given)[0][0]
        return row

    def detail(self, opinion: Opinion) -> Detail:
        """Return what the post complains of, whether it complains or not; n-grams help."""
        row = self.mixed(opinion.row, opinion.post)
        limit = self.settings.thresholds
        asked = zip(SEVERAL["demands"], row[PLACES["demands"]].tolist(), strict=True)
        return Detail(
            severity=tuple(row[PLACES["severity"]].tolist()),
            categories=tuple(row[PLACES["categories"]].tolist()),
            demands=tuple(name for name, odds in asked if odds > limit["demands"]),
            harm=bool(row[PLACES["marks"]][MARKS.index("harm")] > limit["harm"]),
        )

    def mixed(self, row: Row, post: tuple[str, str]) -> Row:
        """Return a row of answers with what the n-grams of the post say mixed in."""
        return self._rows.mixed(row, "".join(post))


def _spam(logits: Row, least: float) -> str:
    """Return the likeliest kind of spam where it is so much likelier than none."""
    kind = int(logits[1:].argmax()) + 1
    return CHOICES["spam"][kind] if logits[kind] - logits[0] > least else ""


def digest_of(path: Path) -> str:
    """Return sixteen characters that another file does not have."""
    return xxhash.xxh3_64(path.read_bytes()).hexdigest()


def _given(post: Marked) -> dict[str, npt.NDArray[Any]]:
    ids = np.array([post.ids], dtype=np.int64)
    chosen = {"own": post.own, "brand": post.brand}
    shares = {name: np.array([some], dtype=np.float32) for name, some in chosen.items()}
    means = {name: share / max(share.sum(), 1) for name, share in shares.items()}
    return {"input_ids": ids, "attention_mask": np.ones_like(ids)} | means


def _settings(path: Path) -> Settings:
    try:
        settings = msgspec.json.decode(path.read_bytes(), type=Settings)
    except (OSError, msgspec.MsgspecError) as error:
        raise ModelError(f"{path}: opinions cannot be read without it: {error}") from error
    if settings.width != WIDTH:
        raise ModelError(f"{path} belongs to a reader that answers other questions")
    return settings


def pieces_of(folder: Path) -> Pieces:
    """Return the tokenizer of a folder, without signs for begin and end.

    Raises:
        ModelError: it holds none.
    """
    from tokenizers import Tokenizer  # noqa: PLC0415 - only who reads opinions needs one

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:
        raise ModelError(f"{folder} holds no tokenizer: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()

    def pieces(text: str) -> list[int]:
        numbers: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        return numbers

    return pieces


@lru_cache(maxsize=1)
def shipped() -> OpinionReader:
    """Return the reader that ships, loaded once.

    Raises:
        ModelError: it cannot be used.
    """
    return OpinionReader.load()

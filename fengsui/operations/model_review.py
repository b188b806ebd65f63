"""How the sentiment model does: on newly labelled posts, and whether its answers drift."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from alerts.messages.format import number
from alerts.messages.message import Message, Section
from fengsui.analysis.score import score_file
from fengsui.desk.send_once import Announcement, DeliverySummary, send_once
from fengsui.models import digest_of, model_in_use, promote
from fengsui.services import Services
from nlp.sentiment.model import SentimentModel
from nlp.sentiment.questions import Question
from nlp.sentiment.registry import load_model
from records import Window
from records.language import Language
from records.time import WEEK

# This week is held against so many before it.
WEEKS_BEFORE: Final = 4
# With fewer mentions on either side a drift is noise: unknown.
LEAST_MENTIONS: Final = 200
# A class that was never given would make the index infinite.
FLOOR: Final = 1e-4

Cell = tuple[str, int]

WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "title": "情感模型周检 · {verdict}",
        "good": "正常",
        "bad": "需要关注",
        "heading": "模型 {name}",
        "measured": "标注样本 {n} 条：宏平均 F1 {f1:.3f}（下限 {least:.2f}），"
        "准确率 {accuracy:.3f}",
        "unmeasured": "没有设置标注样本（[upkeep] labelled），未评测。",
        "drift": "本周与前四周打分分布的 PSI {psi:.3f}（上限 {most:.2f}），本周 {n} 条",
        "unknown": "提及不足 {least} 条，无法判断漂移。",
    },
    "en": {
        "title": "Weekly check of the sentiment model · {verdict}",
        "good": "well",
        "bad": "needs a look",
        "heading": "Model {name}",
        "measured": "{n} labelled posts: macro-F1 {f1:.3f} (at least {least:.2f}), "
        "accuracy {accuracy:.3f}",
        "unmeasured": "No labelled posts are set ([upkeep] labelled): not measured.",
        "drift": "PSI of this week's scores against the four before {psi:.3f} "
        "(at most {most:.2f}), {n} this week",
        "unknown": "Fewer than {least} mentions: drift unknown.",
    },
}


class NotPromotable(Exception):
    """A candidate cannot be promoted; the text says why."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model scored on `n` labelled posts."""

    model: str
    n: int
    accuracy: float
    macro_f1: float


@dataclass(frozen=True, slots=True)
class Drift:
    """The population stability index of the last week's answers; None where too few were given."""

    psi: float | None
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate compared with the model in use, on the same labelled posts."""

    folder: str
    digest: str
    candidate: Measured
    current: Measured


def measure(services: Services, model: SentimentModel | None = None) -> Measured | None:
    """Return what `model` (default: the one in use) scores; None without a labelled table.

    Raises:
        ScoreError: the table cannot be used.
        ModelError: the model in use cannot be loaded.
    """
    upkeep = services.settings.upkeep
    if upkeep.labelled is None:
        return None
    used = model or load_model(model_in_use(services.ledger, services.settings.model))
    report = score_file(
        upkeep.labelled,
        upkeep.labelled_text,
        upkeep.labelled_label,
        {},
        None,
        Question.of_sentiment(used),
    )
    return Measured(used.name, report.n, report.accuracy or 0.0, report.macro_f1 or 0.0)


def drift(services: Services, now: datetime) -> Drift:
    """Compare the classes and confidences given in the last week with those of the weeks before."""
    present = _answers(services, Window(now - WEEK, now))
    past = _answers(services, Window(now - (WEEKS_BEFORE + 1) * WEEK, now - WEEK))
    counts = present.total(), past.total()
    psi = stability_index(present, past) if min(counts) >= LEAST_MENTIONS else None
    return Drift(psi, *counts)


def _answers(services: Services, window: Window) -> Counter[Cell]:
    """Return how often each class was given with each third of confidence, copies left out."""
    answers: Counter[Cell] = Counter()
    for brand in services.brands:
        for cited in services.store.cited(brand, window):
            third = min(2, int(max(0.0, cited.mention.confidence - 1 / 3) * 4.5))
            answers[str(cited.mention.sentiment), third] += 1
    return answers


def stability_index(present: Counter[Cell], past: Counter[Cell]) -> float:
    """Return the population stability index of two distributions, 0 where they are the same.

    The sum of (p - q) ln(p / q) over the cells; both must have counted something.
    """
    total = 0.0
    for cell in present.keys() | past.keys():
        p = max(present[cell] / present.total(), FLOOR)
        q = max(past[cell] / past.total(), FLOOR)
        total += (p - q) * math.log(p / q)
    return total


def compose(
    services: Services, measured: Measured | None, drifted: Drift, language: Language
) -> Message:
    """Return what the review says of the model, in `language`."""
    words, upkeep = WORDS[language], services.settings.upkeep
    verdict = "bad" if needs_a_look(services, measured, drifted) else "good"
    lines = [words["unmeasured"]]
    if measured is not None:
        count = number(measured.n, language)
        lines = [
            words["measured"].format(
                n=count,
                f1=measured.macro_f1,
                least=upkeep.least_macro_f1,
                accuracy=measured.accuracy,
            )
        ]
    if drifted.psi is None:
        lines.append(words["unknown"].format(least=LEAST_MENTIONS))
    else:
        count = number(drifted.now, language)
        lines.append(words["drift"].format(psi=drifted.psi, most=upkeep.greatest_drift, n=count))
    name = measured.model if measured else services.settings.model
    section = Section(words["heading"].format(name=name), tuple(lines), "model", listed=True)
    return Message(language, words["title"].format(verdict=words[verdict]), sections=(section,))


def needs_a_look(services: Services, measured: Measured | None, drifted: Drift) -> bool:
    """Return whether the model scores too low or its answers drift too far."""
    upkeep = services.settings.upkeep
    low = measured is not None and measured.macro_f1 < upkeep.least_macro_f1
    return low or (drifted.psi is not None and drifted.psi > upkeep.greatest_drift)


def send_review(services: Services, clock: Callable[[], datetime]) -> DeliverySummary:
    """Measure the model in use, look for drift, and send the result, once a day.

    Raises:
        ScoreError: the labelled table cannot be used.
        ModelError: the model in use cannot be loaded.
    """
    now = clock()
    measured, drifted = measure(services), drift(services, now)
    announcement = Announcement(
        f"model@{now:%Y%m%d}",
        "model",
        lambda language: compose(services, measured, drifted, language),
    )
    return send_once(services, announcement, clock)


def compared(made: Comparison) -> dict[str, str]:
    """Return what the approver reads (`said`), and what names the candidate."""
    lines = (
        f"{role}: {one.model}, n = {one.n}, macro-F1 {one.macro_f1:.4f}, "
        f"accuracy {one.accuracy:.4f}"
        for role, one in (("候选 candidate", made.candidate), ("在用 current", made.current))
    )
    return {"folder": made.folder, "digest": made.digest, "said": "\n\n".join(lines)}


def compare(services: Services, folder: str) -> Comparison:
    """Measure the model in `folder` and the one in use.

    Raises:
        NotPromotable: there are no labelled posts to measure on.
        ModelError: the folder holds no model.
        ScoreError: the labelled table cannot be used.
    """
    candidate, current = measure(services, load_model(folder)), measure(services)
    if candidate is None or current is None:
        raise NotPromotable("set [upkeep] labelled: nothing is promoted unmeasured")
    return Comparison(folder, digest_of(Path(folder)), candidate, current)


def promote_approved(services: Services, approved: Mapping[str, str], now: datetime) -> str:
    """Promote what was approved, as `compared` named it; return the folder that scores from now on.

    Raises:
        NotPromotable: the folder has changed since it was measured.
    """
    folder = approved["folder"]
    if digest_of(Path(folder)) != approved["digest"]:
        raise NotPromotable(f"{folder} has changed since it was measured; measure it again")
    return promote(services.ledger, services.settings.model, Path(folder), services.state, now)

"""The model card of the encoder; the figures are those of the evaluation that writes it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_CARD: Final = """\
---
language: zh
license: mit
base_model: intfloat/multilingual-e5-small
---

# Small Chinese encoder for sentiment, emotion and complaints

`{model}` · written by `python -m nlp.training.encoder.report` · figures in `metrics.json`

Six transformer layers of width 384 (21 million parameters), mean pooling, three linear heads:
sentiment (negative, neutral, positive), emotion (SMP2020's six), complaint or not. 8-bit ONNX with
7-bit weights, so that processors without VNNI do not overflow, in the joined operators that ONNX
Runtime has for BERT (other runtimes lack them). An ordinary Hugging Face folder:
`transformers.AutoTokenizer` reads its tokenizer; the outputs of the ONNX model are `pooled`,
`sentiment`, `emotion` and `complaint`.

**Base**: layers 0, 2, 4, 6, 8 and 11 of multilingual-e5-small (intfloat, MIT licence), its
vocabulary cut to Chinese, ASCII, emoji and signs, from a copy that had been stored in 4 bits.

**Training**: see *How it was trained* below. Texts that agree in their Chinese characters are kept
once across all sets before the split; a tenth of each set goes to dev and to test by a hash of the
text. The sets are those of [the linear model's card](../weights/README.md); their licences are
mostly unstated and none of their rows is here. Not learned from, by this model or the linear one:
{unseen}.

## How it was trained

{training}

## Sentiment on the test parts, in %, emoticons removed

Accuracy; macro-F1 for sets with three classes. At most 1,000 texts a set. Two-class sets are
answered by the likelier of the two. *TF-IDF* is character 1-3-grams and logistic regression fitted
on the set's own train part (on a third of all sets for what is unseen), *both* the weighted mean
of linear stage and transformer on every text, *cascade* the shipped default, of which the
transformer read {share} of the dev texts. SnowNLP and cnsenti, which know no neutral, read a
sample of the negative and positive texts; SnowNLP was trained on some of them
([which](../weights/README.md)).

{sets}

Expected calibration error of the cascade (15 bins): {calibration} points over all texts together
({read} where all are read), {apart} as the mean of the sets, whose errors go either way.

| emotion, six classes | macro-F1 |
|---|---:|
{emotions}

Complaint or not, on the held-out half of the posts labelled by hand: F1 {complaint}.

## The cascade

What the linear stage must be sure of, by how many points of accuracy may be given up against
reading everything (`accuracy_given_up`), on dev:

| points given up | confidence asked | read by the transformer |
|---:|---:|---:|
{steps}

## Limits

- Irony that no word marks, slang newer than 2023 and insults by homophone are often missed.
- It scores a text, not what the text says of a brand: a comparison of two brands gets one answer
  ([measured](../../../docs/sentiment.md)).
- Labels of *Weibo emoticons* are a rule's, of *moods* and NLPCC2013 emotions'; the sets disagree
  about what is neutral, which is the weakest class.
- It reads the first 96 tokens (about 130 characters) of a text.
"""


def card(document: Mapping[str, Any]) -> str:
    """Return the card of an evaluation."""
    steps = document["cascade"]["steps"]
    default = next(step for step in steps if step["given_up"] == 0.5)
    return _CARD.format(
        model=document["model"],
        unseen=", ".join(f"`{name}`" for name in document["unseen"]),
        training=document["training"],
        share=f"{100 * default['share']:.0f}%",
        sets=_sets(document),
        calibration=f"{100 * document['calibration_error']['cascade']:.1f}",
        read=f"{100 * document['calibration_error']['both on all']:.1f}",
        apart=_calibration(document["sets"]["cascade"]),
        emotions="\n".join(
            f"| {name} | {100 * value:.1f} |"
            for name, value in document["emotion_macro_f1"].items()
        ),
        complaint=f"{100 * document['complaint_f1']:.1f}",
        steps="\n".join(map(_step, steps)),
    )


def _step(step: Mapping[str, float]) -> str:
    asked = f"{step['confidence']:.3f}" if step["confidence"] <= 1 else "all are read"
    return f"| {step['given_up']:g} | {asked} | {100 * step['share']:.0f}% |"


def _calibration(rows: Sequence[Mapping[str, Any]]) -> str:
    total = sum(row["n"] for row in rows)
    return f"{100 * sum(row['n'] * row['calibration_error'] for row in rows) / total:.1f}"


def _sets(document: Mapping[str, Any]) -> str:
    names = ("TF-IDF", "linear", "transformer", "both on all", "cascade")
    lexicons = document["lexicons"]
    head = f"| set | texts | classes | {' | '.join(names)} | {' | '.join(lexicons)} |"
    tables = {name: {row["name"]: row for row in document["sets"][name]} for name in names}
    lines = [head, "|---|" + "---:|" * (2 + len(names) + len(lexicons))]
    for name, row in tables["cascade"].items():
        figures = [_figure(tables[model][name]) for model in names]
        others = [f"{100 * lexicons[lexicon][name]:.1f}" for lexicon in lexicons]
        unseen = " (unseen)" if name in document["unseen"] else ""
        cells = [f"{name}{unseen}", f"{row['n']:,}", str(row["classes"]), *figures, *others]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _figure(row: Mapping[str, Any]) -> str:
    if row["classes"] == 2:
        return f"{100 * row['accuracy']:.1f}"
    return f"{100 * row['accuracy']:.1f} / {100 * row['macro_f1']:.1f}"

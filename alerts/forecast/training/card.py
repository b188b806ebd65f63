"""The model card and the metrics that lie next to the weights."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from alerts.forecast.model import FILE_NAME, CascadeModel, fingerprint
from alerts.forecast.training.ced import Labelled, Split
from alerts.forecast.training.doubt import Growth, expected
from alerts.forecast.training.fit import Recipe, top_size
from alerts.forecast.training.scores import Scores, score_all, score_peaks
from alerts.forecast.training.streams import Snapshot, score_clusters

METRICS: Final = "metrics.json"
CARD: Final = "README.md"


def write_card(
    model: CascadeModel,
    recipe: Recipe,
    parts: Split,
    unchosen: Sequence[Labelled],
    polled: Sequence[Growth],
    clusters: Sequence[Snapshot],
    folder: Path,
) -> None:
    """Measure `model` and write `metrics.json` and `README.md` next to the weights in `folder`."""
    tested = score_all(model, parts.test)
    metrics: dict[str, Any] = {
        "weights": fingerprint(folder / FILE_NAME),
        "cascades": {"train": len(parts.train), "dev": len(parts.dev), "test": len(parts.test)},
        "top_size": {
            name: top_size(part)
            for name, part in (("train", parts.train), ("dev", parts.dev), ("test", parts.test))
        },
        "doubts": dict(model.doubts),
        "test": [asdict(scores) for scores in tested],
        "dev": [asdict(scores) for scores in score_all(model, parts.dev)],
        "checked": [dict(row) for row in score_peaks(model, unchosen)],
        "hot_topics": _polled(model, polled),
        "clusters": [dict(row) for row in score_clusters(clusters, model)],
    }
    text = json.dumps(metrics, indent=1, ensure_ascii=False)
    (folder / METRICS).write_text(text + "\n", encoding="utf-8")
    (folder / CARD).write_text(_card(metrics, recipe, tested), encoding="utf-8")


def _polled(model: CascadeModel, polled: Sequence[Growth]) -> list[dict[str, float]]:
    """Hold the growth that was expected against what came, by the count at that time."""
    counts = np.array([one.seen.count for one in polled])
    hoped, grown = expected(polled, model), np.array([one.grown for one in polled])
    found = []
    for low, high in ((0, 1), (1, 5), (5, 20), (20, 100), (100, 10**9)):
        part = (counts >= low) & (counts < high)
        if part.any():
            found.append(
                {
                    "from": low,
                    "n": int(part.sum()),
                    "expected_median": float(np.median(hoped[part])),
                    "grown_median": float(np.median(grown[part])),
                    "grown_mean": float(grown[part].mean()),
                }
            )
    return found


def _card(metrics: Mapping[str, Any], recipe: Recipe, tested: Sequence[Scores]) -> str:
    sizes, parts, doubts = metrics["top_size"], metrics["cascades"], metrics["doubts"]
    scores = "\n".join(
        f"| {row.family} | {_age(row.age)} | {row.auc:.3f} | {row.recall:.2f} | {row.brier:.4f} "
        f"| {row.more_auc:.3f} | {row.more_brier:.3f} | {row.peak_held:.0%} |"
        for row in tested
    )
    checked = "\n".join(
        f"| {_age(row['age'])} | {row['n']} | {row['reached']:.0%} | {row['auc']:.3f} "
        f"| {row['count_auc']:.3f} | {row['brier']:.3f} | {row['held']:.0%} |"
        for row in metrics["checked"]
    )
    polled = "\n".join(
        f"| {row['from']} | {row['n']:,} | {row['expected_median']:.1f} "
        f"| {row['grown_median']:.0f} | {row['grown_mean']:.1f} |"
        for row in metrics["hot_topics"]
    )
    clusters = "\n".join(
        f"| {_age(row['age'])} | {row['n']:,.0f} | {row['auc']:.3f} | {row['cascade_auc']:.3f} "
        f"| {row['brier']:.3f} | {row['cascade_brier']:.3f} | {row['held']:.0%} "
        f"| {row['cascade_held']:.0%} |"
        for row in metrics["clusters"]
    )
    return _TEMPLATE.format(
        clusters=clusters,
        weights=metrics["weights"],
        recipe=recipe,
        scores=scores,
        checked=checked,
        polled=polled,
        **parts,
        **{f"top_{name}": size for name, size in sizes.items()},
        **{f"doubt_{name}": doubt for name, doubt in doubts.items()},
    )


def _age(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.0f} h"


_TEMPLATE: Final = """# Forecast of cascades

`cascade.npz`, fingerprint `{weights}` · written by `python -m alerts.forecast.training`

Says of something that was watched for 10 minutes, 1 hour or 6 hours how likely it is to end among
the largest tenth, how much will still come (in all, and within six hours), and how high the
greatest hour of the next six will be. Boosted trees of depth {recipe.depth} over hand-made features
(`alerts/forecast/cascade.py`), copied into plain arrays. Family `tree` knows who answers whom,
family `times` only when. Fitted with: {recipe}.

One of the features is a Hawkes process with the power-law memory of SEISMIC (Zhao et al. 2015,
doi:10.1145/2783258.2783401; its published constants), fitted to the single cascade.

## Data

CED (Song et al. 2018): reposts of 2,345 Weibo posts of 2010 to 2014, split strictly by the
time of the post: {train} cascades to fit the trees, {dev} to calibrate by (Platt's scaling), {test}
to measure by. What was counted when the posts were collected (reposts, comments, likes) and whether
a post is a rumour are not read; the number of followers is that of the collection, not of the
moment. A largest tenth is that of the same part: from {top_train}, {top_dev} and {top_test}
reposts. Nothing of the data is part of this project.

Trees know nothing beyond what they have seen: of more events than nine of ten training cascades had
at that age, a sample of that many is judged by its times, and the forecast multiplied again.

CED was chosen by size: hardly a cascade has under 90 or over 1,000 reposts. So forecasts are drawn
down: what is to come is taken n / (n + doubt) times, with n the events so far. The doubt is
{doubt_events:.1f} where every event is known (fitted on the earlier half of the CHECKED posts) and
{doubt_counts:.0f} where a count was read now and then (fitted on the posts of hot topics, all of
them, so the last table below is no test).

## Scores on the test part

*More* is about 50, 100 and 200 more reposts within six hours (means). *Held* is the share of the
greatest hours within the interval that should hold 80%. The scores of CED are without doubt.

| family | age | AUC, largest tenth | recall at 10% | Brier | AUC, more | Brier, more | held |
|---|---:|---:|---:|---:|---:|---:|---:|
{scores}

## On posts that nobody chose by size

The later half of the CHECKED posts (2020), reposts, without a tree: does an hour of the next six
bring at least 100?

| age | posts | did | AUC | AUC of the count so far | Brier | held |
|---:|---:|---:|---:|---:|---:|---:|
{checked}

Posts of hot topics (2023) by their count at a reading, and the growth until the next one, mostly a
quarter of an hour later:

| from | pairs | expected, median | grown, median | grown, mean |
|---:|---:|---:|---:|---:|
{polled}

Clusters of voices: words in the CHECKED stream of comments, each from when six hours had gone by
without it, where the last hour had at least five. What a cascade alike would bring is turned into
the peak of a cluster by a line an age, fitted on the earlier half of the time; this is the later
half. Asked is for an hour of at least 10, 20 and 50 of the next six (means); *cascade* is without
the line.

| age | clusters | AUC | cascade | Brier | cascade | held | cascade |
|---:|---:|---:|---:|---:|---:|---:|---:|
{clusters}

## Limits

- A cluster of complaints about a brand is forecast by what became of words under posts about one
  epidemic. No labelled set of complaints about brands was at hand.
- The largest tenth of {test} cascades are some 47: an AUC is known to about 0.035, a recall to
  about 0.07.
- Reposts of 2010 to 2014. How people repost has changed, and what a forecast says of other
  platforms is carried over, not measured.
- No cascade above 1,000 was seen in fitting: what is greater is judged by its like on a smaller
  scale.
- The readings of hot topics lie a quarter of an hour apart and the posts are few that grow: they
  carry one number, no model of their own, and say little about six hours.
- Negative share and followers of those who repost are not in the data and not used.
- Before ten minutes a forecast is made as if ten had gone by and nothing more had come.
"""

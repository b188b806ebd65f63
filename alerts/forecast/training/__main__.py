"""Fit the forecast, measure it, and write weights, metrics and model card.

python -m alerts.forecast.training --data ../shared/data --out alerts/forecast/weights
"""

import argparse
import logging
from dataclasses import replace
from pathlib import Path

from alerts.forecast.model import FILE_NAME, CascadeModel
from alerts.forecast.training import ced, checked, hot_topics, streams
from alerts.forecast.training.card import write_card
from alerts.forecast.training.doubt import fit_doubt
from alerts.forecast.training.fit import Recipe, fit

_log = logging.getLogger(__name__)


def main() -> None:
    """Fit on the folder that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parts = ced.split(ced.load(given.data))
    _log.info("%d, %d, %d cascades", len(parts.train), len(parts.dev), len(parts.test))
    recipe = Recipe()
    model = fit(parts, recipe)
    early, _ = checked.halves(checked.load(given.data))
    doubts = {
        "events": fit_doubt(checked.growths(early), model),
        "counts": fit_doubt(hot_topics.load(given.data), model),
    }
    _log.info("doubts %s", doubts)
    finish(replace(model, doubts=doubts), recipe, parts, given.data, given.out)


def finish(model: CascadeModel, recipe: Recipe, parts: ced.Split, data: Path, out: Path) -> None:
    """Fit what clusters of complaints take, and write weights, metrics and card."""
    early, late = streams.halves(streams.snapshots(streams.load(data)))
    path = out / FILE_NAME
    out.mkdir(parents=True, exist_ok=True)
    replace(model, clusters=streams.fit_clusters(early, model)).save(path)
    unchosen = checked.halves(checked.load(data))[1]
    polled = hot_topics.load(data)
    write_card(CascadeModel.load(path), recipe, parts, unchosen, polled, late, out)


if __name__ == "__main__":
    main()

"""Fit the forecast, measure it, and write weights, metrics and model card.

python -m alerts.forecast.training --data ../shared/data --out alerts/forecast/weights
"""

import argparse
import logging
from dataclasses import replace
from pathlib import Path

from alerts.forecast.model import FILE_NAME, CascadeModel
from alerts.forecast.training import ced, checked, hot_topics
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
    early, late = checked.halves(checked.load(given.data))
    polled = hot_topics.load(given.data)
    doubts = {
        "events": fit_doubt(checked.growths(early), model),
        "counts": fit_doubt(polled, model),
    }
    _log.info("doubts %s", doubts)
    path = given.out / FILE_NAME
    given.out.mkdir(parents=True, exist_ok=True)
    replace(model, doubts=doubts).save(path)
    write_card(CascadeModel.load(path), recipe, parts, late, polled, given.out)


if __name__ == "__main__":
    main()

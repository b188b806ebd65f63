"""The weights that ship: small, sound, read without a framework, and as good as their card says."""

import json
import lzma
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingRegressor

from alerts.forecast.model import (
    AGES,
    FILE_NAME,
    FOLDER,
    CascadeModel,
    ForecastModelError,
    fingerprint,
)
from alerts.forecast.training import ced, hot_topics
from alerts.forecast.training.card import METRICS
from alerts.forecast.training.fit import Recipe, _trees, fit, is_top
from alerts.forecast.training.scores import auc, brier, recall, score_all
from alerts.forecast.trees import Trees

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
SMALL = Recipe(trees=8, leaf=4)
BEGAN = datetime(2012, 5, 1, tzinfo=UTC)


def _write(path: Path, lines: list[str]) -> None:
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


@pytest.fixture
def invented(tmp_path: Path) -> Path:
    """Return a folder with made-up cascades in the form of CED; every fourth grows tenfold."""
    posts = ["event_id,label,time,text,reposts,user_followers"]
    reposts = ["event_id,label,node,parent_node,user_no,time,text"]
    dice = np.random.default_rng(5)
    for number in range(60):
        began = BEGAN + timedelta(days=number)
        size = int(dice.integers(10, 20)) * (10 if number % 4 == 0 else 1)
        posts.append(f"p{number},x,{began:%F %T},写的话,9,{'' if number == 7 else 100.0}")
        spent = np.sort(dice.exponential(7200, size))
        for node, seconds in enumerate(spent.tolist(), start=1):
            at = began + timedelta(seconds=round(seconds))
            parent = int(dice.integers(0, node))
            reposts.append(f"p{number},x,{node},{parent},0,{at:%F %T},")
    reposts.append("p1,x,900,0,0,07月23日 11:47,broken")
    _write(tmp_path / "ced_original_x.csv.xz", posts)
    _write(tmp_path / "ced_cascades_x.csv.xz", reposts)
    return tmp_path


def test_what_ships_is_small_and_needs_no_framework() -> None:
    """At most 1 MB, and neither scikit-learn nor SciPy is loaded to run it."""
    assert (FOLDER / FILE_NAME).stat().st_size <= 1_000_000
    program = (
        "import sys; from datetime import datetime, UTC; from alerts.forecast.forecast import "
        "Cascade, forecast; now = datetime(2025, 1, 1, tzinfo=UTC); forecast(Cascade(now), now, 5);"
        "sys.exit(any(name.split('.')[0] in ('sklearn', 'scipy') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=FOLDER.parents[3])


def test_the_card_belongs_to_the_weights() -> None:
    """Fingerprint, doubts and scores in the card are those of the file next to it."""
    metrics = json.loads((FOLDER / METRICS).read_text(encoding="utf-8"))
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert metrics["weights"] == fingerprint(FOLDER / FILE_NAME)
    assert metrics["weights"] in card
    assert metrics["doubts"] == dict(CascadeModel.load().doubts)
    for row in metrics["test"]:
        assert f"{row['auc']:.3f} | {row['recall']:.2f} | {row['brier']:.4f}" in card


@pytest.mark.skipif(not DATA.exists(), reason="the data are not here")
def test_the_card_tells_what_is_measured() -> None:
    """The scores of the test part, measured again, are those that the card shows."""
    metrics = json.loads((FOLDER / METRICS).read_text(encoding="utf-8"))
    test = ced.split(ced.load(DATA)).test
    for row, told in zip(score_all(CascadeModel.load(), test), metrics["test"], strict=True):
        assert asdict(row) == pytest.approx(told)


def test_a_split_is_by_time(invented: Path) -> None:
    """Every training cascade began before every validation one, and those before the test."""
    parts = ced.split(ced.load(invented))
    assert [len(part) for part in (parts.train, parts.dev, parts.test)] == [36, 12, 12]
    assert parts.train[-1].began < parts.dev[0].began
    assert parts.dev[-1].began < parts.test[0].began


def test_truth_is_what_came_after(invented: Path) -> None:
    """Rest, six hours and greatest hour are counted on what came after the age alone."""
    whole = max(ced.load(invented), key=lambda one: one.size)
    truth = whole.truth(3600.0)
    later = whole.whole.times[whole.whole.times > 3600]
    near = later[later <= 3600 * 7]
    hours = [int(((near >= begin) & (near < begin + 3600)).sum()) for begin in near]
    assert truth == {"rest": len(later), "more": len(near), "peak": max(hours)}
    assert whole.at(3600.0).count + truth["rest"] == whole.size


def test_a_fit_is_repeated_exactly_and_learns(invented: Path, tmp_path: Path) -> None:
    """The same data give the same weights, saved and read back unchanged, better than chance."""
    parts = ced.split(ced.load(invented))
    model, again = fit(parts, SMALL), fit(parts, SMALL)
    places = [tmp_path / name for name in ("one.npz", "two.npz")]
    for one, path in zip((model, again), places, strict=True):
        one.save(path)
    with np.load(places[0]) as first, np.load(places[1]) as second:
        assert all(np.array_equal(first[name], second[name]) for name in first.files)
    read = CascadeModel.load(places[0])
    for key, fitted in model.models.items():
        rows = fitted.usual[None, :] * np.linspace(0.5, 2, 5)[:, None]
        assert read.models[key].top_probability(rows).tolist() == (
            fitted.top_probability(rows).tolist()
        )
    scores = score_all(read, parts.test)
    assert {(row.family, row.age) for row in scores} == {
        (family, age) for family in ("tree", "times") for age in AGES
    }
    assert min(row.auc for row in scores if row.age >= 3600) > 0.8


def test_trees_answer_as_scikit_learn_does() -> None:
    """The arrays give what the fitted trees gave, early leaves included."""
    dice = np.random.default_rng(2)
    rows = dice.normal(size=(200, 4)).astype(np.float32).astype(np.float64)
    values = rows[:, 0] * 3 + (rows[:, 1] > 0) + dice.normal(size=200) / 10
    recipe = Recipe(trees=30, leaf=40)
    fitted = GradientBoostingRegressor(
        n_estimators=30, max_depth=3, learning_rate=recipe.rate, min_samples_leaf=40
    ).fit(rows, values)
    ours = _trees(fitted.estimators_[:, 0], fitted.predict(rows[:1])[0], rows, recipe)
    assert ours.predict(rows) == pytest.approx(fitted.predict(rows), abs=1e-5)


def test_a_row_is_not_moved_by_its_neighbours() -> None:
    """One row alone scores to the bit what it scores among others."""
    model = CascadeModel.load().models["times", 3600]
    rows = model.usual * np.random.default_rng(1).uniform(0, 3, (50, len(model.names)))
    together = model.top_probability(rows).tolist()
    assert [model.top_probability(row[None, :])[0] for row in rows] == together


@pytest.mark.parametrize("damage", ["missing", "cut", "text", "other arrays"])
def test_damaged_weights_are_a_clear_error(damage: str, tmp_path: Path) -> None:
    """A file that is missing, cut, or holds something else is named in the error."""
    path = tmp_path / "cascade.npz"
    if damage == "cut":
        path.write_bytes((FOLDER / FILE_NAME).read_bytes()[:5000])
    elif damage == "text":
        path.write_text("no weights")
    elif damage == "other arrays":
        np.savez(path, table=np.zeros(3))
    with pytest.raises(ForecastModelError, match=r"cascade\.npz"):
        CascadeModel.load(path)


def test_trees_that_point_nowhere_are_unsound() -> None:
    """A feature that the rows do not have, or leaves that do not fit, are found."""
    features, thresholds = np.zeros((2, 3), dtype=np.uint8), np.zeros((2, 3), dtype=np.float32)
    leaves = np.zeros((2, 4), dtype=np.float32)
    assert Trees(0.0, features, thresholds, leaves).sound(1)
    assert not Trees(0.0, features + np.uint8(4), thresholds, leaves).sound(4)
    assert not Trees(0.0, features, thresholds, leaves[:, :3]).sound(1)
    assert not Trees(0.0, features, thresholds * np.nan, leaves).sound(1)


def test_the_measures_are_right() -> None:
    """AUC counts ties a half, recall looks at a tenth, Brier is a mean square."""
    truth = np.array([True, False, True, False])
    assert auc(truth, np.array([0.9, 0.1, 0.5, 0.5])) == pytest.approx(3.5 / 4)
    assert np.isnan(auc(truth[:1], np.array([1.0])))
    assert brier(truth, np.array([1.0, 0.0, 0.5, 0.5])) == pytest.approx(0.125)
    many = np.arange(20) >= 18
    assert recall(many, np.arange(20.0)) == 1
    assert recall(many, -np.arange(20.0)) == 0


def test_a_tenth_is_a_tenth(invented: Path) -> None:
    """About a tenth of any set is among its largest tenth."""
    assert 0.05 <= is_top(ced.load(invented)).mean() <= 0.15


def test_readings_of_posts_are_paired(tmp_path: Path) -> None:
    """Consecutive readings of a young post make a pair; unreadable rows are left out."""
    _write(
        tmp_path / hot_topics.FILE,
        [
            "snapshot,微博id,发布时间,转发数",
            "2023-05-25 18-00,1,2023-05-25 17:00:00,3",
            "2023-05-25 18-30,1,2023-05-25 17:00:00,8",
            "2023-05-25 18-30,1,2023-05-25 17:00:00,-1",
            "2023-05-25 18-30,2,2023-05-25 17:00:00,many",
            "2023-05-25 18-30,3,2023-05-25 19:00:00,4",
        ],
    )
    (pair,) = hot_topics.load(tmp_path)
    assert (pair.seen.count, pair.grown) == (3, 5)
    assert 0 < pair.share < 0.3
    assert pair.seen.basis == "counts"

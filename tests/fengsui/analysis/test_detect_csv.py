"""The detector on CSV files."""

import io
import tarfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from alerts.detection.settings import DetectionSettings
from fengsui.analysis.detect_csv import NAIVE_ZONE, CsvError, CsvReport, detect_csv

START = datetime(2026, 3, 2, 21, 42, 53)  # noqa: DTZ001 - a file may hold naive times
NAB = Path(__file__).parents[3].parent / "shared" / "data" / "nab.tar.xz"


def made(step: timedelta, rows: int, rate: float = 20.0) -> list[tuple[str, str]]:
    """Return rows of a calm series with a burst of six rows in its last fiftieth."""
    values = np.random.default_rng(5).poisson(rate, rows)
    burst = rows - rows // 50
    values[burst : burst + 6] += int(10 * rate)
    return [(str(START + i * step), str(value)) for i, value in enumerate(values)]


def write(path: Path, rows: list[tuple[str, str]], header: str = "timestamp,value") -> Path:
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return path


def judged(path: Path) -> tuple[CsvReport, list[list[str]]]:
    out = io.StringIO()
    report = detect_csv(path, out, DetectionSettings())
    lines = [line.split(",") for line in out.getvalue().splitlines()]
    assert lines[0] == ["timestamp", "value", "score", "alert"]
    return report, lines[1:]


@pytest.mark.parametrize("step", [timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)])
def test_every_row_comes_back(tmp_path: Path, step: timedelta) -> None:
    """Rows return in order and spelling with a score in [0, 1]; the burst is an alert."""
    rows = made(step, 2000)
    report, lines = judged(write(tmp_path / "a.csv", rows))
    assert [(line[0], line[1]) for line in lines] == rows
    scores = np.array([float(line[2]) for line in lines])
    assert ((scores >= 0) & (scores <= 1)).all()
    alerts = [index for index, line in enumerate(lines) if line[3] == "1"]
    times = [datetime.fromisoformat(row[0]).replace(tzinfo=NAIVE_ZONE) for row in rows]
    alerted = tuple(times[index] for index in alerts)
    seconds = int(step.total_seconds())
    assert report == CsvReport(2000, len(alerts), seconds, times[0], times[-1], alerted)
    assert {1960, 1961} & set(alerts)
    assert len(alerts) <= 8
    assert 1960 <= scores.argmax() < 1967


def test_nothing_looks_ahead(tmp_path: Path) -> None:
    """A file cut short gives the same rows up to there."""
    rows = made(timedelta(minutes=5), 2000)
    whole = judged(write(tmp_path / "a.csv", rows))[1]
    assert judged(write(tmp_path / "b.csv", rows[:1963]))[1] == whole[:1963]


def test_order_does_not_matter(tmp_path: Path) -> None:
    """Shuffled rows get what they get in order, and keep their places."""
    rows = made(timedelta(hours=1), 600)
    expected = judged(write(tmp_path / "a.csv", rows))[1]
    assert judged(write(tmp_path / "b.csv", rows[::-1]))[1] == expected[::-1]


def test_zones_do_not_matter(tmp_path: Path) -> None:
    """The same instants with and without a zone get the same scores; no zone is Beijing time."""
    rows = made(timedelta(minutes=5), 1500)
    utc = [
        (str(datetime.fromisoformat(at) - timedelta(hours=8)) + "+00:00", value)
        for at, value in rows
    ]
    plain, zoned = (judged(write(tmp_path / "a.csv", some))[1] for some in (rows, utc))
    assert [line[2:] for line in plain] == [line[2:] for line in zoned]


def test_a_gap_is_unknown(tmp_path: Path) -> None:
    """Missing rows are neither zeros nor an alert when rows come again."""
    rows = made(timedelta(minutes=5), 2000)[:1900]
    del rows[1500:1600]
    report, lines = judged(write(tmp_path / "a.csv", rows))
    assert (report.rows, report.alerts, len(lines)) == (1800, 0, 1800)


def test_a_repeated_row_shares_its_score(tmp_path: Path) -> None:
    """A row that stands twice is scored once; with another value it is refused."""
    rows = made(timedelta(minutes=5), 2000)
    once = judged(write(tmp_path / "a.csv", rows))
    twice = judged(write(tmp_path / "b.csv", [row for row in rows for _ in range(2)]))
    assert twice[0].alerts == once[0].alerts
    assert [line[2] for line in twice[1]][::2] == [line[2] for line in once[1]]
    with pytest.raises(CsvError, match="row 2001: another value"):
        judged(write(tmp_path / "c.csv", [*rows[:1999], (rows[4][0], "7777")]))


def test_extra_columns_and_a_mark_do_no_harm(tmp_path: Path) -> None:
    """Columns are found by name, and a byte order mark is no part of it."""
    rows = made(timedelta(hours=1), 300)
    plain = judged(write(tmp_path / "a.csv", rows))[1]
    swapped = [(value, "x", at) for at, value in rows]
    lines = ["\ufeffvalue,note,timestamp", *(",".join(row) for row in swapped)]
    (tmp_path / "b.csv").write_text("\n".join(lines), encoding="utf-8")
    assert judged(tmp_path / "b.csv")[1] == plain


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("yesterday,3", "row 3: no time: 'yesterday'"),
        ("2026-03-02 21:47:53,many", "row 3: no number: 'many'"),
        ("2026-03-02 21:47:53,", "row 3: no number: ''"),
        ("2026-03-02 21:47:53,nan", "row 3: no finite number"),
        ("2026-03-02 21:47:53,1e999", "row 3: no finite number"),
        ("0001-01-01 00:00:00,1", "row 3: no time"),
        ("2026-03-02 21:47:53", "row 3: 1 fields of 2"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    """A row that cannot be read stops the run with its number and its fault."""
    (tmp_path / "a.csv").write_text(f"timestamp,value\n{START},1\n{row}\n", encoding="utf-8")
    with pytest.raises(CsvError, match=message):
        judged(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "columns timestamp and value"),
        (b"time,count\n1,2\n", "columns timestamp and value"),
        (b"timestamp,value\n", "two rows"),
        (b"timestamp,value\n2026-03-02,1\n", "two rows"),
        (b"timestamp,value\n\xff\xfe,1\n", "cannot be read"),
        (
            b"timestamp,value\n2026-03-02 00:00:00,1\n2026-03-02 00:00:01,1\n9000-01-01,1\n",
            "too many",
        ),
        (
            b"timestamp,value\n2026-03-02 00:00,1\n2026-03-02 00:05,1\n2026-03-02 00:10,1\n"
            b"2026-03-02 00:12:20,1\n",
            "row 5: not on a step",
        ),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """A file that is no even series is refused with the reason."""
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(CsvError, match=message):
        judged(tmp_path / "a.csv")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that is not there is an error of the same kind."""
    with pytest.raises(CsvError, match="cannot be read"):
        judged(tmp_path / "none.csv")


def test_real_mentions_of_a_brand(tmp_path: Path) -> None:
    """The real mention counts of one brand are scored row by row, with some alarms."""
    if not NAB.exists():
        pytest.skip(f"the NAB archive is not at {NAB}")
    name = "nab/data/realTweets/Twitter_volume_AMZN.csv"
    with tarfile.open(NAB) as archive:
        found = archive.extractfile(name)
        assert found is not None
        (tmp_path / "a.csv").write_bytes(found.read())
    report, lines = judged(tmp_path / "a.csv")
    assert report.step_seconds == 300
    assert report.rows == len(lines) > 15_000
    assert 1 <= report.alerts < 100


@pytest.mark.parametrize("step", [timedelta(minutes=7), timedelta(hours=3)])
@pytest.mark.parametrize(("scale", "shift"), [(0.01, 0.0), (3.7, -500.0), (1e6, 1e9)])
def test_numbers_that_are_no_counts(
    tmp_path: Path, step: timedelta, scale: float, shift: float
) -> None:
    """Fractions and negative numbers of any size are scored: the burst alarms, little else does."""
    rng = np.random.default_rng(11)
    values = rng.normal(40.0, 4.0, 2000)
    values[1960:1966] += 80.0
    rows = [(str(START + i * step), repr(float(v * scale + shift))) for i, v in enumerate(values)]
    lines = judged(write(tmp_path / "a.csv", rows))[1]
    alerts = [index for index, line in enumerate(lines) if line[3] == "1"]
    assert {1960, 1961} & set(alerts)
    assert len(alerts) <= 2000 * step / timedelta(weeks=1) + 3
    # Nothing looks ahead, not even to find out what kind of numbers these are.
    assert judged(write(tmp_path / "b.csv", rows[:1963]))[1] == lines[:1963]


def test_constant_numbers_are_silent(tmp_path: Path) -> None:
    """A series that never moves scores nothing, whatever its value is."""
    for value in ("-3.5", "0", "0.25", "10000"):
        rows = [(str(START + i * timedelta(minutes=5)), value) for i in range(900)]
        lines = judged(write(tmp_path / "a.csv", rows))[1]
        assert {line[3] for line in lines} == {"0"}

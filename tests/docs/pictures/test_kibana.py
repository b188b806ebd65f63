"""The pictures: drawn from the answers of a real Elasticsearch, one for each dashboard."""

import re
from pathlib import Path

import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from dashboards.kibana.boards.all import dashboards
from dashboards.kibana.lens import palette
from dashboards.kibana.naming import Naming
from docs.pictures.drawing.values import cut, number, width
from docs.pictures.kibana import main, pictures
from records.language import Language
from store.elasticsearch.settings import ElasticsearchSettings
from tests.docs.pictures.scene import END, TEA, load
from tests.servers.fixtures import Elasticsearch

DOCS = Path(__file__).parents[3] / "docs"
LARGEST = 300_000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_dashboard_is_drawn(
    language: Language, tmp_path: Path, elasticsearch_url: str, elasticsearch_prefix: str
) -> None:
    """There is a picture of each dashboard, as high as its grid, small enough for a page."""
    load(elasticsearch_url, elasticsearch_prefix)
    settings = ElasticsearchSettings(urls=(elasticsearch_url,), prefix=elasticsearch_prefix)
    naming = Naming(language, elasticsearch_prefix)
    files = pictures(tmp_path, settings, naming, END, TEA)
    assert [file.stem.split(".")[0] for file in files] == [one.name for one in dashboards(5)]
    for file, board in zip(files, dashboards(5), strict=True):
        rows = max(panel.place.y + panel.place.h for panel in board.panels)
        with Image.open(file) as image:
            assert image.size == (1402, 102 + 20 * rows)
        assert file.stat().st_size < LARGEST


def test_picture_shows_the_colour_of_a_level(
    tmp_path: Path, elasticsearch_9: Elasticsearch, elasticsearch_prefix: str
) -> None:
    """The tile of red incidents is red, and negatives have their colour."""
    load(elasticsearch_9.url, elasticsearch_prefix)
    settings = ElasticsearchSettings(urls=(elasticsearch_9.url,), prefix=elasticsearch_prefix)
    first, *_ = pictures(tmp_path, settings, Naming("zh", elasticsearch_prefix), END, TEA)
    with Image.open(first) as image:
        found = {colour for _, colour in image.convert("RGB").getcolors(1 << 20) or ()}
    for wanted in (palette.LEVELS["red"], palette.SENTIMENTS["negative"]):
        channels = [round(255 * part) for part in to_rgb(wanted)]
        assert any(
            max(abs(a - b) for a, b in zip(channels, one, strict=True)) <= 6
            for one in found
            if isinstance(one, tuple)
        )


def test_pictures_of_the_documentation_are_there_and_small() -> None:
    """Both pages show every dashboard, and no picture is a burden."""
    for page, ending in (("kibana.md", ".en.png"), ("kibana.zh-CN.md", ".png")):
        text = (DOCS / page).read_text(encoding="utf-8")
        shown = re.findall(r"\]\((kibana/[a-z.]+png)\)", text)
        assert shown == [f"kibana/{one.name}{ending}" for one in dashboards(5)]
        for name in shown:
            assert (DOCS / name).stat().st_size < LARGEST


def test_server_that_is_away_is_said_in_one_line(tmp_path: Path) -> None:
    """Without Elasticsearch there is one line and no picture."""
    with pytest.raises(SystemExit) as ended:
        main(["--out", str(tmp_path), "--url", "http://127.0.0.1:9"])
    assert "127.0.0.1:9" in str(ended.value.code)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [
        (5.0, None, "5"),
        (0.7142, {"id": "percent", "params": {"decimals": 0}}, "71%"),
        (2_100_000, {"id": "number", "params": {"decimals": 1, "compact": True}}, "2.1M"),
        (12, {"id": "number", "params": {"decimals": 1, "compact": True}}, "12"),
        (1234, {"id": "number", "params": {"decimals": 0}}, "1,234"),
    ],
)
def test_numbers_look_as_their_format_says(
    value: float, shown: dict[str, object] | None, text: str
) -> None:
    """Whole numbers, shares and large numbers are written as Lens writes them."""
    assert number(value, shown) == text


def test_long_texts_are_cut_by_their_width() -> None:
    """A Chinese letter counts for two; what is cut ends with dots."""
    assert cut("奶茶奶茶奶茶", 6) == "奶茶…"
    assert cut("tea", 6) == "tea"
    assert width("茶") > width("t")

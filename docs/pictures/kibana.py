"""`python -m docs.pictures.kibana --out docs/kibana`: each dashboard as a PNG.

Drawn from what Elasticsearch answers for each panel, laid out as the grid says. It is not Kibana
that draws here: fonts, spacing and details of the charts are otherwise there.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from dashboards.kibana.boards.all import dashboards, saved_objects
from dashboards.kibana.dashboard import Dashboard
from dashboards.kibana.naming import Naming
from docs.pictures.drawing.page import draw_page
from docs.pictures.emulation.aggregation import Scope
from docs.pictures.emulation.results import ask
from docs.pictures.sample import fill
from store.elasticsearch.client import Server
from store.elasticsearch.settings import ElasticsearchSettings
from store.errors import StoreError

# Half past eleven on the evening of the sample's crisis, two hours into red.
NOW: Final = "2026-03-19T23:30+08:00"
BRAND: Final = "云朵茶饮"
PREFIX: Final = "fengsui-sample"
_SPANS: Final = {"d": "days", "h": "hours", "m": "minutes"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the dashboards; exit with 2 and one line where Elasticsearch cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m docs.pictures.kibana", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("--url", default="http://127.0.0.1:9200", help="of an Elasticsearch")
    parser.add_argument("--prefix", default=PREFIX, help="of the indices")
    parser.add_argument("--language", choices=["zh", "en"], default="zh")
    parser.add_argument("--until", default=NOW, help="what is taken for now, ISO 8601")
    parser.add_argument("--brand", default=BRAND, help="chosen where one brand is looked at")
    parser.add_argument("--fill", type=Path, help="first replay the sample in this folder")
    given = parser.parse_args(arguments)
    until = datetime.fromisoformat(given.until)
    servers = ElasticsearchSettings(
        urls=(given.url,), prefix=given.prefix, replicas=0, patience_seconds=2
    )
    try:
        if given.fill:
            fill(given.fill, servers, until)
        naming = Naming(given.language, given.prefix)
        for path in pictures(given.out, servers, naming, until, given.brand):
            sys.stdout.write(f"{path}\n")
    except StoreError as error:
        sys.exit(f"{parser.prog}: {error}")


def pictures(
    out: Path, servers: ElasticsearchSettings, naming: Naming, until: datetime, brand: str
) -> list[Path]:
    """Draw every dashboard as of `until` into `out`; return the files.

    Raises:
        StoreError: Elasticsearch cannot be reached or refuses.
        OSError: a file cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    server = Server.of(servers)
    made = []
    try:
        objects = saved_objects(naming, tick_minutes=5)
        for board in dashboards(tick_minutes=5):
            scope = Scope(until - span(board.since), until, chosen(board, brand))
            shown = ask(objects, server, scope)
            made.append(out / f"{board.name}{'' if naming.language == 'zh' else '.en'}.png")
            draw_page(board, shown, naming, scope, made[-1])
    finally:
        server.close()
    return made


def span(text: str) -> timedelta:
    """Return the length of time that `text` (7d, 24h) names."""
    return timedelta(**{_SPANS[text[-1]]: int(text[:-1])})


def chosen(board: Dashboard, brand: str) -> str:
    """Return what the controls of a dashboard are set to on its picture."""
    wanted: Mapping[str, str] = {
        "brand": f'brand: "{brand}"',
        "crisis": f'brand: "{brand}"',
    }
    return wanted.get(board.name, "")


if __name__ == "__main__":
    main()

"""The parts of a workbook as elements, piece by piece."""

from collections.abc import Iterator
from xml.parsers import expat

from listeners.parsing.sheets.tables import BrokenTables


def new_parser() -> expat.XMLParserType:
    """Return a parser that refuses declarations, with which a small part can grow without end."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise BrokenTables("a workbook with declarations of its own")


def fed(parser: expat.XMLParserType, pieces: Iterator[bytes]) -> Iterator[None]:
    """Let `parser` read piece by piece, and yield after each.

    Raises:
        BrokenTables: it is no XML.
    """
    is_empty = True
    try:
        for piece in pieces:
            is_empty = False
            parser.Parse(piece, False)
            yield
        if not is_empty:
            parser.Parse(b"", True)
            yield
    except (expat.ExpatError, ValueError) as error:
        raise BrokenTables("a damaged workbook") from error


def local(name: str) -> str:
    """Return the name of an element without its prefix."""
    return name[name.rfind(":") + 1 :]

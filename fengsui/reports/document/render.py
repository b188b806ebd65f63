"""A report in the format that was asked for."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from fengsui.reports.document.model import Document


class Format(StrEnum):
    """The formats of a report."""

    MESSAGE = "message"
    MD = "md"
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"


def format_of(path: Path | None) -> Format:
    """Return the format that a file's ending names; a message where it names none."""
    ending = path.suffix.lower().lstrip(".") if path is not None else ""
    known = {"markdown": Format.MD, "htm": Format.HTML, "txt": Format.MESSAGE}
    return known.get(ending) or next((one for one in Format if one == ending), Format.MESSAGE)


def is_text(form: Format) -> bool:
    """Say whether a format can be printed."""
    return form not in {Format.PDF, Format.DOCX}


def rendered(document: Document, form: Format, made_at: datetime) -> bytes:
    """Return the report in a format. Each writer is loaded when it is asked for."""
    if form is Format.PDF:
        from fengsui.reports.document.pdf import pdf_of  # noqa: PLC0415  see above

        return pdf_of(document, made_at)
    if form is Format.DOCX:
        from fengsui.reports.document.docx import docx_of  # noqa: PLC0415  see above

        return docx_of(document, made_at)
    return _text(document, form).encode()


def _text(document: Document, form: Format) -> str:
    if form is Format.HTML:
        from fengsui.reports.document.html import html_of  # noqa: PLC0415  see above

        return html_of(document)
    if form is Format.MD:
        from fengsui.reports.document.markdown import markdown_of  # noqa: PLC0415  see above

        return markdown_of(document)
    from fengsui.reports.document.message import message_of  # noqa: PLC0415  see above

    return message_of(document).plain() + "\n"

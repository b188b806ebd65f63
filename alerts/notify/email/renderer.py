"""A message as a mail: text and HTML, the picture inside, threaded by Message-ID.

Mail programs link what looks like an address, in text too; in the text of posts such addresses are
broken.
"""

import hashlib
import html
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from alerts.messages.format import safe_link
from alerts.messages.message import Message
from alerts.notify.markup import Markup, blocks_of, title_of, without_links
from records import Level
from records.language import LEVEL_COLOURS, RECOVERED_COLOUR

PICTURE_LIMIT = 10 * 1024 * 1024
NO_COLOUR = "#666666"
PICTURE = "picture@fengsui"

_TEXT = Markup(
    escape=without_links,
    bold="{}".format,
    link=lambda label, url: f"{label} {safe_link(url)}" if safe_link(url) else "",
    quote="> {}".format,
)


def _html_link(label: str, url: str) -> str:
    address = html.escape(safe_link(url))
    return f'<a href="{address}" rel="noopener noreferrer">{label}</a>' if address else ""


_HTML = Markup(
    escape=lambda text: html.escape(without_links(text)),
    bold="<strong>{}</strong>".format,
    link=_html_link,
    quote='<span style="color:#555;border-left:3px solid #ccc;padding-left:8px">{}</span>'.format,
)


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of the message sent under `key`: the same at every try."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def mail_of(
    message: Message,
    *,
    key: str,
    sender: str,
    recipients: Sequence[str],
    root: str | None,
    at: datetime,
) -> EmailMessage:
    """Return the mail; with `root`, the Message-ID of a thread's first mail, it answers to that."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"fengsui <{sender}>"
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = without_links(title_of(message))
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id(key, sender)
    if root is not None:
        mail["In-Reply-To"] = root
        mail["References"] = root
    mail["Auto-Submitted"] = "auto-generated"
    if message.level is Level.RED and not message.recovered:
        mail["Importance"] = "high"
    mail.set_content(_text(message), cte="base64")
    picture = message.picture
    if picture is None or len(picture.png) > PICTURE_LIMIT:
        mail.add_alternative(_page(message, None), subtype="html", cte="base64")
        return mail
    mail.add_alternative(_page(message, PICTURE), subtype="html", cte="base64")
    page = mail.get_body(("html",))
    if isinstance(page, EmailMessage):
        page.add_related(picture.png, "image", "png", cid=f"<{PICTURE}>", filename="picture.png")
    return mail


def _text(message: Message) -> str:
    blocks = blocks_of(message, _TEXT)
    parts = (without_links(title_of(message)), *("\n".join(block) for block in blocks))
    return "\n\n".join(parts) + "\n"


def _page(message: Message, picture: str | None) -> str:
    title = html.escape(without_links(title_of(message)))
    blocks = "".join(f"<p>{'<br>'.join(block)}</p>" for block in blocks_of(message, _HTML))
    shown = ""
    if picture is not None and message.picture is not None:
        words = html.escape(message.picture.words)
        shown = f'<p><img src="cid:{picture}" alt="{words}" style="max-width:100%"></p>'
    return (
        f'<!doctype html><html lang="{message.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title></head>"
        '<body style="font-family:sans-serif;font-size:16px;line-height:1.5;max-width:40em">'
        f'<h1 style="font-size:18px;border-left:6px solid {_colour_of(message)};'
        f'padding-left:8px">{title}</h1>{blocks}{shown}</body></html>\n'
    )


def _colour_of(message: Message) -> str:
    if message.recovered:
        return RECOVERED_COLOUR
    return LEVEL_COLOURS[message.level] if message.level is not None else NO_COLOUR

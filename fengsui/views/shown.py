"""Numbers, times, names and links as the readers of a page expect them."""

from datetime import datetime, timedelta
from typing import Final

from alerts.messages import format as messages
from alerts.messages.catalogue import CATALOGUES
from records.language import Language
from records.time import BEIJING, DAY, HOUR, MINUTE

_LESS_THAN_ONE: Final = 0.95


def count(value: float, language: Language) -> str:
    """Return a count, shortened from ten thousand on: 1.2万, 12k."""
    return messages.number(value, language).replace(" ", "")


def usual(value: float, language: Language) -> str:
    """Return a baseline as a whole number; next to none is less than one."""
    return "<1" if value < _LESS_THAN_ONE else count(round(value), language)


def clock(at: datetime, now: datetime) -> str:
    """Return the clock of Beijing, with the date where `now` has another."""
    return messages.clock_time(at, now)


def stamp(at: datetime) -> str:
    """Return date and time in Beijing."""
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def age(span: timedelta, language: Language) -> str:
    """Return how long ago something was, in its largest unit."""
    chinese = language == "zh"
    if span < MINUTE:
        return "刚刚" if chinese else "just now"
    if span < HOUR:
        return f"{span // MINUTE} 分钟前" if chinese else f"{span // MINUTE} min ago"
    if span < DAY:
        return f"{span // HOUR} 小时前" if chinese else f"{span // HOUR} h ago"
    return f"{span // DAY} 天前" if chinese else f"{span // DAY} d ago"


def lasting(span: timedelta, language: Language) -> str:
    """Return a length of time in its two largest units."""
    return messages.duration(span, CATALOGUES[language])


def line(text: str, limit: int = 200) -> str:
    """Return what strangers wrote as one line without signs that hide or reorder text."""
    return messages.one_line(text, limit)


def link(url: str) -> str:
    """Return an http(s) address, or nothing where `url` is none that a reader may open."""
    return messages.safe_link(url)


def name(text: str) -> str:
    """Return a person's name with all but its first character masked."""
    return messages.masked_name(text)


def percent(share: float) -> str:
    """Return a share in per cent."""
    return messages.percent(share)


def word(key: str, language: Language, otherwise: str = "") -> str:
    """Return the messages' word for something: a category, a kind of account, a demand."""
    return CATALOGUES[language].get(key, otherwise)


def place(source: str, language: Language) -> str:
    """Return what people call a platform."""
    return word(f"place.{source}", language, line(source, 30))

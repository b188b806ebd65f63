"""The words of the daily brief and the weekly review, one TOML file a language."""

from typing import Final

from alerts.messages.catalogue import load_catalogues

WORDS: Final = load_catalogues("fengsui.reports")

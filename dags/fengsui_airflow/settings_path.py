"""Where the settings are named. Nothing else: DAG files are parsed with it."""

from typing import Final

CONFIG_ENV: Final = "FENGSUI_CONFIG"

"""A task is tried again only where that can help."""

import pytest

from fengsui.ingest.poll import UnknownSource
from fengsui.operations.model_review import NotPromotable
from fengsui.settings.application import SettingsError
from fengsui_airflow.connections import AmbiguousConnection
from fengsui_airflow.intervals import WrongRange
from fengsui_airflow.retry_policy import OnlyWhereItHelps
from store.errors import StoreError

KINDS = (SettingsError, UnknownSource, WrongRange, NotPromotable, AmbiguousConnection)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_person_gave_wrong_fails_at_once(kind: type[Exception]) -> None:
    """Wrong settings, ranges, sources and models stay wrong: nothing is tried again."""
    assert OnlyWhereItHelps().evaluate(kind("x"), 1, 3).action.name == "FAIL"


@pytest.mark.parametrize("error", [OSError("x"), StoreError("x"), RuntimeError("x")])
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    """A server that is away may come back: the task's own retries hold."""
    assert OnlyWhereItHelps().evaluate(error, 1, 3).action.name == "DEFAULT"

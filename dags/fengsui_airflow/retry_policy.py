"""When a task that failed is tried again."""

from typing import Any, Self

from airflow.sdk import RetryDecision, RetryPolicy


class OnlyWhereItHelps(RetryPolicy):
    """Fails at once where a person has to act first; else the task decides.

    That is after a lost login, and wherever what a person gave is wrong: the settings, the range or
    the source of a run, a model. Airflow's own policy by exceptions imports those that it is given
    whenever a DAG file is parsed.
    """

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,  # noqa: ARG002 - as declared by Airflow
        max_tries: int,  # noqa: ARG002
        context: Any = None,  # noqa: ARG002
    ) -> RetryDecision:
        """Decide in the worker, which has the application loaded anyway."""
        if isinstance(exception, _wants_a_person()):
            return RetryDecision.fail("a person has to act")
        return RetryDecision.default()

    def serialize(self) -> dict[str, Any]:
        """Return nothing: the policy has no settings."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Self:  # noqa: ARG003 - as declared by Airflow
        """Return the policy."""
        return cls()


def _wants_a_person() -> tuple[type[Exception], ...]:
    from fengsui.ingest.poll import UnknownSource
    from fengsui.operations.model_review import NotPromotable
    from fengsui.settings.application import SettingsError
    from fengsui_airflow.connections import AmbiguousConnection
    from fengsui_airflow.intervals import WrongRange
    from listeners.errors import LoginNeeded, Refused

    return (
        LoginNeeded,
        Refused,
        SettingsError,
        UnknownSource,
        WrongRange,
        NotPromotable,
        AmbiguousConnection,
    )

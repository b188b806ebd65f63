"""When a task that failed is tried again."""

from typing import Any, Self

from airflow.sdk import RetryDecision, RetryPolicy


class OnlyWhereItHelps(RetryPolicy):
    """Fails at once where a person has to act first, as after a lost login; else the task decides.

    Airflow's own policy by exceptions imports those that it is given whenever a DAG file is parsed.
    """

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,  # noqa: ARG002 - as declared by Airflow
        max_tries: int,  # noqa: ARG002
        context: Any = None,  # noqa: ARG002
    ) -> RetryDecision:
        """Decide in the worker, which has the listeners loaded anyway."""
        from listeners.errors import LoginNeeded, Refused

        if isinstance(exception, LoginNeeded | Refused):
            return RetryDecision.fail("a person has to act")
        return RetryDecision.default()

    def serialize(self) -> dict[str, Any]:
        """Return nothing: the policy has no settings."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Self:  # noqa: ARG003 - as declared by Airflow
        """Return the policy."""
        return cls()

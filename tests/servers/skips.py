"""Says at the end of a test run, where nobody can overlook it, what this machine could not test."""

import pytest

# What marks a reason as one of `tests.servers.processes.missing`.
_SIGN = "is not installed here"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List each program that is missing, with the number of tests that were skipped for it."""
    counts: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", ()):
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
        if _SIGN in reason:
            counts[reason] = counts.get(reason, 0) + 1
    if not counts:
        return
    terminalreporter.section("NOT TESTED", sep="!", bold=True, red=True)
    for reason, count in sorted(counts.items()):
        said = f"{count} tests skipped. {reason.removeprefix('Skipped: ')}"
        terminalreporter.write_line(said, bold=True, red=True)

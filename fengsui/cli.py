"""The command line over the steps."""


def main() -> None:
    """Run the `fengsui` command."""

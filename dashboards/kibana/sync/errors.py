"""What goes wrong between us and Kibana."""

from fengsui.cli.additions import CommandError


class KibanaError(CommandError):
    """Kibana cannot be used, or refused; the message is one line and says what to do."""


class ChangedInKibana(KibanaError):
    """Objects were changed in Kibana since we pushed them; nothing was written."""

"""From counts and evidence to incidents, and to the alerts that report them."""

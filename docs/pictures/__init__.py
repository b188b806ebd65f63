"""The pictures in the documentation, drawn from a checkout: no part of the wheel."""

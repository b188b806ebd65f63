"""How good predictions are: small pure functions over labels and probabilities."""

from collections import Counter
from collections.abc import Mapping, Sequence

type_hint = None

"""Names give way to a neutral word, in a part of a text as well."""

from nlp.brands.unnamed import IT, unnamed


def test_names_are_hidden() -> None:
    """Every span becomes the neutral word, the rest stays as it is."""
    assert unnamed("瑞幸比喜茶难喝", [(3, 5), (0, 2)]) == f"{IT}比{IT}难喝"


def test_a_part_has_its_own_names() -> None:
    """Of a part of a text only the names that begin in it are hidden."""
    assert unnamed("瑞幸贵，喜茶好喝", [(0, 2), (4, 6)], 4) == f"{IT}好喝"
    assert unnamed("瑞幸贵，喜茶好喝", [(0, 2), (4, 6)], 0, 3) == f"{IT}贵"


def test_overlapping_names_are_hidden_once() -> None:
    """Of spans that overlap the first counts, and of those that begin together the longest."""
    assert unnamed("蜜雪冰城好", [(0, 4), (0, 2), (2, 4)]) == f"{IT}好"

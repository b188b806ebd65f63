"""Rounded ids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.parsing.ids import exact_id, is_rounded, is_rounding_of, may_be_rounded

LONG = st.integers(10**16, 10**19 - 1).map(str)


@pytest.mark.parametrize("written", ["5.31E+15", "7.51235E+18", "7.512345678901235e+18", "5E+15"])
def test_scientific_notation_is_rounded(written: str) -> None:
    """A number in scientific notation has lost its digits."""
    assert is_rounded(written)


@pytest.mark.parametrize(
    "written",
    ["5306780296538002", "5306780296538000", "R2QnXrqPE", "5E12", "66fad51c0000000001", ""],
)
def test_other_ids_are_left_alone(written: str) -> None:
    """Words, and numbers that end in a zero by chance, are no rounded ids."""
    assert not is_rounded(written)


@given(LONG)
def test_what_a_spreadsheet_leaves_is_known(exact: str) -> None:
    """What a spreadsheet or a float leaves of a number is known for it, and the number returns."""
    kept = exact[:15] + "0" * (len(exact) - 15)
    for rounded in {kept, f"{float(exact):.5E}", f"{float(exact):.0f}"} - {exact}:
        notes: list[str] = []
        assert is_rounding_of(rounded, exact)
        assert exact_id(rounded, exact, "address", notes) == exact
        assert notes == ["id: repaired from the address"]
    assert may_be_rounded(kept)
    assert is_rounded(kept)


@given(LONG, LONG)
def test_another_number_is_no_rounding(one: str, other: str) -> None:
    """An id that is sound is never replaced by that of another post."""
    if one[:14] != other[:14] and not is_rounded(one):
        assert exact_id(one, other, "address", []) == one

"""Rules of the families of keys under which the ledger remembers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from records.state import COLLECT, FAMILIES, NOTICE, PART, WATCHED, family_of

ROOT = Path(__file__).parents[2]
PACKAGES = ("records", "nlp", "listeners", "alerts", "store", "fengsui", "dashboards", "dags")
REGISTRY = ROOT / "records" / "state.py"


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path != REGISTRY:
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_a_key_is_its_name_and_its_parts() -> None:
    """The keys of databases that exist are made: a name, then the parts, with dots between."""
    assert WATCHED.key() == "watched"
    assert COLLECT.key("微博 搜索") == "collect.微博 搜索"
    assert PART.key("licensed", "云朵 1.0") == "part.licensed.云朵 1.0"
    assert NOTICE.pattern == "notice.{subject}.{receiver}"
    with pytest.raises(ValueError, match="collect"):
        COLLECT.key()


def test_every_key_leads_back_to_its_family() -> None:
    """Names differ, a part may hold dots, and a key that nobody makes is of no family."""
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
    for family in FAMILIES:
        assert family_of(family.pattern) is family
        assert family_of(family.key(*("a.b" for _ in family.parts))) is family
    assert [family_of(key) for key in ("collect", "watched.x", "part.a", "other", "")] == [None] * 5


def test_writers_are_modules_that_use_the_family() -> None:
    """Each family names a module that is there and that says what it is for."""
    for family in FAMILIES:
        assert (ROOT / f"{family.writer.replace('.', '/')}.py").is_file(), family
        assert family.purpose, family
        assert family.value, family


def test_no_other_module_spells_a_key() -> None:
    """Keys are made by the registry alone: no text begins with a family's name and a part."""
    begins = {f"{family.name}." for family in FAMILIES if family.parts}
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and node.values:
                first = node.values[0]
                assert not (isinstance(first, ast.Constant) and first.value in begins), path
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                named = (begin for begin in begins if node.value.startswith(f"{begin}{{"))
                assert not any(named), (path, node.value)


def test_no_call_names_a_cursor_by_a_text() -> None:
    """What reads or writes a cursor asks a family for the key."""
    for path, tree in sources():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"cursor", "set_cursor"}
                and node.args
            ):
                assert not isinstance(node.args[0], ast.Constant | ast.JoinedStr), path

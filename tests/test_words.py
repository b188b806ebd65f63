"""Docstrings, comments and documents are written in plain present-day English."""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Old or private ways to say what the field has words for, and what to write instead.
REFUSED = {
    r"\b(?:is|are|was|were|be|been|being) (?:told|heard|said)\b": "report, detect, show, state",
    # In backticks or quotes it is a stored kind of reason, or a name.
    r"(?<![`\"])\bbeside\b": "next to, compared with, besides",
    r"\bwhoever\b": "anyone who, a person who",
    r"\bmend(?:s|ed|ing)?\b": "fix, repair",
    r"\btroubles? of our own\b": "operational incident",
}
_REFUSED = re.compile("|".join(REFUSED), re.IGNORECASE)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines()]


def prose_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each docstring and comment."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False)
            if text:
                yield node.body[0].lineno, text
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


@pytest.mark.parametrize(
    "text", ["who is told", "Beside the counts", "whoever asks", "mended", "a trouble of our own"]
)
def test_old_words_are_found(text: str) -> None:
    """The pattern finds what it is there for."""
    assert _REFUSED.search(text)


def test_code_speaks_plainly() -> None:
    """No docstring and no comment uses a refused word."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {hit[0]}"
        for path in tracked("*.py")
        if path != Path(__file__)
        for line, text in prose_of(path.read_text(encoding="utf-8"))
        for hit in _REFUSED.finditer(text)
    ]
    assert found == []


def test_documents_speak_plainly() -> None:
    """No document uses a refused word."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {hit[0]}"
        for path in tracked("*.md")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for hit in _REFUSED.finditer(line)
    ]
    assert found == []

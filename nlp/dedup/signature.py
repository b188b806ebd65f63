"""What a text is known again by: an exact hash, and two sketches of its set of character 3-grams.

The minima find candidates: A. Broder, "On the resemblance and containment of documents" (1997).
The bitmap compares them: Whang, Vander-Zanden and Taylor, "A linear-time probabilistic counting
algorithm" (1990), counts two sets and their union. For a post of 60 characters its standard error
is a third of what 32 minima give; only long texts fill it up.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import xxhash

from nlp.text.normalise import fold

MINIMA: Final = 32
SHORT: Final = 6  # texts with fewer characters are known again only when they are exactly equal
LAYOUT: Final = b"\x01"  # first byte of a signature; changes whenever the others change meaning
BITS: Final = 512
HEAD: Final = 9  # bytes of LAYOUT and the exact hash, all that a short text has
BODY: Final = HEAD + 4 * MINIMA  # where the minima (little-endian uint32) end and the bitmap begins
SIZE: Final = BODY + BITS // 8

_GRAM: Final = 3
_LONGEST: Final = 10_000  # characters of a text that are read
_BATCH: Final = 512  # texts hashed together: what they need stays in the processor's cache
_EMOTICON: Final = re.compile(r"\[[^\[\]\s]{1,12}\]")
_BETWEEN: Final = "\n"

_Codes = npt.NDArray[np.uint32]


def signatures(texts: Sequence[str]) -> list[bytes]:
    """Return one signature a text, in order; a text's signature does not depend on the others.

    Case, width, script, emoticons, punctuation and blanks do not count, unless there is nothing
    else. A signature has HEAD bytes, SIZE from SHORT characters on.
    """
    return [
        signature
        for first in range(0, len(texts), _BATCH)
        for signature in _signatures(texts[first : first + _BATCH])
    ]


def _signatures(texts: Sequence[str]) -> list[bytes]:
    codes, lengths = _letters([text[:_LONGEST] for text in texts])
    ends = np.cumsum(lengths)
    starts = ends - lengths
    long = lengths >= SHORT
    sketches = iter(_sketches(codes, starts[long], lengths[long]))
    raw = memoryview(codes.tobytes())
    signed = []
    for text, start, end, is_long in zip(
        texts, (starts * 4).tolist(), (ends * 4).tolist(), long.tolist(), strict=True
    ):
        exact = raw[start:end] if start < end else text.encode("utf-8", "surrogatepass")
        head = LAYOUT + xxhash.xxh3_64_digest(exact)
        signed.append(head + next(sketches) if is_long else head)
    return signed


def _letters(texts: Sequence[str]) -> tuple[_Codes, npt.NDArray[np.int64]]:
    """Return the folded letters and digits of `texts` laid end to end, and how many each has."""
    joined = _BETWEEN.join(text.replace(_BETWEEN, " ") for text in texts)
    joined = _EMOTICON.sub(" ", joined)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    between = np.flatnonzero(codes == ord(_BETWEEN))
    letters = _letter()[codes]
    counted = letters != 0
    before = np.concatenate(([0], np.cumsum(counted, dtype=np.int64)))
    bounds = np.concatenate(([0], before[between], [before[-1]]))
    return letters[counted], np.diff(bounds)


@cache
def _letter() -> _Codes:
    """Return for every code point the folded letter, digit or picture (emoji), 0 for the rest."""
    table = np.zeros(0x110000, dtype=np.uint32)
    for first, end in ((0x30, 0x3000), (0x3000, 0xD800), (0xE000, 0x1FB00), (0x20000, 0x32000)):
        characters = fold("".join(map(chr, range(first, end))))
        table[first:end] = [
            code if chr(code).isalnum() or 0x1F300 <= code < 0x1FB00 else 0
            for code in map(ord, characters)
        ]
    return table


def _sketches(
    codes: _Codes, starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> list[bytes]:
    """Return minima and bitmap of each text; every text has at least one gram."""
    if not len(starts):
        return []
    counts = lengths - (_GRAM - 1)
    first = np.cumsum(counts) - counts
    places = np.arange(counts.sum()) + np.repeat(starts - first, counts)
    grams = _grams(codes)[places]
    body = np.hstack((_minima(grams, first).view(np.uint8), _bitmaps(grams, counts)))
    raw = body.tobytes()
    return [raw[at : at + body.shape[1]] for at in range(0, len(raw), body.shape[1])]


def _minima(grams: _Codes, first: npt.NDArray[np.int64]) -> _Codes:
    """Return the minima of each text, shape (texts, MINIMA); its grams begin at `first`."""
    permuted = np.empty_like(grams)
    minima = np.empty((MINIMA, len(first)), dtype="<u4")
    for row, (mask, factor) in zip(minima, _permutations(), strict=True):
        np.bitwise_xor(grams, mask, out=permuted)
        np.multiply(permuted, factor, out=permuted)
        np.minimum.reduceat(permuted, first, out=row)
    return np.ascontiguousarray(minima.T)


def _bitmaps(grams: _Codes, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Return the bitmap of each text, shape (texts, BITS / 8): the bits that grams fall on."""
    bits = np.zeros((len(counts), BITS), dtype=np.bool_)
    bits[np.repeat(np.arange(len(counts)), counts), grams & np.uint32(BITS - 1)] = True
    return np.packbits(bits, axis=1)


def _grams(codes: _Codes) -> _Codes:
    """Return a well mixed hash of the 3-gram that begins at each place but the last two."""
    wide = codes.astype(np.uint64)
    gram = (wide[:-2] << np.uint64(42)) ^ (wide[1:-1] << np.uint64(21)) ^ wide[2:]
    for shift, factor in ((31, 0x9E3779B97F4A7C15), (29, 0xBF58476D1CE4E5B9)):
        gram ^= gram >> np.uint64(shift)
        gram *= np.uint64(factor)
    return (gram >> np.uint64(32)).astype(np.uint32)


@cache
def _permutations() -> list[tuple[np.uint32, np.uint32]]:
    """Return the mask and the odd factor of each permutation, the same on every machine."""
    state = np.random.RandomState(20240901)
    drawn = state.randint(0, 2**32, size=(MINIMA, 2), dtype=np.uint32)
    return [(mask, factor | np.uint32(1)) for mask, factor in drawn]

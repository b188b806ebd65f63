"""Files of arrays that NumPy wrote, as models are kept in."""

import zipfile
import zlib
from typing import Final

DAMAGE: Final = (
    OSError,
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy and zipfile raise over a file that is not what it should be."""

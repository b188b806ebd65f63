"""Batches on the GPU, cut from token ids that lie there as a whole."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from nlp.training.encoder.gpu.pieces import Ints, Pieces

_PAD: Final = 1
_STEP: Final = 8  # lengths are rounded up to a multiple, so that few shapes occur


@dataclass(frozen=True, slots=True)
class Reader:
    """Pieces on a device."""

    tokens: Tensor
    starts: Tensor
    lengths: Ints

    @classmethod
    def on(cls, device: torch.device, pieces: Pieces) -> "Reader":
        """Copy the pieces to `device`."""
        return cls(
            torch.from_numpy(pieces.tokens.astype(np.int32)).to(device),
            torch.from_numpy(pieces.starts.astype(np.int64)).to(device),
            np.diff(pieces.starts),
        )

    def read(self, places: Ints) -> tuple[Tensor, Tensor]:
        """Return ids and mask of the texts at `places`, both of shape (texts, tokens)."""
        longest = int(self.lengths[places].max())
        width = -(-longest // _STEP) * _STEP
        at = torch.from_numpy(np.asarray(places, dtype=np.int64)).to(self.tokens.device)
        begins, ends = self.starts[at], self.starts[at + 1]
        columns = begins[:, None] + torch.arange(width, device=at.device)
        mask = columns < ends[:, None]
        ids = self.tokens[columns.clamp(max=len(self.tokens) - 1)].long()
        return ids.masked_fill(~mask, _PAD), mask

"""Text in, judgement out. Knows no store, no network and no record of ours."""

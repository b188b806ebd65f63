"""Compare segmentation with jieba."""

import warnings

from benchmarks.measure import Row, paired, show
from benchmarks.texts import posts
from nlp.text.segment import PLAIN


def run() -> list[Row]:
    """Cut the same posts with both, and count the posts that they cut otherwise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba  # noqa: PLC0415 - warns about how it is written

    texts, what = posts(3000)
    cut = PLAIN.cut
    pair = paired(lambda: [cut(text) for text in texts], lambda: [jieba.lcut(t) for t in texts])
    different = sum(cut(text) != jieba.lcut(text) for text in texts)
    rate = len(texts) / pair.ours
    return [
        Row(
            "segmentation",
            "rjieba, corrected",
            "jieba.lcut",
            pair.ratio,
            f"{what}, {rate:,.0f}/s, {different} cut otherwise",
        )
    ]


if __name__ == "__main__":
    show(run())

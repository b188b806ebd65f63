"""Segmentation beside jieba."""

from benchmarks.measure import Row, paired, show
from benchmarks.texts import posts
from nlp.text.segment import cut, reference


def run() -> list[Row]:
    """Cut the same posts with both, and count the posts that they cut otherwise."""
    texts, what = posts(3000)
    jieba = reference()
    pair = paired(lambda: [cut(text) for text in texts], lambda: [jieba.lcut(t) for t in texts])
    different = sum(cut(text) != jieba.lcut(text) for text in texts)
    rate = len(texts) / pair.ours
    return [
        Row(
            "segmentation",
            "rjieba, mended",
            "jieba.lcut",
            pair.ratio,
            f"{what}, {rate:,.0f}/s, {different} cut otherwise",
        )
    ]


if __name__ == "__main__":
    show(run())

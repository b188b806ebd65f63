"""Compare keywords with jieba.analyse."""

import warnings

from benchmarks.measure import Row, paired, show
from benchmarks.texts import posts
from nlp.text.keywords import extract


def run() -> list[Row]:
    """Take keywords with weights from the same posts, and count the posts where they differ."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from jieba.analyse import extract_tags  # noqa: PLC0415 - warns about how it is written

    texts, what = posts(3000)
    pair = paired(
        lambda: [extract(text) for text in texts],
        lambda: [extract_tags(text, withWeight=True) for text in texts],
    )
    different = sum(extract(text) != extract_tags(text, withWeight=True) for text in texts)
    rate = len(texts) / pair.ours
    return [
        Row(
            "keywords",
            "TF-IDF over rjieba",
            "jieba.analyse",
            pair.ratio,
            f"{what}, {rate:,.0f}/s, {different} with other keywords",
        )
    ]


if __name__ == "__main__":
    show(run())

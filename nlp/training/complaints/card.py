"""The text of the complaint model's card; the numbers are filled in by the run they belong to."""

from typing import Final

CARD: Final = """\
# What tells a complaint

Written by `python -m nlp.training.complaints.fit`. A logistic regression over runs of one to four
characters, of which the heaviest are kept as text (`cues.npz`: the run, an 8-bit weight), and a
second one over its answer, the probability of a negative tone (`nlp.sentiment`) and the signs of
the field's own words (`nlp.complaints.lexicon`): `nlp.complaints.rules.judge`. Where it finds a
complaint between 20 and 90% probable and the sentiment model in use can say as well (the encoder
that ships), both log odds count the same: `nlp.complaints.rules.decide`. That zone was chosen on
both halves of the labelled posts. The runs are kept as they
are and not hashed, as those of the sentiment model are: one post at a time is found through an
automaton in some microseconds, and a person can read what decided. Fitted with: {recipe}.

## Data

{train:,} posts to train on, {hand:,} of them labelled by hand for this project (only their digests
are kept, `nlp/training/complaints/labels.csv`) and some written for it
(`nlp/training/complaints/posts.csv`). The rest is labelled by its kind: bad reviews of goods, meals
and stays and letters to authorities that name a wrong are taken for complaints; good reviews,
questions, news and everyday posts for none (`nlp/training/complaints/corpus.py`). The second
regression saw a tenth of those sets and the development half of the labelled sample. Licences of
the sets are unstated; no row of them is part of this project.

## Scores in %

*labelled* are posts of real streams labelled by hand (`docs/labelling.md`). Most of them were drawn
among posts with a word of the trade, which is where rules go wrong: precision on a whole stream is
another. The sentiment model that gives the tone was trained on some of the sets that these posts
were drawn from. The splits are a tenth of each set, labelled by their kind. *rules alone* is what
decided before, with the words of today; TF-IDF with logistic regression learned from the same posts
as ours; *read by the encoder* is what the chain does by default (the encoder learned from the same
posts, the labelled sample apart).

{scores}

Of the complaints in the held-out half, the category is one of those labelled in {category}%, the
severity equal in {severity}%, the set of demands equal in {demands}% (by the field's words).

## Limits

- The goal of F1 90 on labelled posts of streams is not reached, nor is the floor of 85: a
  customer's wrong is hard to tell from a fan's, a bystander's or a boy-friend's where both use the
  same words (`垃圾`, `骗`, `态度`). The floor is reached on letters and reviews of goods.
- Irony (`四千多买了个装饰品`) and a wrong stated without any word of the trade are missed.
- One-line verdicts (`太恶心了`) are not detected: nobody can say what they are about.
- Reviews of books and records (NLPCC2014) are half opinions on a work; the set calls them negative.
- Posts of agencies and bystanders who speak for a victim are sometimes taken for the victim's own.
- Only the first 400 characters decide.
"""

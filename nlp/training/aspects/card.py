"""The text of the aspect model's card; the numbers are filled in by the run they belong to."""

from typing import Final

CARD: Final = """\
# Aspects of one kind of goods

Written by `python -m nlp.training.aspects.fit` (`{name}.npz`, `{name}.metrics.json`). Runs of one
to four characters, weighed by their rarity; one logistic regression a subject, one for the
polarity of the text; 8-bit weights, the runs kept as text (`nlp.complaints.aspects`). Fitted with:
{recipe}.

A brand asks for it by `goods = "{name}"`. The subjects that the model finds in the
brand's negative mentions and complaints, and that the text does not praise, join the pain points of
`nlp.complaints.pain_points`.

## Data

{train:,} posts to train on, {dev:,} to choose thresholds by, {test:,} to measure on. `car` learned
from car owners' posts of BDCI 2018 (licence unstated; no row of them is part of this project). The
parts are those of the sentiment models, which learned from these posts too: so nothing that is
measured with their help was seen by them.

## Scores in %

Micro-F1 on the test part, of pairs of subject and polarity, and of subjects alone. *words* are
those of the pain points with their clause's linear sentiment; *TF-IDF* learned from the same posts
and keeps all its features; *as the chain asks it* reports no subject where none is likely enough,
while every post of the set has one.

| method | pairs | subjects |
|---|---:|---:|
{table}

| subject | posts | F1 |
|---|---:|---:|
{subjects}

## Limits

- The polarity is that of the whole text: of a post that praises one subject and blames another, one
  of the two is wrong.
- Learned from forum posts about buying and driving: words about service help it little.
- Only the first 400 characters decide.
"""

"""Training on one GPU: adapt the base to the language of posts, teach several, distil into one.

A minute here reads what the loop for processors reads in a night, so this does more: teachers
that each leave out a part, and pupils that learn from their answers about texts that they had not
seen.
"""

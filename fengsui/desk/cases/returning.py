"""A customer who writes again after a case was ended: it begins again, and is due anew."""

import hashlib
from collections.abc import Iterable

from fengsui.desk.desk import Desk
from fengsui.desk.members import CLOCK
from records import ActionKind, Case, CaseStatus, Post, Via, subject_of
from records.action import CASE


def reopen_returned(desk: Desk, cases: Iterable[Case], posts: Iterable[Post]) -> int:
    """Open ended cases again that `posts`, just taken in, belong to; return how many.

    A post from before the end changes nothing, and neither does a voice in a chorus. The key of the
    action is made of the post: taken in twice, it opens the case once.
    """
    post_of = {post.key: post for post in posts}
    ended = [one for one in cases if one.status is CaseStatus.RESOLVED and not one.chorus]
    opened = 0
    for view in desk.cases(ended):
        ended_at = view.state.ended_at
        later = [
            post_of[key]
            for key in view.case.posts
            if key in post_of and ended_at is not None and post_of[key].published_at > ended_at
        ]
        if later:
            post = max(later, key=lambda one: one.published_at)
            name = hashlib.sha256(f"{view.case.key} {post.key}".encode()).hexdigest()[:32]
            subject = subject_of(CASE, view.case.key)
            action = desk.new(ActionKind.REOPEN, subject, CLOCK, Via.CLOCK, f"returned.{name}")
            opened += desk.act(action).is_done
    return opened

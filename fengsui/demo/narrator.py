"""Write the posts of the story: give each its words, its author and its fate."""

from datetime import datetime, timedelta
from random import Random

from fengsui.demo.people import Crowd, Person
from fengsui.demo.phrases import Fingers, Phrases
from fengsui.demo.post import SamplePost, Tally, mid_of

FILES = ("tea", "appliance", "crisis", "elsewhere")
# A small following that one post can lead to.
LINK = " http://t.cn/A6{}"


class PostWriter:
    """Makes posts. The same seed gives the same story."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.crowd = Crowd(random)
        self._fingers = Fingers(random)
        self._phrases = {name: Phrases(name, random) for name in FILES}

    def post(
        self, at: datetime, scene: str, author: Person, root: SamplePost | None = None
    ) -> SamplePost:
        """Return a new post of `scene`, written as file.scene."""
        name, _, short = scene.partition(".")
        text = self._fingers.type(self._phrases[name].say(short))
        if self.random.random() < 0.02:
            text += LINK.format(f"{self.random.getrandbits(30):x}")
        return self.verbatim(at, scene, author, text, root=root)

    def root(
        self, at: datetime, scene: str, author: Person, final: Tally, place: int = 0
    ) -> SamplePost:
        """Return a post that the story hangs on: its words stand under `roots`."""
        name, _, short = scene.partition(".")
        words = self._phrases[name].roots[short]
        text = words if isinstance(words, str) else words[place % len(words)]
        return self.verbatim(at, scene, author, text, final=final)

    def verbatim(
        self,
        at: datetime,
        scene: str,
        author: Person,
        text: str,
        *,
        final: Tally | None = None,
        root: SamplePost | None = None,
    ) -> SamplePost:
        """Return a post with just these words."""
        return SamplePost(
            mid=mid_of(at, self.random),
            at=at,
            scene=scene,
            author=author,
            text=text,
            final=final or self._final(author),
            lag=timedelta(seconds=self.random.uniform(8, 140)),
            root=root,
        )

    def pasted(self, at: datetime, scene: str, author: Person) -> SamplePost:
        """Return a word-for-word copy of one of the texts of `scene`."""
        name, _, short = scene.partition(".")
        return self.verbatim(at, scene, author, self._phrases[name].say(short))

    def _final(self, author: Person) -> Tally:
        heat = (1 + author.followers) ** 0.35 * (self.random.paretovariate(1.3) - 1)
        return Tally(
            reposts=int(heat * 0.15 * self.random.random()),
            comments=int(heat * 0.5 * self.random.random()),
            likes=int(heat * 1.6 * self.random.random()),
        )

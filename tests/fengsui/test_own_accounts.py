"""Whose names are kept: of institutions and of the brand itself, and of nobody else."""

from pathlib import Path

import pytest

from fengsui.ingest.collect import store_items
from fengsui.pipeline import steps
from fengsui.privacy import PSEUDONYM
from fengsui.services import Services
from nlp.brands.matcher import BrandSettings
from records import OWN, Account
from tests.fengsui import stories
from tests.fengsui.test_privacy import ALWAYS, OTHER, post


def test_institutions_keep_their_names(tmp_path: Path) -> None:
    """Verified media and authorities are named in full, as no persons; a verified person is not."""
    kinds = (Account.MEDIA, Account.GOVERNMENT, Account.NOTABLE, Account.UNKNOWN)
    with Services(stories.settings(tmp_path / "state")) as made:
        store_items(made, [post(n, account=kind) for n, kind in enumerate(kinds, 1)])
        kept = made.store.posts([f"weibo:{n}" for n in range(1, 5)])
    assert {one.account: one.author_name for one in kept} == {
        Account.MEDIA: "小满的店",
        Account.GOVERNMENT: "小满的店",
        Account.NOTABLE: "小**",
        Account.UNKNOWN: "小**",
    }


@pytest.mark.parametrize("account", ["7700000001", "云朵茶饮官方"])
def test_own_accounts_keep_their_names_and_are_recognised(tmp_path: Path, account: str) -> None:
    """A brand's own account is found in what is kept of it, by id or by name, and is no person."""
    brand = BrandSettings(name=stories.BRAND, own_accounts=(account,))
    settings = stories.settings(tmp_path / "state").model_copy(update={"brands": (brand,)})
    with Services(settings) as made:
        own = post(1, author="7700000001", author_name="云朵茶饮官方")
        store_items(made, [own, post(2, author_name="云朵茶饮的粉丝", text=OTHER)])
        steps.annotate(made)
        kept = {one.author_name for one in made.store.posts(["weibo:1", "weibo:2"])}
        assert kept == {"云朵茶饮官方", "云**"}
        assert PSEUDONYM.fullmatch(made.store.posts(["weibo:1"])[0].author)
        (said,) = made.store.cited(stories.BRAND, ALWAYS, discount=OWN)
        assert said.post.id == "1"
        assert [one.post.id for one in made.store.cited(stories.BRAND, ALWAYS)] == ["2"]
        assert {case.author for case in made.ledger.cases()} == {made.privacy.pseudonym("1001")}


def test_an_own_account_named_later_is_found_by_its_id(tmp_path: Path) -> None:
    """Posts kept before the account was named hold a pseudonym of its id: that is recognised."""
    settings = stories.settings(tmp_path / "state")
    with Services(settings) as made:
        store_items(made, [post(1, author="7700000001", author_name="云朵茶饮官方")])
        steps.annotate(made)
    brand = BrandSettings(name=stories.BRAND, own_accounts=("7700000001",))
    with Services(settings.model_copy(update={"brands": (brand,)})) as made:
        made.store.reopen(ALWAYS)
        steps.annotate(made)
        assert len(list(made.store.cited(stories.BRAND, ALWAYS, discount=OWN))) == 1

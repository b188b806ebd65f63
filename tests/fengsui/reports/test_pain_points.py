"""What the weekly review says of a brand."""

from datetime import UTC, datetime, timedelta

from fengsui.reports.pain_ledger import Heard
from fengsui.reports.pain_points import Review, Week, compose
from records import Window

UNTIL = datetime(2026, 3, 16, tzinfo=UTC)


def test_a_heading_without_numbers_is_left_out() -> None:
    """Negative mentions without a complaint have pain points, and no line of categories."""
    heard = Heard()
    for n in range(4):
        heard.add(1, "上海", f"https://weibo.example/{n}", f"续航太差{n}")
    window = Window(UNTIL - timedelta(days=7), UNTIL)
    review = Review(window, (("云朵茶饮", Week(points={"续航": heard}), Week()),), 1.0, 1.0)
    *_, brand = compose(review, "zh").sections
    assert [line.split("：")[0] for line in brand.lines] == ["痛点"]
    assert "续航" in brand.lines[0]

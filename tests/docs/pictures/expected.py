"""The numbers that each layer of each Lens has to show for the scene, counted by hand.

By Lens and layer: the rows that are not all zero, a row the values of the columns in the order of
the layer; sums so far only where they grow, without what they are sums of.
"""

from typing import Any, Final

from tests.docs.pictures.scene import at

EXPECTED: Final[dict[tuple[str, str], list[tuple[Any, ...]]]] = {
    ("overview-mentions", "mentions"): [(6,)],
    ("overview-negative-share", "mentions"): [(0.5,)],
    ("overview-open-red", "incidents"): [(1,)],
    ("overview-open-orange", "incidents"): [],
    ("overview-open-yellow", "incidents"): [],
    ("overview-open-blue", "incidents"): [(1,)],
    ("overview-coverage-now", "coverage"): [(0.875,)],
    ("overview-volume", "mentions"): [
        (at(0), 0, 1, 0),
        (at(5), 1, 0, 0),
        (at(7), 2, 0, 1),
        (at(20), 0, 0, 1),
    ],
    ("overview-share-of-voice", "mentions"): [("云朵茶饮", 5), ("星河汽车", 1)],
    ("overview-negative-share-over-time", "mentions"): [
        ("云朵茶饮", at(-60), 0.6),
        ("星河汽车", at(-60), 0),
    ],
    ("overview-share-of-voice-over-time", "mentions"): [
        ("云朵茶饮", at(-60), 5),
        ("星河汽车", at(-60), 1),
    ],
    ("overview-levels", "levels"): [
        ("云朵茶饮", at(5), 2),
        ("云朵茶饮", at(9), 4),
        ("星河汽车", at(10), 1),
    ],
    # The worst first.
    ("overview-coverage", "coverage"): [
        ("weibo", at(0), 1),
        ("weibo", at(10), 0.5),
        ("heimao", at(0), 1),
        ("heimao", at(10), 1),
    ],
    ("overview-incidents", "incidents"): [
        ("云朵茶饮", "tea@1", "title of tea@1", 4, "open", at(5), 40, 147),
        ("云朵茶饮", "tea@0", "title of tea@0", 3, "recovered", at(-600), 90, 30),
        ("星河汽车", "car@1", "title of car@1", 1, "open", at(10), 12, 6),
    ],
    ("brand-mentions", "mentions"): [(6,)],
    ("brand-negative-share", "mentions"): [(0.5,)],
    ("brand-complaints", "mentions"): [(1,)],
    ("brand-authors", "mentions"): [(5,)],
    ("brand-volume", "range"): [(at(0), 6), (at(5), 7), (at(10), 7)],
    ("brand-volume", "usual"): [(at(0), 3), (at(5), 3.5), (at(10), 3.5)],
    ("brand-volume", "seen"): [(at(0), 4), (at(5), 12)],
    ("brand-negative", "range"): [(at(0), 2.5), (at(5), 2.5), (at(10), 2.5)],
    ("brand-negative", "usual"): [(at(0), 1), (at(5), 1), (at(10), 1)],
    ("brand-negative", "seen"): [(at(0), 1), (at(5), 9)],
    ("brand-keywords", "mentions"): [("奶茶", 3), ("虫子", 3), ("退款", 3)],
    ("brand-authors-by-reach", "mentions"): [
        ("C", 5000, 1, 1),
        ("E", 300, 0, 1),
        ("A", 100, 0, 2),
        ("D", 20, 1, 1),
        ("B", 0, 1, 1),
    ],
    ("brand-regions", "mentions"): [
        ("上海", 2, 1, 0),
        ("江苏", 1, 0, 0),
        ("北京", 0, 0, 1),
        ("浙江", 0, 0, 1),
    ],
    ("brand-top-posts", "mentions"): [
        ("https://posts.example/3", "text 3", "negative", "C", "weibo", at(7), 5000, 40, 3),
        ("https://posts.example/6", "text 6", "positive", "E", "weibo", at(7), 300, 2, 6),
        ("https://posts.example/1", "text 1", "neutral", "A", "weibo", at(0), 100, 1, 1),
        ("https://posts.example/5", "text 5", "positive", "A", "weibo", at(20), 100, 0, 5),
        ("https://posts.example/4", "text 4", "negative", "D", "weibo", at(7.5), 20, 0, 4),
        ("https://posts.example/2", "text 2", "negative", "B", "heimao", at(5), 0, 0, 2),
    ],
    ("crisis-incident", "incidents"): [
        ("云朵茶饮", "tea@1", "title of tea@1", 4, "open", at(5), 40, 147),
        ("云朵茶饮", "tea@0", "title of tea@0", 3, "recovered", at(-600), 90, 30),
        ("星河汽车", "car@1", "title of car@1", 1, "open", at(10), 12, 6),
    ],
    ("crisis-minutes", "mentions"): [
        (at(0), 0, 1, 0),
        (at(5), 1, 0, 0),
        (at(7), 2, 0, 1),
        (at(20), 0, 0, 1),
    ],
    ("crisis-spread", "mentions"): [
        (at(0), 1, 0, 0, 0, 0),
        (at(5), 1, 0, 0, 1, 0),
        (at(7), 3, 1, 0, 1, 0),
        (at(20), 3, 1, 1, 1, 0),
    ],
    ("crisis-reach", "mentions"): [(at(0), 100), (at(7), 5420), (at(20), 5520)],
    ("crisis-sources", "mentions"): [("weibo", at(0), 5, 0.4, 5520), ("heimao", at(5), 1, 1, 0)],
    ("crisis-first-posts", "mentions"): [
        ("https://posts.example/2", at(5), "text 2", "B", "heimao", "complaint", 0),
        ("https://posts.example/3", at(7), "text 3", "C", "weibo", "post", 5000),
        ("https://posts.example/4", at(7.5), "text 4", "D", "weibo", "repost", 20),
    ],
    ("complaints-overdue", "cases"): [(1,)],
    ("complaints-due-soon", "cases"): [(1,)],
    ("complaints-waiting", "cases"): [(3,)],
    ("complaints-resolved", "cases"): [(1,)],
    ("complaints-categories", "cases"): [("退款", 0, 1, 1), ("食品安全", 1, 0, 0)],
    ("complaints-age", "cases"): [
        ("2 小时内", 0, 1, 0),
        ("8 至 24 小时", 1, 0, 0),
        ("1 至 3 天", 0, 0, 1),
    ],
    ("complaints-due", "cases"): [
        ("已逾期", 1, 0, 0),
        ("2 小时内", 0, 1, 0),
        ("8 小时以后", 0, 0, 1),
    ],
    ("complaints-table", "cases"): [
        ("云朵茶饮", "c1", at(50), "urgent", "食品安全", "author of c1", 3, at(-600), "open"),
        ("云朵茶饮", "c2", at(120), "high", "退款", "author of c2", 1, at(0), "handling"),
        ("星河汽车", "c3", at(800), "normal", "退款", "author of c3", 1, at(-3000), "open"),
    ],
    ("collection-coverage-now", "coverage"): [(0.875,)],
    ("collection-lag-now", "coverage"): [(200,)],
    ("collection-posts-now", "posts"): [(6,)],
    ("collection-quarantined-now", "quarantine"): [(3,)],
    ("collection-sources", "coverage"): [
        ("weibo", at(0), 1),
        ("weibo", at(10), 0.5),
        ("heimao", at(0), 1),
        ("heimao", at(10), 1),
    ],
    ("collection-lag", "coverage"): [
        ("weibo", at(0), 30),
        ("weibo", at(10), 200),
        ("heimao", at(0), 60),
        ("heimao", at(10), 60),
    ],
    ("collection-posts", "posts"): [
        ("weibo", at(1), 1),
        ("weibo", at(8), 3),
        ("weibo", at(21), 1),
        ("heimao", at(6), 1),
    ],
    ("collection-quarantine", "quarantine"): [
        ("weibo", "no time", "a.csv", 2, at(2)),
        ("heimao", "no text", "feed", 1, at(3)),
    ],
    ("collection-troubles", "troubles"): [
        ("pipeline", "score_posts.score", "t3", "StoreError", 2, "open", at(8), None),
        ("coverage", "heimao", "t1", "login", 3, "open", at(5), None),
        ("coverage", "weibo", "t2", "unread", 2, "recovered", at(0), 12),
    ],
}

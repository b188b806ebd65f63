"""Everything that Weibo and its crawlers write: answers, tables, snapshots."""

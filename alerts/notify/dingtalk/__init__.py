"""Messages in a DingTalk group (钉钉)."""

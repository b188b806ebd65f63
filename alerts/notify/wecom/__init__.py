"""Messages in a WeCom group (企业微信)."""

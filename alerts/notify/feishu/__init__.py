"""Messages in a Feishu or Lark group (飞书)."""

"""What people find each DAG in Airflow by: its tag, its name and one line, in Chinese."""

from typing import Final

# The DAG's id: its tag, how Airflow shows it, and what it does.
DAGS: Final = {
    "backfill_posts": ("backfill", "补采历史帖子", "补采一段时间的帖子并按天重新评判，不发提醒"),
    "collect_posts": ("collect", "采集来源", "每分钟读取到期的来源，一个来源一个任务，互不拖累"),
    "daily_brief": (
        "report",
        "每日简报",
        "北京时间 08:00 的日报：事件、级别、声量占比、工单与覆盖率",
    ),
    "detect_crises": (
        "detect",
        "发现危机并通知",
        "检验各品牌的计数，开启、升级或关闭事件，发出待发的告警",
    ),
    "hot_alert": ("alert", "从新帖到告警", "来源一有新内容就采集、评判、检测并通知，一个任务完成"),
    "maintain_model": (
        "upkeep",
        "模型评测与启用",
        "每周评测在用模型、检查漂移；候选模型经人批准后启用",
    ),
    "maintain_store": ("upkeep", "存储维护", "每晚按保留期清理、核对计数、重建索引"),
    "recheck_posts": ("collect", "复查已删除的帖子", "重新询问一周内的帖子，来源已删除的清除文字"),
    "respond_crisis": ("respond", "起草并批准回应", "为一起事件起草回应，经人批准后发到其讨论串"),
    "score_posts": ("score", "评判帖子", "评判所有待处理的帖子：品牌、情感、投诉与转抄"),
    "weekly_pain_points": (
        "report",
        "每周投诉与诉求",
        "每周一比较各品牌的投诉类别、诉求和上升的词",
    ),
}
# Names the settings file.
CONFIG_ENV: Final = "FENGSUI_CONFIG"
PLATFORMS: Final = {
    "feed": "授权数据",
    "folder": "文件夹与推送",
    "heimao": "投诉平台",
    "mail": "邮箱",
    "news": "新闻与热榜",
    "weibo": "微博",
}

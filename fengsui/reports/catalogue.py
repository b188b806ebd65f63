"""The words of the daily brief and the weekly review, one catalogue a language, same keys."""

from collections.abc import Mapping
from typing import Final

from alerts.messages.catalogue import Language

_ZH: Final = {
    "title": "烽燧日报 · 截至 {time}",
    "heading.incidents": "事件",
    "heading.voice": "声量（去重后，括号内为平时）",
    "heading.cases": "投诉工单",
    "heading.coverage": "采集",
    "incidents.none": "没有事件。",
    "incident.open": "{since} 起，仍未平息",
    "incident.over": "{since} 至 {until}",
    "incident.peak": "峰值 {rate} 条负面/时",
    "voice": "{brand} {share} · {organic} 条（{usual}）· 负面 {negative}（{usual_negative}）"
    " · 投诉 {complaints}",
    "voice.none": "没有提及。",
    "cases": "新增 {new} · 未结 {open}，其中紧急 {urgent}、逾期 {overdue}",
    "coverage": "应采时段实际采集 {share}；未采到的时段是未知，不是零。",
    "source.read": "{name}：读到 {until}",
    "source.never": "{name}：尚未读过",
    "source.trouble": "⚠ {name}：{since} 起读不到",
    "quarantined": "隔离区共 {count} 条无法读取的内容",
    "more": "另有 {count} 项",
    "weekly.title": "烽燧周报 · 投诉与诉求 · {since} 至 {until}",
    "weekly.note": "按已存的投诉与提及计数，括号内为上一周；未经人工核实。",
    "weekly.heading.note": "说明",
    "weekly.categories": "投诉类别：{items}",
    "weekly.points": "痛点：{items}",
    "weekly.point": "{name} {count}（{before}，{state}）{versions}",
    "weekly.version": "[{name} {count} 人]",
    "state.new": "新",
    "state.rising": "上升",
    "state.steady": "持平",
    "state.falling": "下降",
    "state.closed": "已消失",
    "weekly.demands": "诉求：{items}",
    "weekly.keywords": "上升的词：{items}",
    "weekly.item": "{name} {count}（{before}）",
    "weekly.joiner": "、",
    "weekly.none": "没有投诉。",
    "weekly.coverage": "采集覆盖：本周 {now}，上周 {before}。",
}

_EN: Final = {
    "title": "fengsui daily brief · up to {time}",
    "heading.incidents": "Incidents",
    "heading.voice": "Share of voice (without copies; in brackets the usual)",
    "heading.cases": "Cases",
    "heading.coverage": "Coverage",
    "incidents.none": "No incidents.",
    "incident.open": "since {since}, still open",
    "incident.over": "{since} to {until}",
    "incident.peak": "peak {rate} negative an hour",
    "voice": "{brand} {share} · mentions {organic} ({usual}) · negative {negative}"
    " ({usual_negative}) · complaints {complaints}",
    "voice.none": "No mentions.",
    "cases": "new {new} · unresolved {open}, of which urgent {urgent}, overdue {overdue}",
    "coverage": "{share} of what was to be read was read; the rest is unknown, not zero.",
    "source.read": "{name}: read up to {until}",
    "source.never": "{name}: never read yet",
    "source.trouble": "⚠ {name}: cannot be read since {since}",
    "quarantined": "{count} unreadable items in quarantine",
    "more": "{count} more",
    "weekly.title": "fengsui weekly review · complaints and demands · {since} to {until}",
    "weekly.note": "Counted from stored complaints and mentions, in brackets the week before; "
    "nobody has verified them.",
    "weekly.heading.note": "Note",
    "weekly.categories": "Complaints: {items}",
    "weekly.points": "Pain points: {items}",
    "weekly.point": "{name} {count} ({before}, {state}){versions}",
    "weekly.version": " [{name} by {count}]",
    "state.new": "new",
    "state.rising": "rising",
    "state.steady": "steady",
    "state.falling": "falling",
    "state.closed": "closed",
    "weekly.demands": "Demands: {items}",
    "weekly.keywords": "Rising words: {items}",
    "weekly.item": "{name} {count} ({before})",
    "weekly.joiner": ", ",
    "weekly.none": "No complaints.",
    "weekly.coverage": "Coverage: this week {now}, the week before {before}.",
}

WORDS: Final[Mapping[Language, dict[str, str]]] = {"zh": _ZH, "en": _EN}

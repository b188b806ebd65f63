"""What an alert of an older version says, in the form of a situation."""

from records import Account, Alert, Carrier, Citation, Situation, Voice

# Carriers that the kinds of accounts tell.
_CARRIERS = {
    Account.MEDIA: Carrier.MEDIA,
    Account.GOVERNMENT: Carrier.GOVERNMENT,
    Account.NOTABLE: Carrier.LARGE,
}


def situation_of(alert: Alert) -> Situation:
    """Return what an alert without a situation tells of the story: title, first post, carriers."""
    voices = [_voice(one) for one in alert.citations]
    theme = next((one for one in alert.themes if one.title), None)
    first = next((one for one in alert.citations if one.role in {"story", "earliest"}), None)
    category = alert.categories[0][0] if alert.categories else ""
    return Situation(
        title=theme.title if theme else "",
        title_post=theme.post_key if theme else "",
        category=category,
        people=alert.authors,
        first=_voice(first) if first else None,
        carriers=tuple(voice for voice in voices if voice.carrier is not Carrier.PERSON),
        cases=alert.open_cases,
    )


def _voice(citation: Citation) -> Voice:
    return Voice(
        carrier=_CARRIERS.get(citation.account, Carrier.PERSON),
        name=citation.author_name,
        at=citation.published_at,
        post_key=citation.post_key,
        url=citation.url,
        text=citation.text,
        followers=citation.followers,
        reposts=citation.reposts,
        verified=citation.account not in {Account.UNKNOWN, Account.ORDINARY},
    )

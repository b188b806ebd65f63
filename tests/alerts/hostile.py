"""Text as strangers can send it."""

from hypothesis import strategies as st

# Every kind of character that markup, terminals and layout give a power to.
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(list("<>&|`*_~@#!:[]()\\\x1b\x07\x00\r\n\t\u202e\u2066\u200b\ufeff\u2028")),
        st.sampled_from(["\ud800", "\U000e0041", "\ue000", "\u0301"]),
    ),
    max_size=600,
)

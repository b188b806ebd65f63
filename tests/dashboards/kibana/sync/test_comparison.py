"""Two versions of an object are compared by what they say."""

from dashboards.kibana.sync.comparison import differences, normalised


def board(**attributes: object) -> dict[str, object]:
    """Return a dashboard."""
    return normalised({"type": "dashboard", "attributes": {"title": "t", **attributes}})


def test_controls_of_a_newer_kibana_are_no_difference() -> None:
    """Kibana 9.4 keeps the controls under another name and form; the rest still counts."""
    ours = board(controlGroupInput={"panelsJSON": '{"a": {"type": "timeSlider"}}'})
    theirs = board(pinned_panels={"panels": {"a": {"type": "timeSliderControl"}}})
    assert list(differences(ours, theirs)) == []
    assert list(differences(theirs, ours)) == []
    changed = board(pinned_panels={"panels": {"b": {"order": 1}}}, title="another")
    assert [one.path for one in differences(ours, changed)] == ["attributes.title"]


def test_controls_of_one_form_are_compared() -> None:
    """Where both have their controls in one form, a change of them is a difference."""
    one, other = (board(controlGroupInput={"controlStyle": style}) for style in ("oneLine", "two"))
    assert [found.path for found in differences(one, other)] == [
        "attributes.controlGroupInput.controlStyle"
    ]

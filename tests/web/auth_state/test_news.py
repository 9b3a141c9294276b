"""What an open page says of events elsewhere: one sentence for each kind of event, however many there are."""

from rxapp.auth.web.auth_state.news import NewsState


def test_nobody_hides_an_event_behind_many_of_another_kind():
    page = NewsState()
    page._add("passkey_added", "A passkey was added, on Opera on Linux.")
    for n in range(99):
        page._add("passkey_renamed", f"A passkey was renamed, on Phone {n}.")
    assert list(page.sentences.values()) == ["A passkey was added, on Opera on Linux.", "A passkey was renamed, on Phone 98."]


def test_the_newest_stands_last():
    page = NewsState()
    for kind in ("added", "removed", "added"):
        page._add(kind, kind)
    assert list(page.sentences) == ["removed", "added"]

"""Text that one database or the other can't hold."""

from tests.events.conftest import Sender, in_log, take_in


def test_a_nul_in_an_event_stops_no_other_one(sender: Sender) -> None:
    odd = {
        "messageId": "odd\x00",
        "userId": "u\x00",
        "event": "Order\x00placed",
        "properties": {"a\x00": "b\x00"},
    }
    misread = {"messageId": "m\x00", "event": "", "properties": {"b": "\x00"}, "userId": "\x00"}
    answer = sender.post("batch", {"batch": [odd | {"type": "track"}, misread | {"type": "track"}]})
    assert answer.status_code < 500, answer.content
    sender.track("Order seen")
    take_in()
    assert "Order seen" in {row["activity"] for row in in_log()}

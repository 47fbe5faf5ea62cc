"""What the hub does with what it receives."""

from tests.builders import a_feedback
from tests.world import World


def test_a_title_is_masked_like_the_comment(world: World) -> None:
    row = a_feedback(title="Call me at ines@example.com", comment="Or at ines@example.com.")
    assert row.title == "Call me at [e-mail]"
    assert row.comment_masked == "Or at [e-mail]."
    assert "ines@example.com" in row.comment

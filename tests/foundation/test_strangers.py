"""Forms that anybody may fill in: who counts as one sender."""

from candor.foundation.strangers import Limit


def test_one_household_is_one_sender_however_many_addresses_it_has() -> None:
    limit = Limit(of_one=2, of_all=100, seconds=60)
    taken = [limit.take(f"2001:db8:1:2::{n:x}", now=0.0) for n in range(4)]
    assert taken == [True, True, False, False]
    assert limit.take("2001:db8:1:3::1", now=0.0), "the house next door is another one"
    assert [limit.take(f"192.0.2.{n}", now=0.0) for n in range(3)] == [True, True, True]
    assert limit.take("::ffff:192.0.2.77", now=0.0) and limit.take("unknown", now=0.0)

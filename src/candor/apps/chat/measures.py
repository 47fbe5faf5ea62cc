"""From counts of chats to shares: through the registry's definitions, least n, intervals and policy."""

from dataclasses import dataclass

from candor.analytics import Estimate
from candor.apps.organization.scope import Scope
from candor.apps.scores.queries import Split, share_of, split
from candor.apps.scores.registry import CHAT_HELPED, CHAT_SHARE, MEASURES

from . import queries
from .choices import Reason
from .queries import Counts


@dataclass(frozen=True, slots=True)
class Why:
    """A reason for handing over, and how often it was."""

    label: str
    n: int
    share: Estimate


@dataclass(frozen=True, slots=True)
class Channel:
    """The chat as a channel, in one scope and period."""

    counts: Counts
    alone: Estimate
    handed_over: Estimate
    reasons: tuple[Why, ...]
    helped: Estimate
    satisfaction: Split


def channel(scope: Scope) -> Channel:
    """What is known of the chats of a period, each share with its n and interval."""
    counts = queries.counts_of(queries.chats_in(scope))
    reasons = (
        Why(str(Reason(key).label), n, share_of(CHAT_SHARE, hits=n, of=counts.chats, scope=scope))
        for key, n in sorted(counts.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    return Channel(
        counts=counts,
        alone=share_of(CHAT_SHARE, hits=counts.alone, of=counts.chats, scope=scope),
        handed_over=share_of(CHAT_SHARE, hits=counts.handed_over, of=counts.chats, scope=scope),
        reasons=tuple(reasons),
        helped=share_of(CHAT_HELPED, hits=counts.helped, of=counts.rated, scope=scope),
        satisfaction=split(MEASURES["csat"], "channel", scope=scope),
    )

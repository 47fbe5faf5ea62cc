"""Text messages and messengers, by whichever of its services apprise is told to use."""

from collections.abc import Callable
from urllib.parse import quote

import apprise

from candor.foundation.post import Outcome

from .carrier import Outgoing


class AppriseCarrier:
    """`template` is an address as apprise writes it, with `{address}` for whom it goes to."""

    def __init__(self, template: str) -> None:
        self.template = template

    def hand_over(self, outgoing: Outgoing, *, claim: Callable[[], bool]) -> Outcome | None:
        service = apprise.Apprise()
        if not service.add(self.template.replace("{address}", quote(outgoing.address, safe="+"))):
            return Outcome(is_accepted=False, words="apprise does not take this address", is_dead=True)
        if not claim():
            return None
        is_accepted = bool(service.notify(body=outgoing.filled(outgoing.short)))
        return Outcome(
            is_accepted=is_accepted,
            is_temporary=not is_accepted,
            words="" if is_accepted else "refused by the service",
        )

    def close(self) -> None:
        return

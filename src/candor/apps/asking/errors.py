"""What can go wrong in asking.

├── PickRefused     who is scored by the answers, or a handful of people, would be picked by hand
├── NobodyToAsk     the filter finds nobody
├── CountChanged    other people are found by the filter than were confirmed
└── PlanNotReady    the plan can't start as it is
"""

from candor.foundation.errors import Conflict, NotAllowed


class PickRefused(NotAllowed):
    code = "pick-refused"
    title = "Nobody picks who is asked about their own work"


class NobodyToAsk(Conflict):
    code = "nobody-to-ask"
    title = "Nobody is found"


class CountChanged(Conflict):
    code = "count-changed"
    title = "Other customers are found by now"


class PlanNotReady(Conflict):
    code = "plan-not-ready"
    title = "This plan can’t start yet"

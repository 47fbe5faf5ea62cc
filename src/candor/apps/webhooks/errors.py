"""What can go wrong with webhooks."""

from candor.foundation.errors import Conflict


class EndpointChanged(Conflict):
    code = "endpoint-changed"
    title = "Somebody has changed this endpoint meanwhile"

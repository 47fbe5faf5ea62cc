"""What can go wrong in Share.

Conflict
└── NoAddress           409
"""

from candor.foundation.errors import Conflict


class NoAddress(Conflict):
    code = "no-address"
    title = "There is no address to send it to"

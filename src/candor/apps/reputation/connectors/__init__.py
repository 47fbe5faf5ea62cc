"""Review sites over their APIs: one module a site, all behind `interface.Connector`. Nothing here knows the database."""

from ..choices import Site
from .app_store import AppStore
from .google import Google
from .interface import Connector
from .trustpilot import Trustpilot

CONNECTORS: dict[str, Connector] = {
    Site.GOOGLE: Google(),
    Site.TRUSTPILOT: Trustpilot(),
    Site.APP_STORE: AppStore(),
}

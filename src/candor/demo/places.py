"""Where the lender works: four regions, twenty branches."""

from __future__ import annotations

from typing import Final, NamedTuple

LENDER_NAME: Final = "Harbour Home Loans"
MAIL_DOMAIN: Final = "harbourhome.example"


class Place(NamedTuple):
    """A branch with the share of customers it serves and the share of them who prefer Spanish."""

    key: str
    name: str
    region: str
    city: str
    state: str
    area_code: str
    share: float
    spanish_share: float


REGIONS: Final = {
    "NE": ("New England", 5.0),
    "MA": ("Mid-Atlantic", 5.0),
    "GL": ("Great Lakes", 6.0),
    "PC": ("Pacific", 8.0),
}
"""Key to (name, hours behind UTC)."""

PLACES: Final = (
    Place("BOS", "Boston Seaport", "NE", "Boston", "MA", "617", 0.075, 0.05),
    Place("PWM", "Portland Old Port", "NE", "Portland", "ME", "207", 0.042, 0.01),
    Place("PVD", "Providence Wickenden", "NE", "Providence", "RI", "401", 0.046, 0.08),
    Place("HFD", "Hartford West End", "NE", "Hartford", "CT", "860", 0.040, 0.09),
    Place("BTV", "Burlington Lakeside", "NE", "Burlington", "VT", "802", 0.024, 0.01),
    Place("BAL", "Baltimore Canton", "MA", "Baltimore", "MD", "410", 0.058, 0.04),
    Place("ANP", "Annapolis Eastport", "MA", "Annapolis", "MD", "443", 0.034, 0.03),
    Place("ORF", "Norfolk Ghent", "MA", "Norfolk", "VA", "757", 0.048, 0.03),
    Place("PHL", "Philadelphia Fishtown", "MA", "Philadelphia", "PA", "215", 0.076, 0.06),
    Place("ILG", "Wilmington Riverfront", "MA", "Wilmington", "DE", "302", 0.038, 0.05),
    Place("CHI", "Chicago Lakeview", "GL", "Chicago", "IL", "773", 0.082, 0.10),
    Place("MKE", "Milwaukee Third Ward", "GL", "Milwaukee", "WI", "414", 0.050, 0.06),
    Place("CLE", "Cleveland Ohio City", "GL", "Cleveland", "OH", "216", 0.054, 0.03),
    Place("DLH", "Duluth Canal Park", "GL", "Duluth", "MN", "218", 0.012, 0.01),
    Place("GRR", "Grand Rapids Eastown", "GL", "Grand Rapids", "MI", "616", 0.036, 0.04),
    Place("SEA", "Seattle Ballard", "PC", "Seattle", "WA", "206", 0.078, 0.04),
    Place("TAC", "Tacoma Stadium", "PC", "Tacoma", "WA", "253", 0.076, 0.06),
    Place("PDX", "Portland Pearl", "PC", "Portland", "OR", "503", 0.052, 0.05),
    Place("SAN", "San Diego North Park", "PC", "San Diego", "CA", "619", 0.050, 0.27),
    Place("OAK", "Oakland Rockridge", "PC", "Oakland", "CA", "510", 0.029, 0.15),
)

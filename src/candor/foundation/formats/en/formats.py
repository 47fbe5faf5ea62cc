"""English days with the month as a word, which read alike on both sides of the Atlantic: "27 November 2026"."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"

"""The company itself: its units, its people and their roles, who may see what, and the audit log.

Lowest app of the product. `access` is the first line of every view above.
"""

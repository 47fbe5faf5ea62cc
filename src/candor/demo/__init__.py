"""A mortgage lender simulated from a seed, with planted truths that Candor should find.

`Lender(today=…, seed=…, size=…).chunks()` yields chunks of 20,000 customers as columns and rows
(`rows`); what is true of them stands in `truths`. The generator is pure: no Django, no clock, no disk.
`load` brings a lender into a workspace through the services of the apps.
"""

from candor.demo.lender import CUSTOMERS_AT_SIZE_ONE, DEFAULT_SEED, Chunk, Lender

__all__ = ["CUSTOMERS_AT_SIZE_ONE", "DEFAULT_SEED", "Chunk", "Lender"]

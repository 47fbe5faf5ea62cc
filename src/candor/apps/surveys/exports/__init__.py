"""Answers taken away, row by row: what may leave (`rows`), as which file (one module a format), told with its denominators (`fields`).

Text is masked unless the person may read personal data everywhere they export; of anonymous surveys nothing leaves that leads back.
"""

"""Understand: themes in open comments, what is rising, and the few issues that matter.

Themes are proposed by `candor.text` and kept, renamed, merged and hidden by people; numbers about them leave through
`queries` and `priorities` with interval, n and status. Shares are of comments that were read, in the viewer's own units.
"""

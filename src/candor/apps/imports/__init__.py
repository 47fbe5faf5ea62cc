"""Imports: a file, its mapping, its progress, its bad rows and its undo, whatever kind of row it holds.

Apps above register an ImportKind; nothing here knows what a complaint is.
"""

"""Questionnaires as plain data: what a definition may hold, every way through it, and the forms of other tools.

The form is SurveyJS JSON. No Django, no clock, no network; works in a notebook.
"""

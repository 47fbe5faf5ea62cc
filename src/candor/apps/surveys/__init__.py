"""Surveys: which questions were asked, on what scale, of whom.

Answers lie in the hub; here lie the questions with their scale and polarity, and the invitations.
"""

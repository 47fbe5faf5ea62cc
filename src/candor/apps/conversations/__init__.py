"""Conversations: what customers write to us and we to them, turn by turn, by mail, chat, form, phone, social network or another system.

The exchange lies here; what customers said of it lies in the hub, one piece of feedback for each time they got in touch.
"""

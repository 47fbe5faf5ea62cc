"""Conversations: mail, web form, chat, social posts and phone notes, each a thread with one customer."""

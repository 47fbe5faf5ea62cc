"""Pages of conversations: the list, one conversation, notes of calls, and the form that anybody may fill in."""

"""The web face: the register and one complaint, letters, rules and topics, and the page at which anybody complains."""

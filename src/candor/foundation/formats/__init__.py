"""How days are written out in letters, mails and answering pages, a folder a language; Django knows the other languages' own ways."""

"""The vocabulary: frozen types, closed sets, ids, scope, windows, money. No I/O, and nothing of ours is imported here."""

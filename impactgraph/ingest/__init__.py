"""Events from outside: read, checked, turned into CloudEvents. Knows no store."""

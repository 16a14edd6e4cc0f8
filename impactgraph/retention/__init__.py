"""Retention: rules that say which ended orders are removed, and the thread of a server that applies them."""

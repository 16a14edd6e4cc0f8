"""Signed tokens of OpenID Connect providers, and the keys that prove them."""

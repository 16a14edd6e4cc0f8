"""Subscriptions: a question is asked again whenever what it stands on changes, once for all who ask it."""

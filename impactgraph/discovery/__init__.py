"""Drafts from logs: a mapping that says what the entries of a log are, and a topology of the workflows that
its orders took. Plain data in, plain data out.
"""

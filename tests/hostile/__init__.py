"""Requests that no honest sender makes, for every door of the HTTP API."""

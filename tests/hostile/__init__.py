"""Requests that no honest sender makes, for every endpoint of the HTTP API."""

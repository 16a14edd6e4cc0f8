"""API keys as plain values: their texts, what is kept of them, and how they change."""

"""Access: who may ask and change what, by a file, API keys and tokens, and the audit log of it."""

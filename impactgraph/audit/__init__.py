"""The audit log as plain values: entries, and the chain of hashes that shows changes of them."""

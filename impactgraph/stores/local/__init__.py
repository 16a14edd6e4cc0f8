"""A record in a DuckDB file of this process, with the state it adds up to: the record itself of the embedded
store, a replica of the log for a server's.
"""

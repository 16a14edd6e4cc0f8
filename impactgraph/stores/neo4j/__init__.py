"""The record in a Neo4j database that many processes share; each has a copy of the log and its columns."""

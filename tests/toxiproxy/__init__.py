"""A real Toxiproxy between processes and Neo4j: a command, since it needs Go."""

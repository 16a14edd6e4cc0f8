"""Standard catalogues of messages, a YAML file for each language."""

"""Questions as read-only tools of the Model Context Protocol, over HTTP and over standard input and output.

Each tool asks GraphQL one document, so roles, row filters, limits and deadlines are those of GraphQL.
"""

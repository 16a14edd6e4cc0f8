"""`python -m impactgraph`: the command line."""

from impactgraph.cli.app import main

if __name__ == "__main__":
    main()

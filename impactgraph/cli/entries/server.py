"""Commands about a server, its keys and its audit log, and how to begin."""

from impactgraph.cli.entries.command import Command

_KEYS = "Works on the store, also while a server runs. "

COMMANDS = (
    Command(
        "demo",
        "A retailer with two live failures: loads it, prints what they affect, serves it.",
        "600 stores, distribution centres, drop-ship suppliers, and orders in flight, generated from a seed "
        "as of now. "
        "The demo has a store of its own: --store and --format are ignored.",
        ("impactgraph demo", "impactgraph demo --no-serve --orders 2000 --keep shop"),
    ),
    Command(
        "serve",
        "Serves GraphQL, events, export, health and metrics over HTTP.",
        "The port opens once the store is open. Only one process at a time can use a store in a folder: "
        "while it is served, other commands find the server by the store's folder and ask it, "
        "and POST /events takes events. "
        "Live sources of a file are followed while it runs, and POST /in/{source} takes webhooks; "
        "notices are sent by the rules of another file. "
        "It listens on this machine only, without authentication, until there is a key or an access file; "
        "elsewhere it refuses to start without authentication (docs/access.md). --format is ignored.",
        (
            "impactgraph serve --store shop --port 8080",
            "impactgraph serve --store shop --sources sources.yaml --notices notices.yaml",
            "impactgraph serve --store shop --host 0.0.0.0 --access access.yaml",
        ),
    ),
    Command(
        "keys create",
        "Makes an API key, and prints it once.",
        f"{_KEYS}The role says what the key permits; --region, --brand, --channel and --location limit the "
        "orders that it shows. Only a hash of it is stored.",
        (
            "impactgraph keys create --name prometheus --role monitor --expires +90d",
            "impactgraph keys create --name desk-de --role service-desk --region DE --region AT",
        ),
    ),
    Command(
        "keys list",
        "Lists API keys: what they permit, when they were last used, and until when they are valid.",
        f"{_KEYS}Revoked and expired keys stay in the list: the audit log names them.",
        ("impactgraph keys list", "impactgraph keys list --format json"),
    ),
    Command(
        "keys rotate",
        "Gives an API key a new secret, and prints it once.",
        f"{_KEYS}The former secret stays valid for --overlap, so that programs change one after another; an "
        "earlier one ends at once.",
        ("impactgraph keys rotate prometheus", "impactgraph keys rotate 3f9c0a12de --overlap 0s"),
    ),
    Command(
        "keys revoke",
        "Ends an API key for good.",
        f"{_KEYS}Servers refuse it within two seconds, and end its subscriptions.",
        ("impactgraph keys revoke prometheus",),
    ),
    Command(
        "keys generate",
        "Prints a random key for IMPACTGRAPH_ADMIN_KEY_FILE; nothing is stored.",
        "Put it into a secret that is mounted as a file: whoever has it is an administrator. --store, "
        "--server and --format are ignored.",
        ("impactgraph keys generate > admin.key",),
    ),
    Command(
        "audit",
        "Who did what: every change and, if set, every question.",
        "The audit log of the store or, with --server, of a server. A change is one line here; --format json "
        "has the entries as they were written, one before and one after each change, with the hashes that "
        "chain them. `doctor` verifies the chain.",
        ("impactgraph audit --since -1d", "impactgraph audit --format json"),
    ),
    Command(
        "mcp",
        "Questions as tools for assistants, over standard input and output (MCP).",
        "An assistant starts it by itself and asks the store, or with --server a server, with the token in "
        "IMPACTGRAPH_TOKEN. The tools change nothing. docs/mcp.md shows how assistants are set up. "
        "Needs the extra `mcp`. --format is ignored.",
        ("impactgraph mcp --store shop", "impactgraph mcp --server https://impactgraph.example.com"),
    ),
    Command(
        "init",
        "Writes a small topology with comments, and example events, to start your own from.",
        "The layout suits a repository: git tracks the topology and ignores the store (.impactgraph). "
        "No file is overwritten. --store, --format and --server are ignored.",
        ("impactgraph init", "impactgraph init topology"),
    ),
)

"""`python -m scripts.print_operations`: prints api/web/operations.json, the GraphQL documents of the explorer.

They are listed by SHA-256, for servers that answer persisted operations only. It needs Node.
"""

import json
import subprocess
from hashlib import sha256
from pathlib import Path

from api.hardening.operations import OWN

SCRIPT = Path(__file__).parent / "explorer_operations.mjs"


def operations_text() -> str:
    """As committed in api/web/operations.json."""
    printed = subprocess.run(["node", SCRIPT], capture_output=True, text=True, check=True, timeout=60).stdout
    texts: list[str] = json.loads(printed)
    by_hash = {sha256(text.encode()).hexdigest(): text for text in texts}
    return json.dumps(dict(sorted(by_hash.items())), indent=0, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    OWN.write_text(operations_text(), encoding="utf-8")

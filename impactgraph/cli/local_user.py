"""Principal of commands that use a store itself: the user of the operating system."""

from dataclasses import replace

from graph_models.access import LOCAL, Principal


def local_user() -> Principal:
    """The local user, by the name that the operating system has for it."""
    import getpass

    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return LOCAL
    return replace(LOCAL, name=name)

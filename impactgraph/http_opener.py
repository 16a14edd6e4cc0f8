"""Opens HTTP addresses without following redirects: what is sent goes to the configured address only."""

from urllib.request import HTTPRedirectHandler, OpenerDirector, build_opener


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(  # pyright: ignore[reportIncompatibleMethodOverride] - arguments are not used
        self, *_: object, **__: object
    ) -> None:
        return None


def opener_without_redirects() -> OpenerDirector:
    """An answer with a redirect raises HTTPError, as any other status that is an error does."""
    return build_opener(_NoRedirects)

"""GraphQL over HTTP: POST and GET at one address, and GraphiQL for browsers."""

from pathlib import Path
from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import FileResponse, Response
from starlette.websockets import WebSocket
from strawberry.fastapi import GraphQLRouter

from api.context import Context

MEDIA = "application/graphql-response+json"
PAGE = Path(__file__).parent / "web" / "graphiql.html"


class Router(GraphQLRouter[Context, None]):
    """Speaks application/graphql-response+json, where a request that could not be executed is answered with 400 and no data."""

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    async def run(self, request: Request | WebSocket, *args: Any, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        accept = request.headers.get("accept", "")
        if isinstance(request, Request) and request.method == "GET" and "text/html" in accept and "query" not in request.query_params:
            return FileResponse(PAGE, media_type="text/html")
        context: Context = kwargs["context"]
        try:
            response = await super().run(request, *args, **kwargs)
        finally:
            context.close()
        if isinstance(response, Response) and MEDIA in accept and response.headers.get("content-type", "").startswith("application/json"):
            _speak(response)
        return response


def _speak(response: Response) -> None:
    body = orjson.loads(response.body)
    if isinstance(body, dict) and body.get("data") is None and all("path" not in error for error in body.get("errors", ())):
        body.pop("data", None)
        response.status_code, response.body = 400, orjson.dumps(body)
        response.headers["content-length"] = str(len(response.body))
    response.headers["content-type"] = MEDIA + "; charset=utf-8"

"""What a browser may ask for."""

from starlette.applications import Starlette
from starlette.routing import Route

from lantern.api.drafts import drop_draft, keep_draft

routes = Starlette(
    routes=[
        Route("/drafts/{user_id}", keep_draft, methods=["PUT"]),
        Route("/drafts/{user_id}", drop_draft, methods=["DELETE"]),
    ]
)

"""A small OpenID provider on this machine, for tests of signing in: whoever asks is the next name.

    python provider.py PORT

It stands in for a team's own provider; nothing of Tunesmith is replaced by it.
"""

from __future__ import annotations

import sys
import time
from secrets import token_hex
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

PORT = int(sys.argv[1])
HERE = f"http://127.0.0.1:{PORT}"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
asked: dict[str, tuple[str | None, int]] = {}


async def configuration(_: Request) -> JSONResponse:
    """Say where everything is."""
    return JSONResponse(
        {
            "issuer": HERE,
            "authorization_endpoint": f"{HERE}/auth",
            "token_endpoint": f"{HERE}/token",
            "jwks_uri": f"{HERE}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }
    )


async def auth(request: Request) -> RedirectResponse:
    """Let the browser in without asking, as the next person."""
    code = token_hex(8)
    asked[code] = (request.query_params.get("nonce"), len(asked) + 1)
    back = request.query_params["redirect_uri"]
    return RedirectResponse(f"{back}?code={code}&state={request.query_params['state']}")


async def token(request: Request) -> JSONResponse:
    """Say who it was."""
    nonce, number = asked[str((await request.form())["code"])]
    moment = int(time.time())
    claims: dict[str, Any] = {
        "iss": HERE,
        "sub": f"user {number}",
        "aud": "tunesmith",
        "iat": moment,
        "exp": moment + 3600,
        "email": f"reviewer{number}@example.com",
        "nonce": nonce,
    }
    signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)
    return JSONResponse({"access_token": "at", "token_type": "Bearer", "id_token": signed})


async def keys(_: Request) -> JSONResponse:
    """Give away the public key."""
    return JSONResponse({"keys": [KEY.as_dict(private=False)]})


uvicorn.run(
    Starlette(
        routes=[
            Route("/.well-known/openid-configuration", configuration),
            Route("/auth", auth),
            Route("/token", token, methods=["POST"]),
            Route("/keys", keys),
        ]
    ),
    host="127.0.0.1",
    port=PORT,
    log_level="warning",
)

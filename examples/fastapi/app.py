"""A backend that streams answers, with Canon in front of it: its WebSocket code is gone, its users and its agent stay.

    CANON_URL, CANON_SERVICE_TOKEN and CANON_AUTHENTICATION_SECRET as in docs/guides/fastapi.md, then
    uvicorn app:app --port 8000
"""

import asyncio
import hmac
import os
import time
import uuid
from contextlib import asynccontextmanager

import jwt
from fastapi import FastAPI, HTTPException

from canon import CanonProducer

# What the backend had before ---------------------------------------------------------------------------------------------

USERS = {name: (password, user_id) for name, password, user_id in map(str.split, os.environ["USERS"].split(";"))}


async def agent(text: str):
    """The backend's own agent: whatever gives its answer piece by piece."""
    for word in f"You asked: {text}".split():
        await asyncio.sleep(0.02)
        yield word + " "


# What Canon adds ---------------------------------------------------------------------------------------------------------

producer = CanonProducer(os.environ["CANON_URL"], os.environ["CANON_SERVICE_TOKEN"])


async def answer(run):
    """One message of one user. When this returns the run completes; when it raises, the run ends in an error."""
    async with run.tool("agent", words=len(run.text.split())) as tool:
        tool.results = "answering"
    async for piece in agent(run.text):
        await run.delta(piece)


@asynccontextmanager
async def lifespan(_: FastAPI):
    serving = asyncio.create_task(producer.serve(answer))
    yield
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    producer.close()


app = FastAPI(lifespan=lifespan)


@app.post("/login")
async def login(credentials: dict[str, str]):
    """The backend's own login. Canon takes this token because it knows the secret that signed it."""
    password, user_id = USERS.get(credentials.get("name", ""), ("", ""))
    if not user_id or not hmac.compare_digest(credentials.get("password", "").encode(), password.encode()):
        raise HTTPException(401, "The name or the password is wrong.")
    now = int(time.time())
    claims = {
        "sub": user_id, "iss": "netra-auth-service", "aud": "netra-platform", "iat": now, "exp": now + 900,
        "jti": uuid.uuid4().hex, "token_type": "access", "permissions": ["read", "write", "chat", "websocket"],
    }
    return {"access_token": jwt.encode(claims, os.environ["CANON_AUTHENTICATION_SECRET"], "HS256"), "expires_in": 900}

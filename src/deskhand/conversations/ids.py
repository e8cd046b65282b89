"""Ids, cursors and page limits as the routes take them. Anything else than an id's letters is refused by name."""

from typing import Annotated

from fastapi import Path, Query

_ID = r"^[A-Za-z0-9_-]+$"
_MAX = 60

SessionId = Annotated[str, Path(max_length=_MAX, pattern=_ID, examples=["ses_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
MessageId = Annotated[str, Path(max_length=_MAX, pattern=_ID, examples=["msg_019a0c1f70aa7d1e9a4e2f60718293a4"])]
ThreadId = Annotated[str, Path(max_length=_MAX, pattern=_ID, examples=["thr_019a0c1f5e7a70f19a4e2f60718293a4"])]
ContactFilter = Annotated[str, Query(max_length=_MAX, pattern=_ID, description="Only this contact's.")]
Cursor = Annotated[str, Query(max_length=_MAX, pattern=_ID, description="The id of a message.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]

"""Taking documents in: how many a second, and where the time goes.

Through the `Ingester` that serves, with a stopwatch around its converter, its embedder and its index; what is left is
cutting and the database. Above: `__main__.py`.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from bench.building import Filler, words_of_help_centre
from bench.figures import Figure
from bench.plan import Plan, say
from deskhand.commands.terminal import load_embedder
from deskhand.demo.seed import HELP_CENTRE
from deskhand.kit.telemetry import configure_logging
from deskhand.knowledge.document_model import Document, DocumentLimits
from deskhand.knowledge.document_worker import DocumentWorker
from deskhand.knowledge.documents import DocumentConverter
from deskhand.knowledge.index import Passage
from deskhand.knowledge.ingest import Ingester
from deskhand.knowledge.qdrant_edge import QdrantEdgeIndex
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.settings import Settings, load_settings
from deskhand.tenancy.scope import Role, TenantScope
from deskhand.wiring import House, open_house

"""What a model is shown of data that strangers wrote: without the sentences that give it orders. Pure.

Above: gather, respond. Below: the slices' renderings, `llm/injection.py`. Passages are cleaned where they are rendered.
"""

from collections.abc import Sequence
from dataclasses import replace

from deskhand.attachments.model import AttachmentText
from deskhand.attachments.prompt import rendered_attachments
from deskhand.llm.injection import without_orders
from deskhand.memory.model import MemoryContext, RecalledMemory
from deskhand.memory.rendering import rendered_memories


def shown_memories(context: MemoryContext) -> str:
    """The memories for a model to read."""
    return rendered_memories(replace(context, items=tuple(_clean_memory(item) for item in context.items)))


def shown_attachments(attachments: Sequence[AttachmentText]) -> str:
    """The files for a model to read."""
    return rendered_attachments([_cleaned(each) for each in attachments])


def _clean_memory(item: RecalledMemory) -> RecalledMemory:
    return replace(item, memory=replace(item.memory, content=without_orders(item.memory.content)))


def _cleaned(attachment: AttachmentText) -> AttachmentText:
    text = without_orders(attachment.text)
    # What was left out does not count as text that is still to be read.
    return replace(attachment, text=text, chars=attachment.chars - len(attachment.text) + len(text))

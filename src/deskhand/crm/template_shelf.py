"""Templates as the staff keep them: made, changed, archived, looked up.

Above: the endpoints. Below: what a template may say, the repository.
"""

from dataclasses import replace
from typing import TypedDict

from deskhand.crm.delivery_model import Listed, Template, TemplateDraft, TemplateVersion, Wording, tag_of
from deskhand.crm.model import ContactChanged
from deskhand.crm.template_repository import TemplateRepository
from deskhand.crm.templates import Variable, check_template
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore


class TemplateChanged(ContactChanged):
    """Somebody else changed the template since it was read (`If-Match`)."""

    code = "template_changed"
    title = "The template was changed meanwhile"


class TemplatePatch(TypedDict, total=False):
    """What of a template is changed; what is left out stays."""

    body: str
    variables: tuple[Variable, ...]
    description: str
    archived: bool


class TemplateShelf:
    """The templates of every tenant, each reached through its scope."""

    def __init__(self, *, store: TenantStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, scope: TenantScope, draft: TemplateDraft) -> Template:
        """Raises WrongTemplate and TemplateExists."""
        check_template(draft.body, draft.variables)
        async with self._store.write(scope) as db:
            return await TemplateRepository(db, scope, self._clock).add(draft, _by(scope))

    async def template(self, scope: TenantScope, template_id: str) -> Template:
        """Raises UnknownTemplate."""
        async with self._store.read(scope) as db:
            return await TemplateRepository(db, scope, self._clock).get(template_id)

    async def page(
        self,
        scope: TenantScope,
        *,
        name: str | None = None,
        language: str | None = None,
        archived: bool | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Listed[Template]:
        async with self._store.read(scope) as db:
            templates = TemplateRepository(db, scope, self._clock)
            return await templates.page(name=name, language=language, archived=archived, limit=limit, offset=offset)

    async def versions(
        self, scope: TenantScope, template_id: str, *, limit: int, offset: int
    ) -> Listed[TemplateVersion]:
        """Newest first. Raises UnknownTemplate."""
        async with self._store.read(scope) as db:
            return await TemplateRepository(db, scope, self._clock).versions(template_id, limit=limit, offset=offset)

    async def worded(self, scope: TenantScope, name: str, language: str | None, values: dict[str, str]) -> Wording:
        """What the template of that name says with these values, in that language or the nearest there is.

        Raises:
            UnknownTemplate: when there is none in use.
            WrongVariables: when values are missing or wrong.
        """
        async with self._store.read(scope) as db:
            return await TemplateRepository(db, scope, self._clock).worded(name, language, values)

    async def change(
        self, scope: TenantScope, template_id: str, patch: TemplatePatch, *, expected: str | None = None
    ) -> Template:
        """The template with what is given changed; `expected` is the tag it must have.

        Messages that wait keep their words; later steps of sequences get the new ones.

        Raises:
            UnknownTemplate, WrongTemplate, TemplateChanged.
        """
        async with self._store.write(scope) as db:
            templates = TemplateRepository(db, scope, self._clock)
            before = await templates.locked(template_id)
            if expected is not None and tag_of(before) != expected:
                raise TemplateChanged(f"The template was changed since {expected[:60]!r} was read: read it again.")
            archived = patch.get("archived", before.archived)
            draft = replace(
                before.draft,
                body=patch.get("body", before.draft.body),
                variables=patch.get("variables", before.draft.variables),
                description=patch.get("description", before.draft.description),
            )
            check_template(draft.body, draft.variables)
            return await templates.put(before, draft, archived=archived, by=_by(scope))


def _by(scope: TenantScope) -> str | None:
    return scope.key_id or scope.user_id

"""SQL of templates and their versions, inside the caller's transaction. Above: the shelf, deliveries. Below: tables."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.delivery_model import (
    Listed,
    Template,
    TemplateDraft,
    TemplateUse,
    TemplateVersion,
    Wording,
)
from deskhand.crm.delivery_tables import TemplateRow, TemplateVersionRow
from deskhand.crm.templates import TemplateExists, UnknownTemplate, Variable, fill
from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

_SILENT = {"synchronize_session": False}


class TemplateRepository:
    """Templates of one scope."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def add(self, draft: TemplateDraft, by: str | None) -> Template:
        """The new template in its first version.

        Raises:
            TemplateExists: when the name has one in this language.
        """
        now, template_id = self._clock.now(), new_id("tpl")
        values = {
            "id": template_id,
            "tenant_id": self._scope.tenant_id,
            "name": draft.name,
            "language": draft.language,
            "description": draft.description,
            **_words(draft),
            "version": 1,
            "archived": False,
            "created_at": now,
            "updated_at": now,
            "updated_by": by,
        }
        await self._db.execute(upsert(self._db, TemplateRow).on_conflict_do_nothing(), [values])
        if await self._db.scalar(select(TemplateRow.id).where(TemplateRow.id == template_id)) is None:
            raise TemplateExists(
                f"There is a template {draft.name!r} in {draft.language!r} already: change that one, also when it is "
                "archived."
            )
        await self._keep_version(template_id, 1, draft, by)
        return await self.get(template_id)

    async def get(self, template_id: str) -> Template:
        """Raises UnknownTemplate."""
        row = await self._db.scalar(_fresh().where(TemplateRow.id == template_id))
        if row is None:
            raise UnknownTemplate(f"There is no template {template_id!r}: list them with GET /api/v1/crm/templates.")
        return template_of(row)

    async def locked(self, template_id: str) -> Template:
        """As `get`; nobody else changes it until the transaction ends."""
        await self._db.scalar(select(TemplateRow.id).where(TemplateRow.id == template_id).with_for_update())
        return await self.get(template_id)

    async def page(
        self, *, name: str | None, language: str | None, archived: bool | None, limit: int, offset: int
    ) -> Listed[Template]:
        """By name, then language."""
        wanted = {TemplateRow.name: name, TemplateRow.language: language, TemplateRow.archived: archived}
        conditions = [column == value for column, value in wanted.items() if value is not None]
        total = await self._db.scalar(select(func.count(TemplateRow.id)).where(*conditions)) or 0
        rows = await self._db.scalars(
            _fresh().where(*conditions).order_by(TemplateRow.name, TemplateRow.language).limit(limit).offset(offset)
        )
        return Listed(items=tuple(template_of(row) for row in rows), total=total)

    async def versions(self, template_id: str, *, limit: int, offset: int) -> Listed[TemplateVersion]:
        """Newest first. Raises UnknownTemplate."""
        await self.get(template_id)
        of_it = TemplateVersionRow.template_id == template_id
        total = await self._db.scalar(select(func.count(TemplateVersionRow.version)).where(of_it)) or 0
        newest = TemplateVersionRow.version.desc()
        rows = await self._db.scalars(
            select(TemplateVersionRow).where(of_it).order_by(newest).limit(limit).offset(offset)
        )
        return Listed(items=tuple(_version(row) for row in rows), total=total)

    async def put(self, template: Template, draft: TemplateDraft, *, archived: bool, by: str | None) -> Template:
        """The template with these words; its version goes up when they are others."""
        changed = _words(draft) != _words(template.draft)
        version = template.version + changed
        values = {"description": draft.description, **_words(draft), "version": version, "archived": archived}
        statement = update(TemplateRow).where(TemplateRow.id == template.id)
        await self._db.execute(
            statement.values(**values, updated_at=self._clock.now(), updated_by=by), execution_options=_SILENT
        )
        if changed:
            await self._keep_version(template.id, version, draft, by)
        return await self.get(template.id)

    async def in_use(self, name: str, language: str | None) -> Template:
        """The template of that name: in this language, else in its main language, else the first that was made.

        Raises:
            UnknownTemplate: when there is none in use; it names those there are.
        """
        rows = await self._db.scalars(
            _fresh().where(TemplateRow.name == name, TemplateRow.archived.is_(False)).order_by(TemplateRow.id)
        )
        found = [template_of(row) for row in rows]
        if not found:
            raise UnknownTemplate(f"There is no template {name[:64]!r} in use. {await self._known()}")
        wanted = (language or "").casefold()
        main = wanted.partition("-")[0]
        return min(found, key=lambda template: _distance(template.draft.language.casefold(), wanted, main))

    async def worded(self, name: str, language: str | None, values: dict[str, str]) -> Wording:
        """What the template says with these values.

        Raises:
            UnknownTemplate: when there is none in use.
            WrongVariables: when values are missing or wrong.
        """
        template = await self.in_use(name, language)
        text = fill(template.draft.body, template.draft.variables, values)
        use = TemplateUse(name=name, language=template.draft.language, version=template.version, values=values)
        return Wording(text=text, template=use)

    async def _known(self) -> str:
        names = await self._db.scalars(
            select(TemplateRow.name)
            .where(TemplateRow.archived.is_(False))
            .distinct()
            .order_by(TemplateRow.name)
            .limit(30)
        )
        listed = ", ".join(names)
        return f"There are: {listed}." if listed else "There are none yet."

    async def _keep_version(self, template_id: str, version: int, draft: TemplateDraft, by: str | None) -> None:
        self._db.add(
            TemplateVersionRow(
                template_id=template_id,
                version=version,
                tenant_id=self._scope.tenant_id,
                **_words(draft),
                made_at=self._clock.now(),
                made_by=by,
            )
        )
        await self._db.flush()


def template_of(row: TemplateRow) -> Template:
    draft = TemplateDraft(
        name=row.name,
        language=row.language,
        body=row.body,
        variables=_variables(row.variables),
        description=row.description,
    )
    return Template(
        id=row.id,
        draft=draft,
        version=row.version,
        archived=row.archived,
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def _version(row: TemplateVersionRow) -> TemplateVersion:
    return TemplateVersion(
        version=row.version,
        body=row.body,
        variables=_variables(row.variables),
        made_at=row.made_at,
        made_by=row.made_by,
    )


def _fresh() -> Any:
    # Rows that an update of this transaction went past must be read anew.
    return select(TemplateRow).execution_options(populate_existing=True)


def _words(draft: TemplateDraft) -> dict[str, Any]:
    return {"body": draft.body, "variables": [asdict(variable) for variable in draft.variables]}


def _variables(kept: list[dict[str, Any]]) -> tuple[Variable, ...]:
    return tuple(Variable(**each) for each in kept)


def _distance(language: str, wanted: str, main: str) -> int:
    if language == wanted:
        return 0
    if language == main:
        return 1
    return 2 if main and language.partition("-")[0] == main else 3

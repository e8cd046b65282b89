"""What every database session obeys: one bound to a tenant reaches that tenant's rows, one bound to none reaches none.

It listens below the queries, so that no repository can forget it. What goes round a session altogether, by the
database's engine, is for migrations alone; a test sees to it. Above: `store.py`, which binds sessions. Below:
SQLAlchemy's events.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from cachetools import LRUCache
from sqlalchemy import Table, TextClause, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.util import find_tables

from deskhand.kit.db import Base

TENANT = "tenant_id"
_ACROSS = "across_tenants"
KEPT_FILTERS = 1_000
_WORD = re.compile(r"\w+")


class TenantGuard:
    """Filters and refuses statements of sessions. `owned` is the mixin of the tables that belong to tenants."""

    def __init__(self, owned: type) -> None:
        self._owned = owned
        self._filters: LRUCache[str, LoaderCriteriaOption] = LRUCache(maxsize=KEPT_FILTERS)

    def watch(self, sessions: type[Session]) -> None:
        """From now on every session of that class is guarded."""
        event.listen(sessions, "do_orm_execute", self._on_statement)
        event.listen(sessions, "before_flush", self._on_flush)

    @staticmethod
    def bind(session: Session, tenant_id: str) -> None:
        """The session works for that tenant."""
        session.info[TENANT] = tenant_id

    @staticmethod
    def open_across(session: Session) -> None:
        """The session reads the rows of all tenants."""
        session.info[_ACROSS] = True

    def _on_statement(self, state: ORMExecuteState) -> None:
        if state.is_column_load or state.is_relationship_load:
            return
        tenant_id: str | None = state.session.info.get(TENANT)
        if tenant_id is None:
            if not (state.is_select and _ACROSS in state.session.info):
                self._refuse_owned(state.statement, "a session that is bound to no tenant")
        elif not state.is_orm_statement:
            self._refuse_owned(state.statement, "a statement that the tenant's filter does not reach")
        elif state.is_insert:
            self._check_insert(state, tenant_id)
        else:
            self._check_update(state)
            state.statement = state.statement.options(self._filter_of(tenant_id))

    def _filter_of(self, tenant_id: str) -> LoaderCriteriaOption:
        """Kept for the next statement: making one takes as long as many a statement."""
        found = self._filters.get(tenant_id)
        if found is None:
            found = self._filters[tenant_id] = with_loader_criteria(
                self._owned, lambda cls: cls.tenant_id == tenant_id, include_aliases=True
            )
        return found

    def _on_flush(self, session: Session, _context: UOWTransaction, _instances: Any) -> None:
        tenant_id = session.info.get(TENANT)
        for row in [*session.new, *session.dirty, *session.deleted]:
            if isinstance(row, self._owned) and getattr(row, TENANT) != tenant_id:
                raise PermissionError(f"{type(row).__name__} of another tenant in a session of {tenant_id!r}")

    def _refuse_owned(self, statement: Any, where: str) -> None:
        touched = sorted(set(_names_in(statement)) & self._owned_names)
        if touched:
            raise PermissionError(f"Rows of {touched} belong to tenants, and this is {where}: use TenantStore.")

    def _check_insert(self, state: ORMExecuteState, tenant_id: str) -> None:
        if self._is_owned(state) and not all(row.get(TENANT) == tenant_id for row in _inserted(state)):
            raise PermissionError(f"An insert of rows of another tenant, or of none, in a session of {tenant_id!r}")

    def _check_update(self, state: ORMExecuteState) -> None:
        if not state.is_update or not self._is_owned(state):
            return
        if isinstance(state.parameters, list):
            raise PermissionError("An update by primary keys goes past the tenant's filter: use a condition.")
        if any(TENANT in row for row in _values(state)):
            raise PermissionError("An update that hands rows over to a tenant: rows stay where they were made.")

    def _is_owned(self, state: ORMExecuteState) -> bool:
        mapper = state.bind_mapper
        return mapper is not None and issubclass(mapper.class_, self._owned)

    @cached_property
    def _owned_names(self) -> frozenset[str]:
        mappers = Base.registry.mappers
        return frozenset(str(mapper.local_table) for mapper in mappers if issubclass(mapper.class_, self._owned))


def _names_in(statement: Any) -> Iterator[str]:
    """The tables that a statement touches; of one written as text, all its words."""
    for element in visitors.iterate(statement):
        if isinstance(element, TextClause):
            yield from _WORD.findall(element.text)
        elif isinstance(element, Table):
            yield element.name
    for table in find_tables(statement, check_columns=True, include_crud=True, include_selects=True):
        yield str(getattr(table, "name", ""))


def _inserted(state: ORMExecuteState) -> list[Mapping[str, Any]]:
    """The rows of an insert; none when they cannot be known beforehand, as those that a query gives."""
    given = state.parameters or [{}]
    rows: list[Any] = given if isinstance(given, list) else [given]
    common = _values(state)[0]
    if getattr(state.statement, "select", None) is not None or getattr(state.statement, "_multi_values", None):
        return [{}]
    return [{**common, **row} for row in rows]


def _values(state: ORMExecuteState) -> list[Mapping[str, Any]]:
    """What the statement itself sets, by column, then what comes with it."""
    own = getattr(state.statement, "_values", None) or {}
    named = {getattr(column, "key", str(column)): getattr(bound, "value", None) for column, bound in own.items()}
    with_it = state.parameters
    return [named, with_it] if isinstance(with_it, Mapping) else [named]

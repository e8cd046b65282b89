"""Tables of usage: what each model was asked and wrote, by tenant, day and agent."""

from datetime import date

from sqlalchemy import BigInteger, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base
from deskhand.tenancy.store import TenantOwned


class ModelUsage(TenantOwned, Base):
    """What one model did for one agent on one day (UTC). `currency` is empty where the model had no price.

    Costs are kept as whole billionths of the currency: a token may cost less than a millionth of it.
    """

    __tablename__ = "model_usage"
    __table_args__ = (Index("uq_model_usage_key", "tenant_id", "day", "agent_id", "model", "currency", unique=True),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    agent_id: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(String(3))
    calls: Mapped[int] = mapped_column(Integer)
    estimated_calls: Mapped[int] = mapped_column(Integer)
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    cost_nanos: Mapped[int] = mapped_column(BigInteger)

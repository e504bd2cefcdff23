"""What is left of a response that a person had deleted: that there was one."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from api.tables.types import Instant


class ErasedResponse(SQLModel, table=True):
    """Neither the id nor the answers: ``id_sha256`` and ``content_hash`` only recognise a tablet that sends the
    same response again, so that it is not stored anew. Without the id nobody can guess what made the hash."""

    __tablename__ = "erased_response"

    id_sha256: str = Field(primary_key=True, max_length=64)
    content_hash: str = Field(max_length=64)
    form: str = Field(max_length=60)
    version: str = Field(max_length=40)
    month: str = Field(index=True, max_length=7)
    unit_filed: str = Field(max_length=40)
    received_at: datetime = Field(sa_type=Instant)  # the receipt that was given stays true
    erased_on: date

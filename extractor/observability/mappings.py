"""Which asset is which table. Source: *Alation Integration APIs*, Mappings; parameters are sent in the query."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from extractor.errors import Rejected
from extractor.http import Response
from extractor.models import AssetMapping
from extractor.observability.integration import message_of
from extractor.observability.wire import Wire

ROUTE = "/mappings/alation"


class _Mapping(BaseModel):
    """A mapping as the service writes it; names that it adds one day are passed over."""

    asset_id: Annotated[str, Field(min_length=1)]
    data_source_id: int
    data_source_name: str | None = None
    schema_id: int | None = None
    schema_name: str
    table_id: int
    table_name: str

    def read(self) -> AssetMapping:
        values = self.model_dump()
        return AssetMapping(**{**values, "data_source_name": self.data_source_name or ""})


def read(wire: Wire) -> list[AssetMapping]:
    """All mappings."""
    response = wire.call("GET", ROUTE)
    return mappings_of(wire.answer(response), response)


def add(wire: Wire, asset_id: str, table_id: int) -> AssetMapping:
    """Make an asset be a table of Alation's.

    Raises:
        Rejected: the asset is another table already (409), or one of the two is not known.
    """
    body = {"asset_id": asset_id, "alation_table_id": table_id}
    try:
        response = wire.call("POST", ROUTE, json=body)
    except Rejected as error:
        same = [m for m in read(wire) if m.asset_id == asset_id] if error.status == 409 else []
        # A request whose answer was lost has been sent twice: that it is there is what was wanted.
        if same and same[0].table_id == table_id:
            return same[0]
        if same:
            raise Rejected(
                f"the asset {asset_id!r} is mapped to {same[0].table} (table {same[0].table_id}) already: remove that "
                "mapping first",
                status=409,
            ) from None
        raise
    return mappings_of([wire.answer(response)], response)[0]


def remove(wire: Wire, asset_id: str) -> str:
    """Remove the mapping of an asset and give what the service says.

    Raises:
        Rejected: the asset has no mapping.
    """
    if all(mapping.asset_id != asset_id for mapping in read(wire)):
        raise Rejected(f"the asset {asset_id!r} has no mapping", status=404)
    try:
        response = wire.call("DELETE", ROUTE, params={"asset_id": asset_id})
    except Rejected as error:
        if error.code == "404":
            return "it was gone already"
        raise
    return wire.http.redact(message_of(wire.answer(response)))


def mappings_of(value: Any, response: Response) -> list[AssetMapping]:
    """A list of mappings as records.

    Raises:
        Rejected: it is no such list; the message says where.
    """
    if not isinstance(value, list):
        raise Rejected(f"{response.where}: the answer is no list of mappings", status=response.status)
    found = []
    for number, item in enumerate(value, start=1):
        try:
            found.append(_Mapping.model_validate(item).read())
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
            raise Rejected(
                f"{response.where}: mapping {number} of the answer cannot be read ({place or 'it is no object'})",
                status=response.status,
            ) from None
    return found

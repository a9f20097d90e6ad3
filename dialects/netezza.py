"""IBM Netezza Performance Server (also PureData for Analytics).

Names: https://www.ibm.com/docs/en/netezza (Database names and identifiers): unquoted names fold to the system
case, upper unless the system was initialised otherwise; ``db..table`` and ``db.schema.table`` reach into another
database of the same system; ``SET CATALOG`` changes the database, ``SET SCHEMA`` the schema.
"""

from __future__ import annotations

from dialects.base import Dialect, Folding, LexicalRules

NETEZZA = Dialect(
    name="netezza",
    title="IBM Netezza",
    parser="postgres",
    aliases=("nz", "nps"),
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    default_schema="ADMIN",
    key_has_database=True,
    use_sets="database",
    system_schemas=frozenset({"information_schema", "definition_schema"}),
    lexical=LexicalRules(nested_comments=True, backslash_commands=True, procedure_words=True),
)

DIALECTS = (NETEZZA,)

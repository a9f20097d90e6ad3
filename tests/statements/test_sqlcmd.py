"""What sqlcmd does to a script before the server sees it."""

from extractor.statements.sqlcmd import without_sqlcmd


def test_a_variable_has_the_value_that_was_last_set_before_its_use() -> None:
    """Values are taken in the order of the lines, with or without quotes, whatever the case of the name."""
    sql = ':setvar Db "Sales Mart"\nUSE [$(db)];\n:SETVAR DB Other\nUSE [$(DB)];'
    assert without_sqlcmd(sql) == "\nUSE [Sales Mart];\n\nUSE [Other];"


def test_a_variable_that_is_set_elsewhere_stays() -> None:
    """The command line or the environment gave it a value that the text does not show."""
    assert without_sqlcmd(":on error exit\nSELECT a FROM $(db).dbo.t") == "\nSELECT a FROM $(db).dbo.t"


def test_other_texts_are_left_as_they_are() -> None:
    """A colon at the beginning of a line is no command by itself."""
    sql = "SELECT geography\n::Parse('x') FROM t\n:label SELECT 1"
    assert without_sqlcmd(sql) == sql

"""Texts for property tests: soups of what makes splitting and naming hard."""

from hypothesis import strategies as st

import dialects

FRAGMENTS = [
    "select", "SELECT a, b", "from t", "insert into t", "values (1, 'x')", ";", ";;", "\n", " ", "\t", "\r\n", "'", "''", "'a;b'", '"', '"a;b"',
    "`", "`a;b`", "[", "]", "[a;b]", "--", "-- c;'\n", "/*", "*/", "/* ; ' */", "/* /* */", "#", "# x;\n", "//", "// x\n", "$$", "$a$", "$1",
    "$$;$$", "\\", "\\'", "e'\\';'", "q'[;']'", "q'x;x'", "r'\\'", "N'x'", "'''", '"""', "GO", "\nGO\n", "\nGO 3\n", "\n/\n", "/", "\nDELIMITER //\n",
    "\nDELIMITER ;\n", "//", "begin", "end", "end;", "case when 1 then 2 end", "if", "then", "else", "loop", "end loop", "create procedure p as",
    "create function f()", "declare x int;", "as", "is", "(", ")", "{{ x; }}", "{% x %}", "${a;b}", "@x", ":x", "1", "1.5", ".5", "1e9", "0xff",
    "a.b.c", "x$y", "#t", "é", "\u2028", "\x00", "\ud800", "update t set a = 1", "delete from t", "merge into t", "exec p", "with x as (select 1)",
]  # fmt: skip

soup = st.lists(st.sampled_from(FRAGMENTS), max_size=25).map(" ".join) | st.lists(
    st.sampled_from(FRAGMENTS), max_size=25
).map("".join)
texts = soup | st.text(max_size=200)
every_dialect = st.sampled_from([dialects.get(name) for name in dialects.names()])

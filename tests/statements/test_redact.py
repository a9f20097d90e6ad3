"""Credentials leave a statement, and nothing else does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqltexts import every_dialect, texts

import dialects
from dialects.sqlglot_adapter import parse
from extractor.statements import redact

SECRET = "Xy7Zq9SECRETvalue"
PLANTED = [
    (
        "redshift",
        "COPY t FROM 's3://b/k' CREDENTIALS 'aws_access_key_id=AKIAABCDEFGHIJKLMNOP;aws_secret_access_key={}' CSV",
    ),
    ("redshift", "COPY t FROM 's3://b/k' ACCESS_KEY_ID 'AKIAABCDEFGHIJKLMNOP' SECRET_ACCESS_KEY '{}'"),
    ("redshift", "COPY t FROM 's3://b/k' WITH CREDENTIALS AS 'aws_iam_role=x;token={}'"),
    ("redshift", "UNLOAD ('select a from t') TO 's3://b/k' CREDENTIALS '{}'"),
    (
        "snowflake",
        "COPY INTO t FROM 's3://b/k' CREDENTIALS = (AWS_KEY_ID = 'AKIAABCDEFGHIJKLMNOP' AWS_SECRET_KEY = '{}')",
    ),
    ("snowflake", "CREATE STAGE s URL = 'azure://a/b' CREDENTIALS = (AZURE_SAS_TOKEN = '?sv=2020&sig={}')"),
    ("snowflake", "CREATE STAGE s URL = 's3://a/b' ENCRYPTION = (MASTER_KEY = '{}')"),
    ("snowflake", "CREATE USER u PASSWORD = '{}' DEFAULT_ROLE = r"),
    ("snowflake", "CREATE SECRET s TYPE = password USERNAME = 'u' PASSWORD = '{}'"),
    ("snowflake", "ALTER USER u SET RSA_PUBLIC_KEY = 'x', PASSWORD = '{}'"),
    ("postgres", "CREATE USER u WITH ENCRYPTED PASSWORD '{}'"),
    ("postgres", "ALTER ROLE u PASSWORD $${}$$"),
    ("postgres", "CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password '{}')"),
    ("postgres", "SELECT * FROM dblink('host=h user=u password={} dbname=d', 'select a from b') AS x(a int)"),
    ("postgres", "CREATE SUBSCRIPTION s CONNECTION 'host=h password={}' PUBLICATION p"),
    ("postgres", "insert into t select 'postgresql://user:{}@host/db'"),
    ("oracle", "CREATE USER u IDENTIFIED BY {}"),
    ("oracle", 'CREATE USER u IDENTIFIED BY "{}" DEFAULT TABLESPACE x'),
    ("oracle", "CREATE DATABASE LINK l CONNECT TO u IDENTIFIED BY {} USING 'x'"),
    ("oracle", "ALTER USER u IDENTIFIED BY {} REPLACE oldone"),
    ("mysql", "CREATE USER 'u'@'h' IDENTIFIED BY '{}'"),
    ("mysql", "CREATE USER 'u'@'h' IDENTIFIED WITH caching_sha2_password BY '{}'"),
    ("mysql", "SET PASSWORD FOR 'u'@'h' = '{}'"),
    ("mysql", "SET PASSWORD = PASSWORD('{}')"),
    ("mysql", "GRANT ALL ON *.* TO 'u'@'h' IDENTIFIED BY PASSWORD '{}'"),
    ("mysql", "CHANGE MASTER TO MASTER_USER = 'u', MASTER_PASSWORD = '{}'"),
    ("sqlserver", "CREATE LOGIN l WITH PASSWORD = N'{}', CHECK_POLICY = OFF"),
    ("sqlserver", "CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'SHARED ACCESS SIGNATURE', SECRET = '{}'"),
    ("sqlserver", "CREATE MASTER KEY ENCRYPTION BY PASSWORD = '{}'"),
    ("sqlserver", "SELECT a FROM OPENROWSET('SQLNCLI', 'Server=s;Uid=u;Pwd={};', 'select 1')"),
    ("sqlserver", "EXEC sp_addlinkedsrvlogin @rmtsrvname = 's', @rmtuser = 'u', @rmtpassword = '{}'"),
    ("sqlserver", "COPY INTO t FROM 'https://x' WITH (CREDENTIAL = (IDENTITY = 'Storage Account Key', SECRET = '{}'))"),
    ("sqlserver", "COPY INTO t FROM 'https://x?sv=1&sig={}' WITH (FILE_TYPE = 'CSV')"),
    ("teradata", "CREATE USER u AS PERM = 1e6 PASSWORD = {}"),
    ("teradata", ".LOGON host/user,{}"),
    ("teradata", "CREATE AUTHORIZATION a USER 'u' PASSWORD '{}'"),
    ("db2", "CONNECT TO d USER u USING {}"),
    ("db2", "CREATE USER MAPPING FOR u SERVER s OPTIONS (REMOTE_AUTHID 'u', REMOTE_PASSWORD '{}')"),
    ("netezza", "CREATE USER u WITH PASSWORD '{}'"),
    (
        "netezza",
        "CREATE EXTERNAL TABLE 's3://b' USING (ACCESSKEYID 'AKIAABCDEFGHIJKLMNOP' SECRETACCESSKEY '{}') AS SELECT a",
    ),
    (
        "databricks",
        "COPY INTO t FROM 's3://b' WITH (CREDENTIAL (AWS_ACCESS_KEY = 'AKIAABCDEFGHIJKLMNOP', AWS_SECRET_KEY = '{}'))",
    ),
    ("spark", "CREATE TABLE t USING jdbc OPTIONS (url 'jdbc:x', user 'u', password '{}')"),
    ("spark", "SET fs.azure.account.key.x.dfs.core.windows.net = '{}'"),
    ("hive", "CREATE EXTERNAL TABLE t (a int) TBLPROPERTIES ('hive.sql.dbcp.password' = '{}')"),
    ("clickhouse", "INSERT INTO t SELECT * FROM s3('https://b', 'AKIAABCDEFGHIJKLMNOP', '{}', 'CSV')"),
    ("clickhouse", "CREATE USER u IDENTIFIED WITH sha256_password BY '{}'"),
    ("clickhouse", "SELECT * FROM mysql('h:3306', 'd', 't', 'u', '{}')"),
    ("duckdb", "CREATE SECRET s (TYPE s3, KEY_ID 'AKIAABCDEFGHIJKLMNOP', SECRET '{}')"),
    ("duckdb", "ATTACH 'host=h user=u password={}' AS p (TYPE postgres)"),
    ("bigquery", "SELECT 'Authorization: Bearer {}' AS h"),
    ("postgres", "select 1 -- password={}"),
    ("postgres", "select '-----BEGIN RSA PRIVATE KEY-----{}-----END RSA PRIVATE KEY-----'"),
    ("hana", 'CREATE USER u PASSWORD "{}"'),
    ("vertica", "CREATE USER u IDENTIFIED BY '{}'"),
    ("postgres", "insert into m select pgp_sym_decrypt(c, '{}') from t"),
    ("postgres", "insert into m select pgp_sym_encrypt(c::text, cast('{}' as text), 'compress-algo=1') from t"),
    ("postgres", "insert into m select pgp_pub_decrypt(c, dearmor('{}'), 'pw') from t"),
    ("postgres", "insert into m select encrypt(c, '{}'::bytea, 'aes'), hmac(c, 'k', 'md5') from t"),
    ("postgres", "insert into m select crypt('{}', gen_salt('bf')) from t"),
    ("mysql", "insert into m select aes_decrypt(c, '{}') from t"),
    ("mysql", 'insert into m select aes_encrypt(c, "{}"), des_encrypt(c, "x") from t'),
    ("spark", "insert into m select try_aes_decrypt(c, '{}', 'GCM') from t"),
    ("snowflake", "insert into m select decrypt(encrypt(c, '{}'), '{}'), decrypt_raw(c, '{}', iv) from t"),
    ("clickhouse", "insert into m select encrypt('aes-256-gcm', c, '{}') from t"),
    ("db2", "insert into m select decrypt_char(c, '{}') from t"),
    ("sqlserver", "insert into m select decryptbypassphrase(N'{}', c) from t"),
    ("sqlserver", "exec sp_addlogin 'x', '{}'"),
    ("sqlserver", "exec master..sp_addlinkedsrvlogin 's', 'false', null, 'sa', '{}'"),
    ("sqlserver", "exec xp_cmdshell 'bcp a.b.c out x.txt -S h -U sa -P {}'"),
    ("postgres", "insert into users (name, password) select 'x', '{}' from t"),
    (
        "postgres",
        "insert into users (name, password) with c as (select 1) select 'x', '{}' from c union select b, '{}'",
    ),
    ("postgres", "insert into users (name, \"password\", b) values ('bob', '{}', 1), (f('a', 'b'), lower('{}'), 2)"),
    (
        "sqlserver",
        "merge into u using s on u.a = s.a when not matched then insert ([Name], [Pwd]) values (s.a, '{}');",
    ),
    ("postgres", "copy d from program 'curl -u me:{} http://h/x --password {} -p{}' csv"),
    ("postgres", "select set_config('app.password', '{}', false)"),
    ("postgres", "insert into t select json_build_object('user', 'u', 'password', '{}', 'x', 'y') from s"),
    ("postgres", "insert into t select a /* Password: {}*/ from s -- token:{}"),
    ("postgres", "insert into t select 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJTIn0.{}' from s"),
    ("postgres", "insert into t select 'ghp_{}aaaaaaaa', 'xoxb-1-{}-aaa', $$sk_live_{}$$ from s"),
    ("vertica", "ALTER SESSION SET AWSAuth = 'AKIAABCDEFGHIJKLMNOP:{}'"),
]
READ_BY_NO_PARSER = [
    ("sqlserver", "'{}','select 1') x"),
    ("postgres", "insert into users (name, password) (select 'x', '{}' from t where a in (select 1 from s))"),
    ("sqlserver", "insert into m select * from openrowset('SQLNCLI','h';'sa';'{}','select 1') x"),
    ("postgres", "copy d from program $$PGPASSWORD={} psql -c 'select 1'$$ csv"),
]


@pytest.mark.parametrize(("dialect", "sql"), PLANTED + READ_BY_NO_PARSER)
def test_a_planted_secret_is_gone(dialect, sql):
    """No credential survives, in strings, words, comments and connection texts, and the key id goes with it."""
    clean = redact(sql.replace("{}", SECRET), dialects.get(dialect))
    assert SECRET not in clean
    assert "AKIAABCDEFGHIJKLMNOP" not in clean
    assert "***" in clean or "xxx" in clean


@pytest.mark.parametrize(
    ("dialect", "sql"), [case for case in PLANTED if case[1].lower().startswith(("copy", "insert", "select"))]
)
def test_a_redacted_statement_still_parses(dialect, sql):
    """What could be parsed with its secret can be parsed without it, as the same kind of statement."""
    rules = dialects.get(dialect)
    text = sql.replace("{}", SECRET)
    before, after = parse(text, rules), parse(redact(text, rules), rules)
    assert [type(tree) for tree in before] == [type(tree) for tree in after]


@pytest.mark.parametrize(
    "sql",
    [
        "insert into users (name, password) select name, password from staging where password <> 'none'",
        "select token, secret_id from api_tokens t where t.kind = 'access' and token is not null",
        "insert into t values (1, 'a', 'https://example.org/path?page=2')",
        "copy t from 's3://bucket/path/file.csv' iam_role 'arn:aws:iam::123:role/x'",
        "insert into users (name, password, kind) select 'x', password, 'admin' from s where s.kind = 'y'",
        "insert into users (name, password) select a, b from s where c = 'x' and d in (select 'x', 'y' from e)",
        "insert into users (name, token) values (f('a', 'b'), null), ('x', g(1))",
        "copy d from program 'gunzip -c /data/orders.csv.gz' csv",
        "select set_config('search_path', 'a, b', false), json_build_object('a', 'password', 'b', 'c')",
        "select decode(a, 'hex'), 'the-task-list', 'eyJ.eyJ', coalesce('x', 'y'), encryption('a', 'b') from t",
        "select a as \"Password\" from t where x = 'key: value'",
        "select 'a;b', $$text$$, 5, date '2024-01-01' -- comment\nfrom t",
    ],
)
def test_statements_without_credentials_stay_as_they_are(sql):
    """Names, values and comments that merely look near a secret are left alone."""
    assert redact(sql, dialects.get("postgres")) == sql


def test_literals_are_masked_on_request():
    """Every string and number is replaced; names, parameters and comments stay."""
    sql = "insert into t2 select 'a', 5, -1.5e3, x1, $1, \"q 1\" from t where d > date '2024-01-01' -- c"
    masked = redact(sql, dialects.get("postgres"), mask_literals=True)
    assert masked == "insert into t2 select '***', 0, -0.0, x1, $1, \"q 1\" from t where d > date '***' -- c"


def test_a_name_of_any_length_is_told_by_its_end():
    """A secret's name after 30,000 parts is one still, and finding that does not take the square of their number."""
    parts = ".".join(["a"] * 30_000)
    assert redact(f"set {parts}.password = 'hidden'", dialects.get("spark")) == f"set {parts}.password = '***'"


def test_double_quoted_text_is_masked_where_it_is_a_string():
    """MySQL's and BigQuery's double quotes hold strings, PostgreSQL's hold names."""
    assert redact('select "a b"', dialects.get("mysql"), mask_literals=True) == 'select "***"'
    assert redact('select "a b"', dialects.get("postgres"), mask_literals=True) == 'select "a b"'


@settings(max_examples=300, deadline=None)
@given(texts, every_dialect, st.booleans())
def test_any_text_can_be_redacted_twice(sql, dialect, mask):
    """Broken text never raises, and what is clean stays as it is."""
    once = redact(sql, dialect, mask_literals=mask)
    assert redact(once, dialect, mask_literals=mask) == once


_TELLING = [
    "password", "pwd", "x_token", "account", "key", '"account"."key"', "api_key", "identified by", "connect", "using",
    "s3(", "remote (", "mysql", "aes_encrypt", "program", "insert into t (a, secret)", "values ('x', 'y')", "'a'",
    '"b"',
    "'token=abcdefgh'", "'http://u:p@h'", "'AKIAABCDEFGHIJKLMNOP'", "-- password: hush\n", "/* pwd=hush */", "(", ")",
    ",", ".", "=", ";", "select", "from", "'eyJabcdefghij.eyJabcd'", "exec xp_cmdshell", "crypt", "sas", "N'c'", "\n",
    "set_config", "openrowset", "'password'", "=>", "into", "\n.logon a,b\n", "\u017fecret =", "1", "copy t to",
]  # fmt: skip


@settings(max_examples=400)
@given(st.lists(st.sampled_from(_TELLING), max_size=9).map(" ".join), texts, every_dialect)
def test_the_quick_look_passes_nothing_that_would_be_masked(telling, sql, dialect):
    """Behind a comment a text is always walked through, and the outcome is the same."""
    for text in (f"select {telling}", f"{telling} {sql}", f"select {sql} {telling}"):
        assert "-- x\n" + redact(text, dialect) == redact("-- x\n" + text, dialect)


@pytest.mark.parametrize(("dialect", "sql"), PLANTED + READ_BY_NO_PARSER)
def test_the_quick_look_sees_each_planted_secret(dialect, sql):
    """Upper and lower case, and a comment before the text, change nothing of what is masked."""
    for text in (sql.replace("{}", SECRET), sql.lower().replace("{}", SECRET), sql.upper().replace("{}", SECRET)):
        clean = redact(text, dialects.get(dialect))
        assert "-- x\n" + clean == redact("-- x\n" + text, dialects.get(dialect))

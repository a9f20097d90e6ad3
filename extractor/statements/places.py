"""Values that are secret by their place: arguments of functions and procedures, and columns of an INSERT."""

from __future__ import annotations

from typing import NamedTuple

from dialects.lexing import Token, words
from extractor.statements.secrets import names_secret

_PLACES: dict[str, frozenset[int]] = {
    name: frozenset(places)
    for names, places in (
        ("crypt keyset_from_json encryptbypassphrase decryptbypassphrase", (0,)),
        ("sp_password", (0, 1)),
        ("sp_addlogin sp_addapprole sp_setapprole sp_approlepassword (told)", (1,)),
        ("pgp_sym_encrypt pgp_sym_decrypt pgp_sym_encrypt_bytea pgp_sym_decrypt_bytea", (1,)),
        ("aes_encrypt aes_decrypt try_aes_decrypt des_encrypt des_decrypt decrypt_char decrypt_bin decrypt_db", (1,)),
        ("encrypt_raw decrypt_raw try_decrypt try_decrypt_raw encrypt_iv decrypt_iv decryptbykeyautocert", (1,)),
        ("hmac_md5 hmac_sha1 hmac_sha256 hmac_sha512", (1,)),
        ("encrypt decrypt hmac pgp_pub_decrypt pgp_pub_decrypt_bytea", (1, 2)),
        ("aes_encrypt_mysql aes_decrypt_mysql decryptbycert decryptbyasymkey signbycert signbyasymkey", (2,)),
        ("set_authentication create_credential simple_bind_s", (2,)),
        ("openrowset sp_change_users_login", (3,)),
        ("remote remotesecure", (3, 4)),
        ("mysql postgresql mongodb redis sp_addlinkedsrvlogin azureblobstorage", (4,)),
        ("azureblobstoragecluster", (5,)),
    )
    for name in names.split()
}
_KEYS_FOLLOW_URL = words("s3 s3cluster gcs oss cosn deltalake hudi iceberg iceberg_s3 s3queue")
_KEY_LENGTH = 16
_NAMED = words("set_config map object_construct json_build_object jsonb_build_object json_object named_struct")
_PROCEDURES = words(
    "sp_password sp_addlogin sp_addapprole sp_setapprole sp_approlepassword sp_change_users_login sp_addlinkedsrvlogin "
    "xp_cmdshell"
)
_SHELLS = words("program xp_cmdshell")
TELLING_NAMES = frozenset(_PLACES) | _KEYS_FOLLOW_URL | _PROCEDURES | _SHELLS
"""The names without which no literal is secret by its place, but for columns whose names say it."""
_ROW, _TOLD = "(row)", "(told)"
_END_OF_TARGET = words("SELECT SEL VALUES FROM SET WITH WHERE DEFAULT EXEC EXECUTE")


class _Call(NamedTuple):
    """An open bracket or list of arguments: whose, at which place, and whether all in it is secret."""

    name: str
    place: int = 0
    is_secret: bool = False


class Places:
    """Follows the tokens of one statement; told of each before `note`, it knows where the next value stands."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._before = ""
        self._target = ""
        self._is_bare = self._awaits_query = False
        self._columns: set[int] = set()

    def is_secret(self, size: int) -> bool:
        """Whether a literal of ``size`` characters that comes now is a credential by its place."""
        return bool(self._calls) and self._at_secret(self._calls[-1], size)

    def is_shell(self) -> bool:
        """Whether a literal that comes now is a line for a shell."""
        return self._before in _SHELLS or (bool(self._calls) and self._calls[-1].name == "xp_cmdshell")

    def note(self, token: Token, *, is_told: bool) -> None:
        """Take the next token; ``is_told`` where a literal that names a secret stands before it."""
        text = token.text
        if text == "(":
            self._open()
        elif text == ")":
            if self._calls:
                self._calls.pop()
            if self._target == "columns" and not self._calls:
                self._target, self._awaits_query = "", bool(self._columns)
        elif text == "," and self._calls:
            self._calls[-1] = _next_place(self._calls[-1], is_told=is_told)
        elif text == ";":
            self._end_or_next()
        elif token.kind in ("word", "quoted"):
            self._word(token)
        self._before = text.strip('"`[]').lower()

    def _at_secret(self, call: _Call, size: int) -> bool:
        if call.is_secret:
            return True
        if call.name == _ROW:
            return call.place in self._columns
        if call.name in _KEYS_FOLLOW_URL:
            return call.place in (1, 2) and size > _KEY_LENGTH
        return call.place in _PLACES.get(call.name, ())

    def _open(self) -> None:
        """A bracket: a call, the columns of a target, a row of values, or one within these."""
        name = self._before
        if not self._calls:
            if self._target == "name":
                self._target, self._columns = "columns", set()
            elif self._columns and name in ("values", ","):
                name = _ROW
        self._calls.append(_Call(name, 0, self.is_secret(0)))

    def _end_or_next(self) -> None:
        """OPENROWSET takes semicolons between its arguments; anywhere else one ends the statement."""
        if self._calls and self._calls[-1].name == "openrowset":
            self._calls[-1] = self._calls[-1]._replace(place=self._calls[-1].place + 1)
        else:
            self._calls, self._target, self._columns = [], "", set()

    def _word(self, token: Token) -> None:
        word = token.text.upper()
        if word in ("INTO", "INSERT"):
            self._target = "name"
        elif word in _END_OF_TARGET and token.kind == "word":
            self._clause(word)
        elif self._target == "columns" and len(self._calls) == 1 and names_secret(token.text.strip('"`[]')):
            self._columns.add(self._calls[0].place)
        elif token.text.lower() in _PROCEDURES:
            self._calls = [_Call(token.text.lower())]

    def _clause(self, word: str) -> None:
        """A query's list of columns is a row for the target; it ends where the tables begin."""
        if self._target == "columns":
            self._columns = set()
        self._target = ""
        if word == "WITH":
            self._awaits_query = False
        if word in ("SELECT", "SEL") and self._columns and not self._calls:
            self._calls = [_Call(_ROW)]
            self._is_bare, self._awaits_query = True, False
        elif word in ("SELECT", "SEL") and self._awaits_query and len(self._calls) == 1 and self._before == "(":
            self._calls = [_Call(_ROW)]
            self._is_bare = False
        elif word == "FROM" and len(self._calls) == 1 and self._calls[0].name == _ROW:
            self._calls = [] if self._is_bare else [_Call("")]


def _next_place(call: _Call, *, is_told: bool) -> _Call:
    """The call at its next argument: the value of a name, where the argument before was the name of a secret."""
    if is_told and call.place % 2 == 0 and (call.name in _NAMED or call.name == _TOLD):
        return call._replace(name=_TOLD, place=1)
    return call._replace(place=call.place + 1)

"""The words of PostgreSQL's log, in the languages its server speaks (``lc_messages``).

Source: the message catalogs of PostgreSQL 15 (German, French, Spanish, Italian, Swedish, Russian, Japanese).
"""

from __future__ import annotations

import re

SEVERITIES = {
    "DEBUG": "DEBUG", "LOG": "LOG", "INFO": "INFO", "NOTICE": "NOTICE", "WARNING": "WARNING", "ERROR": "ERROR",
    "FATAL": "FATAL", "PANIC": "PANIC", "DETAIL": "DETAIL", "HINT": "HINT", "QUERY": "QUERY", "CONTEXT": "CONTEXT",
    "STATEMENT": "STATEMENT", "LOCATION": "LOCATION", "BACKTRACE": "LOCATION",
    "FEHLER": "ERROR", "PANIK": "PANIC", "WARNUNG": "WARNING", "HINWEIS": "NOTICE", "TIPP": "HINT",
    "ANFRAGE": "QUERY", "ZUSAMMENHANG": "CONTEXT", "ANWEISUNG": "STATEMENT", "ORT": "LOCATION",
    "ERREUR": "ERROR", "ATTENTION": "WARNING", "DÉTAIL": "DETAIL", "ASTUCE": "HINT", "REQUÊTE": "QUERY",
    "CONTEXTE": "CONTEXT", "INSTRUCTION": "STATEMENT", "EMPLACEMENT": "LOCATION",
    "ADVERTENCIA": "WARNING", "PÁNICO": "PANIC", "DETALLE": "DETAIL", "SUGERENCIA": "HINT", "CONSULTA": "QUERY",
    "CONTEXTO": "CONTEXT", "SENTENCIA": "STATEMENT", "UBICACIÓN": "LOCATION",
    "ERRORE": "ERROR", "FATALE": "FATAL", "ATTENZIONE": "WARNING", "NOTIFICA": "NOTICE", "DETTAGLI": "DETAIL",
    "SUGGERIMENTO": "HINT", "CONTESTO": "CONTEXT", "ISTRUZIONE": "STATEMENT", "POSIZIONE": "LOCATION",
    "FEL": "ERROR", "LOGG": "LOG", "VARNING": "WARNING", "NOTIS": "NOTICE", "FATALT": "FATAL", "TIPS": "HINT",
    "SATS": "STATEMENT", "DETALJ": "DETAIL", "KONTEXT": "CONTEXT",
    "ОШИБКА": "ERROR", "СООБЩЕНИЕ": "LOG", "ПРЕДУПРЕЖДЕНИЕ": "WARNING", "ЗАМЕЧАНИЕ": "NOTICE", "ВАЖНО": "FATAL",
    "ПАНИКА": "PANIC", "ПОДСКАЗКА": "HINT", "ПОДРОБНОСТИ": "DETAIL", "КОНТЕКСТ": "CONTEXT", "ОПЕРАТОР": "STATEMENT",
    "文": "STATEMENT", "詳細": "DETAIL", "ヒント": "HINT", "文脈": "CONTEXT",
}  # fmt: skip
"""The words before the colon -> the English word."""

PARSE = frozenset({"parse", "Parsen", "analyse", "analisi di", "разбор", "パース"})
BIND = frozenset({"bind", "Binden", "lien", "сообщение Bind", "バインド"})
FETCH = frozenset(
    {
        "execute fetch from",
        "Ausführen Fetch von",
        "exécute fetch à partir de",
        "ejecutar fetch desde",
        "esecuzione di fetch da",
        "kör hämtning från",
        "выборка из",
        "取り出し実行",
    }
)
EXECUTE = frozenset({"execute", "Ausführen", "exécute", "ejecutar", "esecuzione di", "kör", "выполнение", "実行"})
_SIMPLE = ("statement", "Anweisung", "instruction", "sentencia", "istruzione", "sats", "оператор", "文")
_DURATION = ("duration", "Dauer", "durée", "duración", "durata", "varaktighet", "продолжительность", "期間")


def _any_of(*groups: frozenset[str] | tuple[str, ...]) -> str:
    return "|".join(sorted((re.escape(word) for group in groups for word in group), key=len, reverse=True))


CARRIES_SQL = re.compile(
    rf"(?:(?:{_any_of(_DURATION)}) ?:? (?P<ms>[\d.]+) (?:ms|мс|ミリ秒),? *)?"
    rf"(?:(?P<simple>{_any_of(_SIMPLE)}) ?: "
    rf"|(?P<step>{_any_of(PARSE, BIND, FETCH, EXECUTE)}) ?(?P<portal>[^\n]{{1,200}}?) ?: "
    r"|(?P<plan>plan):\s*"
    r")?",
)
"""The beginning of a message that carries SQL, or a duration alone; it matches the empty text on any other."""

CANCELLED = re.compile(
    "canceling statement|storniere Anfrage|annulation de la requête|cancelando la sentencia|"
    "annullamento dell'istruzione|avbryter sats|выполнение оператора отменено|文をキャンセル"
)
_PREPARE = r"PREPARE\s+(?:\"[^\"]*\"|[^\s(]+)\s*(?:\([^)]*\)\s*)?AS\s+"
PREPARED = re.compile(rf"\s*[^:\n]{{1,20}}: ?{_PREPARE}", re.IGNORECASE)
_BEGINS_PREPARE = re.compile(_PREPARE, re.IGNORECASE)
AUTHORIZED = re.compile(r"connection authorized: user=(?P<user>\S+)(?: database=(?P<database>\S+))?")


def without_prepare(sql: str) -> str:
    """The statement itself of a text that prepares it (``PREPARE name AS ...``); any other text as it is."""
    match = _BEGINS_PREPARE.match(sql) if sql[:1] in "Pp" else None
    return sql[match.end() :] if match else sql

"""What a client does to a script before the database sees it: variables, includes, here-documents, templates.

`Expansion` gives the parts of a script as they are sent; `known_variables` reads the file of a source's variables.
"""

from extractor.sources.clients.expansion import Expansion, Part
from extractor.sources.clients.variables_file import known_variables

__all__ = ["Expansion", "Part", "known_variables"]

"""What Alation's documents leave open, and what the sandbox does there. Served at ``GET /sandbox/assumptions``.

Everything else follows the published documents: *Lineage & Dataflows Overview*, *Create/Replace a list of Dataflow
objects*, *Get lineage information*, *Log Based API Error Codes*, *Jobs API*, *Pagination*, *Relational Integration
API* and *Generate Tokens*.
"""

from __future__ import annotations

import re

_TEXT = """
- Writes are answered with 202 and {'job_id': n}; creating a token with 201, asking about one with 200.
- A job's work is done when the request is taken; its status is 'running' for the first poll and final after it.
- The result of a lineage job has the shape of a dataflow job's result.
- A job that is not known: 404 with code 404000.
- POST lineage without 'paths', with a path of fewer than two segments, with an empty segment, with a dataflow in
  the first or last segment, with an unknown otype or with an external_id that does not begin with 'api/': 400 with
  code 400010.
- POST lineage ignores top-level keys that it does not know; the fault 'strict' makes it answer 400011.
- POST dataflow needs a dataflow in every path; direct paths are for POST lineage alone.
- A dataflow key in a path that no request has declared becomes a TMP dataflow, which GET dataflow does not list and
  DELETE dataflow removes.
- POST lineage changes only those fields of an existing dataflow that it names; POST dataflow resets the others and
  removes the dataflow's old paths first.
- All keys and external ids are compared in lower case; the catalog's spelling is given back, else the first sent.
- An edge is known by source, dataflow (or none) and target; each object of a segment feeds each of the next one.
- In a mixed segment the dataflows take the data objects of the segment before and give to those of the segment
  after; two segments of dataflows in a row share their sources and their targets.
- DELETE lineage between two data objects removes the edge between them, direct or through any dataflow; with a
  dataflow as one end it removes all edges of the other end through it. An edge that is not there is no error.
- DELETE and PATCH dataflow report ids that do not exist under 'failed'; the job is successful.
- GET dataflow leaves out ids that do not exist, and pages by limit and skip with X-Next-Page.
- GET lineage of an object that has no lineage gives no paths; a numeric id that does not exist gives 404000.
- 'external' objects are never TMP; every other object is TMP until the catalog holds its key.
- A key on a data source that the catalog marks as deleted: 400 with code 400010.
- GET lineage: 'exclude_children' is the name of the flag that restricts the answer to the type asked for.
- GET lineage by id of a type that has no numbers, or by an id that is no number: 404000, as for one that is not
  there.
- GET job with neither id nor name: 404000. DELETE and GET dataflow: an id that is no number belongs to nothing.
- /integration/v1/schema/, table/ and column/ list the same rows as their second versions, with the same parameters.
- /openapi/lineage/ is shown to everybody, in JSON, with the version 2025.1.
- Numbers above 9,000,000,000,000,000 are refused as those that are none.
- A limit above the cap is lowered to it; a limit or skip that is no number, and an unknown order_by: 400006.
- 'fields' and 'values' are lists of names, separated by commas, that rows are reduced to.
- A missing role: 403 with 'You do not have permission to perform this action.' and code 403000.
- An expired refresh token: 401 with code 401000 when an access token is asked for; EXPIRED when it is validated.
- createRefreshToken takes any user name and password.
- The OAuth client id is 'sandbox' and its secret is the first refresh token.
- A method that a route does not have: 405 with code 405000.
- Data Observability: it lies under /api/backend and has one tenant, 'sandbox'; its API key goes as a bearer token too.
- Data Observability: refusals are {'description': ...}: 401 without or with a wrong key, 404 for another tenant, for no
  integration, and for an unknown job, asset, table or mapping, 400 for a missing parameter or field.
- Data Observability: 'request parameters' stand in the query; everything is answered with 200, also what is created.
- Data Observability: a token is not tried when the integration is put; an automatic mapping without an integration, or
  with a refresh token that Alation refuses, is FAILED with an error_message.
- Data Observability: an automatic mapping maps each asset whose name is that of exactly one table of the catalog
  (schema and table, in any case); its result holds what it made; a job is IN_PROGRESS for the first poll.
- Data Observability: mappings outlive the integration; one to a table that the catalog loses is no longer listed.
- Data Observability: POST of a mapping for an asset that has one is 409; DELETE first, or overwrite automatically.
"""
ASSUMPTIONS = tuple(" ".join(item.split()) for item in re.split(r"^- ", _TEXT, flags=re.MULTILINE) if item.strip())

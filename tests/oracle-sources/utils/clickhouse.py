"""Executes SQL on a ClickHouse inside this process: one JSON request a line on stdin, one JSON answer a line on stdout."""

import json
import sys
import types

# PostHog's parser imports names of the application that it is part of; parsing to JSON uses none of them.
for name in ("posthog", "posthog.hogql", "posthog.hogql.ast", "posthog.hogql.base", "posthog.hogql.errors"):
    module = types.ModuleType(name)
    module.__path__ = []
    module.__getattr__ = lambda attribute: type(attribute, (Exception,), {})
    sys.modules[name] = module

import chdb.session
import hogql_parser

session = chdb.session.Session()
session.query("SET output_format_json_quote_64bit_integers = 0")

for line in sys.stdin:
    request = json.loads(line)
    try:
        if "hogql" in request:
            answer = {"result": json.loads(hogql_parser.parse_select_json(request["hogql"]))}
        else:
            text = str(session.query(request["sql"], "JSONCompact"))
            answer = {"result": json.loads(text) if text.strip() else None}
    except Exception as error:
        answer = {"error": str(error)}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()

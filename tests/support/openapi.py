#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Whether an OpenAPI 3.1 document is sound and complete.

    openapi.py DOCUMENT ROUTES

ROUTES is what `entrepot-admin routes --json` prints. Complaints go to
standard output; the exit status is 1 when there are any.
"""

import json
import re
import sys

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
ITEM = METHODS | {"parameters", "summary", "description", "servers"}
OPERATION = {"tags", "summary", "description", "operationId", "parameters", "requestBody",
             "responses", "security", "deprecated", "servers"}


def names_in(path):
    return re.findall(r"\{([^{}]*)\}", path)


def check_root(document):
    if not re.fullmatch(r"3\.1\.\d+", document.get("openapi", "")):
        yield "openapi: not 3.1"
    for key in ("title", "version"):
        if not isinstance(document.get("info", {}).get(key), str):
            yield f"info.{key} is missing"
    for server in document.get("servers", []):
        if not re.match(r"https?://", server.get("url", "")):
            yield f"servers: {server}"
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        wanted = {"apiKey": {"type", "in", "name"}, "http": {"type", "scheme"}}
        if set(scheme) - {"description"} != wanted.get(scheme.get("type")):
            yield f"security scheme {name}: {scheme}"


def check_parameters(path, item):
    parameters = item.get("parameters", [])
    for parameter in parameters:
        if parameter.get("in") != "path" or parameter.get("required") is not True:
            yield f"{path}: {parameter}"
        if "type" not in parameter.get("schema", {}):
            yield f"{path}: {parameter['name']} has no schema"
    if [parameter["name"] for parameter in parameters] != names_in(path):
        yield f"{path}: has the parameters {parameters}"
    if len(set(names_in(path))) != len(names_in(path)):
        yield f"{path}: names a parameter twice"


def check_operation(where, operation, schemes):
    for key in operation:
        if key not in OPERATION and not key.startswith("x-"):
            yield f"{where}: unknown member {key}"
    if not operation.get("responses"):
        yield f"{where}: no responses"
    for code, response in operation.get("responses", {}).items():
        if not re.fullmatch(r"default|[1-5](\d\d|XX)", code) or not response.get("description"):
            yield f"{where}: response {code}"
    for demand in operation.get("security", [{}]):
        for name in demand:
            if name not in schemes:
                yield f"{where}: unknown security scheme {name}"
    if "requestBody" in operation and not operation["requestBody"].get("content"):
        yield f"{where}: a body without content"
    if not operation.get("summary"):
        yield f"{where}: no summary"


def check_paths(document):
    schemes = document.get("components", {}).get("securitySchemes", {})
    shapes, ids = {}, {}
    for path, item in document["paths"].items():
        if not path.startswith("/") or re.search(r"[:*?#]", path):
            yield f"{path}: not a path"
        shape = re.sub(r"\{[^}]*\}", "{}", path)
        if shape in shapes:
            yield f"{path}: the same as {shapes[shape]}"
        shapes[shape] = path
        if set(item) - ITEM:
            yield f"{path}: unknown members {set(item) - ITEM}"
        yield from check_parameters(path, item)
        for method in METHODS & set(item):
            operation = item[method]
            yield from check_operation(f"{method} {path}", operation, schemes)
            if operation.get("operationId") in ids:
                yield f"{method} {path}: the operationId of {ids[operation['operationId']]}"
            ids[operation.get("operationId")] = path


def check_routes(document, routes):
    told = {(method, re.sub(r"\{[^}]*\}", "{}", path))
            for path, item in document["paths"].items() for method in METHODS & set(item)}
    known = set()
    for row in routes:
        path = re.sub(r"[:*]\w+", "{}", row["path"])
        known.add((row["method"].lower(), path.rstrip("/") or "/"))
    for method, path in sorted(known - told):
        yield f"{method} {path}: not told"
    for method, path in sorted(told - known):
        yield f"{method} {path}: there is no such route"


def main():
    with open(sys.argv[1], encoding="utf-8") as stream:
        document = json.load(stream)
    with open(sys.argv[2], encoding="utf-8") as stream:
        routes = json.load(stream)
    if isinstance(routes, dict):
        routes = routes["routes"]
    complaints = [*check_root(document), *check_paths(document), *check_routes(document, routes)]
    print("\n".join(complaints))
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())

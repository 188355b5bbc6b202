#!/usr/bin/env python3
"""Writes objects.txt beside this file: the shapes of the objects of Kubernetes, Tekton, Argo and Pipelines as Code.

    python3 src/schema/generate.py [MODULE=VERSION ...]

takes the published schemas out of the Go modules below (`go mod download` fetches them), or out of other versions of them:
`python3 src/schema/generate.py k8s.io/kubernetes=v1.36.0`. Needs Python 3.11, PyYAML and Go. The format of the file is
described in `src/schema/data.rs`, which reads it.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

MODULES = {
    "k8s.io/kubernetes": "v1.35.4",
    "github.com/tektoncd/pipeline": "v1.15.1",
    "github.com/openshift-pipelines/pipelines-as-code": "v0.50.0",
    "github.com/argoproj/argo-rollouts": "v1.10.0",
    "github.com/argoproj/argo-cd/v3": "v3.5.7",
}

# Where each module keeps its custom resource definitions.
CRDS = {
    "github.com/tektoncd/pipeline": "config/300-crds/300-*.yaml",
    "github.com/openshift-pipelines/pipelines-as-code": "config/300-repositories.yaml",
    "github.com/argoproj/argo-rollouts": "manifests/crds/*-crd.yaml",
    "github.com/argoproj/argo-cd/v3": "manifests/crds/*-crd.yaml",
}

# Kinds that only subresources have.
SKIPPED = re.compile(r"Scale|Eviction|.*Options")

# Types of core Kubernetes that are no objects of fields.
PLAIN = {
    "Quantity": "q",
    "IntOrString": "o",
    "Time": "t",
    "MicroTime": "t",
    "Duration": "d",
    "JSON": "a",
    "JSONSchemaPropsOrArray": "a",
    "JSONSchemaPropsOrBool": "a",
    "JSONSchemaPropsOrStringArray": "a",
    "RawExtension": "{a",
    "FieldsV1": "{a",
    "Patch": "{a",
}

# Durations of Go that the published schemas call strings: the end of their path.
DURATIONS = re.compile(
    r"^(v1beta1\.)?((TaskRun|CustomRun|PipelineRun)\.spec\.timeouts?(\.(pipeline|tasks|finally))?|.*\.(tasks|finally|steps|taskRunSpecs)\.timeout)$"
)

# What tells elements apart that the schemas of Tekton do not say must have it.
KEYS = {
    r".*[Pp]ipeline\.spec\.(tasks|finally)": "name",
    r".*PipelineRun\.spec\.taskRunSpecs": "pipelineTaskName",
}

# What the schemas of Tekton leave open although it is decoded strictly.
OPENED = {
    r"Task\.spec\.volumes|.*\.(p|taskP)odTemplate\.volumes": "<~name>#Volume",
    r".*\.(p|taskP)odTemplate\.affinity": "#Affinity",
    r".*\.(p|taskP)odTemplate\.securityContext": "#PodSecurityContext",
    r".*\.volumeClaimTemplate": "#PersistentVolumeClaim",
    r".*\.pipelineSpec": "#PipelineSpec",
    r"TaskRun\.spec\.taskSpec": "#TaskSpec",
    r"Pipeline\.spec\.(tasks|finally)\.taskSpec": "#EmbeddedTask",
}

# The names that the sources of Tekton have for what its schemas do not name.
NAMED = {
    "Task.spec": "TaskSpec",
    "Task.spec.steps": "Step",
    "Task.spec.sidecars": "Sidecar",
    "Task.spec.stepTemplate": "StepTemplate",
    "Task.spec.results": "TaskResult",
    "Task.spec.workspaces": "WorkspaceDeclaration",
    "Task.spec.steps.ref": "StepRef",
    "Task.spec.steps.stderrConfig": "StepOutputConfig",
    "Task.spec.sidecars.workspaces": "WorkspaceUsage",
    "StepAction.spec.results": "StepResult",
    "CustomRun.spec.params": "Param",
    "Pipeline.spec": "PipelineSpec",
    "Pipeline.spec.params": "ParamSpec",
    "Pipeline.spec.params.properties": "PropertySpec",
    "Pipeline.spec.results": "PipelineResult",
    "Pipeline.spec.workspaces": "PipelineWorkspaceDeclaration",
    "Pipeline.spec.finally": "PipelineTask",
    "Pipeline.spec.finally.matrix": "Matrix",
    "Pipeline.spec.finally.matrix.include": "IncludeParams",
    "Pipeline.spec.finally.when": "WhenExpression",
    "Pipeline.spec.finally.workspaces": "WorkspacePipelineTaskBinding",
    "PipelineRun.spec": "PipelineRunSpec",
    "PipelineRun.spec.pipelineRef": "PipelineRef",
    "PipelineRun.spec.taskRunSpecs": "PipelineTaskRunSpec",
    "PipelineRun.spec.taskRunTemplate": "PipelineTaskRunTemplate",
    "PipelineRun.spec.timeouts": "TimeoutFields",
    "PipelineRun.spec.workspaces": "WorkspaceBinding",
    "TaskRun.spec": "TaskRunSpec",
    "TaskRun.spec.debug": "TaskRunDebug",
    "TaskRun.spec.podTemplate": "RunPodTemplate",
    "TaskRun.spec.sidecarSpecs": "TaskRunStepSpec",
    "TaskRun.spec.taskRef": "TaskRef",
    "Experiment.spec.analysisRunMetadata": "PipelineTaskMetadata",
}

# What a task that stands in a pipeline has beside the fields of a task: metadata, and the fields of a custom task.
EMBEDDED_TASK = "apiVersion:s\tkind:s\tmetadata:#PipelineTaskMetadata\tspec:a"


def module(name, version):
    with tempfile.TemporaryDirectory() as empty:
        pathlib.Path(empty, "go.mod").write_text("module empty\n")
        out = subprocess.run(
            ["go", "mod", "download", "-json", f"{name}@{version}"], cwd=empty, capture_output=True, check=True, text=True
        )
    return pathlib.Path(json.loads(out.stdout)["Dir"])


def stability(version):
    """Orders versions as Kubernetes does: the most stable and newest first."""
    found = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if not found:
        return (3, 0, 0)
    major, level, minor = found.groups()
    return ({None: 0, "beta": 1, "alpha": 2}[level], -int(major), -int(minor or 0))


class Shapes:
    """The definitions that were met, each shape once."""

    def __init__(self):
        self.lines = {}  # name -> its fields as text
        self.names = {}  # fields as text -> name, of custom resources
        self.paths = {}  # name -> the paths where custom resources have it
        self.kinds = []  # (kind, apiVersion, "n" or "c", name of the definition)

    def add(self, path, body):
        """The name of a definition of this shape: an old one, or this path."""
        name = self.names.setdefault(body, path)
        self.lines.setdefault(name, body)
        self.paths.setdefault(name, []).append(path)
        return name

    def shorten(self):
        """Calls each definition by the shortest of its paths."""
        rank = lambda path: (path.count("."), path.startswith("v1"), path)
        short = {name: min(paths, key=rank) for name, paths in self.paths.items()}
        named = lambda path: re.sub(r"^(v1beta1\.)?(.*)", lambda it: (it[1] or "") + NAMED.get(it[2], it[2]), path)
        short = {name: named(path) for name, path in short.items()}
        assert not set(short.values()) & (self.lines.keys() - short.keys()), short
        new = lambda name: short.get(name, name)
        body = lambda text: re.sub(r"#([^\t]+)", lambda it: "#" + new(it[1]), text)
        self.lines = {new(name): body(text) for name, text in self.lines.items()}
        self.kinds = [(*rest, new(name)) for *rest, name in self.kinds]


    def add_keys(self):
        """Notes at each definition what tells its objects apart where lists of them are told apart."""
        # Comes first in a line, so that it is found without the rest.
        keys = {}
        for body in self.lines.values():
            for found, name in re.findall(r"<~?([^>]*)>#([^\t]+)", body):
                keys.setdefault(name, []).append(found)
        for name, all in keys.items():
            self.lines[name] = f"@{max(all, key=all.count)}\t{self.lines[name]}"


def values(mark, texts):
    texts = [str(it) for it in texts]
    assert not any(set(it) & set("|\t\n") for it in texts), texts
    return mark + "|".join(texts)


def integer(schema):
    low, high = schema.get("minimum"), schema.get("maximum")
    kind = "j" if schema.get("format") == "int32" else "i"
    if low is None and high is None:
        return kind
    return f"{kind}{'' if low is None else low}..{'' if high is None else high}"


# ---- core Kubernetes


class Core:
    def __init__(self, directory, shapes):
        spec = json.loads((directory / "api/openapi-spec/swagger.json").read_text())
        self.definitions = spec["definitions"]
        self.shapes = shapes
        self.enums = enums((directory / "pkg/generated/openapi/zz_generated.openapi.go").read_text())
        self.kinds = self.find_kinds(spec["paths"])
        self.names = self.find_names()
        self.list_keys = {}

    def find_kinds(self, paths):
        kinds = {}
        for path, operations in paths.items():
            # What can be replaced whole is an object that people write.
            gvk = operations.get("put", {}).get("x-kubernetes-group-version-kind")
            if gvk and not SKIPPED.fullmatch(gvk["kind"]):
                key = (gvk["group"], gvk["version"], gvk["kind"])
                kinds[key] = kinds.get(key, False) or "{namespace}/" in path
        return kinds

    def definition_of(self, group, version, kind):
        for key, schema in self.definitions.items():
            for gvk in schema.get("x-kubernetes-group-version-kind", []):
                if (gvk["group"], gvk["version"], gvk["kind"]) == (group, version, kind):
                    return key
        raise KeyError(kind)

    def find_names(self):
        """Short names: the last word, with the version before it where a more stable definition has it."""
        reached = set()
        todo = [self.definition_of(*it) for it in self.kinds]
        while todo:
            key = todo.pop()
            if key in reached or key.rsplit(".", 1)[1] in PLAIN:
                continue
            reached.add(key)
            fields = dict(self.definitions[key].get("properties", {}))
            if "x-kubernetes-group-version-kind" in self.definitions[key]:
                fields.pop("status", None)
            todo += re.findall(r"#/definitions/([^\"]+)\"", json.dumps(fields))

        def rank(key):
            *_, group, version, _ = key.split(".")
            home = ["core", "meta", "apps", "batch", "networking", "rbac"]
            return (stability(version), home.index(group) if group in home else len(home), key)

        names, taken = {}, set()
        for key in sorted(reached, key=rank):
            *_, group, version, word = key.split(".")
            name = next(it for it in (word, f"{version}.{word}", f"{group}.{version}.{word}") if it not in taken)
            taken.add(name)
            names[key] = name
        return names

    def write(self):
        for key, name in self.names.items():
            self.shapes.lines[name] = self.body(key)
        for (group, version, kind), namespaced in self.kinds.items():
            api = f"{group}/{version}" if group else version
            name = self.names[self.definition_of(group, version, kind)]
            self.shapes.kinds.append((kind, api, "n" if namespaced else "c", name))

    def body(self, key):
        schema = self.definitions[key]
        required = set(schema.get("required", []))
        is_kind = "x-kubernetes-group-version-kind" in schema
        fields = []
        for name, field in sorted(schema.get("properties", {}).items()):
            enum = self.enums.get((function_of(key), name))
            text = "{a" if is_kind and name == "status" else self.type(field, enum)
            fields.append(f"{name}{'*' if name in required else ''}:{text}")
        return "\t".join(fields)

    def type(self, schema, enum=None):
        if "$ref" in schema:
            key = schema["$ref"].rsplit("/", 1)[1]
            word = key.rsplit(".", 1)[1]
            return PLAIN.get(word) or f"#{self.names[key]}"
        kind = schema.get("type")
        if kind == "array":
            merge, keys = schema.get("x-kubernetes-patch-merge-key"), schema.get("x-kubernetes-list-map-keys", [])
            keys = ([merge] if merge else []) + [it for it in keys if it != merge]
            if keys and "$ref" in schema["items"]:
                self.list_keys[schema["items"]["$ref"].rsplit(".", 1)[1]] = keys
            return (f"<{','.join(keys)}>" if keys else "[") + self.type(schema["items"], enum)
        if kind == "object":
            of = schema.get("additionalProperties")
            return "{" + (self.type(of, enum) if isinstance(of, dict) else "a")
        return values("'", enum) if kind == "string" and enum else leaf(schema)


    def like(self, schema, path):
        """The definition that a custom resource embeds there: it has the same fields, all the way down."""
        found = [it for it in self.names if self.has_shape(it, schema)]
        word = path.rsplit(".", 1)[1].lower()
        lacking = lambda key: len(self.definitions[key]["properties"]) - len(schema["properties"])
        near = lambda key: (self.names[key].lower() != word, word not in self.names[key].lower(), lacking(key), len(self.names[key]), key)
        return self.names[min(found, key=near)] if found else None

    def has_shape(self, key, schema):
        core, theirs = self.definitions[key].get("properties", {}), schema.get("properties", {})
        # A custom resource may embed a type as it was a version or two ago.
        is_older = core.keys() > theirs.keys() and 8 * (len(core) - len(theirs)) <= len(theirs)
        same = core.keys() == theirs.keys() or is_older
        same = same and set(self.definitions[key].get("required", [])) == set(schema.get("required", []))
        return same and all(self.fits(core[it], theirs[it]) for it in theirs)

    def fits(self, core, theirs):
        word = core.get("$ref", "").rsplit(".", 1)[-1]
        if set(theirs) <= {"description", "x-kubernetes-preserve-unknown-fields"}:
            # Left open because it is long.
            return word not in PLAIN if word else core.get("type") in ("object", "array")
        if word and word not in PLAIN:
            # Metadata within a custom resource is left open, or has labels and annotations.
            open_metadata = word == "ObjectMeta" and theirs.get("type") == "object"
            return open_metadata or self.has_shape(core["$ref"].rsplit("/", 1)[1], theirs)
        if core.get("type") == "array":
            return theirs.get("type") == "array" and self.fits(core["items"], theirs["items"])
        if isinstance(core.get("additionalProperties"), dict):
            of = theirs.get("additionalProperties")
            return isinstance(of, dict) and self.fits(core["additionalProperties"], of)
        return leaf(theirs) == self.type(core)


def function_of(key):
    """io.k8s.api.core.v1.Container -> schema_k8sio_api_core_v1_Container"""
    words = key.split(".")
    return "schema_k8sio_" + "_".join(words[2:]) if words[2] == "api" else "schema_" + "_".join(words[3:])


def enums(go):
    """The values of string types: the published specification leaves them out, the source that it is made of has them."""
    found, function, field = {}, None, None
    for line in go.splitlines():
        if line.startswith("func schema_"):
            function, field = line[5 : line.index("(")], None
        elif property_ := re.match(r'\t{5}"(\w+)": \{$', line):
            field = property_.group(1)
        elif "Enum:" in line and field:
            found[function, field] = re.findall(r'"([^"]*)"', line.split("interface{}", 1)[1])
    return found


# ---- custom resources


class Custom:
    def __init__(self, core, shapes):
        self.core = core
        self.shapes = shapes

    def write(self, crd):
        spec = crd["spec"]
        kind, group = spec["names"]["kind"], spec["group"]
        versions = sorted(spec["versions"], key=lambda it: stability(it["name"]))
        for version in versions:
            path = kind if version is versions[0] else f"{version['name']}.{kind}"
            name = self.object(version["schema"]["openAPIV3Schema"], path, root=True)
            scope = "n" if spec["scope"] == "Namespaced" else "c"
            self.shapes.kinds.append((kind, f"{group}/{version['name']}", scope, name))

    def object(self, schema, path, root=False):
        embedded = None if root else self.core.like(schema, path)
        if embedded:
            return embedded
        required = set(schema.get("required", []))
        fields = []
        for name, field in sorted(schema.get("properties", {}).items()):
            if root and name == "metadata":
                text = "#ObjectMeta"
            elif root and (name == "status" or name.endswith("_status")):
                text = "a"
            else:
                text = self.type(field, f"{path}.{name}")
            fields.append(f"{name}{'*' if name in required else ''}:{text}")
        if schema.get("x-kubernetes-preserve-unknown-fields"):
            fields.insert(0, "!")
        return self.shapes.add(path, "\t".join(fields))

    def type(self, schema, path):
        if schema.get("type") == "array":
            return self.list(schema, path)
        if schema.get("properties"):
            return f"#{self.object(schema, path)}"
        if schema.get("type") == "object":
            of = schema.get("additionalProperties")
            return "{" + (self.type(of, path) if isinstance(of, dict) else "a")
        if "enum" in schema:
            return values('"', schema["enum"])
        text = leaf(schema)
        if text == "a":
            version, plain = re.fullmatch(r"(v1beta1\.)?(.*)", path).groups(default="")
            opened = next((it for pattern, it in OPENED.items() if re.fullmatch(pattern, plain)), text)
            return re.sub(r"^#(?=Task|Pipeline|Embedded)", "#" + version, opened)
        return "d" if text == "s" and DURATIONS.match(path) else text

    def list(self, schema, path):
        items, of = schema["items"], self.type(schema["items"], path)
        keys = schema.get("x-kubernetes-list-map-keys", [])
        # Elements may have names although the schema does not say that these are unique.
        if not keys and of[1:] in self.core.list_keys:
            keys = ["~" + ",".join(self.core.list_keys[of[1:]])]
        elif not keys and "name" in items.get("required", []) and items["properties"]["name"].get("type") == "string":
            keys = ["~name"]
        elif not keys and (found := next((it for pattern, it in KEYS.items() if re.fullmatch(pattern, path)), None)):
            keys = ["~" + found]
        return (f"<{','.join(keys)}>" if keys else "[") + of


def leaf(schema):
    if schema.get("x-kubernetes-int-or-string"):
        return "q" if schema.get("pattern", "").startswith("^(\\+|-)?(([0-9]+") else "o"
    formats = {"byte": "y", "date-time": "t", "int-or-string": "o"}
    match schema.get("type"):
        case "integer":
            return integer(schema)
        case "string":
            return formats.get(schema.get("format"), "s")
        case "boolean":
            return "b"
        case "number":
            return "n"
        case _:
            return "a"


def main():
    versions = dict(MODULES)
    for change in sys.argv[1:]:
        name, version = change.split("=")
        versions[name] = version
    shapes = Shapes()
    core = Core(module("k8s.io/kubernetes", versions["k8s.io/kubernetes"]), shapes)
    core.write()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for name, pattern in CRDS.items():
        for path in sorted(module(name, versions[name]).glob(pattern)):
            for crd in yaml.load_all(path.read_text(), Loader=loader):
                if crd:
                    Custom(core, shapes).write(crd)
    shapes.shorten()
    shapes.add_keys()
    for version, task in ("", "TaskSpec"), ("v1beta1.", "v1beta1.TaskSpec"):
        fields = shapes.lines[task].split("\t") + EMBEDDED_TASK.split("\t")
        shapes.lines[f"{version}EmbeddedTask"] = "\t".join(sorted(fields))
    text = ["// The shapes of objects, made by `src/schema/generate.py`; not to be edited. Made from the schemas published in"]
    text += [f"// {name} {version}" for name, version in versions.items()]
    text += ["// which are licensed under the Apache License, Version 2.0.", ""]
    order = lambda it: (it[0], it[1].rpartition("/")[0], stability(it[1].rpartition("/")[2]))
    text += ["\t".join(it) for it in sorted(shapes.kinds, key=order)] + [""]
    text += [f"{name}\t{body}".rstrip() for name, body in sorted(shapes.lines.items())]
    pathlib.Path(__file__).with_name("objects.txt").write_text("\n".join(text) + "\n")


main()

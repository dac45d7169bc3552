"""Writes what is known of the properties of resource types, and where the types exist, from cfn-lint's schemas.

resources.py [--check]: writes knowledge/search/resources.json.gz and knowledge/facts/regions_data.go; with --check
it only tells whether they are what it would write. Facts are taken (types, bounds, patterns, which change
replaces), sentences are not.
"""
import gzip, importlib.metadata, io, json, os, re, sys
import cfnlint

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCHEMAS = os.path.join(os.path.dirname(cfnlint.__file__), "data", "schemas")
HOME_REGION = "us-east-1"
TYPES = """
Lambda: Function EventSourceMapping EventInvokeConfig Url Alias Version Permission LayerVersion LayerVersionPermission
  CodeSigningConfig CapacityProvider ResourcePolicy WebFunction
ApiGateway: RestApi Stage Deployment Method Resource Authorizer DomainName DomainNameV2 UsagePlan ApiKey VpcLink
  Account GatewayResponse RequestValidator BasePathMapping
ApiGatewayV2: Api Stage Route Integration Authorizer DomainName ApiMapping VpcLink RoutingRule
SQS: Queue QueuePolicy
SNS: Topic Subscription TopicPolicy
Events: Rule EventBus EventBusPolicy Archive Connection ApiDestination Endpoint
EventsV2: EventBus Subscriber EventSource ResourcePolicy
EventSchemas: Registry Discoverer Schema
Scheduler: Schedule ScheduleGroup
Pipes: Pipe
StepFunctions: StateMachine StateMachineAlias StateMachineVersion Activity
DynamoDB: Table GlobalTable
DAX: Cluster
S3: Bucket BucketPolicy AccessPoint
S3Express: DirectoryBucket
Kinesis: Stream StreamConsumer
KinesisFirehose: DeliveryStream
AppSync: GraphQLApi Api ChannelNamespace DataSource Resolver FunctionConfiguration ApiKey
Cognito: UserPool UserPoolClient UserPoolDomain IdentityPool IdentityPoolRoleAttachment
CloudFront: Distribution Function CachePolicy OriginAccessControl
WAFv2: WebACL WebACLAssociation
SecretsManager: Secret RotationSchedule
SSM: Parameter
KMS: Key Alias
Logs: LogGroup SubscriptionFilter MetricFilter
CloudWatch: Alarm CompositeAlarm
XRay: Group SamplingRule
ApplicationSignals: ServiceLevelObjective
Synthetics: Canary
CodeDeploy: Application DeploymentGroup DeploymentConfig
IAM: Role Policy ManagedPolicy
Signer: SigningProfile
MSK: Cluster ServerlessCluster
RDS: DBProxy
DSQL: Cluster
OpenSearchServerless: Collection
"""


def wanted():
    out = []
    for service, names in re.findall(r"(\w+):((?:\s+\w+(?!:)\b)+)", TYPES):
        out += [f"AWS::{service}::{n}" for n in names.split()]
    return out


def pointer(p):
    """/properties/A/properties/B/*/C and /properties/A/B are both A.B.C."""
    parts = p.strip("/").split("/")
    return ".".join(s for s in parts if s not in ("properties", "*", "items", "patternProperties"))


def plain(path):
    return path.replace("[]", "").replace("{}", "")


class Reader:
    """Flattens one schema. A definition is written out where it is met first; later places point there."""

    def __init__(self, schema):
        self.schema = schema
        self.groups = {flag: {pointer(p) for p in schema.get(key, [])} for flag, key in (
            ("replacement", "createOnlyProperties"), ("readOnly", "readOnlyProperties"), ("writeOnly", "writeOnlyProperties"),
            ("mayReplace", "conditionalCreateOnlyProperties"), ("deprecated", "deprecatedProperties"))}
        self.first = {}
        self.rows, self.rules = [], []

    def all(self):
        self.bonds("", self.schema)
        queue = list(self.children("", self.schema, False))
        while queue:
            queue += self.row(*queue.pop(0))
        return {"properties": sorted(self.rows, key=lambda r: r["path"]), "rules": sorted(set(self.rules)),
                "identifier": [pointer(p) for p in self.schema.get("primaryIdentifier", [])]}

    def children(self, path, node, replaced):
        need = set(node.get("required", []))
        for name, child in node.get("properties", {}).items():
            yield (path + "." + name if path else name, child, name in need, replaced)

    def resolved(self, node):
        name = ""
        while "$ref" in node:
            name = node["$ref"].rsplit("/", 1)[-1]
            target = self.schema
            for part in node["$ref"].lstrip("#/").split("/"):
                target = target[part]
            node = {**target, **{k: v for k, v in node.items() if k != "$ref"}}
        if not {"type", "properties", "items"} & set(node):  # one of several forms: the list, where there is one
            forms = [self.resolved(f)[1] for f in node.get("anyOf", node.get("oneOf", []))]
            lists = [f for f in forms if "items" in f]
            if lists:
                node = {**lists[0], **{k: v for k, v in node.items() if k not in ("anyOf", "oneOf")}}
        return name, node

    def special(self, path):
        return any(p == path or p.startswith(path + ".") for g in self.groups.values() for p in g)

    def row(self, path, node, required, replaced):
        name, node = self.resolved(node)
        r = {"path": path, "type": kind(node)}
        bounds(r, node)
        here = plain(path)
        for flag, paths in self.groups.items():
            if here in paths:
                r[flag] = True
        if replaced and not r.get("readOnly"):
            r["replacement"] = True
        if required:
            r["required"] = True
        more = []
        inner, inner_path = node, path
        while True:
            if inner.get("type") == "array" or "items" in inner:
                sub, inner_path = inner.get("items", {}), inner_path + "[]"
            elif "patternProperties" in inner and "properties" not in inner:
                sub, inner_path = next(iter(inner["patternProperties"].values())), inner_path + "{}"
            else:
                break
            sub_name, inner = self.resolved(sub if isinstance(sub, dict) else {})
            name = sub_name or name
            r["type"] = r["type"].replace("?", (name or "object") if "properties" in inner else kind(inner))
            limits = {"path": inner_path, "type": kind(inner)}
            bounds(limits, inner)
            if len(limits) > 2 and "properties" not in inner:
                self.rows.append(limits)
        r["type"] = r["type"].replace("?", "any")
        if "properties" in inner or "oneOf" in inner or "anyOf" in inner:
            if name and name in self.first and not self.special(here):
                r["as"] = self.first[name]
            else:
                if name and not self.special(here):
                    self.first[name] = inner_path
                self.bonds(inner_path, inner)
                more = list(self.children(inner_path, inner, r.get("replacement", False)))
                for branch in inner.get("oneOf", []) + inner.get("anyOf", []):
                    _, b = self.resolved(branch)
                    known = {m[0] for m in more}
                    more += [m for m in self.children(inner_path, {**b, "required": []}, r.get("replacement", False)) if m[0] not in known]
        self.rows.append(r)
        return more

    def bonds(self, path, node):
        """Rules between properties of one object, as short phrases of names."""
        at = f"{path}: " if path else ""
        for a, others in node.get("dependentExcluded", {}).items():
            self.rules.append(f"{at}{a} excludes {', '.join(others)}")
        for key in ("dependentRequired", "dependencies"):
            for a, others in node.get(key, {}).items():
                if isinstance(others, list):
                    self.rules.append(f"{at}{a} needs {', '.join(others)}")
        for key, words in (("requiredXor", "exactly one of"), ("requiredOr", "at least one of")):
            if key in node:
                self.rules.append(f"{at}{words} {', '.join(node[key])}")
        for key, words in (("oneOf", "exactly one of"), ("anyOf", "at least one of")):
            choice = [self.resolved(b)[1].get("required") for b in node.get(key, [])]
            if len(choice) > 1 and all(choice):
                self.rules.append(f"{at}{words} {', '.join(' with '.join(c) for c in choice)}")
        for branch in node.get("allOf", []):
            self.bonds(path, self.resolved(branch)[1])
        self.extension(at, node)

    def extension(self, at, node):
        when, then = condition(node.get("if", {})), node.get("then")
        if not when or not isinstance(then, dict):
            return
        if then.get("required"):
            self.rules.append(f"{at}with {when}: needs {', '.join(then['required'])}")
        refused = [k for k, v in then.get("properties", {}).items() if v is False]
        if refused:
            self.rules.append(f"{at}with {when}: excludes {', '.join(refused)}")


def condition(node):
    """A simple condition in words, "" for one that is not simple."""
    out = []
    for name, test in node.get("properties", {}).items():
        values = [test["const"]] if isinstance(test, dict) and "const" in test else test.get("enum", []) if isinstance(test, dict) else []
        if not values or set(test) - {"const", "enum", "type"}:
            return ""
        out.append(name + " = " + " or ".join(dict.fromkeys(str(v).lower() if isinstance(v, bool) else str(v) for v in values)))
    if set(node) - {"properties", "required", "type"}:
        return ""
    return " and ".join(out)


def kind(node):
    t = node.get("type")
    if isinstance(t, list):
        t = " or ".join(t)
    if t == "array" or "items" in node:
        return "list of ?"
    if "patternProperties" in node and "properties" not in node:
        return "map of ?"
    return t or ("object" if "properties" in node else "any")


def bounds(r, node):
    for word, keys in (("minimum", ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")),
                       ("maximum", ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"))):
        for key in keys:
            if key in node:
                r[word] = str(node[key])
    for word, key in (("pattern", "pattern"), ("format", "format")):
        if node.get(key) and node[key] != ".*":
            r[word] = node[key]
    values = [node["const"]] if "const" in node else node.get("enum", [])
    if values:
        r["enum"] = [str(v).lower() if isinstance(v, bool) else str(v) for v in values]
    if "default" in node:
        r["default"] = node["default"] if isinstance(node["default"], str) else json.dumps(node["default"])


def extensions(type_name):
    folder = os.path.join(SCHEMAS, "extensions", type_name.lower().replace("::", "_"))
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if name.endswith(".json"):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                yield json.load(f)


def provider(region):
    with open(os.path.join(SCHEMAS, "providers", region + ".json"), encoding="utf-8") as f:
        return json.load(f)


def resources(day):
    index, out = provider(HOME_REGION), {}
    for t in wanted():
        with open(os.path.join(SCHEMAS, "resources", index[t] + ".json"), encoding="utf-8") as f:
            reader = Reader(json.load(f))
        for e in extensions(t):
            for part in [e] + e.get("allOf", []):
                reader.bonds("", {k: v for k, v in part.items() if k != "allOf"})
        out[t] = reader.all()
    doc = {"version": importlib.metadata.version("cfn-lint"), "date": day, "region": HOME_REGION, "types": out}
    buf = io.BytesIO()
    with gzip.GzipFile(fileobj=buf, mode="wb", compresslevel=9, mtime=0, filename="") as z:
        z.write(json.dumps(doc, separators=(",", ":"), sort_keys=True).encode())
    return buf.getvalue()


def regions(day):
    names = sorted(n[:-5] for n in os.listdir(os.path.join(SCHEMAS, "providers")) if re.fullmatch(r"[a-z]+(-[a-z]+)+-[0-9].json", n))
    found = {r: provider(r) for r in names}
    copies = [r for r in names if r != HOME_REGION and found[r] == found[HOME_REGION]]
    names = [r for r in names if r not in copies]
    lines = ["// Code generated by .ci/resources.py from cfn-lint's schemas. DO NOT EDIT.", "", "package facts", "",
             f'const regionsVersion, regionsDate = "{importlib.metadata.version("cfn-lint")}", "{day}"', "",
             "var regionNames = []string{", *[f'\t"{r}",' for r in names], "}", "",
             "// unknownRegions have no list of their own in the source, only a copy of the list of us-east-1.",
             "var unknownRegions = []string{", *[f'\t"{r}",' for r in copies], "}", "",
             "// regionRows has a mark for each of regionNames: y where the type is listed, - where it is not.",
             "var regionRows = []regionRow{",
             *[f'\t{{"{t}", "{"".join("y" if t in found[r] else "-" for r in names)}"}},' for t in wanted()], "}", ""]
    return "\n".join(lines).encode()


def main():
    with open(os.path.join(SCHEMAS, "version.json"), encoding="utf-8") as f:
        day = json.load(f)["schema_date"][:10]
    stale = []
    for name, data in (("knowledge/search/resources.json.gz", resources(day)), ("knowledge/facts/regions_data.go", regions(day))):
        path = os.path.join(HOME, name)
        old = open(path, "rb").read() if os.path.exists(path) else b""
        same = old == data or name.endswith(".gz") and old and gzip.decompress(old) == gzip.decompress(data)
        if "--check" in sys.argv[1:]:
            stale += [] if same else [name]
        elif not same:
            with open(path, "wb") as f:
                f.write(data)
    if stale:
        sys.exit("run .ci/resources.py: not fresh: " + ", ".join(stale))


main()

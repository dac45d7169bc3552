package patterns

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// Keys of tables that are no texts, and global secondary indexes: code of the user's own asks by them.
var _ = learn(func(g *grammar) {
	settings := g.settings(graph.Table)
	settings["keyType"] = extraWords("keyType", attributeTypes...)
	settings["sortKeyType"] = extraWords("sortKeyType", attributeTypes...)
	settings["indexes"] = readIndexes
})

// attributeTypes are the words for the types that a key may have; AWS's names begin with the same letter.
var attributeTypes = []string{"string", "number", "binary"}

var indexName = lazy.Regexp(`^[A-Za-z0-9_.-]{3,255}$`)

const wantIndexes = "names with their keys, such as {byStatus: {key: status, sortKey: createdAt, projection: keys}}"

// readIndexes reads global secondary indexes: each has a key and may have a sort key, their types, and what it holds
// beside them: all attributes, the keys alone, or some attributes.
func readIndexes(d *draft, n *node, name string, v graph.Value) error {
	if v.Kind != graph.Map || len(v.Fields()) == 0 || len(v.Fields()) > facts.Int("dynamodb.gsi") {
		return wrong(*v.At, wantIndexes, "indexes of %s is %s", n.id, clip(v.String()))
	}
	for _, index := range v.Fields() {
		if !indexName().MatchString(index.Name) || index.Value.Kind != graph.Map || !index.Value.Get("key").Exists() {
			return wrong(*index.Value.At, wantIndexes, "the index %q of %s is %s", clip(index.Name), n.id, clip(index.Value.String()))
		}
		for _, f := range index.Value.Fields() {
			text, isText := f.Value.Str()
			sound := false
			switch f.Name {
			case "key", "sortKey":
				sound = isText && text != ""
			case "keyType", "sortKeyType":
				sound = contains(attributeTypes, text)
			case "projection":
				sound = text == "all" || text == "keys" || allTexts(f.Value)
			}
			if !sound {
				return wrong(*f.Value.At, wantIndexes+`; types are string, number and binary, a projection is all, keys or a list of attributes`, "%s of the index %q of %s is %s", clip(f.Name), index.Name, n.id, clip(f.Value.String()))
			}
		}
	}
	n.setExtra("indexes", v)
	return nil
}

func allTexts(v graph.Value) bool {
	for _, item := range v.Items() {
		if text, ok := item.Str(); !ok || text == "" {
			return false
		}
	}
	return v.Kind == graph.List && len(v.Items()) > 0
}

// refuseKeys finds keys that the generator's handlers would fill with texts, and attributes of two types.
func (d *draft) refuseKeys() error {
	for _, t := range d.ofKind(graph.Table) {
		types := map[string]string{}
		for _, k := range t.keys() {
			if before := types[k.name]; before != "" && before != k.typ {
				return wrong(t.at, "one type for each attribute", "%s of %s is a %s and a %s", k.name, t.id, before, k.typ)
			}
			types[k.name] = k.typ
		}
		for _, typ := range []string{"keyType", "sortKeyType"} {
			word, _ := t.getExtra(typ).Str()
			for _, e := range append(d.in(t), d.out(t)...) {
				if word != "" && word != "string" && !e.from.own() && !e.to.own() {
					return refusal(*t.getExtra(typ).At, typ+": string, or code: own on "+e.from.id, "%s of %s is %s: the generator's code writes texts there", typ, t.id, word)
				}
			}
		}
	}
	return nil
}

// tableKey is an attribute that a table or an index finds items by.
type tableKey struct{ name, typ string }

// keys are those of a table and of its indexes.
func (t *node) keys() []tableKey {
	out := keysIn(graph.NewMap(nil, append([]graph.Field{field("key", t.partitionKey())}, t.extra...)...))
	for _, index := range t.getExtra("indexes").Fields() {
		out = append(out, keysIn(index.Value)...)
	}
	return out
}

func keysIn(of graph.Value) []tableKey {
	var out []tableKey
	for _, k := range []string{"key", "sortKey"} {
		name, ok := of.Get(k).Str()
		typ, _ := of.Get(k + "Type").Str()
		if ok {
			out = append(out, tableKey{name, map[bool]string{true: "string", false: typ}[typ == ""]})
		}
	}
	return out
}

// completeKeys sets what DynamoDB is told of keys and indexes.
func (t *node) completeKeys() {
	schema := func(keys []tableKey) graph.Value {
		var out []graph.Value
		for i, k := range keys {
			out = append(out, t.object(field("AttributeName", t.text(k.name)), field("KeyType", t.text([]string{"HASH", "RANGE"}[i]))))
		}
		return t.list(out...)
	}
	own := keysIn(graph.NewMap(nil, t.extra...))
	var attributes, indexes []graph.Value
	seen := map[string]bool{}
	for _, k := range t.keys() {
		if !seen[k.name] {
			seen[k.name] = true
			attributes = append(attributes, t.object(field("AttributeName", t.text(k.name)), field("AttributeType", t.text(graph.UpperFirst(k.typ)[:1]))))
		}
	}
	for _, index := range t.getExtra("indexes").Fields() {
		projection := []graph.Field{field("ProjectionType", t.text("ALL"))}
		switch v := index.Value.Get("projection"); {
		case v.Kind == graph.List:
			projection = []graph.Field{field("ProjectionType", t.text("INCLUDE")), field("NonKeyAttributes", v)}
		case v.String() == "keys":
			projection[0].Value = t.text("KEYS_ONLY")
		}
		indexes = append(indexes, t.object(field("IndexName", t.text(index.Name)), field("KeySchema", schema(keysIn(index.Value))), field("Projection", t.object(projection...))))
	}
	t.set("KeySchema", schema(own))
	t.set("AttributeDefinitions", t.list(attributes...))
	if len(indexes) > 0 {
		t.set("GlobalSecondaryIndexes", t.list(indexes...))
	}
}

// typeOfKey is the type of a table's key where it is no text.
func typeOfKey(typ string) saying {
	return func(n *graph.Node) graph.Value {
		name := keyOf(typ)(n)
		return keyTypeSaid(n, name)
	}
}

func keyTypeSaid(n *graph.Node, name graph.Value) graph.Value {
	for _, a := range n.Setting("attributeDefinitions").Each() {
		if name.Exists() && a.Get("AttributeName").String() == name.String() {
			for _, word := range attributeTypes[1:] {
				if graph.UpperFirst(word)[:1] == a.Get("AttributeType").String() {
					return graph.NewString(a.Get("AttributeType").At, word)
				}
			}
		}
	}
	return graph.Value{}
}

// indexesOf are the global secondary indexes of a table, those that are wholly known.
func indexesOf(n *graph.Node) graph.Value {
	var out []graph.Field
	for _, index := range n.Setting("globalSecondaryIndexes").Each() {
		name, ok := index.Get("IndexName").Str()
		var said []graph.Field
		for _, k := range index.Get("KeySchema").Each() {
			word := map[string]string{"HASH": "key", "RANGE": "sortKey"}[k.Get("KeyType").String()]
			said = append(said, field(word, k.Get("AttributeName")))
			if typ := keyTypeSaid(n, k.Get("AttributeName")); typ.Exists() {
				said = append(said, field(word+"Type", typ))
			}
		}
		switch projection := index.Get("Projection"); projection.Get("ProjectionType").String() {
		case "KEYS_ONLY":
			said = append(said, field("projection", graph.NewString(projection.At, "keys")))
		case "INCLUDE":
			said = append(said, field("projection", projection.Get("NonKeyAttributes")))
		}
		if v := graph.NewMap(index.At, said...); ok && yamlOf(v) != nil {
			out = append(out, field(name, v))
		}
	}
	if len(out) == 0 {
		return graph.Value{}
	}
	return graph.NewMap(n.At(), out...)
}

package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = learn(func(g *grammar) {
	g.kind(graph.Function, "AWS::Lambda::Function", map[string]reader{
		"timeout":                      whole("Timeout", 1, 900),
		"memorySize":                   whole("MemorySize", 128, 10240),
		"memory":                       whole("MemorySize", 128, 10240),
		"reservedConcurrentExecutions": whole("ReservedConcurrentExecutions", 1, 1000),
		"description":                  readDescription,
		"purpose":                      extraWords("purpose"),
	})
	g.kind(graph.HTTPAPI, "AWS::ApiGatewayV2::Api", map[string]reader{
		"authorizer":           extraWords("authorizer", "jwt", "iam", "none"),
		"throttlingRateLimit":  extraWhole(1, 10000),
		"throttlingBurstLimit": extraWhole(1, 5000),
		"corsOrigins":          texts(func(n *node, v graph.Value) { n.setExtra("corsOrigins", v) }),
	})
	g.kind(graph.RestAPI, "AWS::ApiGateway::RestApi", map[string]reader{
		"authorizer":           extraWords("authorizer", "cognito", "iam", "none"),
		"throttlingRateLimit":  extraWhole(1, 10000),
		"throttlingBurstLimit": extraWhole(1, 5000),
		"corsOrigins":          texts(func(n *node, v graph.Value) { n.setExtra("corsOrigins", v) }),
		"webAcl":               truth(func(n *node, on bool) { n.setExtra("webAcl", n.bool(on)) }),
	})
	g.kind(graph.UserPool, "AWS::Cognito::UserPool", nil)
	g.kind(graph.Queue, "AWS::SQS::Queue", map[string]reader{
		"visibilityTimeout":      whole("VisibilityTimeout", 0, 43200),
		"messageRetentionPeriod": whole("MessageRetentionPeriod", 60, 1209600),
		"delaySeconds":           whole("DelaySeconds", 0, 900),
		"fifo":                   flag("FifoQueue"),
		"fifoQueue":              flag("FifoQueue"),
		"maxReceiveCount":        extraWhole(1, 1000),
	})
	g.kind(graph.Topic, "AWS::SNS::Topic", map[string]reader{
		"fifo":      flag("FifoTopic"),
		"fifoTopic": flag("FifoTopic"),
	})
	g.kind(graph.Table, "AWS::DynamoDB::GlobalTable", map[string]reader{
		"key":     extraWords("key"),
		"sortKey": extraWords("sortKey"),
		"ttl":     extraWords("ttl"),
		"stream":  readStream,
	})
	g.kind(graph.EventBus, "AWS::Events::EventBus", map[string]reader{
		"archiveDays": extraWhole(1, 3650),
		"schemas":     readSchemas,
	})
	g.kind(graph.Rule, "AWS::Events::Rule", map[string]reader{
		"source":      texts(func(n *node, v graph.Value) { n.pattern("source", v) }),
		"detailType":  texts(func(n *node, v graph.Value) { n.pattern("detail-type", v) }),
		"detail":      readDetail,
		"description": words("Description"),
		"pattern":     readPattern,
	})
})

// readStream reads whether a table has a stream. All of ours carry both images.
func readStream(d *draft, n *node, name string, v graph.Value) error {
	if text, ok := v.Str(); ok && text == "NEW_AND_OLD_IMAGES" {
		v = graph.NewBool(v.At, true)
	}
	return truth(func(n *node, on bool) { n.setExtra("stream", n.bool(on)) })(d, n, name, v)
}

// readDescription reads a function's description. The construct library refuses longer ones.
func readDescription(d *draft, n *node, name string, v graph.Value) error {
	if text, ok := v.Str(); ok && len([]rune(text)) > 256 {
		return wrong(*v.At, "at most 256 characters", "%s of %s has %d", name, n.id, len([]rune(text)))
	}
	return words("Description")(d, n, name, v)
}

// patternFields are the fields that EventBridge gives every event.
var patternFields = []string{"source", "detail-type", "detail", "account", "region", "resources"}

// readPattern reads an event pattern as EventBridge has it, for what source, detailType and detail cannot say.
func readPattern(d *draft, n *node, name string, v graph.Value) error {
	plain := false
	for _, f := range v.Fields() {
		switch {
		case f.Value.Kind != graph.List && (f.Name != "detail" || f.Value.Kind != graph.Map):
			return wrong(*v.At, "fields with lists of values, such as {source: [{prefix: shop.}]}", "the pattern of %s has %s: %s", n.id, clip(f.Name), clip(f.Value.String()))
		case f.Name == "detail":
			plain = true
		}
		for _, item := range f.Value.Items() {
			plain = plain || item.Kind == graph.String && contains(patternFields, f.Name)
		}
	}
	if v.Kind != graph.Map || !plain {
		return wrong(*v.At, "a detail, or a field with a plain text, such as {source: [shop], detail-type: [{prefix: Order}]}", "the pattern of %s is %s", n.id, clip(v.String()))
	}
	n.set("EventPattern", v)
	return nil
}

// extraWords reads a text that is no property of the resource itself.
func extraWords(name string, allowed ...string) reader {
	return func(d *draft, n *node, written string, v graph.Value) error {
		if err := words(written, allowed...)(d, n, written, v); err != nil {
			return err
		}
		last := len(n.props) - 1
		v, n.props = n.props[last].Value, n.props[:last]
		n.setExtra(name, v)
		return nil
	}
}

// pattern sets one field of a rule's event pattern.
func (n *node) pattern(name string, v graph.Value) {
	fields := append([]graph.Field{}, n.get("EventPattern").Fields()...)
	n.set("EventPattern", n.object(put(fields, name, v)...))
}

func readDetail(d *draft, n *node, name string, v graph.Value) error {
	if v.Kind != graph.Map {
		return wrong(*v.At, `fields with lists of allowed values, such as {status: [paid]}`, "detail of %s is %s", n.id, clip(v.String()))
	}
	n.pattern("detail", v)
	return nil
}

// readSchemas reads the contracts of a bus: event name to its fields, each with a JSON type.
func readSchemas(d *draft, n *node, name string, v graph.Value) error {
	for _, event := range v.Fields() {
		if !idForm().MatchString(event.Name) || event.Value.Kind != graph.Map || len(event.Value.Fields()) == 0 {
			return wrong(*v.At, "event names with their fields, such as {OrderPlaced: {orderId: string}}", "schemas of %s has %q", n.id, clip(event.Name))
		}
		for _, f := range event.Value.Fields() {
			if t, _ := f.Value.Str(); !idForm().MatchString(f.Name) || !contains([]string{"string", "number", "integer", "boolean"}, t) {
				return wrong(*f.Value.At, "string, number, integer or boolean", "field %q of %s is %s", clip(f.Name), event.Name, clip(f.Value.String()))
			}
		}
	}
	if v.Kind != graph.Map {
		return wrong(*v.At, "event names with their fields, such as {OrderPlaced: {orderId: string}}", "schemas of %s is %s", n.id, clip(v.String()))
	}
	n.setExtra("schemas", v)
	return nil
}

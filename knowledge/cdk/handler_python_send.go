package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// send spells the statements that pass `work` on to everything the function writes to.
func (h *pyHandler) send(indent string) []string {
	var out []string
	for _, n := range h.writes {
		switch n.Kind {
		case graph.Queue:
			out = append(out, h.call(indent, "sqs", "sqs.send_message", "QueueUrl="+h.environment(envName(n)), "MessageBody="+h.asJSON(), h.inGroup(n, "fifoQueue")))
		case graph.Table:
			out = append(out, h.put(indent, n)...)
		}
	}
	return out
}

// pyServices are the names of services where boto3 has others than the variables of their clients.
var pyServices = map[string]string{"workflows": "stepfunctions", "secrets": "secretsmanager"}

// call spells a call of a client, which is made once.
func (h *pyHandler) call(indent, client, method string, args ...string) string {
	h.use("boto3")
	service := client
	if s, ok := pyServices[client]; ok {
		service = s
	}
	h.client(client + " = boto3.client(" + pyString(service) + ")")
	return h.laid(indent, method, args...)
}

// inGroup keeps the order of what has the same name, where the target does.
func (h *pyHandler) inGroup(n *graph.Node, setting string) string {
	if !isTrue(n.Setting(setting)) {
		return ""
	}
	return "MessageGroupId=" + h.named()
}

// put writes the work as an item; one that answers a POST request never overwrites.
func (h *pyHandler) put(indent string, n *graph.Node) []string {
	h.use("json")
	h.use("decimal", "Decimal")
	args := []string{"Item=item"}
	if h.creates() {
		h.use("boto3.dynamodb.conditions", "Attr")
		args = append(args, "ConditionExpression=Attr("+pyString(tableKey(n, "HASH"))+").not_exists()")
	}
	return []string{
		indent + "# DynamoDB takes decimals and no floats.",
		indent + "item = json.loads(" + h.asJSON() + ", parse_float=Decimal)",
		h.laid(indent, h.dynamo(n)+".put_item", args...),
	}
}

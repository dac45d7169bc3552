package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// claims sees whether the handler sends a reference in place of the thing, or gets one: a bucket has the thing, if one
// side of a queue writes it and the other side reads it.
func (w *work) claims(g *graph.Graph) {
	for _, q := range g.Out(w.fn, graph.Writes) {
		for _, reader := range g.Out(q.To, graph.Polls) {
			if b := shared(g, w.fn, reader.To); b != nil && q.To.Kind == graph.Queue {
				w.deposits = b
			}
		}
	}
	for _, q := range g.In(w.fn, graph.Polls) {
		for _, writer := range g.In(q.From, graph.Writes) {
			if b := shared(g, writer.From, w.fn); b != nil {
				w.collects = b
			}
		}
	}
	if w.deposits == nil && w.collects != nil && !hasField(w.fields, objectKey) {
		w.fields = append(w.fields[:1:1], field{objectKey, "string"})
	}
}

// objectKey is the field of a message that names the object with the thing.
const objectKey = "objectKey"

// shared is the bucket that one function writes and another reads, nil if there is none.
func shared(g *graph.Graph, writer, reader *graph.Node) *graph.Node {
	for _, e := range g.Out(writer, graph.Writes) {
		for _, r := range g.Out(reader, graph.Reads) {
			if e.To == r.To && e.To.Kind == graph.Bucket && writer != reader {
				return e.To
			}
		}
	}
	return nil
}

// collect fetches the thing that a message names.
func (h *tsHandler) collect(indent string) {
	h.use("@aws-sdk/client-s3", "GetObjectCommand", "S3Client")
	h.client("const s3 = new S3Client({});")
	h.commandInto("const object = ", indent, "s3", "GetObjectCommand", "Bucket: process.env."+envName(h.collects), "Key: work."+objectKey)
	h.printf("%sconst payload = JSON.parse((await object.Body?.transformToString()) ?? '{}');\n", indent)
}

// deposit keeps the thing, and names the object for the message.
func (h *tsHandler) deposit(indent string, bucket *graph.Node) {
	h.printf("%sconst objectKey = `${work%s}.json`;\n", indent, tsAccess(h.key))
	h.command(indent, "s3", "PutObjectCommand", "Bucket: process.env."+envName(bucket), "Key: objectKey", h.raw())
}

// message is what a queue is sent: the thing, or the reference to it.
func (h *tsHandler) message() string {
	if h.deposits != nil {
		return "JSON.stringify({ " + tsShort(h.key) + ", objectKey })"
	}
	return "JSON.stringify(work)"
}

// item is what a table is given.
func (h *tsHandler) item() string {
	if h.collects != nil {
		return "{ ...payload, " + tsShort(h.key) + " }"
	}
	if h.tenant != "" {
		return "{ ...work, " + tsKey(h.tenant) + ": context.tenantId }"
	}
	return "work"
}

// itemKey is the key of one item, by a variable of the handler.
func (h *tsHandler) itemKey(variable string) string {
	own := tsKey(h.key) + ": " + variable
	if h.tenant != "" {
		return tsKey(h.tenant) + ": context.tenantId, " + own
	}
	return own
}

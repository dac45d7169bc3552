package cdk

// streamed writes a handler whose answer leaves while it is still being made: the items of one partition, one JSON text a
// line. After the first byte the status cannot change: what fails later ends the answer early. Lambda's own runtimes can
// that in Node.js only; a program talks to the runtime API itself. Source: Lambda developer guide, "Response streaming for
// Lambda functions", and package events of aws-lambda-go, APIGatewayProxyStreamingResponse, checked 2026-11-30.
func (h *goHandler) streamed() {
	for _, path := range []string{"bytes", "encoding/json", "fmt", "io", "log/slog", "net/http", goLambda + "/events", goSDK + "/feature/dynamodb/attributevalue", goSDK + "/service/dynamodb"} {
		h.use(path)
	}
	table := h.lookup()
	name := h.variable(envName(table))
	h.call("dynamodb", "Query")
	types := h.types("dynamodb")
	h.block("// handle begins the answer: Lambda reads the rest of it from lines.\n"+
		"func (h *handler) handle(ctx context.Context, request events.APIGatewayProxyRequest) (*events.APIGatewayProxyStreamingResponse, error) {\n"+
		"pages := dynamodb.NewQueryPaginator(h.tables, &dynamodb.QueryInput{\nTableName: &%s,\nKeyConditionExpression: %s,\n"+
		"ExpressionAttributeNames: map[string]string{\"#key\": %s},\nExpressionAttributeValues: map[string]%s.AttributeValue{\n\":key\": %s,\n},\n})\n"+
		"h.metrics.Count(\"Asked\", 1)\nreturn &events.APIGatewayProxyStreamingResponse{\nStatusCode: http.StatusOK,\nHeaders: map[string]string{\"content-type\": \"application/x-ndjson\"},\n"+
		"Body: &lines{ctx: ctx, pages: pages},\n}, nil\n}\n",
		name, h.pointed(`"#key = :key"`), goString(tableKey(table, "HASH")), types, h.textValue("request.PathParameters["+goString(h.routes[0].param())+"]"))
	h.block(goLines)
}

const goLines = `// lines are the items that belong to a key as JSON, one a line. They come page by page: never all of them in memory.
type lines struct {
	ctx   context.Context // of the call, which ends when all is read
	pages *dynamodb.QueryPaginator
	text  bytes.Buffer
}

// Read gives what is left of a page. An error ends the answer early: its status has been sent.
func (l *lines) Read(p []byte) (int, error) {
	for l.text.Len() == 0 {
		if !l.pages.HasMorePages() {
			slog.InfoContext(l.ctx, "sent")
			return 0, io.EOF
		}
		page, err := l.pages.NextPage(l.ctx)
		if err != nil {
			return 0, fmt.Errorf("reading a page: %%w", err)
		}
		for _, item := range page.Items {
			var fields map[string]any
			if err := attributevalue.UnmarshalMap(item, &fields); err != nil {
				return 0, fmt.Errorf("reading an item: %%w", err)
			}
			if err := json.NewEncoder(&l.text).Encode(fields); err != nil {
				return 0, fmt.Errorf("writing an item: %%w", err)
			}
		}
	}
	return l.text.Read(p)
}
`

// answeredInPieces tests a handler whose answer is streamed.
func (t *goTest) answeredInPieces() {
	for _, path := range []string{"context", "errors", "strconv", goLambda + "/events", goSDK + "/service/dynamodb"} {
		t.uses(path)
	}
	t.imports[goSDK+"/service/dynamodb/types"] = "dynamodbtypes"
	t.fakeType = "pages"
	t.claim("// pages stands in for DynamoDB: two pages, unless err comes with the second.\ntype pages struct {\nasked int\nerr error\n}\n\nfunc (p *pages) %s {\np.asked++\n"+
		"item := map[string]dynamodbtypes.AttributeValue{\"n\": &dynamodbtypes.AttributeValueMemberN{Value: strconv.Itoa(p.asked)}}\nout := &dynamodb.QueryOutput{Items: []map[string]dynamodbtypes.AttributeValue{item}}\n"+
		"if p.asked == 1 {\nout.LastEvaluatedKey = item\nreturn out, nil\n}\nreturn out, p.err\n}\n", goSignature("dynamodb", "Query", "_", "_"))
	t.claim("func TestEveryPageIsPassedOn(t *testing.T) {\ntests := map[string]struct {\nerr error\nwant string\n}{\n"+
		"\"two pages\": {want: \"{\\\"n\\\":1}\\n{\\\"n\\\":2}\\n\"},\n\"what fails later ends the answer early\": {err: errors.New(\"down\"), want: \"{\\\"n\\\":1}\\n\"},\n}\n"+
		"for name, test := range tests {\nt.Run(name, func(t *testing.T) {\nanswer, err := newHandler(&pages{err: test.err}).handle(t.Context(), events.APIGatewayProxyRequest{PathParameters: map[string]string{%s: \"a\"}})\n"+
		"if err != nil || answer.StatusCode != 200 {\nt.Fatalf(\"got %%v, %%v\", answer, err)\n}\ntext, err := io.ReadAll(answer.Body)\nif string(text) != test.want || !errors.Is(err, test.err) {\n"+
		"t.Errorf(\"got %%q, %%v\", text, err)\n}\n})\n}\n}\n", goString(t.routes[0].param()))
}

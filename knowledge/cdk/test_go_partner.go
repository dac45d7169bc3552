package cdk

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// signed tests a handler that checks signatures: a sound request, and some that are forged. All ways to forge one are
// tested beside what checks it.
func (t *goTest) signed(r route) {
	for _, path := range []string{"context", "crypto/hmac", "crypto/sha256", "encoding/hex", "strconv", "time", goSDK + "/aws", goSDK + "/service/secretsmanager", t.internal("signature")} {
		t.uses(path)
	}
	t.claim("// secrets has the sender's key.\ntype secrets struct{}\n\nfunc (secrets) %s {\nreturn &secretsmanager.GetSecretValueOutput{SecretString: aws.String(\"key\")}, nil\n}\n",
		goSignature("secretsmanager", "GetSecretValue", "_", "_"))
	t.claim("func sign(key, sent, body string) string {\nmac := hmac.New(sha256.New, []byte(key))\nmac.Write([]byte(sent + \".\" + body))\nreturn hex.EncodeToString(mac.Sum(nil))\n}\n")
	t.claim(goSignedTest, goString(t.example("a")), t.withFake("calls int\n", ""), t.goHandler.accepted(), t.withFake(fmt.Sprintf(", %d", t.each()), ""), t.withFake(", 0", ""),
		t.withFake("cloud := &fake{}\n", ""), t.withFake("cloud", ""),
		t.made(r, "Body: test.body, Headers: map[string]string{\"x-timestamp\": test.sent, \"x-signature\": test.signature}"), t.counted())
	if t.keepsFirst() {
		t.uses("errors")
		t.claim("func TestWhatCouldNotBeKeptIsNotPassedOn(t *testing.T) {\nconst body = %s\nnow := strconv.FormatInt(time.Now().Unix(), 10)\ncloud := &fake{err: errors.New(\"down\")}\n"+
			"_, err := newHandler(cloud).handle(t.Context(), %s)\nif !errors.Is(err, cloud.err) || len(cloud.calls) != 1 {\nt.Fatalf(\"got %%v, calls: %%v\", err, cloud.calls)\n}\n"+
			"if _, ok := cloud.calls[0].(*%s); !ok {\nt.Errorf(\"the first call is %%T\", cloud.calls[0])\n}\n}\n", goString(t.example("a")),
			t.made(r, "Body: body, Headers: map[string]string{\"x-timestamp\": now, \"x-signature\": sign(\"key\", now, body)}"),
			map[graph.Kind]string{graph.Bucket: "s3.PutObjectInput", graph.Table: "dynamodb.PutItemInput"}[t.writes[0].Kind])
	}
}

const goSignedTest = `func TestForgedRequestsAreRefused(t *testing.T) {
	const body = %[1]s
	now := strconv.FormatInt(time.Now().Unix(), 10)
	tests := map[string]struct {
		body, sent, signature string
		status                int
		%[2]s}{
		"signed":         {body, now, sign("key", now, body), %[3]s%[4]s},
		"no signature":   {body, now, "", http.StatusUnauthorized%[5]s},
		"another key":    {body, now, sign("other", now, body), http.StatusUnauthorized%[5]s},
		"another body":   {body + " ", now, sign("key", now, body), http.StatusUnauthorized%[5]s},
		"an old request": {body, "1000", sign("key", "1000", body), http.StatusUnauthorized%[5]s},
		"signed, but broken": {"{}", now, sign("key", now, "{}"), http.StatusBadRequest%[5]s},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			%[6]sanswer, err := newHandler(%[7]s).handle(t.Context(), %[8]s)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != test.status {
				t.Errorf("status %%d, want %%d: %%s", answer.StatusCode, test.status, answer.Body)
			}
			%[9]s})
	}
}
`

// guarded tests a handler that calls another system through its circuit breaker.
func (t *goTest) guarded(r route) {
	for _, path := range []string{"errors", "net/http/httptest", "strconv", "time", t.internal("circuit")} {
		t.uses(path)
	}
	t.claim(goGuardedTest, t.made(r, "Body: "+goString(t.example("a"))), goVariable("SERVICE_URL"), t.context())
}

const goGuardedTest = `func TestCallsOfThePartner(t *testing.T) {
	number := func(n int64) dynamodbtypes.AttributeValue {
		return &dynamodbtypes.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
	}
	later := time.Now().Add(time.Minute).Unix()
	tests := map[string]struct {
		openUntil, failures int64
		answers             int // the partner's status, 0 for silence
		forgotten           error // of the table, when the failures are to be forgotten
		status, calls       int
	}{
		"a sound answer is passed on and closes the circuit": {answers: 201, status: 201, calls: 2},
		"a fault of the table spoils no sound answer":        {answers: 201, forgotten: errors.New("throttled"), status: 201, calls: 2},
		"what the partner refuses is no failure of it":       {answers: 422, status: 422, calls: 2},
		"a failure is counted":                               {failures: 4, answers: 500, status: http.StatusBadGateway, calls: 2},
		"silence is a failure":                               {failures: 4, status: http.StatusBadGateway, calls: 2},
		"the last one opens the circuit":                     {failures: 5, answers: 500, status: http.StatusBadGateway, calls: 3},
		"an open circuit spares the partner":                 {openUntil: later, status: http.StatusServiceUnavailable, calls: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			asked := 0
			partner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked++
				w.WriteHeader(test.answers)
			}))
			defer partner.Close()
			if test.answers == 0 {
				partner.Close()
			}
			cloud := &fake{item: map[string]dynamodbtypes.AttributeValue{"openUntil": number(test.openUntil), "failures": number(test.failures)}, forgotten: test.forgotten}
			h := newHandler(cloud)
			h.%[2]s = partner.URL
			answer, err := h.handle(%[3]s, %[1]s)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != test.status || len(cloud.calls) != test.calls {
				t.Errorf("status %%d, want %%d; %%d calls, want %%d", answer.StatusCode, test.status, len(cloud.calls), test.calls)
			}
			if (asked > 0) != (test.answers > 0) {
				t.Errorf("the partner was asked %%d times", asked)
			}
		})
	}
}
`

// decided tests a handler that answers a waiting workflow.
func (t *goTest) decided(r route) {
	t.imports[goSDK+"/service/dynamodb/types"] = "dynamodbtypes"
	t.imports[goSDK+"/service/sfn/types"] = "sfntypes"
	t.uses(goSDK + "/aws")
	t.claim(goDecidedTest, t.made(r, "Body: body, PathParameters: map[string]string{"+goString(t.routes[0].param())+": \"a\"}"), t.goRequest().in, t.context())
}

const goDecidedTest = `func request(body string) %[2]s {
	return %[1]s
}

func TestDecisions(t *testing.T) {
	const yes = ` + "`{\"approved\":true}`" + `
	waiting := map[string]dynamodbtypes.AttributeValue{"token": &dynamodbtypes.AttributeValueMemberS{Value: "t"}}
	tests := map[string]struct {
		body   string
		item   map[string]dynamodbtypes.AttributeValue
		told   error // of the workflow
		status int
	}{
		"the waiting workflow is told": {body: yes, item: waiting, status: http.StatusAccepted},
		"nobody waits":                 {body: yes, status: http.StatusNotFound},
		"no decision":                  {body: "{}", item: waiting, status: http.StatusBadRequest},
		"no JSON":                      {body: "yes", item: waiting, status: http.StatusBadRequest},
		"too late":                     {body: yes, item: waiting, told: &sfntypes.TaskTimedOut{}, status: http.StatusGone},
		"gone":                         {body: yes, item: waiting, told: &sfntypes.TaskDoesNotExist{}, status: http.StatusGone},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cloud := &fake{item: test.item, told: test.told}
			answer, err := newHandler(cloud).handle(%[3]s, request(test.body))
			if err != nil || answer.StatusCode != test.status {
				t.Fatalf("status %%d, want %%d, %%v", answer.StatusCode, test.status, err)
			}
			if test.status != http.StatusAccepted {
				return
			}
			told, ok := cloud.calls[1].(*sfn.SendTaskSuccessInput)
			if !ok || aws.ToString(told.TaskToken) != "t" || aws.ToString(told.Output) != yes {
				t.Errorf("told %%v", cloud.calls)
			}
		})
	}
}
`

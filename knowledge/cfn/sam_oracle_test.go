package cfn_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// hashed are the types whose ids end in a hash of content that a template before packaging does not have.
var hashed = map[string]bool{"AWS::Lambda::Version": true, "AWS::Lambda::LayerVersion": true, "AWS::ApiGateway::Deployment": true}

var tenHex = regexp.MustCompile(`[0-9a-f]{10}$`)

func idAndType(id, typ string) string {
	if hashed[typ] {
		id = tenHex.ReplaceAllString(id, "*")
	}
	return typ + " " + id
}

// pair is a SAM template with what aws-sam-translator makes of it, both read by us.
type pair struct {
	name         string
	ours, theirs *cfn.System
}

// pairs reads every template that the translator expands (.ci/sam_expand.py).
func pairs(t *testing.T) []pair {
	files, err := filepath.Glob("../../.ci/templates/expanded/*.json")
	require.NoError(t, err)
	var out []pair
	for _, file := range files {
		p := pair{name: strings.TrimSuffix(filepath.Base(file), ".json")}
		expanded, err := os.ReadFile(file)
		require.NoError(t, err)
		var refused struct{ Error string }
		require.NoError(t, json.Unmarshal(expanded, &refused))
		if refused.Error != "" {
			continue
		}
		text, err := os.ReadFile(filepath.Join("../../.ci/templates/sam", p.name))
		if errors.Is(err, fs.ErrNotExist) {
			text, err = os.ReadFile(filepath.Join("../../.ci/templates/features", p.name))
		}
		require.NoError(t, err)
		o := cfn.Options{Region: "us-east-1"} // the translator writes the partition of its region
		p.ours, err = cfn.Load(context.Background(), []cfn.File{{Name: p.name, Data: text}}, o)
		require.NoError(t, err)
		p.theirs, err = cfn.Load(context.Background(), []cfn.File{{Name: p.name, Data: expanded}}, o)
		require.NoError(t, err)
		out = append(out, p)
	}
	require.Len(t, out, 76)
	return out
}

// TestSAMGivesTheSameResourcesAsTheTranslator compares types and ids over all scenarios together.
func TestSAMGivesTheSameResourcesAsTheTranslator(t *testing.T) {
	all := func(s *cfn.System) []string {
		set := map[string]bool{}
		for _, sc := range s.Scenarios {
			for _, r := range sc.Resources {
				set[idAndType(r.ID, r.Type)] = true
			}
		}
		return sorted(set)
	}
	for _, p := range pairs(t) {
		assert.Equal(t, all(p.theirs), all(p.ours), p.name)
	}
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// expectedDifferences are the places where we differ from the translator, with the reason.
var expectedDifferences = []struct{ where, why string }{
	{`AWS::ApiGateway::Deployment [^ ]+ /Description`, "a hash of the API, said in words"},
	{`AWS::Lambda::Function [^ ]+ /Code`, "the script rewrites local paths to S3"},
	{`AWS::Lambda::LayerVersion [^ ]+ /Content`, "the script rewrites local paths to S3"},
	{`AWS::StepFunctions::StateMachine [^ ]+ /Definition`, "the script rewrites local paths to S3; we keep inline definitions as mappings"},
	{`AWS::CloudFormation::Stack [^ ]+ /TemplateURL`, "the script rewrites local paths to S3"},
	{`/Tags`, "SAM marks what it makes, and copies tags with PropagateTags"},
	{` /Body/tags`, "SAM marks what it makes"},
	{` /Body/paths/[^ ]*/options/`, "the OPTIONS method for CORS: media types and header types are left out, methods are in another order"},
	{`AWS::ApiGatewayV2::Api [^ ]+ /Body/paths/[^ ]*/parameters`, "SAM repeats the path's parameters"},
	{`CartApi /Body/securityDefinitions/[^ ]*/providerARNs`, "SAM takes the name of an SSM parameter for its value"},
	{`(MyConnector\d|IamRolePolicyConnector)Policy /`, "the order of statements is not SAM's; the role is not in the template"},
	{`AWS::ApiGateway::RestApi [^ ]+ /Policy: null `, "the included document is not here: what SAM would write into it stays on the API"},
	{` /Body/Fn::Transform`, "what is included is not here"},
	{`/Body: \{"info":\{\},"paths":\{\},"swagger":"2.0"`, "the script puts an empty document in the place of an included one"},
	{`/SSEEnabled: true yes`, "the same in YAML 1.1: Value.Truth reads it"},
}

// TestSAMGivesTheSamePropertiesAsTheTranslator compares all properties in the scenario of the defaults.
func TestSAMGivesTheSamePropertiesAsTheTranslator(t *testing.T) {
	for _, p := range pairs(t) {
		byID := map[string]*graph.Resource{}
		for _, r := range p.ours.Scenarios[0].Resources {
			byID[idAndType(r.ID, r.Type)] = r
		}
		for _, r := range p.theirs.Scenarios[0].Resources {
			id := idAndType(r.ID, r.Type)
			if !assert.Contains(t, byID, id, p.name) {
				continue
			}
			for _, d := range differences("", r.Properties.Plain(), byID[id].Properties.Plain()) {
				assert.True(t, explained(id+" "+d), "%s: %s %s", p.name, id, d)
			}
		}
	}
}

func explained(difference string) bool {
	for _, d := range expectedDifferences {
		if regexp.MustCompile(d.where).MatchString(difference) {
			return true
		}
	}
	return false
}

var hashInText = regexp.MustCompile(`(Version|Deployment|Layer[A-Za-z]*)[0-9a-f]{10}\b`)

func spelled(v any) string {
	if s, ok := v.(string); ok {
		return hashInText.ReplaceAllString(s, "$1*")
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return hashInText.ReplaceAllString(string(b), "$1*")
}

// differences lists where two values differ, as PATH: THEIRS OURS. A list of one is its element, and what is empty is
// absent: IAM and CloudFormation read them alike.
func differences(path string, theirs, ours any) []string {
	theirs, ours = single(theirs), single(ours)
	a, isMap := theirs.(map[string]any)
	b, bothMaps := ours.(map[string]any)
	if isMap && bothMaps {
		keys := map[string]bool{}
		for k := range a {
			keys[k] = true
		}
		for k := range b {
			keys[k] = true
		}
		var out []string
		for _, k := range sorted(keys) {
			if k == "Version" && strings.HasSuffix(path, "PolicyDocument") {
				continue // SAM leaves the version of some policies out
			}
			out = append(out, differences(path+"/"+k, a[k], b[k])...)
		}
		return out
	}
	l, isList := theirs.([]any)
	m, bothLists := ours.([]any)
	if isList && bothLists && len(l) == len(m) {
		var out []string
		for i := range l {
			out = append(out, differences(path+"/"+strconv.Itoa(i), l[i], m[i])...)
		}
		return out
	}
	if spelled(theirs) == spelled(ours) {
		return nil
	}
	return []string{path + ": " + spelled(theirs) + " " + spelled(ours)}
}

func single(v any) any {
	switch x := v.(type) {
	case []any:
		if len(x) == 0 {
			return nil
		}
		if len(x) == 1 {
			return single(x[0])
		}
	case map[string]any:
		if len(x) == 0 {
			return nil
		}
	}
	return v
}

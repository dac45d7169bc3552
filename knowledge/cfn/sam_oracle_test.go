package cfn_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
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

// TestSAMGivesTheSameResourcesAsTheTranslator compares types and ids with what aws-sam-translator makes of the same
// templates (.ci/sam_expand.py), over all scenarios together.
func TestSAMGivesTheSameResourcesAsTheTranslator(t *testing.T) {
	files, err := filepath.Glob("../../.ci/templates/expanded/*.json")
	require.NoError(t, err)
	compared := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var expanded struct {
			Error     string
			Resources map[string]struct{ Type string }
		}
		require.NoError(t, json.Unmarshal(data, &expanded))
		if expanded.Error != "" {
			continue
		}
		compared++
		want := map[string]bool{}
		for id, r := range expanded.Resources {
			want[idAndType(id, r.Type)] = true
		}
		text, err := os.ReadFile(filepath.Join("../../.ci/templates/sam", name))
		require.NoError(t, err)
		sys, err := cfn.Load(context.Background(), []cfn.File{{Name: name, Data: text}}, cfn.Options{})
		require.NoError(t, err)
		got := map[string]bool{}
		for _, s := range sys.Scenarios {
			for _, r := range s.Resources {
				got[idAndType(r.ID, r.Type)] = true
			}
		}
		assert.Equal(t, sorted(want), sorted(got), name)
	}
	assert.Equal(t, 71, compared)
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

package stack_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// besides are settings that no rule reads and whose change by hand matters to whoever trusts the template: when an
// alarm rings, and in which form messages arrive.
var besides = map[string]string{
	"AWS::CloudWatch::Alarm": " Threshold ComparisonOperator EvaluationPeriods DatapointsToAlarm Namespace Period Statistic ",
	"AWS::SNS::Subscription": " RawMessageDelivery ",
}

// Only settings that rules or edges use are compared: each name in the table is read somewhere in knowledge.
func TestReviewedSettingsAreUsed(t *testing.T) {
	var source strings.Builder
	for _, dir := range []string{"services", "rules"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "knowledge", dir, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			source.Write(text)
		}
	}
	used := source.String()
	table, err := os.ReadFile("reviewed.go")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?s)\t\"(AWS::\\S+)\": +`(.*?)`").FindAllStringSubmatch(string(table), -1)
	require.Greater(t, len(rows), 20)
	for _, row := range rows {
		for _, word := range strings.Fields(row[2]) {
			name, _, _ := strings.Cut(word, "=")
			name = strings.TrimSuffix(name, "?")
			if strings.Contains(besides[row[1]], " "+name+" ") {
				continue
			}
			lower := strings.ToLower(name[:1]) + name[1:]
			assert.True(t, strings.Contains(used, `"`+name+`"`) || strings.Contains(used, `"`+lower+`"`), "%s of %s is read by no rule and no edge", name, row[1])
		}
	}
}

package services_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

func TestConnections(t *testing.T) {
	data, err := os.ReadFile("testdata/connections.yaml")
	require.NoError(t, err)
	var cases []struct {
		Name      string    `yaml:"name"`
		Template  yaml.Node `yaml:"template"`
		Edges     string    `yaml:"edges"`
		Framework string    `yaml:"framework"`
	}
	require.NoError(t, yaml.Unmarshal(data, &cases))
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			text, err := yaml.Marshal(&c.Template)
			require.NoError(t, err)
			g := load(t, string(text))
			require.Equal(t, strings.Split(strings.TrimSpace(c.Edges), "\n"), lines(g))
			var framework []string
			for _, n := range g.Nodes {
				if n.Framework != "" {
					framework = append(framework, n.ID)
				}
			}
			require.Equal(t, c.Framework, strings.Join(framework, " "))
		})
	}
}

package services_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

func TestConnections(t *testing.T) {
	files, err := filepath.Glob("testdata/connections/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { connections(t, file) })
	}
}

// connections compares the graph of each template of a file with the edges written beside it.
func connections(t *testing.T, file string) {
	data, err := os.ReadFile(file)
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

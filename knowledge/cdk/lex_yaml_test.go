package cdk_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

var (
	templateSections = []string{"AWSTemplateFormatVersion", "Transform", "Description", "Parameters", "Conditions", "Globals", "Resources", "Outputs"}
	logicalID        = regexp.MustCompile(`^[A-Za-z0-9]+$`)
)

// onlyInYAML fails where a text of the description got out of its scalar: then sections, resources or their attributes
// would have other names, or the text would stand behind no name.
func onlyInYAML(code string) error {
	var template map[string]map[string]map[string]any
	if err := yaml.Unmarshal([]byte(strings.Join(sectionsOnly(code), "\n")), &template); err != nil {
		return err
	}
	for section, entries := range template {
		if !slices.Contains(templateSections, section) {
			return fmt.Errorf("there is a section %q", section)
		}
		for id, body := range entries {
			if !logicalID.MatchString(id) {
				return fmt.Errorf("%s has an entry %q", section, id)
			}
			for attribute := range body {
				if !logicalID.MatchString(attribute) {
					return fmt.Errorf("%s has an attribute %q", id, attribute)
				}
			}
		}
	}
	return nil
}

// sectionsOnly are the lines without the scalars at the head of a template, and its conditions.
func sectionsOnly(code string) []string {
	return slices.DeleteFunc(strings.Split(code, "\n"), func(line string) bool {
		return strings.HasPrefix(line, "AWSTemplate") || strings.HasPrefix(line, "Transform:") || strings.HasPrefix(line, "Description:") || strings.HasPrefix(line, "Conditions:") ||
			strings.HasPrefix(line, "  IsProduction:")
	})
}

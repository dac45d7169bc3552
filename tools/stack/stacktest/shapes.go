package stacktest

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
)

// typed makes properties of string attributes: numbers, truth values and documents as such. drop are names to leave
// out, rename is OLD=NEW.
func typed(out map[string]any, err error, under, drop, rename string) (map[string]any, error) {
	if err != nil {
		return nil, err
	}
	if under != "" {
		out, _ = out[under].(map[string]any)
	}
	from, to, _ := strings.Cut(rename, "=")
	p := map[string]any{}
	for name, v := range out {
		if strings.Contains(" "+drop+" ", " "+name+" ") {
			continue
		}
		if name == from && from != "" {
			name = to
		}
		text, ok := v.(string)
		if !ok {
			p[name] = v
			continue
		}
		p[name] = parsed(text)
	}
	return p, nil
}

// parsed reads a text as what it spells.
func parsed(text string) any {
	switch text {
	case "true", "false":
		return text == "true"
	}
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		var tree any
		if json.Unmarshal([]byte(text), &tree) == nil {
			return tree
		}
	}
	return text
}

// entries turns <Attributes><entry><key/><value/></entry>... into a map.
func entries(out map[string]any, path ...string) map[string]any {
	p := map[string]any{}
	list, _ := dig(dig(out, path...), "Attributes", "entry").([]any)
	for _, e := range list {
		if key, ok := dig(e, "key").(string); ok {
			p[key] = dig(e, "value")
		}
	}
	return p
}

func firstOf(out map[string]any, err error, list string) (map[string]any, error) {
	if err != nil {
		return nil, err
	}
	items, _ := out[list].([]any)
	if len(items) == 0 {
		return nil, &Refusal{Code: "ResourceNotFoundException", Message: "there is none"}
	}
	first, _ := items[0].(map[string]any)
	return first, nil
}

// unescaped reads a policy document as IAM answers it.
func unescaped(v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	if plain, err := url.QueryUnescape(text); err == nil {
		text = plain
	}
	return parsed(text)
}

// upper gives the names of a tree a large first letter.
func upper(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, x := range v {
			out[strings.ToUpper(name[:1])+name[1:]] = upper(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = upper(x)
		}
		return out
	}
	return v
}

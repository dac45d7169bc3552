package cdk

import "reflect"

// walk visits every expression, argument and statement in x, itself first. It goes by the fields that the types have:
// a new kind of expression needs no entry here.
func walk(x any, visit func(any)) {
	if x == nil {
		return
	}
	visit(x)
	walkParts(reflect.ValueOf(x), visit)
}

func walkParts(v reflect.Value, visit func(any)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem().Interface(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkField(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			walkField(v.Field(i), visit)
		}
	}
}

func walkField(v reflect.Value, visit func(any)) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem().Interface(), visit)
		}
	case reflect.Slice, reflect.Struct:
		walk(v.Interface(), visit)
	}
}

// localsOf are the variables that x uses.
func localsOf(x any) map[string]bool {
	found := map[string]bool{}
	walk(x, func(e any) {
		if l, ok := e.(local); ok {
			found[string(l)] = true
		}
	})
	return found
}

// without takes out what nobody uses: languages such as Go refuse variables without use. A value that does something
// stays, without its name.
func without(body []statement, helpers []function) []statement {
	uses := map[string]int{}
	count := func(x any) {
		walk(x, func(e any) {
			if l, ok := e.(local); ok {
				uses[string(l)]++
			}
		})
	}
	var out []statement
	for i := len(body) - 1; i >= 0; i-- {
		s := body[i]
		if l, ok := s.(let); ok && uses[l.Name] == 0 && !usedIn(helpers, l.Name) {
			if !acts(l.Value) {
				continue
			}
			s = run{Value: l.Value, Comment: l.Comment}
		}
		count(s)
		out = append(out, s)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// withoutField takes out a field that nobody uses: without leaves fields to those who write them.
func withoutField(body []statement, helpers []function, name string) []statement {
	var out []statement
	for _, s := range body {
		if l, ok := s.(let); !ok || l.Name != name {
			out = append(out, s)
		}
	}
	if localsOf(out)[name] || usedIn(helpers, name) {
		return body
	}
	return out
}

func usedIn(helpers []function, name string) bool {
	for _, h := range helpers {
		if localsOf(h.Body)[name] {
			return true
		}
	}
	return false
}

// acts tells whether an expression does more than to be a value.
func acts(e expression) (does bool) {
	walk(e, func(x any) {
		switch x.(type) {
		case construct, call, helper:
			does = true
		}
	})
	return does
}

// changed copies what walk would visit, each part replaced by what change makes of it, the innermost first.
func changed(x any, change func(any) any) any {
	if x == nil {
		return nil
	}
	return change(changedParts(reflect.ValueOf(x), change).Interface())
}

func changedParts(v reflect.Value, change func(any) any) reflect.Value {
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(changedField(v.Index(i), change))
		}
		return out
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		for i := range v.NumField() {
			out.Field(i).Set(changedField(v.Field(i), change))
		}
		return out
	}
	return v
}

func changedField(v reflect.Value, change func(any) any) reflect.Value {
	switch v.Kind() {
	case reflect.Interface, reflect.Slice, reflect.Struct:
		if v.Kind() == reflect.Interface && v.IsNil() {
			return v
		}
		return reflect.ValueOf(changed(v.Interface(), change))
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(changedField(v.Elem(), change))
		return out
	}
	return v
}

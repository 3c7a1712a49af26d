package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestLog: the tables of the log have every message and every field of the calls in the program.
func TestLog(t *testing.T) {
	messages, fields := logCalls(t)
	for head, want := range map[string]map[string]bool{"log message": messages, "log field": fields} {
		got := map[string]bool{}
		for _, row := range table(t, head) {
			for _, word := range quoted(row[0]) {
				got[word] = true
			}
			if len(row) != 2 || row[1] == "" {
				t.Errorf("the table of each %s has %q; want what it means", head, row)
			}
		}
		for word := range want {
			if !got[word] {
				t.Errorf("the table of each %s lacks %s", head, word)
			}
		}
		for word := range got {
			if !want[word] {
				t.Errorf("the table of each %s has %s, which the program does not log", head, word)
			}
		}
	}
}

// logCalls returns the messages and the names of the fields that main and handlers log.
func logCalls(t *testing.T) (messages, fields map[string]bool) {
	messages = map[string]bool{}
	fields = map[string]bool{"time": true, "level": true, "msg": true} // of each line, by log/slog
	for _, folder := range []string{".", "handlers", "handlers/stream", "handlers/wire", "handlers/fair"} {
		paths, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s has %d files: %v", folder, len(paths), err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, declaration := range file.Decls {
				ast.Inspect(declaration, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok {
						readLogCall(t, declaration, call, messages, fields)
					}
					return true
				})
			}
		}
	}
	return messages, fields
}

// readLogCall adds what a call logs, if it does: a message with its fields, or one attribute.
func readLogCall(t *testing.T, within ast.Decl, call *ast.CallExpr, messages, fields map[string]bool) {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	of := ""
	switch x := method.X.(type) {
	case *ast.Ident:
		of = x.Name
	case *ast.SelectorExpr:
		of = x.Sel.Name
	}
	name := method.Sel.Name
	if of == "slog" {
		if slices.Contains([]string{"String", "Int", "Int64", "Duration", "Bool", "Any", "Float64"}, name) {
			fields[literal(call.Args[0])] = true
		}
		return
	}
	at, isLog := map[string]int{"Debug": 0, "Info": 0, "Warn": 0, "Error": 0, "Log": 2, "LogAttrs": 2}[name]
	if !isLog || !slices.Contains([]string{"log", "Logger"}, of) {
		return
	}
	if text := literal(call.Args[at]); text != "" {
		messages[text] = true
	} else if variable, ok := call.Args[at].(*ast.Ident); ok {
		for _, text := range assigned(within, variable.Name) {
			messages[text] = true
		}
	} else {
		t.Errorf("a call of %s has a message that this test cannot read", name)
	}
	for i := at + 1; i < len(call.Args) && name != "LogAttrs"; i += 2 {
		if text := literal(call.Args[i]); text != "" {
			fields[text] = true
		}
	}
}

// literal returns the text of a string literal, or "".
func literal(e ast.Expr) string {
	basic, ok := e.(*ast.BasicLit)
	if !ok || basic.Kind != token.STRING {
		return ""
	}
	text, _ := strconv.Unquote(basic.Value)
	return text
}

// assigned returns the literals that a variable is set to.
func assigned(within ast.Decl, name string) (texts []string) {
	ast.Inspect(within, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == 1 {
			if to, ok := a.Lhs[0].(*ast.Ident); ok && to.Name == name {
				texts = append(texts, literal(a.Rhs[0]))
			}
		}
		return true
	})
	return texts
}

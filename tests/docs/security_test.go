package docs

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestClaims: each claim of SECURITY.md names tests, and the tests exist.
func TestClaims(t *testing.T) {
	exist := testNames(t)
	for _, row := range table(t, "claim") {
		tests := quoted(row[1])
		if len(tests) == 0 {
			t.Errorf("SECURITY.md names no test for %q", row[0])
		}
		for _, name := range tests {
			if !exist[name] {
				t.Errorf("SECURITY.md names %s; there is no such test", name)
			}
		}
	}
}

// testNames returns the names of all tests.
func testNames(tb testing.TB) map[string]bool {
	tb.Helper()
	exist := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(t `)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "node_modules":
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range function.FindAllStringSubmatch(string(text), -1) {
			exist[m[1]] = true
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return exist
}

// licences are sentences by which a licence is known. All of these allow to pass on a binary that
// has the work in it, if it comes with the text of the licence.
var licences = map[string]string{
	"MIT":         "Permission is hereby granted, free of charge, to any person obtaining a copy of this software",
	"BSD":         "Redistribution and use in source and binary forms, with or without modification, are permitted",
	"Apache-2.0":  "Apache License Version 2.0",
	"ISC or 0BSD": "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted",
	"ISC":         "Permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted",
}

// licenceOf returns the name of the licence that a text is, or "".
func licenceOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for name, sentence := range licences {
		if strings.Contains(text, sentence) {
			return name
		}
	}
	return ""
}

// TestLicences: everything that is built into the program has a licence that allows it, and the
// texts of those from npm are built in as well.
func TestLicences(t *testing.T) {
	modules := map[string]string{} // folder by path
	for line := range strings.Lines(goTool(t.Context(), t, "list", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Dir}}{{end}}", ".")) {
		if path, dir, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			modules[path] = dir
		}
	}
	if len(modules) < 2 {
		t.Fatalf("the program has the modules %v; want some", modules)
	}
	for path, dir := range modules {
		files, err := filepath.Glob(filepath.Join(dir, "LICEN[CS]E*"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(files, func(file string) bool {
			text, err := os.ReadFile(file)
			return err == nil && licenceOf(string(text)) != ""
		}) {
			t.Errorf("module %s has the files %q, and none of them is a licence that we know", path, files)
		}
	}

	var npm struct{ Dependencies map[string]string }
	text, err := os.ReadFile(filepath.Join(root, "package.json"))
	if err == nil {
		err = json.Unmarshal(text, &npm)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name := range npm.Dependencies {
		file := filepath.Join(root, "public", "lib", strings.TrimSuffix(name, ".org")+".LICENSE.txt")
		if text, err := os.ReadFile(file); err != nil {
			t.Errorf("package %s is built in without its licence: %v", name, err)
		} else if licenceOf(string(text)) == "" {
			t.Errorf("package %s has a licence that we do not know: %.100q", name, text)
		}
	}
	if len(npm.Dependencies) == 0 {
		t.Error("package.json has no dependencies; want htmx")
	}
}

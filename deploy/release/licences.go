package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A component is something of others that is inside the program.
type component struct {
	name, version string
	purl          string   // https://github.com/package-url/purl-spec
	licences      []string // by the names of SPDX
	texts         []file   // the files that say so, by their paths within the component
	sha512        string   // of the archive that it comes from, in hexadecimal, or ""
}

// inside returns what is inside the program on any of the platforms, in the order of names: the
// standard library, modules, and the libraries of the page.
func inside(targets []string) ([]component, error) {
	modules := map[string]*component{}
	for _, target := range targets {
		system, arch, _ := strings.Cut(target, "/")
		if err := addModules(modules, goEnv(system, arch)); err != nil {
			return nil, err
		}
	}
	page, err := pageLibraries()
	if err != nil {
		return nil, err
	}
	all := []component{page}
	for _, c := range modules {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b component) int { return strings.Compare(a.purl, b.purl) })
	for i := range all {
		if err := all[i].judge(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// addModules adds the modules whose packages are linked on a platform, with the licences in the
// folders of these packages and above them.
func addModules(modules map[string]*component, env []string) error {
	list, err := output(env, "go", "list", "-deps", "-json=Dir,Standard,Root,Module", ".")
	if err != nil {
		return err
	}
	version, err := output(env, "go", "env", "GOVERSION")
	if err != nil {
		return err
	}
	for decoder := json.NewDecoder(bytes.NewReader(list)); ; {
		var p struct {
			Dir, Root string
			Standard  bool
			Module    *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		c, root := component{}, ""
		switch {
		case p.Standard:
			number := strings.TrimPrefix(strings.TrimSpace(string(version)), "go")
			c, root = component{name: "the Go standard library", version: number, purl: "pkg:golang/std@" + number}, p.Root
			p.Dir = root // what is vendored has the same licence
		case p.Module.Main:
			continue
		default:
			c, root = component{name: p.Module.Path, version: p.Module.Version, purl: "pkg:golang/" + p.Module.Path + "@" + p.Module.Version}, p.Module.Dir
		}
		if modules[c.purl] == nil {
			modules[c.purl] = &c
		}
		if err := modules[c.purl].add(root, p.Dir); err != nil {
			return err
		}
	}
}

// isLicence is the name of a file that says under what terms a folder is.
var isLicence = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|notice|patents)([._-].*)?$`)

// add adds the texts in a folder of the component and in those above it, up to its root. Some
// modules have those of code that they took from others in a folder of their own.
func (c *component) add(root, folder string) error {
	for {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if entry.IsDir() && strings.EqualFold(entry.Name(), "THIRD_PARTY_LICENSES") {
				if err := c.addAll(root, filepath.Join(folder, entry.Name())); err != nil {
					return err
				}
			}
			if entry.IsDir() || !isLicence.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go") {
				continue
			}
			if err := c.addText(root, filepath.Join(folder, entry.Name())); err != nil {
				return err
			}
		}
		if folder == root || len(folder) <= len(root) {
			return nil
		}
		folder = filepath.Dir(folder)
	}
}

func (c *component) addAll(root, folder string) error {
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		if err := c.addText(root, filepath.Join(folder, entry.Name())); err != nil {
			return err
		}
	}
	return err
}

func (c *component) addText(root, from string) error {
	name, err := filepath.Rel(root, from)
	if err != nil {
		return err
	}
	name = filepath.ToSlash(name)
	if slices.ContainsFunc(c.texts, func(f file) bool { return f.name == name }) {
		return nil
	}
	data, err := os.ReadFile(from)
	c.texts = append(c.texts, file{name: name, data: data})
	return err
}

// kinds are sentences by which licences are known, by their names of SPDX, with single blanks.
var kinds = []struct{ id, has, lacks string }{
	{"0BSD", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted.", ""},
	{"Apache-2.0", "Apache License Version 2.0", ""},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms", "Neither the name"},
	{"BSD-3-Clause", "Neither the name", ""},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted, provided", ""},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy", ""},
}

// judge finds the names of the licences. A component of which it knows none is an error, for
// somebody to read it.
func (c *component) judge() error {
	slices.SortFunc(c.texts, func(a, b file) int { return strings.Compare(a.name, b.name) })
	for _, text := range c.texts {
		if !isLicence.MatchString(path.Base(text.name)) {
			continue
		}
		one := strings.Join(strings.Fields(string(text.data)), " ")
		for _, kind := range kinds {
			lacks := kind.lacks == "" || !strings.Contains(one, kind.lacks)
			if strings.Contains(one, kind.has) && lacks && !slices.Contains(c.licences, kind.id) {
				c.licences = append(c.licences, kind.id)
			}
		}
	}
	if len(c.licences) == 0 {
		return fmt.Errorf("%s %s has no licence that deploy/release/licences.go knows, in %d files: read them, and add it", c.name, c.version, len(c.texts))
	}
	slices.Sort(c.licences)
	return nil
}

// texts returns all licences as one text, in which each part names its file.
func texts(components []component) []byte {
	var all bytes.Buffer
	fmt.Fprint(&all, "nnvisu contains what follows, each under its own licence.\n\n")
	for _, c := range components {
		fmt.Fprintf(&all, "%s %s: %s\n", c.name, c.version, strings.Join(c.licences, ", "))
	}
	for _, c := range components {
		for _, text := range c.texts {
			head := fmt.Sprintf("%s %s, %s", c.name, c.version, text.name)
			fmt.Fprintf(&all, "\n%s\n%s\n\n%s\n", head, strings.Repeat("=", len(head)), bytes.TrimSpace(bytes.ReplaceAll(text.data, []byte("\r\n"), []byte("\n"))))
		}
	}
	return all.Bytes()
}

// Command sbom writes what a build of Planwright is made of: a CycloneDX bill of
// materials and the text of every licence. It fails when a module has no licence,
// or one that is not on the list. It is run by tools/release.sh and the checks.
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// allowed are the licences that may be in the binary: they ask for their text to
// come along, and for nothing that reaches our own code.
var allowed = []string{"Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MPL-2.0", "0BSD", "Unlicense", "Zlib", "BSL-1.0"}

// marks tell a licence by words that only it has, the longer ones first.
var marks = []struct{ id, words string }{
	{"Apache-2.0", "apache license version 2.0"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"AGPL-3.0", "gnu affero general public license"},
	{"LGPL", "gnu lesser general public license"},
	{"GPL", "gnu general public license"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
	{"BSL-1.0", "boost software license"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted, provided that"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"Zlib", "this software is provided 'as-is', without any express or implied warranty. in no event"},
	{"BSD-3-Clause", "neither the name of"},
	{"BSD-3-Clause", "may not be used to endorse or promote products derived from this software without specific prior written permission"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce the above copyright"},
}

// classify names the licence of a text; "" where it is none that is known.
func classify(text string) string {
	plain := strings.Join(strings.Fields(strings.ToLower(text)), " ")
	plain = strings.NewReplacer("license, version", "license version", "“", "\"", "”", "\"", "‘", "'", "’", "'").Replace(plain)
	for _, m := range marks {
		if strings.Contains(plain, m.words) {
			return m.id
		}
	}
	return ""
}

type module struct {
	path, version, dir string
	ids                []string          // licences
	texts              map[string]string // by file
}

// modules lists what a package needs beside us and the standard library.
func modules(root, pkg string) ([]module, error) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", pkg)
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	var list []module
	for _, line := range slices.Compact(lines) {
		if f := strings.Split(line, "\t"); len(f) == 3 {
			list = append(list, module{path: f[0], version: f[1], dir: f[2], texts: map[string]string{}})
		}
	}
	return list, nil
}

// read finds the licences of a module: the files of its root, or those above it in
// the same repository, which modules in a folder of one often share.
func (m *module) read() error {
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if e.IsDir() || !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") && !strings.HasPrefix(name, "NOTICE") && !strings.HasPrefix(name, "UNLICENSE") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(m.dir, e.Name()))
		if err != nil {
			return err
		}
		m.texts[e.Name()] = string(b)
		if id := classify(string(b)); id != "" && !strings.HasPrefix(name, "NOTICE") && !slices.Contains(m.ids, id) {
			m.ids = append(m.ids, id)
		}
	}
	if len(m.ids) == 0 {
		return fmt.Errorf("%s %s: no licence that is known in %v", m.path, m.version, keys(m.texts))
	}
	for _, id := range m.ids {
		if !slices.Contains(allowed, id) {
			return fmt.Errorf("%s %s: the licence %s is not on the list", m.path, m.version, id)
		}
	}
	return nil
}

func keys(m map[string]string) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// inherit takes the licence of the module whose path is a part of this one's, and
// whose repository it lies in.
func inherit(list []module, m *module) bool {
	for i := range list {
		o := &list[i]
		if len(o.ids) > 0 && strings.HasPrefix(m.path, o.path+"/") {
			m.ids, m.texts = o.ids, o.texts
			return true
		}
	}
	return false
}

// binaryModules are those that a binary says it was built of.
func binaryModules(path string) ([]string, string, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return nil, "", err
	}
	var list []string
	for _, d := range info.Deps {
		list = append(list, d.Path+" "+d.Version)
	}
	slices.Sort(list)
	return list, info.GoVersion, nil
}

func purl(path, version string) string { return "pkg:golang/" + path + "@" + version }

func component(name, version, ref string, ids []string) map[string]any {
	var licenses []any
	for _, id := range ids {
		licenses = append(licenses, map[string]any{"license": map[string]string{"id": id}})
	}
	return map[string]any{"type": "library", "bom-ref": ref, "name": name, "version": version, "purl": ref, "licenses": licenses}
}

func run() error {
	root := flag.String("root", "..", "the repository")
	pkg := flag.String("package", "./cmd/planwright", "what is built")
	binary := flag.String("binary", "", "a binary that must have been built of the same modules")
	commit := flag.String("commit", "", "commit of the sources")
	sbom := flag.String("sbom", "", "bill of materials to write")
	licenses := flag.String("licenses", "", "licences to write")
	flag.Parse()
	list, err := modules(*root, *pkg)
	if err != nil {
		return err
	}
	var faults []string
	for i := range list {
		if err := list[i].read(); err != nil && !inherit(list, &list[i]) {
			faults = append(faults, err.Error())
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("licences:\n  %s", strings.Join(faults, "\n  "))
	}
	goVersion := ""
	if *binary != "" {
		var built []string
		if built, goVersion, err = binaryModules(*binary); err != nil {
			return err
		}
		var have []string
		for _, m := range list {
			have = append(have, m.path+" "+m.version)
		}
		slices.Sort(have)
		if !slices.Equal(built, have) {
			return fmt.Errorf("the binary was built of other modules: %v, not %v", built, have)
		}
	}
	count := map[string]int{}
	for _, m := range list {
		for _, id := range m.ids {
			count[id]++
		}
	}
	fmt.Fprintf(os.Stderr, "sbom: %d modules, licences %v\n", len(list), count)
	if *sbom != "" {
		if err := writeSBOM(*sbom, *commit, goVersion, list); err != nil {
			return err
		}
	}
	if *licenses == "" {
		return nil
	}
	var b strings.Builder
	for _, m := range list {
		fmt.Fprintf(&b, "================ %s %s (%s)\n\n", m.path, m.version, strings.Join(m.ids, ", "))
		for _, name := range keys(m.texts) {
			b.WriteString(strings.TrimSpace(m.texts[name]) + "\n\n")
		}
	}
	return os.WriteFile(*licenses, []byte(b.String()), 0o644)
}

func writeSBOM(path, commit, goVersion string, list []module) error {
	seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		seconds = time.Now().Unix()
	}
	var components, needs []any
	for _, m := range list {
		ref := purl(m.path, m.version)
		components = append(components, component(m.path, m.version, ref, m.ids))
		needs = append(needs, ref)
	}
	if goVersion != "" {
		ref := purl("std", strings.TrimPrefix(goVersion, "go"))
		components, needs = append(components, component("std", strings.TrimPrefix(goVersion, "go"), ref, []string{"BSD-3-Clause"})), append(needs, ref)
	}
	doc := map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
		"metadata": map[string]any{
			"timestamp": time.Unix(seconds, 0).UTC().Format(time.RFC3339),
			"component": map[string]any{"type": "application", "bom-ref": "planwright", "name": "planwright", "version": commit},
		},
		"components":   components,
		"dependencies": []any{map[string]any{"ref": "planwright", "dependsOn": needs}},
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

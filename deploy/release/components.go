package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// htmx is the npm package of the libraries that the page has in public/lib.
const htmx = "htmx.org"

// pageLibraries returns what the page has from npm, with the licence that lies beside it.
func pageLibraries() (component, error) {
	text, err := read("package-lock.json")
	if err != nil {
		return component{}, err
	}
	var lock struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return component{}, fmt.Errorf("package-lock.json: %w", err)
	}
	entry := lock.Packages["node_modules/"+htmx]
	sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(entry.Integrity, "sha512-"))
	if err != nil || entry.Version == "" {
		return component{}, fmt.Errorf("package-lock.json has no %s with its SHA-512", htmx)
	}
	for _, name := range []string{"htmx.min.js", "hx-sse.min.js"} {
		if _, err := read("public/lib/" + name); err != nil {
			return component{}, fmt.Errorf("%w; run the task assets first", err)
		}
	}
	licence, err := read("public/lib/htmx.LICENSE.txt")
	if err != nil {
		return component{}, err
	}
	return component{
		name: htmx, version: entry.Version, purl: "pkg:npm/" + htmx + "@" + entry.Version,
		texts: []file{{name: "LICENSE", data: licence}}, sha512: hex.EncodeToString(sum),
	}, nil
}

// billOfMaterials returns the components as CycloneDX 1.6, in JSON: those of all platforms together.
func billOfMaterials(b build, components []component) []byte {
	type object = map[string]any
	licences := func(ids []string) []object {
		if len(ids) == 1 {
			return []object{{"license": object{"id": ids[0]}}}
		}
		return []object{{"expression": strings.Join(ids, " AND ")}}
	}
	own := "pkg:generic/nnvisu@" + b.version
	list, refs := []object{}, []string{}
	dependencies := []object{}
	for _, c := range components {
		o := object{
			"type": "library", "bom-ref": c.purl, "name": c.name, "version": c.version, "purl": c.purl,
			"licenses": licences(c.licences),
		}
		if c.sha512 != "" {
			o["hashes"] = []object{{"alg": "SHA-512", "content": c.sha512}}
		}
		list, refs = append(list, o), append(refs, c.purl)
		dependencies = append(dependencies, object{"ref": c.purl})
	}
	sum := sha256.Sum256([]byte(b.full + strings.Join(refs, "\n")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // RFC 9562, section 5.8
	bill := object{
		"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
		"serialNumber": fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16]),
		"metadata": object{
			"timestamp": b.time.Format(time.RFC3339),
			"component": object{
				"type": "application", "bom-ref": own, "name": "nnvisu", "version": b.full, "purl": own,
				"licenses": licences([]string{"MIT"}),
			},
		},
		"components":   list,
		"dependencies": append(dependencies, object{"ref": own, "dependsOn": refs}),
	}
	text, err := json.MarshalIndent(bill, "", "  ") // writes the members of a map in order
	if err != nil {
		panic("release: " + err.Error()) // texts alone
	}
	return append(text, '\n')
}

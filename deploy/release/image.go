package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Media types of the image specification of the OCI, version 1.1.
const (
	typeIndex    = "application/vnd.oci.image.index.v1+json"
	typeManifest = "application/vnd.oci.image.manifest.v1+json"
	typeConfig   = "application/vnd.oci.image.config.v1+json"
	typeLayer    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// A descriptor refers to a blob.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Platform    *platform         `json:"platform,omitempty"`
}

type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
}

// imageConfig is how a container of the image runs.
type imageConfig struct {
	User         string              `json:"User,omitempty"`
	ExposedPorts map[string]struct{} `json:"ExposedPorts,omitempty"`
	Entrypoint   []string            `json:"Entrypoint,omitempty"`
	Cmd          []string            `json:"Cmd,omitempty"`
	Labels       map[string]string   `json:"Labels,omitempty"`
}

// dockerfile reads the stage nnvisu of deploy/Dockerfile, so that both images run alike: what of it
// an image of files alone can have. at is where the program stands.
func dockerfile(text []byte) (config imageConfig, at string, err error) {
	inside := false
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		word, rest, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		if word == "FROM" {
			inside = rest == "scratch AS nnvisu"
			continue
		}
		if !inside {
			continue
		}
		switch word {
		case "", "#":
		case "COPY":
			_, at, _ = strings.Cut(rest, " ")
		case "USER":
			config.User = rest
		case "EXPOSE":
			config.ExposedPorts = map[string]struct{}{rest + "/tcp": {}}
		case "ENTRYPOINT":
			err = json.Unmarshal([]byte(rest), &config.Entrypoint)
		case "CMD":
			err = json.Unmarshal([]byte(rest), &config.Cmd)
		default:
			err = fmt.Errorf("the instruction %s is new here", word)
		}
		if err != nil {
			return config, "", fmt.Errorf("deploy/Dockerfile: %w", err)
		}
	}
	if config.User == "" || len(config.Entrypoint) != 1 || config.Entrypoint[0] != at {
		return config, "", fmt.Errorf("deploy/Dockerfile: want a stage nnvisu from scratch with a user, and the program as the entry point")
	}
	return config, strings.TrimPrefix(at, "/"), nil
}

// image writes an image as a tar file in the layout of the OCI: a layer with the program and the
// licences, its config, and the manifest. manifest.json says the same to older versions of Docker.
func (b *build) image(arch string, program []byte) error {
	text, err := read("deploy/Dockerfile")
	if err != nil {
		return err
	}
	config, at, err := dockerfile(text)
	if err != nil {
		return err
	}
	config.Labels = map[string]string{
		"org.opencontainers.image.title": "nnvisu", "org.opencontainers.image.version": b.full,
		"org.opencontainers.image.licenses": "MIT", "org.opencontainers.image.created": b.time.Format(time.RFC3339),
	}
	licence, err := read("LICENSE")
	if err != nil {
		return err
	}
	layer, err := tarred([]file{{at, 0o755, program}, {"licences/LICENSE", 0o644, licence}, {"licences/THIRD-PARTY.txt", 0o644, b.licences}}, b.time)
	if err != nil {
		return err
	}
	packed, err := gzipped(layer, gzip.DefaultCompression)
	if err != nil {
		return err
	}

	var blobs []file
	blob := func(mediaType string, data []byte) descriptor {
		sum := fmt.Sprintf("%x", sha256.Sum256(data))
		blobs = append(blobs, file{"blobs/sha256/" + sum, 0o644, data})
		return descriptor{MediaType: mediaType, Digest: "sha256:" + sum, Size: len(data)}
	}
	layers := []descriptor{blob(typeLayer, packed)}
	configured := blob(typeConfig, asJSON(map[string]any{
		"created": b.time.Format(time.RFC3339), "architecture": arch, "os": "linux", "config": config,
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{fmt.Sprintf("sha256:%x", sha256.Sum256(layer))}},
	}))
	manifest := blob(typeManifest, asJSON(map[string]any{
		"schemaVersion": 2, "mediaType": typeManifest, "config": configured, "layers": layers,
	}))
	manifest.Platform = &platform{arch, "linux"}
	manifest.Annotations = map[string]string{"org.opencontainers.image.ref.name": b.version}
	slices.SortFunc(blobs, func(a, b file) int { return strings.Compare(a.name, b.name) })
	pathOf := func(d descriptor) string { return "blobs/" + strings.Replace(d.Digest, ":", "/", 1) }
	data, err := tarred(append(blobs,
		file{"index.json", 0o644, asJSON(map[string]any{"schemaVersion": 2, "mediaType": typeIndex, "manifests": []descriptor{manifest}})},
		file{"manifest.json", 0o644, asJSON([]any{map[string]any{
			"Config": pathOf(configured), "RepoTags": []string{"nnvisu:" + b.version, "nnvisu:latest"}, "Layers": []string{pathOf(layers[0])},
		}})},
		file{"oci-layout", 0o644, asJSON(map[string]string{"imageLayoutVersion": "1.0.0"})},
	), b.time)
	if err != nil {
		return err
	}
	return b.write("nnvisu_"+b.version+"_"+arch+".oci.tar", data)
}

// asJSON returns what json.Marshal does, for values that it takes.
func asJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("release: " + err.Error())
	}
	return data
}

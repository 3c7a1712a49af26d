package docs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBrowsers: README names the browsers of package.json, which are the floor that the
// script, the style and the markup are judged by.
func TestBrowsers(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	var packages struct{ Browserslist []string }
	if err := json.Unmarshal(text, &packages); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{"chrome": "Chrome", "firefox": "Firefox", "safari": "Safari", "ios_saf": "Safari"}
	if len(packages.Browserslist) != len(names) {
		t.Errorf("the floor is %q; want %d browsers", packages.Browserslist, len(names))
	}
	for _, entry := range packages.Browserslist {
		name, version, ok := strings.Cut(entry, " >= ")
		if want := names[name] + " " + version; !ok || names[name] == "" || !strings.Contains(read(t, "README.md"), want) {
			t.Errorf("README.md does not name %q of the browserslist %q", want, entry)
		}
	}
}

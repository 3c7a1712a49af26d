package handlers

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/nnvisu/nnvisu/handlers/schema"
)

// TestRoutesDescribed: the table of routes of package schema has the routes of the server, and no others.
func TestRoutesDescribed(t *testing.T) {
	s := newTestServer(t)
	served := map[string]bool{}
	parameter := regexp.MustCompile(`:(\w+)`)
	for _, r := range s.handler.(*echo.Echo).Routes() {
		if r.Method != http.MethodHead && r.Method != echo.RouteNotFound { // HEAD comes with GET
			served[r.Method+" "+parameter.ReplaceAllString(r.Path, "{$1}")] = true
		}
	}
	for _, r := range schema.Routes() {
		route := r.Method + " " + r.Path
		if !served[route] {
			t.Errorf("handlers/schema/routes.go has %s, which the server does not serve: take the row out, or add the route in Server.routes", route)
		}
		delete(served, route)
		if r.Inside == "" && (r.ID == "" || r.Summary == "" || len(r.Answers) == 0) {
			t.Errorf("the row of %s lacks its ID, Summary or Answers", route)
		}
	}
	for route := range served {
		method, path, _ := strings.Cut(route, " ")
		t.Errorf("the server serves %s, which handlers/schema/routes.go lacks. Add to Routes there a row of the API:\n"+
			"\t{\n\t\tMethod: %q, Path: %q, ID: …, Summary: …,\n\t\tQuery: recipe(), // or Body: the name of a schema, or neither\n"+
			"\t\tAnswers: []reply{{200, \"image/png\", \"\", \"The picture.\", nil}},\n\t\tCodes: computing, Example: object{\"dataset\": \"moons\"},\n\t},\n"+
			"or, if it belongs to the page alone,\n\t{Method: %[1]q, Path: %[2]q, Inside: \"why\"},", route, method, path)
	}
}

// operations returns the routes that the description has, as it stands in JSON.
func operations(t *testing.T, s *Server) map[string]map[string]any {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]map[string]any
	}
	if err := json.Unmarshal(serve(s, http.MethodGet, "/openapi.json", "").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]any{}
	for path, methods := range doc.Paths {
		for method, operation := range methods {
			all[strings.ToUpper(method)+" "+path] = operation
		}
	}
	return all
}

// TestOpenAPI: the description is OpenAPI 3.1: by the official schema, and by a library that resolves all
// that it refers to. Each schema in it compiles.
func TestOpenAPI(t *testing.T) {
	for _, base := range []string{"", "/lab"} {
		s := newTestServer(t, func(c *Config) { c.BasePath = base })
		text := serve(s, http.MethodGet, base+"/openapi.json", "").Body.String()
		meta, err := jsonschema.UnmarshalJSON(strings.NewReader(datamodel.OpenAPI31SchemaData))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		c.UseLoader(jsonschema.SchemeURLLoader{}) // nothing else
		description, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		const at = "http://localhost/openapi.json"
		for name, doc := range map[string]any{"http://localhost/meta.json": meta, at: description} {
			if err := c.AddResource(name, doc); err != nil {
				t.Fatal(err)
			}
		}
		official, err := c.Compile("http://localhost/meta.json")
		if err != nil {
			t.Fatal(err)
		}
		if err := official.Validate(description); err != nil {
			t.Errorf("openapi.json: %v", err)
		}
		document, err := libopenapi.NewDocument([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		model, err := document.BuildV3Model()
		if err != nil {
			t.Fatalf("openapi.json: %v", err)
		}
		n := 0
		for name := range model.Model.Components.Schemas.KeysFromOldest() {
			n++
			if _, err := c.Compile(at + "#/components/schemas/" + name); err != nil {
				t.Errorf("the schema %s of openapi.json: %v", name, err)
			}
		}
		if n < 10 || model.Model.Paths.PathItems.Len() < 10 || model.Model.Servers[0].URL != base && base != "" {
			t.Errorf("openapi.json has %d schemas and %d paths at %q; want more, at %q", n, model.Model.Paths.PathItems.Len(), model.Model.Servers[0].URL, base)
		}
	}
}

// TestOpenAPIExamples sends the example of each route of the API. Its answer has a status and a type that
// the description names, and is of the schema there.
func TestOpenAPIExamples(t *testing.T) {
	s := newTestServer(t)
	schemas := compileSchemas(t, s)
	kinds := map[string]string{"/step": "train_step", "/data/{dataset}": "data"}
	sent := 0
	for _, r := range schema.Routes() {
		if r.Inside != "" || r.Path == "/ws" {
			continue
		}
		sent++
		target, body := r.Path, ""
		if r.Body != "" {
			body = string(mustJSON(t, r.Example))
			if err := validate(schemas[r.Body], body); err != nil {
				t.Errorf("the example of %s %s is no %s: %v", r.Method, r.Path, r.Body, err)
			}
		} else if values, ok := r.Example.(map[string]any); ok {
			query := url.Values{}
			for name, value := range values {
				if in := "{" + name + "}"; strings.Contains(target, in) {
					target = strings.ReplaceAll(target, in, fmt.Sprint(value))
				} else {
					query.Set(name, fmt.Sprint(value))
				}
			}
			target += "?" + query.Encode()
		}
		w := serve(s, r.Method, target, body, "Content-Type", "application/json")
		isAnswered(t, s, r.Method+" "+r.Path, w)
		if w.Code != http.StatusOK {
			t.Errorf("the example of %s %s is answered %d %.300s", r.Method, r.Path, w.Code, w.Body)
		}
		examples := []string{
			"/step", "/train", "/predict", "/layers", "/explain", "/export", "/replay", "/verify", "/data/{dataset}",
		}
		if slices.Contains(examples, r.Path) {
			kind := kinds[r.Path]
			if kind == "" {
				kind = r.Path[1:]
			}
			if failed := answered(t, schemas, kind, w); failed != "" {
				t.Errorf("the example of %s %s is answered %s", r.Method, r.Path, failed)
			}
		}
	}
	if sent < 10 {
		t.Errorf("%d examples; want more", sent)
	}
}

// isAnswered checks that the description names the status and the type of an answer.
func isAnswered(t *testing.T, s *Server, route string, w *httptest.ResponseRecorder) {
	t.Helper()
	responses := operations(t, s)[route]["responses"].(map[string]any)
	response, ok := responses[fmt.Sprint(w.Code)].(map[string]any)
	if !ok {
		t.Errorf("%s is answered %d; the description has %q", route, w.Code, slices.Sorted(maps.Keys(responses)))
		return
	}
	content, _ := response["content"].(map[string]any)
	mediaType, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	if content[mediaType] == nil && (len(content) > 0 || mediaType != "") {
		t.Errorf("%s is answered %d %s; the description has %q", route, w.Code, mediaType, slices.Sorted(maps.Keys(content)))
	}
}

// TestOpenAPIErrors: errors have a status that the description names for the route.
func TestOpenAPIErrors(t *testing.T) {
	s := newTestServer(t)
	schemas := compileSchemas(t, s)
	for _, test := range []struct {
		route, target, body string
		headers             []string
		status              int
	}{
		{"POST /step", "/step", "{", nil, 400},
		{"POST /step", "/step", "{}", nil, 422},
		{"POST /step", "/step", "{}", []string{"Content-Type", "text/plain"}, 415},
		{"POST /step", "/step", "{}", []string{"Accept", "image/png"}, 406},
		{"POST /step", "/step", "{}", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"POST /predict", "/predict", `{"steps":1}`, nil, 400},
		{"POST /layers", "/layers", `{"steps":1}`, nil, 400},
		{"POST /layers", "/layers", `{"data":[]}`, nil, 422},
		{"POST /layers", "/layers", "{}", []string{"Accept", "image/png"}, 406},
		{"POST /explain", "/explain", `{"steps":1}`, nil, 400},
		{"POST /explain", "/explain", "{}", []string{"Accept", "image/png"}, 406},
		{"POST /export", "/export", "{}", nil, 422},
		{"POST /train", "/train", `{"data":[{"x":0,"y":0,"label":0}],"frame_steps":100000,"config":{"hidden_layers":[100,100]}}`, nil, 413},
		{"GET /train", "/train?dataset=nothing", "", nil, 422},
		{"GET /train", "/train?dataset=moons&points=2001", "", nil, 413},
		{"GET /data/{dataset}", "/data/moons?dataset=1", "", nil, 400},
		{"GET /ws", "/ws", "", nil, 426},
		{"GET /schema/{name}", "/schema/nothing.json", "", nil, 404},
	} {
		method, _, _ := strings.Cut(test.route, " ")
		w := serve(s, method, test.target, test.body, append([]string{"Content-Type", "application/json"}, test.headers...)...)
		isAnswered(t, s, test.route, w)
		if err := validate(schemas["error closed"], w.Body.String()); err != nil || w.Code != test.status {
			t.Errorf("%s %s is answered %d %s, %v; want an error with the status %d", method, test.target, w.Code, w.Body, err, test.status)
		}
	}
	draining := newTestServer(t)
	draining.Drain()
	w := serve(draining, http.MethodPost, "/train", `{"data":[{"x":0,"y":0,"label":0}]}`, "Content-Type", "application/json")
	isAnswered(t, draining, "POST /train", w)
	if err := validate(schemas["error closed"], w.Body.String()); err != nil || w.Code != http.StatusServiceUnavailable {
		t.Errorf("a server that drains answers %d %s, %v", w.Code, w.Body, err)
	}
}

// TestDocuments: a document has a strong entity tag, also where it is compressed, and is not sent again
// to a client that has it.
func TestDocuments(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.BasePath = "/lab" })
	for path, d := range s.documents() {
		tags := map[string]bool{}
		for _, coding := range []string{"", "gzip", "zstd"} {
			w := serve(s, http.MethodGet, "/lab"+path, "", "Accept-Encoding", coding)
			tag := w.Header().Get("ETag")
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != d.MediaType || w.Header().Get("Cache-Control") != "no-cache" || !regexp.MustCompile(`^"[\w-]+"$`).MatchString(tag) {
				t.Errorf("%s is answered %d %v", path, w.Code, w.Header())
			}
			if coded := w.Header().Get("Content-Encoding") != ""; coded && tags[tag] {
				t.Errorf("%s has the tag %s in two codings", path, tag)
			}
			tags[tag] = true
			again := serve(s, http.MethodGet, "/lab"+path, "", "Accept-Encoding", coding, "If-None-Match", `"other", W/`+tag)
			if again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("ETag") != tag || again.Header().Get("Content-Encoding") != "" {
				t.Errorf("%s again is answered %d %v with %d bytes; want 304 and none", path, again.Code, again.Header(), again.Body.Len())
			}
		}
	}
	if w := serve(s, http.MethodGet, "/lab/schema/config", ""); w.Code != http.StatusNotFound {
		t.Errorf("a schema that does not exist is answered %d; want 404", w.Code)
	}
	if w := serve(s, http.MethodHead, "/lab/openapi.json", ""); w.Code != http.StatusOK {
		t.Errorf("HEAD is answered %d; want 200", w.Code)
	}
}

// TestSchemaList: the list has every schema, at an address where it is, and each names itself by it.
func TestSchemaList(t *testing.T) {
	for _, base := range []string{"", "/lab"} {
		s := newTestServer(t, func(c *Config) { c.BasePath = base })
		var list struct {
			Schemas []struct{ Name, Title, URL string }
		}
		if err := json.Unmarshal(serve(s, http.MethodGet, base+"/schema/", "").Body.Bytes(), &list); err != nil {
			t.Fatal(err)
		}
		for _, entry := range list.Schemas {
			var doc map[string]any
			if err := json.Unmarshal(serve(s, http.MethodGet, entry.URL, "").Body.Bytes(), &doc); err != nil || doc["$id"] != entry.URL || doc["title"] != entry.Title || !strings.Contains(entry.URL, entry.Name) {
				t.Errorf("the list has %+v; there is %v, %v", entry, doc, err)
			}
		}
		if len(list.Schemas)+3 != len(s.documents()) {
			t.Errorf("the list has %d schemas; want %d", len(list.Schemas), len(s.documents())-3)
		}
	}
}

// TestSchemaLimits: the points and batches of the schemas are within the limit of this server.
func TestSchemaLimits(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxPoints = 7 })
	schemas := compileSchemas(t, s)
	point := `{"x":0,"y":0,"label":0}`
	for n, ok := range map[int]bool{7: true, 8: false} {
		points := "[" + strings.Repeat(point+",", n-1) + point + "]"
		if err := validate(schemas["data"], points); (err == nil) != ok {
			t.Errorf("%d points: %v; want ok %v", n, err, ok)
		}
		if err := validate(schemas["config"], fmt.Sprintf(`{"batch_size":%d}`, n)); (err == nil) != ok {
			t.Errorf("a batch of %d points: %v; want ok %v", n, err, ok)
		}
	}
}

// TestLLMs: the text for language models has the form of llmstxt.org, its links lead somewhere, and its
// request is answered.
func TestLLMs(t *testing.T) {
	for _, base := range []string{"", "/lab"} {
		s := newTestServer(t, func(c *Config) { c.BasePath = base })
		text := serve(s, http.MethodGet, base+"/llms.txt", "").Body.String()
		if !regexp.MustCompile(`^# nnvisu\n\n> .+\n(> .+\n)*\n`).MatchString(text) || !strings.Contains(text, "\n## ") {
			t.Errorf("llms.txt has no title with a quote, or no sections:\n%s", text)
		}
		links := regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(text, -1)
		for _, link := range links {
			if w := serve(s, http.MethodGet, link[1], ""); w.Code != http.StatusOK {
				t.Errorf("llms.txt links to %s, which is answered %d", link[1], w.Code)
			}
		}
		recipe := regexp.MustCompile(`GET (\S*/train\?\S+[^:]):`).FindStringSubmatch(text)
		request := regexp.MustCompile(`\$NNVISU(\S+)" .* -d '(.*)'`).FindStringSubmatch(text)
		if len(links) < 10 || recipe == nil || request == nil {
			t.Fatalf("llms.txt has %d links, the recipe %q and the request %q", len(links), recipe, request)
		}
		if w := serve(s, http.MethodPost, request[1], request[2], "Content-Type", "application/json"); w.Code != http.StatusOK {
			t.Errorf("the request of llms.txt is answered %d %s", w.Code, w.Body)
		}
		if w := serve(s, http.MethodGet, recipe[1], ""); w.Code != http.StatusOK {
			t.Errorf("the recipe of llms.txt is answered %d %s", w.Code, w.Body)
		}
	}
}

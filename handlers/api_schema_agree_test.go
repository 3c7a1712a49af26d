package handlers

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/nnvisu/nnvisu/handlers/schema"
	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/tests/race"
	"github.com/nnvisu/nnvisu/views"
)

// messages is how many random messages the schemas and the server are compared by. NNVISU_MESSAGES sets
// another number.
const messages = 10_000

// messageKinds are the schemas of what is sent to the server.
var messageKinds = []string{"train_step", "train", "sweep", "predict", "layers", "explain", "export", "replay", "state", "verify"}

// beyond finds in an error which of the rules of schema.Beyond it is about, by their names.
var beyond = map[string]*regexp.Regexp{
	"shapes":    regexp.MustCompile(`^invalid (.*\.)?network\S* (must have \d+|holds the moments)`),
	"classes":   regexp.MustCompile(`^invalid ((.*\.)?config|over)\.classes\S* must be at least`),
	"begun":     regexp.MustCompile(`^invalid (.*\.)?network\.weights must be given with`),
	"twice":     regexp.MustCompile(`^malformed \S+ is given twice`),
	"number":    regexp.MustCompile(`^invalid \S+ must be a number that fits`),
	"id":        regexp.MustCompile(`^invalid id must have at most`),
	"limits":    regexp.MustCompile(`^too_large (steps|frame_steps|network) |^invalid network gives no finite output`),
	"room":      regexp.MustCompile(`^diverged |^invalid network\.\S+ must be small enough to count`),
	"explained": regexp.MustCompile(`^invalid (parameter must|point must be in the batch)`),
	"sweep":     regexp.MustCompile(`^invalid over(\.\S+)? must have (no value twice|at most \d+ cells)`),
	"journal":   regexp.MustCompile(`^(malformed|invalid|release|too_large) (opened\.)?journal `),
	"curves":    regexp.MustCompile(`^invalid opened\.history`),
	"saved":     regexp.MustCompile(`^invalid opened\.(meta|lesson)`),
	"lesson":    regexp.MustCompile(`^(invalid|malformed) lesson cannot be opened`),
}

// TestSchemasAgree compares the schemas with the server by random messages. What the server takes the
// schema takes; so what the schema refuses the server refuses. What the schema takes and the server
// refuses breaks one of the rules that a schema cannot tell. What the server answers is of the schemas
// of answers.
func TestSchemasAgree(t *testing.T) {
	n := messages
	if race.Enabled { // ten times as slow
		n /= 10
	}
	if text := os.Getenv("NNVISU_MESSAGES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	s := newTestServer(t, func(c *Config) { c.MaxWork, c.MaxStream = 3*time.Millisecond, 3*time.Millisecond })
	schemas := compileSchemas(t, s)
	taken, refused, broken := map[string]int{}, map[string]int{}, map[string]int{}
	for i := range n {
		kind := messageKinds[i%len(messageKinds)]
		text := randomMessage(rand.New(rand.NewPCG(uint64(i), 1)), kind)
		switch rule := judge(t, s, schemas, kind, text); rule {
		case ruleTaken:
			taken[kind]++
		case ruleSchema:
			refused[kind]++
		default:
			broken[rule]++
		}
		if t.Failed() && i > n/10 {
			break
		}
	}
	t.Logf("taken %v, refused by both %v, by rules beyond the schemas %v", taken, refused, broken)
	for _, kind := range messageKinds {
		if least := n / len(messageKinds) / 10; taken[kind] < least || refused[kind] < least {
			t.Errorf("of the random messages %s %d are right and %d are wrong; want %d of both", kind, taken[kind], refused[kind], least)
		}
	}
	if len(beyond) != len(schema.Beyond) {
		t.Errorf("%d rules are found in errors; want the %d that a schema cannot tell", len(beyond), len(schema.Beyond))
	}
	for _, rule := range schema.Beyond {
		if broken[rule.Name] == 0 && n >= messages {
			t.Errorf("no message breaks the rule %q; is it one that a schema cannot tell?", rule.Text)
		}
	}
}

// What judge returns beside the rules of schema.Beyond.
const (
	ruleTaken  = "taken"
	ruleSchema = "refused by the schema"
)

// judge compares what the schema of a kind says of a message with what the server does, and returns which
// rule the message breaks.
func judge(t *testing.T, s *Server, schemas map[string]*jsonschema.Schema, kind, text string) string {
	t.Helper()
	bySchema, byServer := validate(schemas[kind], text), sendMessage(t, s, schemas, kind, text)
	switch {
	case byServer == "" && bySchema != nil:
		t.Errorf("the server takes a %s that the schema refuses: %v\n%.2000s", kind, bySchema, text)
		return ruleSchema
	case byServer == "":
		return ruleTaken
	case bySchema != nil:
		return ruleSchema
	}
	for rule, finds := range beyond {
		if finds.MatchString(byServer) {
			return rule
		}
	}
	t.Errorf("the schema takes a %s that the server refuses: %s\n%.2000s", kind, byServer, text)
	return ""
}

// sendMessage sends a message, checks what is answered, and returns the error as a line, or "".
func sendMessage(t *testing.T, s *Server, schemas map[string]*jsonschema.Schema, kind, text string) string {
	t.Helper()
	if kind == "state" {
		p := &pageRequest{form: url.Values{views.FieldOpened: {text}}}
		if err := s.openSaved(t.Context(), p, ""); err != nil {
			b := describe(err)
			return strings.TrimSpace(string(b.Code) + " " + b.Field + " " + b.Message)
		}
		return ""
	}
	path := map[string]string{"train_step": "/step"}[kind]
	if path == "" {
		path = "/" + kind
	}
	w := serve(s, http.MethodPost, path, text, "Content-Type", "application/json")
	return answered(t, schemas, kind, w)
}

// answered checks an answer against its schema, and returns the error that it is, as a line, or "".
func answered(t *testing.T, schemas map[string]*jsonschema.Schema, kind string, w *httptest.ResponseRecorder) string {
	t.Helper()
	check := func(name, text string) {
		t.Helper()
		if err := validate(schemas[name+" closed"], text); err != nil {
			t.Errorf("what is answered is no %s: %v\n%.2000s", name, err, text)
		}
	}
	failed := ""
	fail := func(text string) {
		var e struct {
			Error struct{ Code, Field, Message string }
		}
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			t.Error(err)
		}
		check("error", text)
		failed = strings.ReplaceAll(e.Error.Code+" "+e.Error.Field+" "+e.Error.Message, "  ", " ")
	}
	body := w.Body.String()
	switch mediaType := w.Header().Get("Content-Type"); {
	case w.Code != http.StatusOK:
		fail(body)
	case kind == "train" || mediaType == "text/event-stream":
		for _, e := range ssetest.Parse(body) {
			if e.Name == "error" {
				fail(e.Data)
			} else {
				check(e.Name, e.Data)
			}
		}
	case kind == "export":
		if mediaType == "application/json" {
			check("state", body)
		}
	case kind == "data":
		check("data_result", body)
	case kind == "replay":
		check("state", body)
	default:
		check(kind+"_result", body)
	}
	return failed
}

// compileSchemas returns the schemas by their names, as a client compiles them that fetched them. An
// answer has a second one, closed, in which it may have no member that the schema does not name.
func compileSchemas(t *testing.T, s *Server) map[string]*jsonschema.Schema {
	t.Helper()
	const host = "http://localhost"
	schemas := map[string]*jsonschema.Schema{}
	for _, closed := range []bool{false, true} {
		c := jsonschema.NewCompiler()
		c.UseLoader(jsonschema.SchemeURLLoader{}) // nothing else
		var paths []string
		for path := range s.documents() {
			if !strings.HasSuffix(path, ".json") || !strings.HasPrefix(path, "/schema/") {
				continue
			}
			w := serve(s, http.MethodGet, path, "")
			doc, err := jsonschema.UnmarshalJSON(w.Body)
			if err != nil || w.Code != http.StatusOK {
				t.Fatalf("%s is answered %d, %v", path, w.Code, err)
			}
			if closed {
				closeObjects(doc)
			}
			if err := c.AddResource(host+path, doc); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
		for _, path := range paths {
			name := strings.TrimSuffix(strings.TrimPrefix(path, "/schema/"), ".json")
			if closed {
				name += " closed"
			}
			compiled, err := c.Compile(host + path)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			schemas[name] = compiled
		}
	}
	return schemas
}

// closeObjects forbids the members that a schema does not name.
func closeObjects(doc any) {
	s, ok := doc.(map[string]any)
	if !ok {
		return
	}
	members, ok := s["properties"].(map[string]any)
	if ok && s["additionalProperties"] == nil {
		s["additionalProperties"] = false
	}
	for _, m := range members {
		closeObjects(m)
	}
	closeObjects(s["items"])
}

// validate returns an error unless a text is JSON of a schema.
func validate(s *jsonschema.Schema, text string) error {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

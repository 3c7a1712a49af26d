package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/nnvisu/nnvisu/handlers/schema"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/views"
)

// figureRecipe tells a run with points held out.
const figureRecipe = "dataset=moons&points=100&hidden_layers=6,4&test_fraction=0.2&steps=120"

// figureBody returns the answer to a request for a figure.
func figureBody(tb testing.TB, s *Server, address string) []byte {
	tb.Helper()
	w := serve(s, http.MethodGet, address, "")
	if w.Code != http.StatusOK {
		tb.Fatalf("GET %s: status %d, %s", address, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

// figureDigest is that of the figures of TestFiguresAreTheSame. It changes with what is drawn and how,
// and with the compression of PNG. It does not change with the CPU.
const figureDigest = "cfaf9012184947a86cb8dd4409369657020f6933681b875d1677cacab57412c3"

// TestFiguresAreTheSame: a figure has the same bytes on every replica and with all kernels that this
// machine has.
func TestFiguresAreTheSame(t *testing.T) {
	before := kernel.Name()
	defer func() { _ = kernel.Use(before) }() // it was in use
	for _, name := range kernel.Names() {
		if err := kernel.Use(name); err != nil {
			t.Fatal(err)
		}
		s := newTestServer(t)
		digest := sha256.New()
		for _, address := range []string{
			"/picture.svg?view=lab&", "/picture.png?view=lab&width=500&", "/film.svg?frames=3&", "/film.png?frames=3&width=200&theme=dark&",
		} {
			digest.Write(figureBody(t, s, address+figureRecipe))
		}
		digest.Write(figureBody(t, s, "/picture.png?dataset=hills&steps=30&width=400&view=lab"))
		digest.Write(figureBody(t, s, "/picture.png?dataset=blobs&classes=7&steps=30&width=400&view=lab&activation=relu"))
		if got := hex.EncodeToString(digest.Sum(nil)); got != figureDigest {
			t.Errorf("with %s kernels the digest of the figures is %s; want %s", name, got, figureDigest)
		}
	}
}

// spaceFigureDigest is that of the figures of TestSpaceFiguresAreTheSame, as figureDigest is.
const spaceFigureDigest = "a3c70f0146fbcd9eddeb4c88c56e4f799e95d75d71ea8df9716460208754cb61"

// TestSpaceFiguresAreTheSame: so have those of layers, whose directions no kernel of gonum computes.
func TestSpaceFiguresAreTheSame(t *testing.T) {
	before := kernel.Name()
	defer func() { _ = kernel.Use(before) }() // it was in use
	for _, name := range kernel.Names() {
		if err := kernel.Use(name); err != nil {
			t.Fatal(err)
		}
		s := newTestServer(t)
		digest := sha256.New()
		for _, address := range []string{
			"/picture.svg?dataset=spiral&hidden_layers=16,16&test_fraction=0.3&", "/picture.png?dataset=hills&width=400&hidden_layers=7,2,1&",
			"/film.svg?dataset=blobs&classes=7&frames=5&theme=dark&activation=relu&",
		} {
			digest.Write(figureBody(t, s, address+"steps=60&view=layers"))
		}
		if got := hex.EncodeToString(digest.Sum(nil)); got != spaceFigureDigest {
			t.Errorf("with %s kernels the digest of the figures is %s; want %s", name, got, spaceFigureDigest)
		}
	}
}

// TestFigureSVG: each view is well-formed, says in words what it shows, has its texts as texts, and asks
// for nothing elsewhere.
func TestFigureSVG(t *testing.T) {
	s := newTestServer(t)
	for view, texts := range map[string][]string{
		"plane":   {"Length, cm", "A < B", "class 0", "held out: hollow", "−1"},
		"network": {"Inputs", "Layer 2", "Output", "class 1", "positive weight"},
		"curves":  {"Loss", "Accuracy", "train", "test", "epoch", "100 %"},
		"lab":     {"Layer 1", "Loss", "A < B", "Length, cm"},
	} {
		query := url.Values{"view": {view}, "title": {"A < B"}, "x_name": {"Length, cm"}}
		address := "/picture.svg?" + query.Encode() + "&" + figureRecipe
		w := serve(s, http.MethodGet, address, "")
		if got := w.Header().Get("Content-Type"); w.Code != http.StatusOK || got != "image/svg+xml" {
			t.Fatalf("%s: status %d, type %s, %.200s", view, w.Code, got, w.Body)
		}
		if got := w.Header().Get("Cross-Origin-Resource-Policy"); got != "cross-origin" {
			t.Errorf("the figure is for %s; want to be for every page", got)
		}
		var seen []string
		for d := xml.NewDecoder(w.Body); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s is not well-formed: %v", view, err)
			}
			switch token := token.(type) {
			case xml.CharData:
				seen = append(seen, string(token))
			case xml.StartElement:
				if !slices.Contains([]string{"svg", "title", "rect", "path", "text", "image"}, token.Name.Local) {
					t.Errorf("%s has the element %s", view, token.Name.Local)
				}
				for _, a := range token.Attr {
					outside := strings.Contains(a.Value, "url(") || a.Name.Local == "href" && !strings.HasPrefix(a.Value, "data:image/png;base64,")
					if outside || a.Name.Local == "font-family" && a.Value != "sans-serif" {
						t.Errorf("%s has %s=%.60q", view, a.Name.Local, a.Value)
					}
				}
			}
		}
		if title := "A < B. "; !strings.HasPrefix(seen[0], title) || !strings.HasSuffix(seen[0], ", after 120 updates") {
			t.Errorf("%s says of itself %q", view, seen[0])
		}
		for _, want := range texts {
			if !slices.Contains(seen, want) {
				t.Errorf("%s has no text %q; it has %q", view, want, seen)
			}
		}
	}
}

// TestFigurePNG: a picture has the size asked for, and the plane in it the colours of what the network
// says.
func TestFigurePNG(t *testing.T) {
	s := newTestServer(t)
	const width = 900
	picture, err := png.Decode(bytes.NewReader(figureBody(t, s, "/picture.png?width=900&hard=1&"+figureRecipe)))
	if err != nil {
		t.Fatal(err)
	}
	if got := picture.Bounds().Dx(); got != width {
		t.Errorf("the picture is %d pixels wide; want %d", got, width)
	}
	query, _ := url.ParseQuery(figureRecipe)
	m, err := s.readRecipe(query)
	if err != nil {
		t.Fatal(err)
	}
	r, err := nn.Step(m.State, m.Steps)
	if err != nil {
		t.Fatal(err)
	}
	model, err := nn.NewModel(nn.State{Config: m.State.Config, Network: r.Network})
	if err != nil {
		t.Fatal(err)
	}
	// The plane ends at the right margin, and stands as much below the upper one: 12 of 360 units.
	const margin = 12.0 / 360 * width
	left := 0.0
	for x := 10; x < width/3; x++ { // its frame is the first line from top to bottom
		if c := color.RGBAModel.Convert(picture.At(x, width/5)).(color.RGBA); c.R < 0xc0 && c.B > c.R {
			left = float64(x)
			break
		}
	}
	side := width - margin - left
	areas := [2]color.RGBA{{0x74, 0xa5, 0xd0, 255}, {0xf0, 0xae, 0x73, 255}}
	right, all := 0, 0
	for row := range 20 {
		for column := range 20 {
			x, y := (float64(column)+0.5)/10-1, 1-(float64(row)+0.5)/10
			outputs := model.Predict([]nn.Point{{X: x, Y: y}})[0]
			class := 0
			if outputs[1] > outputs[0] {
				class = 1
			}
			if max(outputs[0], outputs[1]) < 0.7 { // an edge, which is smooth
				continue
			}
			got := color.RGBAModel.Convert(picture.At(int(left+(x+1)/2*side), int(margin+(1-y)/2*side))).(color.RGBA)
			if all++; near(got, areas[class]) {
				right++
			} else if near(got, areas[1-class]) {
				t.Errorf("at %.2f, %.2f the picture has the colour of the other class", x, y)
			}
		}
	}
	if all < 200 || right < all*85/100 { // on the others lie points
		t.Errorf("%d of %d places have the colour of their class", right, all)
	}
}

func near(a, b color.RGBA) bool {
	apart := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	return max(apart(a.R, b.R), apart(a.G, b.G), apart(a.B, b.B)) < 8
}

// TestFigureErrors: what is wrong with a query is named, with its limit.
func TestFigureErrors(t *testing.T) {
	s := newTestServer(t)
	for query, want := range map[string]string{
		"/picture.svg?view=panel":                                         `invalid view: must be one of plane, network, curves, lab, layers; got "panel"`,
		"/picture.svg?theme=blue":                                         `invalid theme: must be one of light, dark; got "blue"`,
		"/picture.svg?width=100":                                          "invalid width: must be from 160 to 2400; got 100",
		"/picture.png?width=2401":                                         "too_large width: must be from 160 to 2400; got 2401",
		"/picture.png?width=wide":                                         `malformed width: must be a whole number; got "wide"`,
		"/picture.png?width=300&width=400":                                "malformed width: is given twice",
		"/film.png?width=1201":                                            "too_large width: must be from 160 to 1200; got 1201",
		"/film.png?frames=1":                                              "invalid frames: must be from 2 to 100; got 1",
		"/film.svg?frames=101":                                            "too_large frames: must be from 2 to 100; got 101",
		"/picture.png?frames=3":                                           "malformed frames: is not a parameter of a recipe",
		"/picture.png?hard=yes":                                           `invalid hard: must be one of 0, 1; got "yes"`,
		"/picture.png?colour=red":                                         "malformed colour: is not a parameter of a recipe",
		"/picture.png?dataset=stars":                                      "invalid dataset: must be one of",
		"/picture.png?learning_rate=-1":                                   "invalid config.learning_rate: must be greater than 0; got -1",
		"/picture.png?title=" + strings.Repeat("é", 61):                   "too_large title: must have at most 60 letters; got 61",
		"/film.png?frames=100&width=1200&view=lab":                        "too_large frames: 100 moments of 1200 pixels take about",
		"/picture.png?steps=100000&points=2000&hidden_layers=100,100,100": "too_large steps: 100000 updates of this network",
		"/picture.png?learning_rate=10&optimizer=sgd&steps=2000&hidden_layers=8,8,8&activation=linear&dataset=hills": "diverged",
	} {
		w := serve(s, http.MethodGet, query, "")
		_, parameters, _ := strings.Cut(query, "?")
		var answer struct {
			Error struct {
				Code    string `json:"code"`
				Field   string `json:"field"`
				Message string `json:"message"`
			} `json:"error"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		e := answer.Error
		got := e.Code
		if e.Field != "" {
			got += " " + e.Field
		}
		if got += ": " + e.Message; !strings.HasPrefix(got, want) || w.Code < 400 {
			t.Errorf("%.60s: status %d, %s; want %s", parameters, w.Code, got, want)
		}
	}
}

// TestFigureOfAddress: every query of the page's address is one of a figure, too: an experiment, what
// is hidden, and a task change nothing of the picture.
func TestFigureOfAddress(t *testing.T) {
	s := newTestServer(t)
	plain := figureBody(t, s, "/picture.png?width=200&"+figureRecipe)
	lesson := figureBody(t, s, "/picture.png?"+figureRecipe+"&width=200&hide=data&hide=settings&assignment=Why%3F")
	if !bytes.Equal(plain, lesson) {
		t.Error("the parts of a lesson change a picture")
	}
	name := views.Experiments()[0].Slug
	if first := figureBody(t, s, "/picture.png?width=200"); bytes.Equal(first, figureBody(t, s, "/picture.png?width=200&experiment="+name)) {
		t.Errorf("the picture of the experiment %s is that of nothing", name)
	}
}

// TestFigureElsewhere: a page of another site may show a figure as an image, and a user may go to one;
// a script of that page may not ask for it.
func TestFigureElsewhere(t *testing.T) {
	s := newTestServer(t)
	for dest, want := range map[string]int{"image": http.StatusOK, "empty": http.StatusForbidden, "iframe": http.StatusForbidden} {
		w := serve(s, http.MethodGet, "/picture.png?width=200", "", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", dest)
		if w.Code != want {
			t.Errorf("as %s from another site: status %d; want %d", dest, w.Code, want)
		}
	}
	w := serve(s, http.MethodGet, "/picture.svg", "", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document")
	if w.Code != http.StatusOK {
		t.Errorf("a visit from another site: status %d", w.Code)
	}
}

// TestFilmMoments: a film shows the run from its beginning to its end.
func TestFilmMoments(t *testing.T) {
	s := newTestServer(t)
	film := string(figureBody(t, s, "/film.svg?frames=5&view=curves&"+figureRecipe))
	for _, step := range []string{"Step 0 ", "Step 30 ", "Step 60 ", "Step 90 ", "Step 120 "} {
		if strings.Count(film, ">"+step) != 1 {
			t.Errorf("the film has not one moment %q", step)
		}
	}
	// More moments than updates are still so many.
	if got := bytes.Count(figureBody(t, s, "/film.png?frames=8&width=160&dataset=xor&steps=3"), []byte("fcTL")); got != 8 {
		t.Errorf("the film has %d pictures; want 8", got)
	}
}

// TestFigureDocument: the document of the API has the parameters of figures, word for word.
func TestFigureDocument(t *testing.T) {
	text, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range schema.FigureParameters() {
		if figureReaders[p.Name] == nil {
			t.Errorf("nothing reads %s", p.Name)
		}
		if row := "\n| `" + p.Name + "` | " + p.About + " | " + p.Default + " |\n"; !strings.Contains(string(text), row) {
			t.Errorf("docs/api.md has no row%s", row)
		}
	}
}

func BenchmarkFigure(b *testing.B) {
	s := newTestServer(b)
	for _, address := range []string{
		"/picture.svg?view=plane", "/picture.png?view=plane", "/picture.png?view=network", "/picture.png?view=lab", "/picture.png?view=plane&width=2400",
	} {
		b.Run(address, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				figureBody(b, s, address)
			}
		})
	}
}

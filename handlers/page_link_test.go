package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/views"
)

// openLink is what the form of the page at an address posts.
func openLink(tb testing.TB, s *Server, query string) url.Values {
	tb.Helper()
	w := serve(s, http.MethodGet, "/?"+strings.TrimPrefix(query, "?"), "", "Accept", "text/html")
	if w.Code != http.StatusOK {
		tb.Fatalf("GET /?%s = %d %.300s; want the page", query, w.Code, w.Body)
	}
	return readForm(tb, w.Body.String(), "", "")
}

// TestLinkedPage: a recipe in the address is the state that the page shows.
func TestLinkedPage(t *testing.T) {
	s := newTestServer(t)
	const query = "dataset=spiral&points=60&noise=0.1&classes=3&seed=7&data_seed=9&features=x,sin_y&hidden_layers=4,3&activation=relu&init=he&optimizer=sgd&learning_rate=0.5" +
		"&schedule=step&schedule_steps=40&schedule_factor=0.25&batch_size=8&l1=0.1&l2=0.2&dropout=0.3&test_fraction=0.4&steps=500&frame_steps=10"
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.readRecipe(values)
	if err == nil {
		err = s.checkState(t.Context(), &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	page := serve(s, http.MethodGet, "/?"+query, "").Body.String()
	if !strings.Contains(page, `<body data-state="idle" data-opened `) {
		t.Error("the page does not say that its state came with the address")
	}
	form := readForm(t, page, views.FieldAct, "settings")
	p, err := s.decodePageForm(t.Context(), form)
	if err != nil || !same(p.State, m.State) {
		t.Errorf("the page of a recipe has the state %+v, %v; want %+v", p.State.Config, err, m.State.Config)
	}
	for field, want := range map[string]string{
		views.FieldDataset: "spiral", views.FieldPoints: "60", views.FieldNoise: "0.1", views.FieldDataClasses: "3", views.FieldDataSeed: "9",
		views.FieldUntilStep: "500", views.FieldFrameSteps: "10", views.FieldSeed: "7", views.FieldSteps: "",
	} {
		if got := form.Get(field); got != want {
			t.Errorf("the page of a recipe has %s = %q; want %q", field, got, want)
		}
	}
	if h := postedHistory(t, page); h.Len() != 1 || h.Step[0] != 0 {
		t.Errorf("the page of a recipe begins with the history %+v; want step 0", h)
	}
	// What is left out is the default, and the first data set.
	form = openLink(t, s, "hidden_layers=3")
	if p, err = s.decodePageForm(t.Context(), form); err != nil || !slices.Equal(p.State.Config.HiddenLayers, []int{3}) ||
		!same(p.State.Data, sampleState(t, firstDataset, defaultPoints, 0, nil).Data) || form.Get(views.FieldDataset) != firstDataset || form.Get(views.FieldUntilStep) != "" {
		t.Errorf("the page of ?hidden_layers=3 has %+v, %v", p.State.Config, err)
	}
	if form := openLink(t, s, "dataset=moons&seed=5"); form.Get(views.FieldDataSeed) != "5" {
		t.Errorf("the page of a seed has the data seed %q; want the same seed", form.Get(views.FieldDataSeed))
	}
	// An empty query is the page of everybody.
	if got, want := serve(s, http.MethodGet, "/?", "").Body.String(), serve(s, http.MethodGet, "/", "").Body.String(); got != want {
		t.Error("GET /? is not GET /")
	}
}

// shown reports of each section of the page, by its class, how it is shown.
func shown(tb testing.TB, page string) map[string]string {
	tb.Helper()
	sections := map[string]string{}
	for _, n := range find(parseHTML(tb, page), `section[class^="card "]`) {
		how := ""
		for _, a := range n.Attr {
			if a.Key == "hidden" {
				how += a.Key
			}
		}
		if len(find(n, "section > .lockable[inert]")) > 0 {
			how += "inert"
		}
		sections[strings.TrimPrefix(attributeOf(n, "class"), "card ")] = how
	}
	return sections
}

// TestLinkParts: a link leaves parts of the page out or locks them, with script and without,
// whatever is done next.
func TestLinkParts(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxPoints = 50 })
	const query = "hide=data,settings&hide=share&lock=network,until&hide=experiments&lock=network"
	page := serve(s, http.MethodGet, "/?"+query, "").Body.String()
	want := map[string]string{"data": "hidden", "until": "inert", "network": "inert", "panel": "", "result": "", "settings": "hidden"}
	check := func(what, page string) {
		t.Helper()
		if got := shown(t, page); len(got) != len(want) {
			t.Errorf("%s: the page has the sections %v; want %v", what, got, want)
		} else {
			for name, how := range want {
				if got[name] != how {
					t.Errorf("%s: the section %s is %q; want %q", what, name, got[name], how)
				}
			}
		}
		for _, button := range []string{`#experiments-open`, `[data-open="share"]`, `[data-open="export"]`} {
			if len(find(parseHTML(t, page), button+"[hidden]")) != 1 {
				t.Errorf("%s: the page shows %s; want it left out", what, button)
			}
		}
	}
	check("GET", page)
	if strings.Contains(page, "data-opened") {
		t.Error("a link to parts alone takes the place of the stored state")
	}
	form := readForm(t, page, views.FieldSteps, "1")
	if got := form.Get(views.FieldPoints); got != "50" {
		t.Errorf("the page offers %s points; want the 50 that the server takes", got)
	}
	for range 2 { // without script the form carries them on
		w := postForm(s, "/step", form)
		if w.Code != http.StatusOK {
			t.Fatalf("POST /step = %d %.300s; want 200", w.Code, w.Body)
		}
		check("Step", w.Body.String())
		form = readForm(t, w.Body.String(), views.FieldSteps, "1")
	}
	form.Add(views.FieldHide, "nothing")
	if w := postForm(s, "/step", form); w.Code != 422 || !strings.Contains(w.Body.String(), "ide must name parts of the page; got &#34;nothing&#34;") {
		t.Errorf("hiding what there is not = %d %.300s; want 422", w.Code, w.Body)
	}
}

// TestLinkCrossSite: a link on another site may be followed, but no page of it may make a browser
// ask for the work of a recipe in its back.
func TestLinkCrossSite(t *testing.T) {
	for _, base := range []string{"", "/a/b"} {
		s := newTestServer(t, func(c *Config) { c.BasePath = base })
		for _, test := range []struct {
			path, site, mode, dest, purpose string
			want                            int
		}{
			{"/?dataset=xor", "cross-site", "navigate", "", "", 200},
			{"/?dataset=xor", "cross-site", "", "", "", 200},
			{"/?dataset=xor", "", "", "", "", 200},
			{"/?dataset=xor", "same-origin", "cors", "", "", 200},
			{"/?dataset=xor", "none", "navigate", "", "", 200},
			{"/?dataset=xor", "cross-site", "no-cors", "", "", 403},
			{"/?dataset=xor", "cross-site", "cors", "", "", 403},
			{"/?dataset=xor", "same-site", "no-cors", "", "", 403},
			{"/?hide=data", "cross-site", "no-cors", "", "", 403},
			{"/?dataset=xor", "cross-site", "navigate", "document", "", 200},
			{"/?dataset=xor", "cross-site", "navigate", "iframe", "", 403},
			{"/?dataset=xor", "cross-site", "navigate", "object", "", 403},
			{"/?dataset=xor", "same-origin", "navigate", "iframe", "", 200},
			{"/?dataset=xor", "cross-site", "navigate", "document", "prefetch;prerender", 403},
			{"/", "cross-site", "no-cors", "", "", 200}, // always the same page, which costs nothing
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				headers := []string{"Accept", "text/html"}
				if test.site != "" {
					headers = append(headers, "Sec-Fetch-Site", test.site)
				}
				if test.mode != "" {
					headers = append(headers, "Sec-Fetch-Mode", test.mode)
				}
				if test.dest != "" {
					headers = append(headers, "Sec-Fetch-Dest", test.dest)
				}
				if test.purpose != "" {
					headers = append(headers, "Sec-Purpose", test.purpose)
				}
				if w := serve(s, method, base+test.path, "", headers...); w.Code != test.want {
					t.Errorf("%s %s from %s by %s to %s %s = %d %.200s; want %d", method, base+test.path,
						test.site, test.mode, test.dest, test.purpose, w.Code, w.Body, test.want)
				}
			}
		}
	}
}

// TestLinkErrors: what is wrong with an address is said on the page, and with its status.
func TestLinkErrors(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxPoints = 300 })
	for _, test := range []struct {
		query  string
		status int
		says   string
	}{
		{"dataset=cats", 422, `dataset must be one of circles,`},
		{"speed=1", 400, "speed is not a parameter of a recipe"},
		{"Dataset=moons", 400, "Dataset is not a parameter of a recipe"},
		{"%C3%BCbung=1", 400, "opened. übung is not a parameter of a recipe"},
		{"dataset=", 422, "dataset must be one of circles,"},
		{"dataset=moons&steps=", 400, "steps must be a whole number; got &#34;&#34;"},
		{"dataset=moons&points", 400, "Points must be a whole number; got &#34;&#34;"},
		{"seed=1&seed=2", 400, "Seed is given twice"},
		{"points=301", 413, "Points must be from 1 to 300; got 301"},
		{"points=0", 422, "Points must be from 1 to 300; got 0"},
		{"hidden_layers=101", 422, "Hidden layers, number 1: must be from 1 to 100 units; got 101"},
		{"batch_size=301", 422, "Batch size must be at most 300"},
		{"data_seed=x", 400, "Data seed must be a whole number; got &#34;x&#34;"},
		{"data_seed=-1", 422, "Data seed must be from 0 to 4\u202f294\u202f967\u202f295; got −1"},
		{"steps=100001", 422, "must be from 0 to 100\u202f000; got 100\u202f001"},
		{"classes=11", 422, "Classes must be "},
		{"hide=data,all", 422, "hide must name parts of the page; got &#34;all&#34;"},
		{"lock=panel", 422, "lock must name parts of the page that can be locked; got &#34;panel&#34;"},
		{"lock=%3Cb%3Ebold", 422, "lock must name parts of the page that can be locked; got &#34;&lt;b&gt;bold&#34;"},
		{"seed=1;seed=2", 400, "Seed is given twice"},
		{"dataset=moons&=5", 400, "The value &#34;5&#34; has no name before it"},
		{"dataset=moons&points=5%", 400, "Points must be a whole number; got &#34;5%&#34;"},
		{"hide=data&dataset=cats", 422, `dataset must be one of circles,`},
	} {
		w := serve(s, http.MethodGet, "/?"+test.query, "", "Accept", "text/html")
		page := w.Body.String()
		if w.Code != test.status || !strings.Contains(page, "This link cannot be opened. ") || !strings.Contains(page, test.says) || !strings.HasPrefix(page, "<!") {
			notice := regexp.MustCompile(`<p>.*?</p>`).FindString(page)
			t.Errorf("GET /?%s = %d %.300s; want %d and the page with %q", test.query, w.Code, notice, test.status, test.says)
		}
		if strings.Contains(page, "data-opened") {
			t.Errorf("GET /?%s takes the place of the stored state", test.query)
		}
		p, err := s.decodePageForm(t.Context(), readForm(t, page, views.FieldAct, "settings"))
		if first, _ := s.firstRequest(); err != nil || !same(p.State, first.State) {
			t.Errorf("GET /?%s shows %+v, %v; want the first state", test.query, p.State.Config, err)
		}
		if got, want := shown(t, page)["data"] == "hidden", strings.HasPrefix(test.query, "hide=data&"); got != want {
			t.Errorf("GET /?%s hides the data: %t; want %t", test.query, got, want)
		}
	}
	s.openRequests = fair.NewPool(1)
	other, _ := newTestTask(t, s)
	if err := s.admitRequest(other); err != nil {
		t.Fatal(err)
	}
	if w := serve(s, http.MethodGet, "/?dataset=xor", "", "Accept", "text/html"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), noticeBusy.Text) {
		t.Errorf("GET /?dataset=xor of a server without room = %d %.200s; want 503, when to try again, and the page", w.Code, w.Body)
	}
	if w := serve(s, http.MethodGet, "/?dataset=xor", ""); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"code":"busy"`) {
		t.Errorf("GET /?dataset=xor by a program, of a server without room = %d %.200s; want the error", w.Code, w.Body)
	}
}

// TestLinkCrowd: the page of a link is made once for a class, as it is for one alone. Browsers do not
// keep it.
func TestLinkCrowd(t *testing.T) {
	const link = "/?dataset=spiral&points=100&hidden_layers=30,30&steps=200&assignment=Look.&hide=data&lock=network"
	want := serve(newTestServer(t, func(c *Config) { c.Cache = 0 }), http.MethodGet, link, "").Body.String()
	s := newTestServer(t)
	srv := listen(t, s)
	for range 2 {
		openInClass(t, srv, link, want)
	}
	if got := s.finished.Stats(); got.Misses != 1 || got.Hits+got.Shared != 59 {
		t.Errorf("the cache counts %+v; want one miss", got)
	}
	h := serve(s, http.MethodGet, link, "").Header()
	if h.Get("Cache-Control") != "no-store" || h.Get("ETag") != "" {
		t.Errorf("the page has %v; want that nobody keeps it", h)
	}
	other := serve(s, http.MethodGet, link+"&seed=2", "").Body.String()
	if other == want {
		t.Error("another link has the same page")
	}
}

package handlers

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/tests/race"
	"github.com/nnvisu/nnvisu/views"
)

// An ask is a request that may be of any size.
type ask struct {
	method, target, body string
	headers              []string // names and values
}

// isReadable reports whether a server reads an ask, and some that are larger.
func (a ask) isReadable() bool {
	return len(a.target)+len(strings.Join(a.headers, "")) < 64<<10 && len(a.body) < 256<<10
}

// TestDoubling: an answer takes about twice as long if something in the request is twice as large,
// whatever that is: a list, a name, a part, a column, a field, the nesting.
func TestDoubling(t *testing.T) {
	race.Skip(t)
	const (
		enough = time.Millisecond // hides what a request takes whatever its size
		tries  = 30               // as other work on the machine comes and goes
		factor = 3.0
	)
	s := newTestServer(t, func(c *Config) {
		c.MaxPoints, c.MaxWork = LargestLimit, time.Hour
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})
	takes := func(a ask) time.Duration {
		r := httptest.NewRequest(a.method, a.target, strings.NewReader(a.body))
		for i := 0; i < len(a.headers); i += 2 {
			r.Header.Add(a.headers[i], a.headers[i+1])
		}
		began := time.Now()
		s.ServeHTTP(httptest.NewRecorder(), r)
		return time.Since(began)
	}
	// isSteep measures what n, 2n, 4n and 8n take, and reports whether two of the factors between
	// them are too large: at one of them a map may grow, or a limit be passed.
	isSteep := func(sized func(n int) ask, n int) (took [4]time.Duration, steep bool) {
		for i := range took {
			took[i] = math.MaxInt64
		}
		for try := 0; try == 0 || try < tries && steep; try++ {
			if try > 8 {
				runtime.GC()
				time.Sleep(50 * time.Millisecond)
			}
			var factors []float64
			for i := range took {
				took[i] = min(took[i], takes(sized(n<<i)))
				if i > 0 {
					factors = append(factors, float64(took[i])/float64(took[i-1]))
				}
			}
			slices.Sort(factors)
			steep = factors[0] >= factor/2 && factors[1] >= factor && took[3] > 5*enough
		}
		return took, steep
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // or it decides which size is slow
	form := readForm(t, serve(s, http.MethodGet, "/", "").Body.String(), "", "")
	all := asks(form)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		sized := all[name]
		t.Run(name, func(t *testing.T) {
			n, a := 100, sized(100)
			least := enough + 2*takes(a)
			for takes(a) < least && a.isReadable() {
				n *= 2
				a = sized(n)
			}
			if took, steep := isSteep(sized, n); steep {
				t.Errorf("for %d, doubled again and again, an answer takes %v; want less than %v times as long for twice as many",
					n, took, factor)
			}
		})
	}
}

// asks returns for everything that a request can hold a request that has n of it.
func asks(form url.Values) map[string]func(n int) ask {
	all := map[string]func(int) ask{}
	// In JSON. What follows is repeated n times, with the number in the place of #.
	repeat := func(before, unit, after string) func(n int) string {
		return func(n int) string {
			if !strings.Contains(unit, "#") {
				return before + strings.Repeat(unit, n) + after
			}
			var b strings.Builder
			b.WriteString(before)
			for i := range n {
				b.WriteString(strings.ReplaceAll(unit, "#", fmt.Sprint(i)))
			}
			b.WriteString(after)
			return b.String()
		}
	}
	nested := func(before, open, inside, shut, after string) func(n int) string {
		return func(n int) string {
			return before + strings.Repeat(open, n) + inside + strings.Repeat(shut, n) + after
		}
	}
	const point = `{"x":0.1,"y":-0.5,"label":0}`
	texts := map[string]func(n int) string{
		"Points":          repeat(`{"data":[`+point, `,{"x":0.#,"y":0.5,"label":1}`, `]}`),
		"PointsInBatches": repeat(`{"config":{"batch_size":10,"test_fraction":0.5},"data":[`+point, `,{"x":0.#,"y":0.5,"label":1}`, `]}`),
		"UsualPoints":     repeat(`{"data":[`+point, ","+point, `],"x":1}`),
		"SortedPoints":    repeat(`{"data":[`+point, `,{"label":1,"x":0,"y":0.5}`, `]}`),
		"StrictPoints":    repeat(`{"type":"é","data":[`+point, ","+point, `]}`),
		"WrongPoints":     repeat(`{"data":[`+point, ",{}", `]}`),
		"Features":        repeat(`{"config":{"features":["x"`, `,"x"`, `]}}`),
		"FeatureNames":    repeat(`{"config":{"features":["x"`, `,"x#"`, `]}}`),
		"Layers":          repeat(`{"config":{"hidden_layers":[1`, `,1`, `]}}`),
		"ConfigMembers":   repeat(`{"config":{"seed":1`, `,"a#":1`, `}}`),
		"ConfigTwice":     repeat(`{"config":{"seed":1`, `,"seed":1`, `}}`),
		"Members":         repeat(`{"steps":1`, `,"a#":1`, `}`),
		"Twice":           repeat(`{"steps":1`, `,"steps":1`, `}`),
		"PointMembers":    repeat(`{"data":[{"x":1`, `,"a#":1`, `}]}`),
		"Weights":         repeat(`{"network":{"weights":[[[0`, `,0.#`, `]]]}}`),
		"Rows":            repeat(`{"network":{"weights":[[[0]`, `,[0,1]`, `]]}}`),
		"WeightLayers":    repeat(`{"network":{"weights":[[[0]]`, `,[[0]]`, `]}}`),
		"Biases":          repeat(`{"network":{"biases":[[0]`, `,[]`, `]}}`),
		"Moments":         repeat(`{"network":{"optimizer":{"first":{"biases":[[0`, `,0`, `]]}}}}`),
		"MomentMembers":   repeat(`{"network":{"optimizer":{"name":"adam"`, `,"a#":[]`, `}}}`),
		"LongType":        repeat(`{"type":"`, `abc`, `"}`),
		"Letters":         repeat(`{"type":"`, `é`, `"}`),
		"Escapes":         repeat(`{"type":"`, `\u00e9\n\"`, `"}`),
		"LongName":        repeat(`{"`, `abc`, `":1}`),
		"LongID":          repeat(`{"id":"`, `abc`, `"}`),
		"LongNumberID":    repeat(`{"id":1`, `23`, `}`),
		"LongActivation":  repeat(`{"config":{"activation":"`, `tanh`, `"}}`),
		"Digits":          repeat(`{"steps":1`, `23`, `}`),
		"Fraction":        repeat(`{"config":{"l1":0.`, `01`, `}}`),
		"Exponent":        repeat(`{"config":{"l1":1e-`, `01`, `}}`),
		"PointDigits":     repeat(`{"data":[{"x":0.`, `01`, `,"y":0}]}`),
		"Blanks":          repeat(`{`, " \t\r\n", `"steps":1}`),
		"BlanksBehind":    repeat(`{"data":[`+point+`]}`, " \t\r\n", ``),
		"Lists":           nested(`{"id":`, `[`, ``, `]`, `}`),
		"Objects":         nested(`{"network":`, `{"a":`, `1`, `}`, `}`),
		"NestedData":      nested(`{"data":`, `[`, ``, `]`, `}`),
		"NestedUnknown":   nested(`{"x":`, `{"a":`, `1`, `}`, `,"id":1}`),
		"OpenLists":       nested(`{"x":`, `[`, ``, ``, ``),
		"IDBehind":        repeat(`{"x":[1`, `,{"a#":1}`, `],"id":1}`),
		"History":         repeat(`{"history":[`, `1,`, `1]}`),
	}
	for name, text := range texts {
		all["Step/"+name] = func(n int) ask {
			return ask{"POST", "/step", text(n), []string{"Content-Type", "application/json"}}
		}
	}
	for _, info := range export.All() {
		all["Export/"+string(info.Format)] = func(n int) ask {
			text := texts["Points"](n)
			return ask{"POST", "/export", `{"format":"` + string(info.Format) + `",` + text[1:], []string{"Content-Type", "application/json"}}
		}
	}
	all["Explain"] = func(n int) ask {
		return ask{"POST", "/explain", texts["Points"](n), []string{"Content-Type", "application/json"}}
	}
	all["Layers"] = func(n int) ask {
		return ask{"POST", "/layers", texts["Points"](n), []string{"Content-Type", "application/json"}}
	}
	all["Predict"] = func(n int) ask {
		return ask{"POST", "/predict", texts["Points"](n), []string{"Content-Type", "application/json"}}
	}

	maps.Copy(all, handInAsks(repeat))

	// In the fields of the page's form, each of which may be long.
	const urlencoded = "application/x-www-form-urlencoded"
	post := func(path string, change func(form url.Values, n int)) func(n int) ask {
		return func(n int) ask {
			f := url.Values{}
			for name, values := range form {
				f[name] = append([]string(nil), values...)
			}
			change(f, n)
			return ask{"POST", path, f.Encode(), []string{"Content-Type", urlencoded, "HX-Request", "true"}}
		}
	}
	field := func(act, name string, text func(n int) string) func(n int) ask {
		return post("/edit", func(f url.Values, n int) {
			f.Set(views.FieldAct, act)
			f.Set(name, text(n))
		})
	}
	units := map[string]string{"Letters": "é", "Numbers": "1,", "Words": "a b-"}
	for name := range form {
		for unit, text := range units {
			all["Field/"+name+unit] = field("settings", name, repeat("", text, ""))
		}
	}
	for _, name := range []string{views.FieldAct, views.FieldParameter, views.FieldProbe, views.FieldTablePage} {
		all["Field/"+name+"/Dots"] = field("set-parameter", name, repeat("inspect", ".1", ""))
	}
	all["Field/Repeated"] = post("/edit", func(f url.Values, n int) {
		for i := range n {
			f.Add(views.FieldFeatures, fmt.Sprint("x", i))
		}
		f.Set(views.FieldControls, "1")
	})
	all["Field/Hidden"] = post("/edit", func(f url.Values, n int) { f[views.FieldHide] = strings.Split(strings.Repeat("data,", n), ",") })
	all["Field/Locked"] = post("/edit", func(f url.Values, n int) { f[views.FieldLock] = strings.Split(strings.Repeat("x,", n), ",") })
	all["Field/Unknown"] = post("/edit", func(f url.Values, n int) {
		for i := range n {
			f.Set(fmt.Sprint("a", i), "1")
		}
	})
	all["Field/Data"] = field("show", views.FieldData, repeat("["+point, `,{"x":0.#,"y":0.5,"label":1}`, "]"))
	all["Field/Erase"] = post("/edit", func(f url.Values, n int) {
		f.Set(views.FieldData, repeat("["+point, `,{"x":0.#,"y":0.5,"label":1}`, "]")(n))
		f.Set(views.FieldStroke, repeat("", "-0.9,0.9 ", "")(n))
		f.Set(views.FieldTool, views.ToolErase)
		f.Set(views.FieldAct, "draw")
	})
	all["Field/Draw"] = field("draw", views.FieldStroke, repeat("", "0.#,0.5 ", ""))
	all["Field/Share"] = field("share", views.FieldData, repeat("["+point, `,{"x":0.#,"y":0.5,"label":1}`, "]"))
	all["Field/Table"] = field("table-show", views.FieldData, repeat("["+point, `,{"x":0.#,"y":0.5,"label":1}`, "]"))
	all["Field/History"] = field("show", views.FieldHistory, repeat(`{"every":1,"step":[0`, `,#`, `]}`))
	all["Field/Losses"] = field("show", views.FieldHistory, repeat(`{"every":1,"loss":[0`, `,0.#`, `]}`))
	all["Field/Classes"] = field("show", views.FieldMeta, repeat(`{"classes":["a"`, `,"b#"`, `]}`))
	all["Field/SameClasses"] = field("show", views.FieldMeta, repeat(`{"classes":["a"`, `,"a"`, `]}`))
	all["Field/ClassName"] = field("show", views.FieldMeta, repeat(`{"classes":["`, `é`, `"]}`))
	all["Field/AxisName"] = field("show", views.FieldMeta, repeat(`{"transform":{"x":{"name":"`, `é`, `"}}}`))
	all["Field/Pinned"] = field("show", views.FieldPinned, repeat(`{"config":{},"network":null,"history":{"every":1,"step":[0`, `,#`, `]}}`))
	all["Field/PinnedBlanks"] = field("show", views.FieldPinned, repeat(``, ` `, ``))
	all["Field/Opened"] = field("open", views.FieldOpened, repeat(`{"type":"nnvisu_state","version":1,"data":[`+point, `,{"x":0.#,"y":0.5,"label":1}`, "]}"))
	all["Field/OpenedMembers"] = field("open", views.FieldOpened, repeat(`{"type":"nnvisu_state"`, `,"a#":1`, "}"))
	all["Probe"] = post("/predict", func(f url.Values, n int) {
		f.Set(views.FieldData, repeat("["+point, ","+point, "]")(n))
		f.Set(views.FieldProbe, "0,0")
	})
	all["CSV"] = post("/points.csv", func(f url.Values, n int) {
		f.Set(views.FieldData, repeat("["+point, `,{"x":0.#,"y":0.5,"label":1}`, "]")(n))
	})

	// Forms of other shapes.
	forms := map[string]func(n int) string{
		"Ampersands": repeat("", "&", ""), "Equals": repeat("", "=", ""), "Escapes": repeat("data=", "%5B", ""),
		"BadEscapes": repeat("data=", "%5", ""), "Same": repeat("", "data=1&", ""), "Names": repeat("", "a#=1&", ""),
		"Plus": repeat("data=", "+", ""), "LongName": repeat("", "ab", "=1"), "Semicolons": repeat("", "a;", ""),
	}
	for name, text := range forms {
		all["URLEncoded/"+name] = func(n int) ask { return ask{"POST", "/step", text(n), []string{"Content-Type", urlencoded}} }
	}
	const part = "--b\r\nContent-Disposition: form-data; name=\""
	parts := map[string]func(n int) string{
		"Parts":     repeat("", part+"features\"\r\n\r\nx\r\n", "--b--"),
		"Names":     repeat("", part+"a#\"\r\n\r\nx\r\n", "--b--"),
		"LongName":  repeat(part, "ab", "\"\r\n\r\nx\r\n--b--"),
		"LongValue": repeat(part+"data\"\r\n\r\n", "x", "\r\n--b--"),
		"Lines":     repeat(part+"data\"\r\n\r\n", "\r\n--", "\r\n--b--"),
		"Headers":   repeat(part+"data\"\r\n", "A#: 1\r\n", "\r\nx\r\n--b--"),
		"Parameter": repeat(part+"data\"", "; a#=1", "\r\n\r\nx\r\n--b--"),
		"Quoted":    repeat(part+"data\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", "=3D", "\r\n--b--"),
		"Preamble":  repeat("", "--a\r\n", part+"data\"\r\n\r\nx\r\n--b--"),
		"Unended":   repeat(part+"data\"\r\n\r\n", "--b", ""),
	}
	for name, text := range parts {
		all["Multipart/"+name] = func(n int) ask {
			return ask{"POST", "/step", text(n), []string{"Content-Type", "multipart/form-data; boundary=b"}}
		}
	}
	all["Multipart/Boundary"] = func(n int) ask {
		b := strings.Repeat("b", n)
		return ask{"POST", "/step", "--" + b + "--", []string{"Content-Type", "multipart/form-data; boundary=" + b}}
	}

	// Tables.
	header := func(unit string) func(n int) string {
		return func(n int) string {
			return repeat("a", unit, "\n")(n) + strings.Repeat("1,", n) + "1\n" + strings.Repeat("2,", n) + "2\n"
		}
	}
	tables := map[string]func(n int) string{
		"Rows": repeat("a,b,c\n", "1,0.#,p\n", ""), "Numbers": repeat("a,b,c\n", "1,0.#,2.#\n", ""), "Classes": repeat("a,b,c\n", "1,2,p#\n", ""),
		"Columns": header(",a"), "ColumnNames": header(",a#"), "Numbered": header(",a (#)"), "EmptyColumns": header(","),
		"LongColumn": repeat("", "é", ",b,c\n1,2,3\n"), "LongCell": repeat("a,b,c\n1,2,", "é", "\n"), "LongNumber": repeat("a,b,c\n1,2,0.", "3", "\n"),
		"Quotes": repeat("a,b,c\n1,2,\"", "\"\"", "\"\n"), "QuotedLines": repeat("a,b,c\n1,2,\"", "\n", "\"\n"), "QuotedCells": repeat("a,b,c\n", "\"1\",\"2\",\"p\"\n", ""),
		"OpenQuote": repeat("a,b,c\n1,2,\"", "3\n", ""), "BareQuote": repeat("a,b,c\n1,2,", "3\"", "\n"),
		"Commas": repeat("a,b,c\n", ",", "\n"), "Semicolons": repeat("a;b;c\n", "1,5;2;p\n", ""), "Tabs": repeat("a\tb\tc\n", "1\t2\tp\n", ""),
		"Bars": repeat("a|b|c\n", "1|2|p\n", ""), "Spaces": repeat("a b c\n", "1 2 p\n", ""), "Blanks": repeat("a b c\n1 2 ", " ", "3\n"),
		"BlankLines": repeat("a,b,c\n1,2,3\n", "\n", ""), "Returns": repeat("a,b,c\r", "1,2,p\r", ""), "BlankReturns": repeat("", "\r", "a,b,c"),
		"Invalid": repeat("a,b,c\n", "1,2,\xff\n", ""), "AllInvalid": repeat("a,b,c\n1,2,", "\xff", "\n"), "Ragged": repeat("a,b,c\n", "1,2,p\n", "1\n"),
		"Comments": repeat("", "#\n", "1,2,a\n3,4,b\n"), "NamingComments": repeat("", "# a b\n", "1,2,a\n3,4,b\n"), "Attributes": repeat("", "@attribute a real\n", "@data\n"),
		"Missing": repeat("a,b,c\n1,2,3\n", "NA,?,null\n", ""), "Apostrophes": repeat("a,b,c\n1,2,", "'", "=\n"),
		"JSONLists": repeat("[[1,2,3]", ",[1,0.#,2]", "]"), "JSONObjects": repeat(`[{"a":1,"b":2,"c":3}`, `,{"a":1,"b":0.#,"c":2}`, "]"),
		"JSONMembers": repeat(`[{"a":1`, `,"b#":2`, "}]"), "JSONGrowing": repeat(`[{"a":1}`, `,{"b#":2}`, "]"), "JSONCells": repeat(`[[1`, `,2`, "]]"),
		"JSONString": repeat(`[[1,2,"`, `\u00e9`, `"]]`), "JSONName": repeat(`[{"`, `é`, `":1}]`), "JSONNested": nested("", "[", "", "]", ""),
		"JSONOther": repeat(`{"a":[1`, `,{"b":[]}`, `],"data":[[1,2,3]]}`), "JSONOthers": repeat(`{"a":1`, `,"b#":1`, `,"data":[[1,2,3]]}`),
		"JSONLines": repeat("[\n", "\n", "[1,2,3]]"), "JSONWrong": repeat("[[1,2,3]", ",[1,2,3]", ",{}]"), "JSONDigits": repeat("[[1,2,0.", "1", "]]"),
		"JSONOpen": repeat("", "[[1,2,3],\n", ""),
	}
	for name, text := range tables {
		all["Table/"+name] = post("/edit", func(f url.Values, n int) {
			f.Set(views.FieldAct, "import-preview")
			f.Set(views.FieldTableText, text(n))
			f.Set(views.FieldTableSample, "yes")
		})
	}

	// Headers and queries.
	for _, name := range []string{
		"Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "Content-Encoding", "X-Forwarded-For", "Cookie", "Origin", "If-None-Match",
		"Nnvisu-Tab", "HX-Request", "X-Request-Id", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Forwarded", "Upgrade",
	} {
		for unit, text := range map[string]func(n int) string{
			"List": repeat("a", ", a#/b;q=0.5", ""), "Parameters": repeat("text/html", "; a#=1", ""), "Letters": repeat("", "a", ""),
			"Quotes": repeat(`a;b="`, `\"`, `"`), "Commas": repeat("", ",", ""), "Addresses": repeat("192.0.2.1", ",192.0.2.1", ""),
		} {
			all["Header/"+name+"/"+unit] = func(n int) ask { return ask{"POST", "/step", "{}", []string{name, text(n)}} }
		}
		all["Header/"+name+"/Lines"] = func(n int) ask {
			a := ask{"POST", "/step", "{}", nil}
			for range n {
				a.headers = append(a.headers, name, "192.0.2.1")
			}
			return a
		}
	}
	for name, text := range map[string]func(n int) string{
		"Names": repeat("dataset=xor", "&a#=1", ""), "Same": repeat("dataset=xor", "&seed=1", ""), "Hidden": repeat("dataset=xor&hide=data", ",data", ""),
		"Locked": repeat("dataset=xor&lock=data", ",x#", ""), "Layers": repeat("dataset=xor&hidden_layers=1", ",1", ""), "Features": repeat("dataset=xor&features=x", ",x#", ""),
		"Digits": repeat("dataset=xor&points=1", "0", ""), "Noise": repeat("dataset=xor&noise=0.", "0", ""), "Dataset": repeat("dataset=x", "or", ""), "Commas": repeat("a=", ",", ""),
		"Escapes": repeat("dataset=", "%41", ""), "Ampersands": repeat("", "&", ""), "Tab": repeat("tab=", "a", ""),
	} {
		for _, path := range []string{"/", "/train", "/data/xor"} {
			all["Query"+path+"/"+name] = func(n int) ask { return ask{"GET", path + "?steps=1&" + text(n), "", nil} }
		}
	}
	all["Path"] = func(n int) ask { return ask{"GET", "/" + strings.Repeat("a/", n), "", nil} }
	all["Asset"] = func(n int) ask { return ask{"GET", "/public/x/" + strings.Repeat("../", n), "", nil} }
	for _, info := range dataset.All() {
		all["Dataset/"+string(info.Name)] = func(n int) ask {
			return ask{"GET", fmt.Sprintf("/data/%s?points=%d", info.Name, n), "", nil}
		}
	}
	return all
}

// TestDoublingFields is TestDoubling for the messages of the page's socket.
func TestDoublingFields(t *testing.T) {
	takes := func(n int) time.Duration {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"a%d":"é"`, i)
		}
		text := []byte(`{"a":"` + strings.Repeat("a", n) + `"` + b.String() + `}`)
		best := time.Hour
		for range 20 {
			runtime.GC() // its work grows with what other tests have left
			began := time.Now()
			_, _ = wire.DecodeFields(text, wire.Limits{})
			best = min(best, time.Since(began))
		}
		return best
	}
	one, two, four := takes(2500), takes(5000), takes(10_000)
	if two >= 3*one && four >= 3*two {
		t.Errorf("2,500 fields take %v, twice as many %v, four times as many %v; want less than 3 times as long for twice as many",
			one, two, four)
	}
}

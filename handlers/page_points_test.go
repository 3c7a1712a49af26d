package handlers

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

func TestPlace(t *testing.T) {
	for _, test := range []struct{ x, y, wantX, wantY float64 }{
		{0, 0, 0, 0},
		{1, -1, 1, -1},
		{2, -7, 1, -1},
		{math.Inf(1), math.Inf(-1), 1, -1},
		{0.12345, -0.12344, 0.1235, -0.1234},
		{0.99996, -0.99996, 1, -1},
		{1e-9, -1e-9, 0, 0},
		{math.Copysign(0, -1), -0.00004, 0, 0},
	} {
		got, want := place(test.x, test.y), nn.Point{X: test.wantX, Y: test.wantY}
		if !same(got, want) { // minus zero is not zero here
			t.Errorf("place(%v, %v) = %v; want %v", test.x, test.y, got, want)
		}
	}
}

func TestReadStroke(t *testing.T) {
	at := func(coordinates ...float64) []nn.Point {
		var points []nn.Point
		for i := 0; i < len(coordinates); i += 2 {
			points = append(points, nn.Point{X: coordinates[i], Y: coordinates[i+1]})
		}
		return points
	}
	for _, test := range []struct {
		name, form string
		want       []nn.Point
		err        string
	}{
		{"Nothing", "", nil, "ok"},
		{"Empty", "stroke=", nil, "ok"},
		{"One", "stroke=0.5,-0.25", at(0.5, -0.25), "ok"},
		{"Three", "stroke=0,0+1,1%0A%09+-1,-1+", at(0, 0, 1, 1, -1, -1), "ok"},
		{"Beside", "stroke=1.2,-3", at(1, -1), "ok"},
		{"Repeated", "stroke=0,0+0,0", at(0, 0, 0, 0), "ok"},
		{"Most", "stroke=" + strings.Repeat("0,0+", 2000), make([]nn.Point, 2000), "ok"},
		{"TooMany", "stroke=" + strings.Repeat("0,0+", 2001), nil, "too_large stroke"},
		{"NoComma", "stroke=0", nil, "malformed stroke"},
		{"NoY", "stroke=0,", nil, "malformed stroke"},
		{"Three numbers", "stroke=0,0,0", nil, "malformed stroke"},
		{"Text", "stroke=0,0+a,b", nil, "malformed stroke"},
		{"NaN", "stroke=NaN,0", nil, "malformed stroke"},
		{"Infinite", "stroke=0,-inf", nil, "malformed stroke"},
		{"Overflow", "stroke=0,1e999", nil, "malformed stroke"},
		// A click is in pixels of a picture of 320: the middle of the pixel counts.
		{"ClickTopLeft", "at.x=0&at.y=0", at(-0.9969, 0.9969), "ok"},
		{"ClickBottomRight", "at.x=319&at.y=319", at(0.9969, -0.9969), "ok"},
		{"ClickMiddle", "at.x=160&at.y=159", at(0.0031, 0.0031), "ok"},
		{"ClickBesides", "at.x=-9999&at.y=9999", at(-1, -1), "ok"},
		{"ClickText", "at.x=a&at.y=0", nil, "malformed at.x"},
		{"ClickWinsOverStroke", "at.x=319&at.y=0&stroke=0,0", at(0.9969, 0.9969), "ok"},
	} {
		t.Run(test.name, func(t *testing.T) {
			form, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			got, err := readStroke(form, 2000)
			if describeAs(err) != test.err || !same(got, test.want) {
				t.Errorf("readStroke(%s) = %v, %v; want %v, %s", test.form, got, err, test.want, test.err)
			}
		})
	}
}

// FuzzReadStroke: whatever is drawn, the places are in the plane with at most four decimals, and
// drawing them again gives them again.
func FuzzReadStroke(f *testing.F) {
	for _, seed := range []struct{ stroke, x, y string }{
		{"0,0", "", ""}, {"0.5,-0.25 1,1", "", ""}, {" \t-1e-9,0.00005\n", "", ""}, {"1e999,0", "", ""}, {"NaN,0", "", ""}, {"0x1p-2,1_0", "", ""},
		{",", "", ""}, {"0", "", ""}, {"0,0,0", "", ""}, {"", "0", "319"}, {"", "-5", "1e9"}, {"", "99999999999", "3"}, {"", " 7 ", ""}, {"0,0", "a", "b"},
		{strings.Repeat("0.1234,-0.9999 ", 20), "", ""}, {"-0,-0", "", ""}, {"\xff,1", "", ""}, {"1,\u00a01", "", ""},
	} {
		f.Add(seed.stroke, seed.x, seed.y)
	}
	f.Fuzz(func(t *testing.T, stroke, x, y string) {
		form := url.Values{views.FieldStroke: {stroke}}
		if x != "" {
			form.Set(views.FieldClickX, x)
			form.Set(views.FieldClickY, y)
		}
		places, err := readStroke(form, 2000)
		if err != nil {
			checkRequestError(t, err, wire.CodeMalformed, wire.CodeTooLarge)
			return
		}
		if x != "" && len(places) != 1 || x == "" && len(places) != len(strings.Fields(stroke)) {
			t.Errorf("readStroke(%q, %q, %q) = %v; want a place for each pair", stroke, x, y, places)
		}
		var again []string
		for _, p := range places {
			for _, v := range []float64{p.X, p.Y} {
				text := strconv.FormatFloat(v, 'f', -1, 64)
				_, decimals, _ := strings.Cut(text, ".")
				if !(v >= -1 && v <= 1) || math.Signbit(v) && v == 0 || len(decimals) > 4 {
					t.Errorf("readStroke(%q, %q, %q) = %v; want coordinates from -1 to 1 with at most 4 decimals", stroke, x, y, places)
				}
			}
			again = append(again, fmt.Sprintf("%v,%v", p.X, p.Y))
		}
		got, err := readStroke(url.Values{views.FieldStroke: {strings.Join(again, " ")}}, 2000)
		if err != nil || !same(got, places) {
			t.Errorf("readStroke(%q) = %v, %v; want the places again, %v", again, got, err, places)
		}
	})
}

// TestDrawOther: a stroke may have another tool than the one in hand, which stays.
func TestDrawOther(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "blobs", 30, 0, nil)
	form := historyForm(t, s, state, nn.History{})
	form.Set(views.FieldAct, "draw")
	form.Set(views.FieldTool, "0")
	form.Set(views.FieldStroke, "0.5,0.25")
	form.Set(views.FieldStrokeTool, "1")
	w := postForm(s, "/edit", form)
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if body := w.Body.String(); !strings.Contains(body, `&#34;x&#34;:0.5,&#34;y&#34;:0.25,&#34;label&#34;:1}]`) {
		t.Error("the last point is not one of class 1; want the tool of the stroke")
	} else if !strings.Contains(body, `name="tool" value="0" checked`) {
		t.Error("another tool is in hand; want the one that was")
	}
}

// TestDrawApart: two drawings on one state do not meet in the room behind its points.
func TestDrawApart(t *testing.T) {
	s := newTestServer(t)
	state := nn.State{Config: nn.DefaultConfig(), Data: append(make([]nn.Point, 0, 10), nn.Point{X: 1})}
	state.Config.Classes = 2
	draw := func(tool, stroke string) nn.State {
		t.Helper()
		next, _, err := applied(t, s, "draw", "", state, url.Values{views.FieldTool: {tool}, views.FieldStroke: {stroke}})
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	first, erased, second := draw("0", "0.25,0"), draw(views.ToolErase, "1,0"), draw("1", "0.5,0")
	if want := []nn.Point{{X: 1}, {X: 0.25}}; !same(first.Data, want) {
		t.Errorf("the first drawing = %v; want %v", first.Data, want)
	}
	if want := []nn.Point{{X: 1}, {X: 0.5, Label: 1}}; !same(second.Data, want) || len(erased.Data) != 0 {
		t.Errorf("the second drawing = %v and the erased %v; want %v and none", second.Data, erased.Data, want)
	}
}
